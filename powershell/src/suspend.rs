//! `suspend` and `resume`: a VM held, and let go on.

use serde::{Deserialize, Serialize};

use crate::script::{Part, Script};

const PARTS: &[Part] = &[
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

/// Pauses a running VM. One that is paused is success.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Suspend {
    /// The VM's name on the host, CloudStack's instance name.
    pub name: String,
    /// CloudStack's UUID of the VM, lower case.
    pub uuid: String,
    /// The folder of the record.
    pub vhd_path: String,
}

/// Lets a paused VM go on, if its network is the one that CloudStack gave last. One that runs is success.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Resume {
    /// The VM's name on the host, CloudStack's instance name.
    pub name: String,
    /// CloudStack's UUID of the VM, lower case.
    pub uuid: String,
    /// The folder of the record.
    pub vhd_path: String,
}

/// What both answer.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "PascalCase")]
pub struct PowerChanged {
    /// Hyper-V's name of its state before.
    pub before: String,
    /// Hyper-V's name of its state now.
    pub state: String,
}

impl Script for Suspend {
    const NAME: &'static str = "suspend";
    const PARTS: &'static [Part] = PARTS;
    const BODY: &'static str = include_str!("../scripts/suspend.ps1");
    type Output = PowerChanged;
}

impl Script for Resume {
    const NAME: &'static str = "resume";
    const PARTS: &'static [Part] = PARTS;
    const BODY: &'static str = include_str!("../scripts/resume.ps1");
    type Output = PowerChanged;
}
