//! The machines as WMI tells of them.

use crate::guid;
use crate::model::world::World;
use crate::wmi::{System, Systems};
use serde_json::Value;
use std::time::{Duration, SystemTime};

impl World {
    /// The machines, and the rows that a test has added beside them.
    pub(crate) fn systems(&self) -> Systems {
        let now = SystemTime::now();
        let machines = self.vms.iter().map(|vm| System {
            id: vm.id.clone(),
            name: vm.name.clone(),
            changed: self.changes.get(&vm.id).and_then(|since| now.checked_sub(since.elapsed())),
            ..System::from(vm.state)
        });
        let rows = self.rows.iter().map(|row| of_row(row, now));
        Systems::of(&self.host_name, machines.chain(rows).collect())
    }
}

fn of_row(row: &Value, now: SystemTime) -> System {
    let number = |key: &str| row[key].as_u64().and_then(|number| u16::try_from(number).ok()).unwrap_or_default();
    let ago = |age: f64| {
        let span = Duration::try_from_secs_f64(age.abs()).ok()?;
        if age < 0.0 { now.checked_add(span) } else { now.checked_sub(span) }
    };
    System {
        id: guid::new(),
        name: row["Name"].as_str().unwrap_or_default().to_owned(),
        state: number("State"),
        changed: row["Age"].as_f64().and_then(ago),
        replication_mode: number("ReplicationMode"),
        replication_state: number("ReplicationState"),
        ..System::default()
    }
}
