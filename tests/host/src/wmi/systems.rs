//! The rows of `Msvm_ComputerSystem`, before anyone asks for them.

use crate::state::{Inventory, PowerState};
use std::time::SystemTime;

/// What WMI knows of a host at one moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Systems {
    /// The host's own name.
    pub computer: String,
    /// Whether the account sees anything. One that does not sees nothing and gets no error.
    pub rights: bool,
    /// Whether the Virtual Machine Management Service runs.
    pub vmms: bool,
    /// Whether captions are German.
    pub german: bool,
    /// The machines.
    pub machines: Vec<System>,
}

/// One machine.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct System {
    /// GUID.
    pub id: String,
    /// Name; may repeat.
    pub name: String,
    /// `EnabledState`, by the table of the older hosts.
    pub state: u16,
    /// When the state last changed, by the host's clock; nothing where that is not known.
    pub changed: Option<SystemTime>,
    /// When it was made.
    pub made: Option<SystemTime>,
    /// `ReplicationMode`.
    pub replication_mode: u16,
    /// `ReplicationState`.
    pub replication_state: u16,
    /// Whether its disks are being merged.
    pub merging: bool,
}

impl Systems {
    /// A healthy host with these machines.
    pub fn of(computer: &str, machines: Vec<System>) -> Self {
        Self { computer: computer.to_owned(), rights: true, vmms: true, german: false, machines }
    }

    /// All that an inventory tells.
    pub(crate) fn of_inventory(inventory: Inventory) -> Self {
        let machine = |vm: crate::state::Vm| System {
            id: vm.id,
            name: vm.name,
            state: enabled_state(&format!("{:?}", vm.state)),
            ..System::default()
        };
        Self::of("HV01", inventory.vms.into_iter().map(machine).collect())
    }
}

/// `EnabledState` of the older hosts for what `Get-VM` calls a state; critical ones count as plain.
pub(crate) fn enabled_state(name: &str) -> u16 {
    match name.strip_suffix("Critical").unwrap_or(name) {
        "Running" => 2,
        "Off" => 3,
        "Reset" => 10,
        "Paused" => 32768,
        "Saved" => 32769,
        "Starting" => 32770,
        "Saving" => 32773,
        "Stopping" => 32774,
        "Pausing" => 32776,
        "Resuming" => 32777,
        "FastSaved" => 32779,
        "FastSaving" => 32780,
        "ForceShutdown" => 32781,
        "ForceReboot" => 32782,
        _ => 1,
    }
}

impl From<PowerState> for System {
    fn from(state: PowerState) -> Self {
        Self { state: enabled_state(&format!("{state:?}")), ..Self::default() }
    }
}
