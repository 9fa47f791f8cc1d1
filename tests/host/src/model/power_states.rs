//! The script `power-states`.

use crate::model::reply::{Outcome, arguments};
use crate::model::world::World;
use crate::state::{PowerState, Vm};
use serde::Deserialize;
use serde_json::{Value, json};

/// The arguments as the script declares them.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Arguments {
    name: Option<String>,
}

/// Runs the script against the world.
pub(crate) fn run(world: &World, call: Value) -> Outcome {
    let Arguments { name } = arguments(call)?;
    let is_wanted = |row: &Value| name.as_ref().is_none_or(|name| row["Name"] == json!(name));
    let age = |vm: &Vm| world.changes.get(&vm.id).map(|since| since.elapsed().as_secs_f64());
    let vms = world.vms.iter().map(|vm| json!({"Name": vm.name, "State": number(vm.state), "Age": age(vm)}));
    let rows: Vec<_> = vms.chain(world.rows.iter().cloned()).filter(is_wanted).collect();
    Ok(json!({"Rows": rows}))
}

/// `EnabledState`.
fn number(state: PowerState) -> u16 {
    match state {
        PowerState::Running => 2,
        PowerState::Off => 3,
        PowerState::Reset => 11,
        PowerState::Paused => 32768,
        PowerState::Saved => 32769,
        PowerState::Starting => 32770,
        PowerState::Saving => 32773,
        PowerState::Stopping => 32774,
        PowerState::Pausing => 32776,
        PowerState::Resuming => 32777,
        PowerState::Other => 1,
    }
}
