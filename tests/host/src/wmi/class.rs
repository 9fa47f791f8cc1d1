//! `Msvm_ComputerSystem`: its properties, and their values for each machine and for the host itself.

use crate::wmi::settings::Wmi;
use crate::wmi::systems::{System, Systems};
use std::collections::BTreeMap;
use std::time::SystemTime;

pub(crate) const NAMESPACE: &str = "root/virtualization/v2";
pub(crate) const CLASS: &str = "Msvm_ComputerSystem";

/// In the order of the alphabet, as hosts write them.
pub(crate) const PROPERTIES: [&str; 17] = [
    "Caption",
    "Description",
    "ElementName",
    "EnabledDefault",
    "EnabledState",
    "FailedOverReplicationType",
    "HealthState",
    "InstallDate",
    "Name",
    "OnTimeInMilliseconds",
    "OperationalStatus",
    "ProcessID",
    "ReplicationHealth",
    "ReplicationMode",
    "ReplicationState",
    "RequestedState",
    "TimeOfLastStateChange",
];

/// The value of a property.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Null,
    Text(String),
    Number(u64),
    Numbers(Vec<u64>),
    Time(SystemTime),
}

/// One object: its properties by name.
pub(crate) type Row = BTreeMap<&'static str, Value>;

/// All objects, the host itself first.
pub(crate) fn rows(systems: &Systems, wmi: &Wmi) -> Vec<Row> {
    if !systems.rights {
        return Vec::new();
    }
    let german = systems.german || wmi.localized;
    let host = System { name: systems.computer.clone(), state: 2, ..System::default() };
    let caption = if german { "Hostcomputersystem" } else { "Hosting Computer System" };
    let host = row(&host, systems.computer.clone(), caption, wmi);
    let caption = if german { "Virtueller Computer" } else { "Virtual Machine" };
    let machines = systems.machines.iter().filter(|_| !wmi.empty);
    std::iter::once(host).chain(machines.map(|machine| row(machine, machine.id.to_uppercase(), caption, wmi))).collect()
}

fn row(system: &System, name: String, caption: &str, wmi: &Wmi) -> Row {
    let time = |time: Option<SystemTime>| time.map_or(Value::Null, Value::Time);
    let state = if wmi.documented_states { documented(system.state) } else { system.state };
    let status = if system.merging { vec![2, 32772] } else { vec![2] };
    BTreeMap::from([
        ("Caption", Value::Text(caption.to_owned())),
        ("Description", Value::Text(format!("Microsoft {caption}"))),
        ("ElementName", Value::Text(system.name.clone())),
        ("EnabledDefault", Value::Number(2)),
        ("EnabledState", Value::Number(state.into())),
        ("FailedOverReplicationType", Value::Number(0)),
        ("HealthState", Value::Number(5)),
        ("InstallDate", time(system.made)),
        ("Name", Value::Text(name)),
        ("OnTimeInMilliseconds", Value::Number(0)),
        ("OperationalStatus", Value::Numbers(status)),
        ("ProcessID", Value::Null),
        ("ReplicationHealth", Value::Number(0)),
        ("ReplicationMode", Value::Number(system.replication_mode.into())),
        ("ReplicationState", Value::Number(system.replication_state.into())),
        ("RequestedState", Value::Number(12)),
        ("TimeOfLastStateChange", time(system.changed)),
    ])
}

/// The newer table has numbers of its own for some states only.
fn documented(state: u16) -> u16 {
    match state {
        32774 => 4,
        32769 => 6,
        32768 => 9,
        32770 => 10,
        other => other,
    }
}
