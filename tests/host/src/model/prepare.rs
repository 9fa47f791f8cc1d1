//! The script `prepare`: the checks of a create, which changes nothing.

use crate::model::machine::foreign;
use crate::model::network::check_switch;
use crate::model::place::{Place, check_owner};
use crate::model::reply::{Outcome, arguments, refused};
use crate::model::world::World;
use serde::Deserialize;
use serde_json::{Value, json};

/// The arguments as the script declares them.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Arguments {
    name: String,
    uuid: String,
    vhd_path: String,
    vm_path: String,
    #[serde(default)]
    template_path: Option<String>,
    #[serde(default)]
    iso_path: Option<String>,
    #[serde(default, rename = "DiskBytes")]
    _disk_bytes: u64,
    switch_names: Vec<String>,
}

/// Runs the script against the world.
pub(crate) fn run(world: &mut World, call: Value) -> Outcome {
    let Arguments { name, uuid, vhd_path, vm_path, template_path, iso_path, switch_names, .. } = arguments(call)?;
    let place = Place { name, uuid, vhd_path, vm_path, template_path, iso_path };
    switch_names.iter().try_for_each(|name| check_switch(world, name))?;
    let is_recorded = check_owner(world, &place.record(), &place.uuid)?;
    let wanted = place.wanted();
    match wanted.find(world)? {
        Some(vm) if wanted.is_mark_of(vm) => return Ok(json!({"FreeBytes": null})),
        Some(_) => return Err(foreign(&place.name)),
        None if is_recorded => {}
        None => place.check(world)?,
    }
    let needed = place.template_path.as_ref().and_then(|path| world.size(path)).unwrap_or(16 << 20);
    match world.free_disk() {
        free if free < needed => Err(refused("no_room", format!("{free} bytes are free, and {needed} are needed"))),
        free => Ok(json!({"FreeBytes": free})),
    }
}
