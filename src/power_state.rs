//! From what Hyper-V says about its VMs to what CloudStack may be told.
//!
//! A wrong `poweroff` is the worst answer: CloudStack stops the VM and gives its network away. `unknown` changes nothing.
//! Pure, and the same for every source of the rows.

use std::collections::{BTreeMap, HashMap};

/// A VM that went down more recently than this may be on its way up again: a restore or a reboot passes through it.
const SETTLED_SECONDS: f64 = 90.0;

/// One VM, by the properties of `Msvm_ComputerSystem`.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// `ElementName`; may repeat.
    pub name: String,
    /// `EnabledState`.
    pub enabled_state: u32,
    /// Seconds since `TimeOfLastStateChange` by the host's clock; nothing where the host does not tell.
    pub age: Option<f64>,
    /// `ReplicationMode`.
    pub replication_mode: u32,
    /// `ReplicationState`.
    pub replication_state: u32,
}

/// What CloudStack knows.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum PowerState {
    /// It holds processors or memory.
    On,
    /// It holds neither, and has not for a while.
    Off,
    /// It cannot be said; CloudStack leaves the VM as it is.
    Unknown,
}

/// Why a VM has no power state on this host. Never `Off`: it may run on another one.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Absent {
    /// No VM has the name.
    NoVm,
    /// What has the name is kept by Hyper-V Replica for a VM that lives elsewhere.
    OnlyReplica,
}

impl PowerState {
    /// CloudStack's word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::On => "poweron",
            Self::Off => "poweroff",
            Self::Unknown => "unknown",
        }
    }
}

/// The state of every VM, by name.
pub fn of_all(rows: &[Row]) -> BTreeMap<&str, PowerState> {
    let rows: Vec<&Row> = rows.iter().filter(|row| !row.is_replica_copy()).collect();
    // CloudStack's database may take two spellings for one name.
    let mut count: HashMap<String, usize> = HashMap::new();
    for row in &rows {
        *count.entry(row.name.to_ascii_lowercase()).or_default() += 1;
    }
    let is_single = |row: &Row| count.get(&row.name.to_ascii_lowercase()) == Some(&1);
    let state = |row: &Row| if is_single(row) { row.power_state() } else { PowerState::Unknown };
    rows.into_iter().map(|row| (row.name.as_str(), state(row))).collect()
}

/// The state of the VM of that name.
///
/// # Errors
/// Where it is not on this host.
pub fn of_one(name: &str, rows: &[Row]) -> Result<PowerState, Absent> {
    let states = of_all(rows);
    states.get(name).copied().ok_or_else(|| match rows.iter().any(|row| row.name == name) {
        true => Absent::OnlyReplica,
        false => Absent::NoVm,
    })
}

/// What the VM of that name does at this moment, for people. Nothing is concluded from it.
pub fn as_found(name: &str, rows: &[Row]) -> &'static str {
    let mut found = rows.iter().filter(|row| row.name == name && !row.is_replica_copy());
    match (found.next().map(|row| row.enabled_state), found.next()) {
        (None, _) => "the host shows no VM of that name now",
        (Some(_), Some(_)) => "the host has several VMs of that name now",
        (Some(2), None) => "the VM is running now",
        (Some(9 | 32768), None) => "the VM is paused now",
        (Some(3), None) => "the VM is off now",
        (Some(6 | 32769 | 32779), None) => "the VM is saved now",
        (Some(state), None) => match Phase::of(state) {
            Phase::Up => "the VM is changing its state now",
            Phase::Down | Phase::Unclear => "the VM is in no state that says more",
        },
    }
}

/// What an `EnabledState` means.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Phase {
    /// Processors or memory are held.
    Up,
    /// Neither is.
    Down,
    /// No table has the number, or two tables have it for different things.
    Unclear,
}

impl Phase {
    /// Windows knows two tables for the same states, and answers with either.
    ///
    /// From 32781 on, each version has inserted states before the `*Critical` ones, which so begin at 32781, 32783 or 32785;
    /// 32783 is Stopping-, RunningCritical or Hibernated. What counts here as up is so in all of them. None is down in all.
    const fn of(enabled_state: u32) -> Self {
        match enabled_state {
            // Running, shutting down, paused, starting, being reset.
            2 | 4 | 9 | 10 | 11 => Self::Up,
            // Paused, starting, taking a checkpoint, saving, stopping, pausing, resuming, saving fast.
            32768 | 32770 | 32771 | 32773 | 32774 | 32776 | 32777 | 32780 => Self::Up,
            32781 | 32785 | 32787 | 32789 | 32790 | 32792 | 32794 | 32796 => Self::Up,
            // Off and saved; saved, and saved fast.
            3 | 6 | 32769 | 32779 => Self::Down,
            _ => Self::Unclear,
        }
    }
}

impl Row {
    fn power_state(&self) -> PowerState {
        match Phase::of(self.enabled_state) {
            Phase::Up => PowerState::On,
            Phase::Unclear => PowerState::Unknown,
            Phase::Down if self.is_fresh() || self.is_primary() => PowerState::Unknown,
            Phase::Down => PowerState::Off,
        }
    }

    /// Whether the last change is recent. A clock that was set back a little makes it seem to lie ahead.
    fn is_fresh(&self) -> bool {
        self.age.is_some_and(|age| age > -SETTLED_SECONDS && age < SETTLED_SECONDS)
    }

    /// A copy that waits (mode replica, test replica, extended replica) is nobody's VM, unless it was failed over (state
    /// recovered, committed).
    fn is_replica_copy(&self) -> bool {
        matches!(self.replication_mode, 2..=4)
            && !matches!(self.replication_state, 5 | 6)
            && Phase::of(self.enabled_state) == Phase::Down
    }

    /// It may have been failed over, and run on another host.
    const fn is_primary(&self) -> bool {
        self.replication_mode == 1
    }
}

#[cfg(test)]
mod tests;
