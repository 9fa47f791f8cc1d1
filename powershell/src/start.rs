//! `start`: a VM that is there runs, on the network that CloudStack gives.

use serde::{Deserialize, Serialize};

use crate::create::Nic;
use crate::script::{Part, Script};

/// Gives a VM its network and its size, and starts it or lets it go on.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Start {
    /// The VM's name on the host, CloudStack's instance name.
    pub name: String,
    /// CloudStack's UUID of the VM, lower case.
    pub uuid: String,
    /// The folder of the record.
    pub vhd_path: String,
    /// Virtual processors.
    pub processors: u32,
    /// Static memory in bytes.
    pub memory_bytes: u64,
    /// In the order of the devices.
    pub nics: Vec<Nic>,
}

/// What `start` answers.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "PascalCase")]
pub struct Started {
    /// The VM's GUID on the host.
    pub id: String,
    /// Hyper-V's name of its state before: `Off`, `Running`, `Paused`, `Saved`.
    pub before: String,
    /// Hyper-V's name of its state now, `Running`.
    pub state: String,
}

impl Script for Start {
    const NAME: &'static str = "start";
    const PARTS: &'static [Part] = &[
        Part::ERRORS,
        Part::TURN,
        Part::RECORD,
        Part::MACHINE,
        Part::DISK,
        Part::CLAIM,
        Part::NETWORK,
        Part::POWER,
        Part::RUN,
    ];
    const BODY: &'static str = include_str!("../scripts/start.ps1");
    type Output = Started;
}
