//! `reboot`: a VM begins anew, on the network that CloudStack gives.

use serde::{Deserialize, Serialize};

use crate::create::Nic;
use crate::script::{Part, Script};

/// Gives a VM its network and restarts its guest. One that does not run is started.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Reboot {
    /// The VM's name on the host, CloudStack's instance name.
    pub name: String,
    /// CloudStack's UUID of the VM, lower case.
    pub uuid: String,
    /// The folder of the record.
    pub vhd_path: String,
    /// In the order of the devices.
    pub nics: Vec<Nic>,
    /// How long the guest may take to shut down, in seconds, as far as the deadline leaves room.
    pub shutdown_seconds: u32,
}

/// What `reboot` answers.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "PascalCase")]
pub struct Rebooted {
    /// How it came to run anew.
    pub method: RebootMethod,
}

/// How a VM came to run anew.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "snake_case")]
pub enum RebootMethod {
    /// Its guest has begun to restart.
    GuestReboot,
    /// Its guest shut down, and it was started.
    ShutdownAndStart,
    /// It was reset, as by a button.
    HardReset,
    /// It was off or saved, and was started.
    Started,
}

impl RebootMethod {
    /// The word that the script and the reply have for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::GuestReboot => "guest_reboot",
            Self::ShutdownAndStart => "shutdown_and_start",
            Self::HardReset => "hard_reset",
            Self::Started => "started",
        }
    }
}

impl Script for Reboot {
    const NAME: &'static str = "reboot";
    const PARTS: &'static [Part] = &[
        Part::ERRORS,
        Part::TURN,
        Part::RECORD,
        Part::MACHINE,
        Part::DISK,
        Part::CLAIM,
        Part::NETWORK,
        Part::POWER,
        Part::SHUTDOWN,
        Part::RUN,
    ];
    const BODY: &'static str = include_str!("../scripts/reboot.ps1");
    type Output = Rebooted;
}
