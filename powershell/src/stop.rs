//! `stop`: a VM off, politely if possible.

use serde::{Deserialize, Serialize};

use crate::script::{Part, Script};

/// Stops a VM. Absent, off and saved are success.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Stop {
    /// The VM's name on the host, CloudStack's instance name.
    pub name: String,
    /// CloudStack's UUID of the VM, lower case.
    pub uuid: String,
    /// The folder of the record.
    pub vhd_path: String,
    /// Whether this is the clean-up after a create whose end CloudStack did not see.
    pub unseen: bool,
    /// How long the guest may take, in seconds, as far as the deadline leaves room.
    pub shutdown_seconds: u32,
}

/// What `stop` answers.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "PascalCase")]
pub struct Stopped {
    /// How it came to be stopped.
    pub method: StopMethod,
}

/// How a VM came to be stopped.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "snake_case")]
pub enum StopMethod {
    /// It was not there.
    Absent,
    /// It was off.
    Off,
    /// It was saved, and its saved state is kept.
    Saved,
    /// Its guest shut down.
    Graceful,
    /// It was turned off.
    TurnedOff,
    /// It was half made, and its parts were removed.
    Cleaned,
    /// It was finished but never seen by CloudStack: off, and kept under another name.
    Parked,
}

impl StopMethod {
    /// The word that the script and the reply have for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Absent => "absent",
            Self::Off => "off",
            Self::Saved => "saved",
            Self::Graceful => "graceful",
            Self::TurnedOff => "turned_off",
            Self::Cleaned => "cleaned",
            Self::Parked => "parked",
        }
    }
}

impl Script for Stop {
    const NAME: &'static str = "stop";
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
    ];
    const BODY: &'static str = include_str!("../scripts/stop.ps1");
    type Output = Stopped;
}
