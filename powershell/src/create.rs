//! `create`: a VM from a template disk, or from an ISO with a new disk.

use serde::{Deserialize, Serialize};

use crate::script::{Part, Script};

/// Makes a VM and starts it. A finished one of the same UUID is given its network and started.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Create {
    /// The VM's name on the host, CloudStack's instance name.
    pub name: String,
    /// CloudStack's UUID of the VM, lower case.
    pub uuid: String,
    /// The folder of the root disk and the record.
    pub vhd_path: String,
    /// The folder below which Hyper-V keeps the VM's configuration.
    pub vm_path: String,
    /// What its root disk comes from.
    #[serde(flatten)]
    pub source: Source,
    /// 1 or 2.
    pub generation: u8,
    /// Virtual processors.
    pub processors: u32,
    /// Static memory in bytes.
    pub memory_bytes: u64,
    /// What the firmware checks before it starts an operating system.
    pub secure_boot: SecureBoot,
    /// In the order of the devices.
    pub nics: Vec<Nic>,
}

/// Where a root disk comes from.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Source {
    /// A copy of a disk.
    #[serde(rename_all = "PascalCase")]
    Template {
        /// The `.vhdx` file.
        template_path: String,
    },
    /// A new, empty disk, and an ISO to install from.
    #[serde(rename_all = "PascalCase")]
    Iso {
        /// The `.iso` file.
        iso_path: String,
        /// The new disk's size in bytes.
        disk_bytes: u64,
    },
}

/// Secure Boot of a generation 2 VM.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum SecureBoot {
    /// Anything starts.
    Off,
    /// The template `MicrosoftWindows`.
    Windows,
    /// The template `MicrosoftUEFICertificateAuthority`.
    Linux,
}

/// A network adapter as CloudStack gives it.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Nic {
    /// `NIC1` for the first.
    pub name: String,
    /// Twelve upper-case hexadecimal digits, as Hyper-V reads them back.
    pub mac_address: String,
    /// The virtual switch.
    pub switch_name: String,
    /// 1 to 4094, or nothing for untagged.
    pub vlan_id: Option<u16>,
}

/// What `create` answers.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "PascalCase")]
pub struct Created {
    /// The VM's GUID on the host.
    pub id: String,
    /// Hyper-V's name of its state, `Running`.
    pub state: String,
    /// Whether this run made it; false for one that was there.
    pub made: bool,
}

impl Script for Create {
    const NAME: &'static str = "create";
    const PARTS: &'static [Part] = &[
        Part::ERRORS,
        Part::TURN,
        Part::RECORD,
        Part::MACHINE,
        Part::DISK,
        Part::SOURCE,
        Part::CLAIM,
        Part::HARDWARE,
        Part::NETWORK,
        Part::POWER,
        Part::RUN,
    ];
    const BODY: &'static str = include_str!("../scripts/create.ps1");
    type Output = Created;
}
