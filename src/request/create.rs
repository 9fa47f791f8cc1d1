//! What `create` needs.

use std::collections::HashSet;

use super::field::{self, Field, Levels, Problem};
use super::{MacAddress, Memory, Placement, Vlan, VmName, VmUuid, WindowsPath, placement};
use crate::error::Error;
use crate::payload::{self, Payload};

/// A VM to be made.
#[derive(Clone, Debug)]
pub struct CreateRequest {
    /// CloudStack's instance name.
    pub name: VmName,
    /// CloudStack's UUID.
    pub uuid: VmUuid,
    /// Where it goes.
    pub placement: Placement,
    /// The disk it is copied from.
    pub template_path: WindowsPath,
    /// The kind of virtual hardware.
    pub generation: Generation,
    /// What the firmware checks.
    pub secure_boot: SecureBoot,
    /// Virtual processors.
    pub processors: u32,
    /// Static memory.
    pub memory: Memory,
    /// In the order of the devices.
    pub nics: Vec<Nic>,
}

/// Hyper-V's kinds of virtual hardware.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Generation {
    /// UEFI, SCSI.
    Two,
}

/// Secure Boot of a generation 2 VM.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum SecureBoot {
    /// Off; also where nothing is said, since most templates are Linux.
    Off,
    /// With Microsoft's template for Windows.
    Windows,
    /// With Microsoft's template for other systems.
    Linux,
}

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

impl CreateRequest {
    /// Reads all that a new VM needs.
    ///
    /// # Errors
    /// The first field that is missing or wrong.
    pub fn new(payload: &Payload) -> Result<Self, Error> {
        let placement = Placement::new(payload)?;
        let switch = placement::switch_name(payload)?;
        assert_template(payload)?;
        let template_path = template_path(payload)?;
        Ok(Self {
            name: name(payload)?,
            uuid: uuid(payload)?,
            placement,
            template_path,
            generation: generation(payload)?,
            secure_boot: secure_boot(payload)?,
            processors: Field::new("cloudstack.vm.details.cpus", &payload.vm.cpus)
                .required("CloudStack writes it", field::number(1, 2048))?,
            memory: Field::new("cloudstack.vm.details.maxRam", &payload.vm.max_ram)
                .required("CloudStack writes it", Memory::parse)?,
            nics: nics(payload, &switch)?,
        })
    }
}

/// The instance name; `virtualmachinename` must say the same.
fn name(payload: &Payload) -> Result<VmName, Error> {
    let field = Field::new("cloudstack.vm.details.name", &payload.vm.name);
    let name = field.required("CloudStack writes it", VmName::parse)?;
    let other = Field::new("virtualmachinename", &payload.virtualmachinename);
    match other.optional(VmName::parse)? {
        Some(second) if second != name => Err(other.error(&Problem::from(
            "is another name than `cloudstack.vm.details.name`",
        ))),
        _ => Ok(name),
    }
}

/// The UUID; `virtualmachineid` must say the same.
fn uuid(payload: &Payload) -> Result<VmUuid, Error> {
    let field = Field::new("virtualmachineid", &payload.virtualmachineid);
    let other = Field::new("cloudstack.vm.details.uuid", &payload.vm.uuid);
    match (
        field.optional(VmUuid::parse)?,
        other.optional(VmUuid::parse)?,
    ) {
        (Some(first), Some(second)) if first != second => Err(field.error(&Problem::from(
            "is another UUID than `cloudstack.vm.details.uuid`",
        ))),
        (Some(uuid), _) | (None, Some(uuid)) => Ok(uuid),
        (None, None) => field.required("CloudStack writes it", VmUuid::parse),
    }
}

/// As with the script that this program replaces, whatever is not `iso` is a template.
fn assert_template(payload: &Payload) -> Result<(), Error> {
    let field = Levels::of_vm(payload).find(&["template_type"]);
    match field.optional(|text| Ok(text.eq_ignore_ascii_case("iso")))? {
        Some(true) => Err(field
            .error(&Problem::from(
                "is iso, which this version cannot install from yet",
            ))
            .with_hint("use a template disk")),
        Some(false) | None => Ok(()),
    }
}

fn template_path(payload: &Payload) -> Result<WindowsPath, Error> {
    let path = placement::source_path(
        payload,
        "template_path",
        "template_dirs",
        "set it to the .vhdx file on the host that the VM is made from",
    )?;
    match path.has_extension("vhdx") {
        true => Ok(path),
        false => Err(Levels::of_vm(payload)
            .find(&["template_path"])
            .error(&Problem::from("must be a .vhdx file"))
            .with_hint("convert another format on the host, with Convert-VHD")),
    }
}

/// The script that this program replaces takes generation 1 where nothing is said, and so do existing templates.
fn generation(payload: &Payload) -> Result<Generation, Error> {
    let field = Levels::of_vm(payload).find(&["generation"]);
    match field.optional(field::number(1_u8, 2))? {
        Some(2) => Ok(Generation::Two),
        _ => Err(field
            .error(&Problem::from(
                "is 1 or not set, and this version makes only generation 2",
            ))
            .with_hint("set it to 2")),
    }
}

fn secure_boot(payload: &Payload) -> Result<SecureBoot, Error> {
    const WORDS: [(&str, SecureBoot); 3] = [
        ("off", SecureBoot::Off),
        ("windows", SecureBoot::Windows),
        ("linux", SecureBoot::Linux),
    ];
    let word = Levels::of_vm(payload)
        .find(&["secure_boot"])
        .optional(field::word(&WORDS))?;
    Ok(word.unwrap_or(SecureBoot::Off))
}

/// In the order of their device ids; the list has holes and may hold a null.
fn nics(payload: &Payload, switch: &str) -> Result<Vec<Nic>, Error> {
    let list = payload.vm.nics.as_ref().ok_or_else(|| {
        Error::new("payload field `cloudstack.vm.details.nics` is missing")
            .with_hint("CloudStack writes it for this action")
    })?;
    let mut nics = Vec::with_capacity(list.len());
    let mut seen = HashSet::new();
    for (index, nic) in list
        .iter()
        .enumerate()
        .filter_map(|(index, nic)| Some((index, nic.as_ref()?)))
    {
        let name = |key: &str| format!("cloudstack.vm.details.nics[{index}].{key}");
        let device =
            Field::new(name("deviceId"), &nic.device_id).optional(field::number(0_u32, 255))?;
        let field = Field::new(name("mac"), &nic.mac);
        let mac = field.required("CloudStack writes it", MacAddress::parse)?;
        if !seen.insert(mac) {
            return Err(field.error(&Problem::from("is the address of another NIC of this VM")));
        }
        nics.push((
            device.unwrap_or(u32::MAX),
            Nic {
                mac,
                vlan: vlan(nic, &name("broadcastUri"))?,
                switch: switch.to_owned(),
            },
        ));
    }
    nics.sort_by_key(|(device, _)| *device);
    Ok(nics.into_iter().map(|(_, nic)| nic).collect())
}

/// A NIC without a URI is untagged only if its network says that it is.
fn vlan(nic: &payload::Nic, name: &str) -> Result<Vlan, Error> {
    let is_native = nic
        .broadcast_type
        .text()
        .is_some_and(|text| text.trim().eq_ignore_ascii_case("native"));
    let field = Field::new(name, &nic.broadcast_uri);
    match field.optional(Vlan::parse)? {
        Some(vlan) => Ok(vlan),
        None if is_native => Ok(Vlan::Untagged),
        None => Err(field
            .error(&Problem::from("is missing"))
            .with_hint("CloudStack has given this NIC no VLAN; check the network's state")),
    }
}
