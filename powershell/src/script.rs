//! What a script is: a constant text, typed arguments, a typed answer.

use serde::Serialize;
use serde::de::DeserializeOwned;

/// A script with its arguments. The fields, in Pascal case, are the parameters of the script's `param()` block.
pub trait Script: Serialize {
    /// The name by which logs and recordings call it: the file's name without `.ps1`.
    const NAME: &'static str;
    /// The functions that the body needs beside the prologue.
    const PARTS: &'static [Part];
    /// The text of its `.ps1` file.
    const BODY: &'static str;
    /// What it answers when all went well.
    type Output: DeserializeOwned;
}

/// A file of functions that several scripts share.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Part {
    /// The file's name without `.ps1`.
    pub name: &'static str,
    /// Its text.
    pub text: &'static str,
}

impl Part {
    /// Error records to codes.
    pub const ERRORS: Self = Self::new("errors", include_str!("../scripts/errors.ps1"));
    /// One action at a time on one VM.
    pub const TURN: Self = Self::new("turn", include_str!("../scripts/turn.ps1"));
    /// Notes and sidecar.
    pub const RECORD: Self = Self::new("record", include_str!("../scripts/record.ps1"));
    /// Finding a VM and its owner.
    pub const MACHINE: Self = Self::new("machine", include_str!("../scripts/machine.ps1"));
    /// Copying and deleting disks.
    pub const DISK: Self = Self::new("disk", include_str!("../scripts/disk.ps1"));
    /// Keeping, claiming and cleaning up by the records.
    pub const CLAIM: Self = Self::new("claim", include_str!("../scripts/claim.ps1"));
    /// The devices of a new VM.
    pub const HARDWARE: Self = Self::new("hardware", include_str!("../scripts/hardware.ps1"));
    /// Polite and hard ways to stop.
    pub const SHUTDOWN: Self = Self::new("shutdown", include_str!("../scripts/shutdown.ps1"));
    /// Adapters, switches, VLANs.
    pub const NETWORK: Self = Self::new("network", include_str!("../scripts/network.ps1"));
    /// The disk files of a VM.
    pub const CHAIN: Self = Self::new("chain", include_str!("../scripts/chain.ps1"));
    /// What a root disk may come from.
    pub const SOURCE: Self = Self::new("source", include_str!("../scripts/source.ps1"));
    /// A VM that is there, brought to run on its network.
    pub const RUN: Self = Self::new("run", include_str!("../scripts/run.ps1"));
    /// Finding snapshots.
    pub const SNAPSHOT: Self = Self::new("snapshot", include_str!("../scripts/snapshot.ps1"));
    /// Starting and sizing.
    pub const POWER: Self = Self::new("power", include_str!("../scripts/power.ps1"));

    const fn new(name: &'static str, text: &'static str) -> Self {
        Self { name, text }
    }
}

/// Comes before every script.
pub(crate) const PROLOGUE: Part = Part::new("prologue", include_str!("../scripts/prologue.ps1"));
