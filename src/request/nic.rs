//! The network adapters of a VM.

use std::collections::HashSet;

use super::field::{self, Field, Levels, Problem};
use super::{MacAddress, Vlan};
use crate::error::Error;
use crate::payload::{self, Payload};

/// No switch of Hyper-V has a longer name.
const LONGEST_SWITCH: usize = 255;

/// What a VM of Server 2019 and later can have; 2016 has 8 and says so itself.
const MOST_NICS: usize = 64;

/// A network adapter.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Nic {
    /// Its address.
    pub mac: MacAddress,
    /// Its VLAN.
    pub vlan: Vlan,
    /// The virtual switch it hangs on.
    pub switch: String,
}

/// All NICs in the order of their device ids; the list has holes and may hold a null.
///
/// # Errors
/// Where the list is missing, or a NIC has no address or no network that a Hyper-V switch can give.
pub(super) fn nics(payload: &Payload) -> Result<Vec<Nic>, Error> {
    let switch = switch_name(payload)?;
    let list = payload.vm.nics.as_ref().ok_or_else(|| {
        Error::new("payload field `cloudstack.vm.details.nics` is missing")
            .with_hint("CloudStack writes it for this action")
    })?;
    if list.len() > MOST_NICS {
        return Err(Error::new(format!(
            "payload field `cloudstack.vm.details.nics` has {} NICs, and a VM can have {MOST_NICS}",
            list.len()
        )));
    }
    let mut nics = Vec::with_capacity(list.len());
    let mut seen = HashSet::new();
    for (index, nic) in list.iter().enumerate().filter_map(|(index, nic)| Some((index, &nic.as_ref()?.0))) {
        let name = |key: &str| format!("cloudstack.vm.details.nics[{index}].{key}");
        let device = Field::new(name("deviceId"), &nic.device_id).optional(field::number(0_u32, 255))?;
        let field = Field::new(name("mac"), &nic.mac);
        let mac = field.required("CloudStack writes it", MacAddress::parse)?;
        if !seen.insert(mac) {
            return Err(field.error(&Problem::from("is the address of another NIC of this VM")));
        }
        nics.push((
            device.unwrap_or(u32::MAX),
            Nic { mac, vlan: vlan(nic, &name("broadcastUri"))?, switch: switch.clone() },
        ));
    }
    nics.sort_by_key(|(device, _)| *device);
    Ok(nics.into_iter().map(|(_, nic)| nic).collect())
}

/// A NIC without a URI is untagged only if its network says that it is.
fn vlan(nic: &payload::Nic, name: &str) -> Result<Vlan, Error> {
    let is_native = nic.broadcast_type.text().is_some_and(|text| text.trim().eq_ignore_ascii_case("native"));
    let field = Field::new(name, &nic.broadcast_uri);
    match field.optional(Vlan::parse)? {
        Some(vlan) => Ok(vlan),
        None if is_native => Ok(Vlan::Untagged),
        None => Err(field
            .error(&Problem::from("is missing"))
            .with_hint("CloudStack has given this NIC no VLAN; check the network's state")),
    }
}

/// The virtual switch of every NIC.
fn switch_name(payload: &Payload) -> Result<String, Error> {
    let field = Levels::of_host(payload).find(&["network_switch", "network_bridge"]);
    field.required("set it to the name of the host's virtual switch", |text| {
        if text.chars().any(char::is_control) {
            return Err(Problem::from("must not hold control characters"));
        }
        match text.chars().count() > LONGEST_SWITCH {
            true => Err(Problem::from("must not be longer than 255 characters")),
            false => Ok(text.to_owned()),
        }
    })
}
