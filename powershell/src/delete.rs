//! `delete`: nothing left of a VM but what is not its own.

use serde::{Deserialize, Serialize};

use crate::script::{Part, Script};

/// Removes a VM with its checkpoints, its own disks and its record. One that is not there is success.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Delete {
    /// The VM's name on the host, CloudStack's instance name.
    pub name: String,
    /// CloudStack's UUID of the VM, lower case.
    pub uuid: String,
    /// The folder of the root disk and the record.
    pub vhd_path: String,
}

/// What `delete` answers.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "PascalCase")]
pub struct Deleted {
    /// Whether there was anything to remove.
    pub found: bool,
    /// Disks and ISOs that were kept on purpose, each with the reason: `D:\base.vhdx: another name than this VM's`.
    pub kept: Vec<String>,
}

impl Script for Delete {
    const NAME: &'static str = "delete";
    const PARTS: &'static [Part] = &[
        Part::ERRORS,
        Part::TURN,
        Part::RECORD,
        Part::MACHINE,
        Part::DISK,
        Part::CHAIN,
        Part::CLAIM,
        Part::POWER,
        Part::SHUTDOWN,
        Part::NETWORK,
    ];
    const BODY: &'static str = include_str!("../scripts/delete.ps1");
    type Output = Deleted;
}
