//! Which VM an action is about.

use super::field::{Field, Problem};
use super::{VmName, VmUuid};
use crate::error::Error;
use crate::payload::Payload;

/// A VM as CloudStack names it.
#[derive(Clone, Debug)]
pub struct Vm {
    /// The instance name, which is also its name on the host.
    pub name: VmName,
    /// CloudStack's UUID.
    pub uuid: VmUuid,
}

impl Vm {
    /// Reads both; CloudStack writes each twice, and they must agree.
    ///
    /// # Errors
    /// Where one is missing, malformed, or said in two ways.
    pub fn new(payload: &Payload) -> Result<Self, Error> {
        Ok(Self { name: name(payload)?, uuid: uuid(payload)? })
    }
}

/// The instance name; `virtualmachinename` must say the same.
///
/// # Errors
/// Where it is missing, malformed, or said in two ways.
pub(super) fn name(payload: &Payload) -> Result<VmName, Error> {
    let field = Field::new("cloudstack.vm.details.name", &payload.vm.name);
    let name = field.required("CloudStack writes it", VmName::parse)?;
    let other = Field::new("virtualmachinename", &payload.virtualmachinename);
    match other.optional(VmName::parse)? {
        Some(second) if second != name => Err(other.error(&Problem::from(
            "is another name than `cloudstack.vm.details.name`; both must be the VM's instance name",
        ))),
        _ => Ok(name),
    }
}

/// The UUID; `virtualmachineid` must say the same.
pub(super) fn uuid(payload: &Payload) -> Result<VmUuid, Error> {
    let field = Field::new("virtualmachineid", &payload.virtualmachineid);
    let other = Field::new("cloudstack.vm.details.uuid", &payload.vm.uuid);
    match (field.optional(VmUuid::parse)?, other.optional(VmUuid::parse)?) {
        (Some(first), Some(second)) if first != second => {
            Err(field.error(&Problem::from("is another UUID than `cloudstack.vm.details.uuid`; both must be the VM's")))
        }
        (Some(uuid), _) | (None, Some(uuid)) => Ok(uuid),
        (None, None) => field.required("CloudStack writes it", VmUuid::parse),
    }
}
