//! What a host holds and what happened on it, as the state page tells it.

use crate::counters::Counters;
use serde::{Deserialize, Serialize};

/// Everything the state page shows.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct State {
    /// Machines and files.
    #[serde(flatten)]
    pub inventory: Inventory,
    /// Traffic.
    pub counters: Counters,
}

/// The machines and files of a host.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Inventory {
    /// Virtual machines, in the order in which they were made. Names may repeat.
    pub vms: Vec<Vm>,
    /// Full paths of all files, sorted.
    pub files: Vec<String>,
    /// Full paths of folders, sorted: with the model only those that a test or a script can miss.
    #[serde(default)]
    pub folders: Vec<String>,
}

/// A virtual machine.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default)]
pub struct Vm {
    /// Name, not unique.
    pub name: String,
    /// GUID in lower case.
    pub id: String,
    /// Power state.
    pub state: PowerState,
    /// 1 or 2.
    pub generation: u8,
    /// Memory at start, in bytes.
    pub memory_bytes: u64,
    /// Virtual processors.
    pub processors: u32,
    /// The free text of the machine.
    pub notes: String,
    /// Full paths of attached disks.
    pub disks: Vec<String>,
    /// Network adapters.
    pub nics: Vec<Nic>,
    /// Names of checkpoints.
    pub checkpoints: Vec<String>,
    /// `off`, or the template: `windows`, `linux`.
    pub secure_boot: String,
}

/// A network adapter of a virtual machine.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default)]
pub struct Nic {
    /// Name, not unique.
    pub name: String,
    /// Twelve hex digits in upper case: `020100CC0001`.
    pub mac: String,
    /// The switch, if connected.
    pub switch: Option<String>,
    /// The VLAN in access mode; nothing where untagged.
    pub vlan: Option<u16>,
}

/// Power states as `Get-VM` names them.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub enum PowerState {
    /// Off.
    #[default]
    Off,
    /// Running.
    Running,
    /// Saved.
    Saved,
    /// Paused.
    Paused,
    /// On its way up.
    Starting,
    /// On its way down.
    Stopping,
    /// On its way to being saved.
    Saving,
    /// On its way to being paused.
    Pausing,
    /// On its way back from a pause.
    Resuming,
    /// Being reset.
    Reset,
    /// Any other.
    #[serde(other)]
    Other,
}

impl State {
    /// The first machine of that name.
    pub fn vm(&self, name: &str) -> Option<&Vm> {
        self.inventory.vms.iter().find(|vm| vm.name == name)
    }

    /// All machines.
    pub fn vms(&self) -> &[Vm] {
        &self.inventory.vms
    }

    /// Whether that file is there; Windows paths count in any letter case.
    pub fn has_file(&self, path: &str) -> bool {
        self.inventory.files.iter().any(|file| file.eq_ignore_ascii_case(path))
    }

    /// Full paths of all files, sorted.
    pub fn files(&self) -> &[String] {
        &self.inventory.files
    }
}

impl Vm {
    /// The adapter of that name.
    pub fn nic(&self, name: &str) -> Option<&Nic> {
        self.nics.iter().find(|nic| nic.name == name)
    }
}
