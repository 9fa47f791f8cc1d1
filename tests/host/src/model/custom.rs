//! The scripts of the custom actions: `suspend`, `resume`, `create-snapshot`, `list-snapshots`, `restore-snapshot`,
//! `delete-snapshot`, and `identify`. The model's snapshots form a line and hold nothing but their names.

use crate::model::machine::{Wanted, foreign, mark};
use crate::model::reply::{Outcome, ScriptError, arguments, refused};
use crate::model::world::{World, same};
use crate::state::{PowerState, Vm};
use serde::Deserialize;
use serde_json::{Value, json};

/// The arguments as the scripts declare them.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Arguments {
    name: String,
    uuid: String,
    #[serde(rename = "VhdPath")]
    _vhd_path: String,
    #[serde(default)]
    snapshot: String,
}

/// Runs the script of that name against the world.
pub(crate) fn run(script: &str, world: &mut World, call: Value) -> Outcome {
    let Arguments { name, uuid, snapshot, .. } = arguments(call)?;
    let wanted = Wanted { name: &name, uuid: &uuid };
    let vm = wanted.find(world)?.filter(|vm| same(&vm.name, &name));
    let vm = vm.ok_or_else(|| refused("vm_not_found", format!("there is no machine {name}")))?;
    if mark(&vm.notes, "cloudstack-vm-id").is_some() && !wanted.is_mark_of(vm) {
        return Err(foreign(&name));
    }
    match script {
        "suspend" => hold(vm, PowerState::Paused),
        "resume" => hold(vm, PowerState::Running),
        "create-snapshot" => create(vm, snapshot),
        "list-snapshots" => {
            Ok(json!({"Snapshots": vm.checkpoints.iter().enumerate().map(|it| row(it, vm)).collect::<Vec<_>>()}))
        }
        "restore-snapshot" => {
            let place = find(vm, &snapshot)?;
            Ok(json!({"Id": id(vm, place), "Before": vm.state, "State": vm.state}))
        }
        "delete-snapshot" => {
            let place = find(vm, &snapshot)?;
            let id = id(vm, place);
            vm.checkpoints.remove(place);
            Ok(json!({"Id": id, "Merge": "done"}))
        }
        _ => Ok(json!({"Id": vm.id})),
    }
}

fn hold(vm: &mut Vm, state: PowerState) -> Outcome {
    if !matches!(vm.state, PowerState::Running | PowerState::Paused) {
        return Err(refused("vm_off", format!("the VM {} is {:?}", vm.name, vm.state)));
    }
    let before = std::mem::replace(&mut vm.state, state);
    Ok(json!({"Before": before, "State": state}))
}

fn create(vm: &mut Vm, name: String) -> Outcome {
    if vm.checkpoints.contains(&name) {
        return Err(refused("snapshot_exists", format!("the VM has a snapshot '{name}' already")));
    }
    if vm.checkpoints.len() >= 50 {
        return Err(refused("snapshot_limit", "the VM has 50 snapshots, and Hyper-V allows 50"));
    }
    vm.checkpoints.push(name);
    Ok(json!({"Id": id(vm, vm.checkpoints.len() - 1)}))
}

fn find(vm: &Vm, wanted: &str) -> Result<usize, Box<ScriptError>> {
    let is_it = |(place, name): &(usize, &String)| *name == wanted || same(&id(vm, *place), wanted);
    let found = vm.checkpoints.iter().enumerate().find(is_it);
    found
        .map(|(place, _)| place)
        .ok_or_else(|| refused("snapshot_not_found", format!("the VM has no snapshot '{wanted}'")))
}

/// The machine's own GUID with the snapshot's number in front.
fn id(vm: &Vm, place: usize) -> String {
    format!("{place:08x}{}", vm.id.get(8..).unwrap_or_default())
}

fn row((place, name): (usize, &String), vm: &Vm) -> Value {
    let parent = place.checked_sub(1).map_or_else(String::new, |before| id(vm, before));
    let is_last = place + 1 == vm.checkpoints.len();
    json!({"Name": name, "CreationTime": "2026-01-01T00:00:00", "Id": id(vm, place), "Parent": parent, "Current": is_last})
}
