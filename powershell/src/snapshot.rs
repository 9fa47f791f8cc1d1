//! `create-snapshot`, `list-snapshots`, `restore-snapshot`, `delete-snapshot`: what Hyper-V calls checkpoints.

use serde::{Deserialize, Serialize};

use crate::script::{Part, Script};

/// Takes a snapshot, under a name that the VM does not have yet.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct CreateSnapshot {
    /// The VM's name on the host, CloudStack's instance name.
    pub name: String,
    /// CloudStack's UUID of the VM, lower case.
    pub uuid: String,
    /// The folder of the record.
    pub vhd_path: String,
    /// The new snapshot's name, to the letter.
    pub snapshot: String,
}

/// Lists the snapshots, oldest first. Those of backup products are not shown.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ListSnapshots {
    /// The VM's name on the host, CloudStack's instance name.
    pub name: String,
    /// CloudStack's UUID of the VM, lower case.
    pub uuid: String,
    /// The folder of the record.
    pub vhd_path: String,
}

/// Brings a VM back to a snapshot, and to run if it ran, on the network that CloudStack gave last.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct RestoreSnapshot {
    /// The VM's name on the host, CloudStack's instance name.
    pub name: String,
    /// CloudStack's UUID of the VM, lower case.
    pub uuid: String,
    /// The folder of the record.
    pub vhd_path: String,
    /// The snapshot's name, to the letter, or its id.
    pub snapshot: String,
}

/// Deletes one snapshot. Those that were taken after it stay.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DeleteSnapshot {
    /// The VM's name on the host, CloudStack's instance name.
    pub name: String,
    /// CloudStack's UUID of the VM, lower case.
    pub uuid: String,
    /// The folder of the record.
    pub vhd_path: String,
    /// The snapshot's name, to the letter, or its id.
    pub snapshot: String,
}

/// What `create-snapshot` answers.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "PascalCase")]
pub struct SnapshotCreated {
    /// Its GUID, lower case.
    pub id: String,
}

/// What `list-snapshots` answers.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "PascalCase")]
pub struct SnapshotList {
    /// Oldest first.
    pub snapshots: Vec<SnapshotRow>,
}

/// One snapshot.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "PascalCase")]
pub struct SnapshotRow {
    /// Its name. Names may repeat.
    pub name: String,
    /// When it was taken, by the host's clock: `2025-09-25T10:11:12`.
    pub creation_time: String,
    /// Its GUID, lower case.
    pub id: String,
    /// The id of the snapshot before it; empty for the first.
    pub parent: String,
    /// Whether the VM goes on from it.
    pub current: bool,
}

/// What `restore-snapshot` answers.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "PascalCase")]
pub struct SnapshotRestored {
    /// The snapshot's GUID, lower case.
    pub id: String,
    /// Hyper-V's name of the VM's state before the first try.
    pub before: String,
    /// Hyper-V's name of its state now.
    pub state: String,
}

/// What `delete-snapshot` answers.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "PascalCase")]
pub struct SnapshotDeleted {
    /// The snapshot's GUID, lower case.
    pub id: String,
    /// Whether the host has put its disks together.
    pub merge: Merge,
}

/// What the host does with the disks of a deleted snapshot.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "lowercase")]
pub enum Merge {
    /// They are one.
    Done,
    /// It is still at work on them.
    Running,
}

impl Merge {
    /// The word that the script and the reply have for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Running => "running",
        }
    }
}

const READ: &[Part] = &[
    Part::ERRORS,
    Part::RECORD,
    Part::MACHINE,
    Part::DISK,
    Part::CLAIM,
    Part::NETWORK,
    Part::POWER,
    Part::RUN,
    Part::SNAPSHOT,
];

const CHANGE: &[Part] = &[
    Part::ERRORS,
    Part::TURN,
    Part::RECORD,
    Part::MACHINE,
    Part::DISK,
    Part::CHAIN,
    Part::CLAIM,
    Part::NETWORK,
    Part::POWER,
    Part::SHUTDOWN,
    Part::RUN,
    Part::SNAPSHOT,
];

impl Script for CreateSnapshot {
    const NAME: &'static str = "create-snapshot";
    const PARTS: &'static [Part] = CHANGE;
    const BODY: &'static str = include_str!("../scripts/create-snapshot.ps1");
    type Output = SnapshotCreated;
}

impl Script for ListSnapshots {
    const NAME: &'static str = "list-snapshots";
    const PARTS: &'static [Part] = READ;
    const BODY: &'static str = include_str!("../scripts/list-snapshots.ps1");
    type Output = SnapshotList;
}

impl Script for RestoreSnapshot {
    const NAME: &'static str = "restore-snapshot";
    const PARTS: &'static [Part] = CHANGE;
    const BODY: &'static str = include_str!("../scripts/restore-snapshot.ps1");
    type Output = SnapshotRestored;
}

impl Script for DeleteSnapshot {
    const NAME: &'static str = "delete-snapshot";
    const PARTS: &'static [Part] = CHANGE;
    const BODY: &'static str = include_str!("../scripts/delete-snapshot.ps1");
    type Output = SnapshotDeleted;
}
