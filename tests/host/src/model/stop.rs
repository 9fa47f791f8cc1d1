//! The script `stop`. Every guest of the model has the shutdown component and follows at once.

use crate::model::machine::{foreign, mark};
use crate::model::reply::{Outcome, arguments};
use crate::model::world::{World, same};
use crate::state::PowerState;
use serde::Deserialize;
use serde_json::{Value, json};

/// The arguments as the script declares them.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Arguments {
    name: String,
    uuid: String,
    #[serde(rename = "VhdPath")]
    _vhd_path: String,
    unseen: bool,
    #[serde(rename = "ShutdownSeconds")]
    _shutdown_seconds: u32,
}

/// Runs the script against the world.
pub(crate) fn run(world: &mut World, call: Value) -> Outcome {
    let wanted: Arguments = arguments(call)?;
    let Some(vm) = world.vms.iter_mut().find(|vm| same(&vm.name, &wanted.name)) else {
        return Ok(json!({"Method": "absent"}));
    };
    let owner = mark(&vm.notes, "cloudstack-vm-id");
    if owner.is_some_and(|owner| !same(owner, &wanted.uuid)) {
        return Err(foreign(&wanted.name));
    }
    if wanted.unseen && owner.is_some() {
        vm.state = PowerState::Off;
        vm.name = format!("{}.unclaimed-00000001", wanted.name);
        vm.notes = vm.notes.replace("phase: complete", "phase: unclaimed");
        return Ok(json!({"Method": "parked"}));
    }
    let method = match vm.state {
        PowerState::Off => "off",
        PowerState::Saved => "saved",
        _ => "graceful",
    };
    if vm.state != PowerState::Saved {
        vm.state = PowerState::Off;
    }
    Ok(json!({"Method": method}))
}
