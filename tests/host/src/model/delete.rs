//! The script `delete`: the machine, its own disk and its record.

use crate::model::machine::Wanted;
use crate::model::place::{check_owner, disk, entry, record_beside};
use crate::model::reply::{Outcome, arguments};
use crate::model::world::{World, same};
use serde::Deserialize;
use serde_json::{Value, json};

/// The arguments as the script declares them.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Arguments {
    name: String,
    uuid: String,
    vhd_path: String,
}

/// Runs the script against the world.
pub(crate) fn run(world: &mut World, call: Value) -> Outcome {
    let Arguments { name, uuid, vhd_path } = arguments(call)?;
    let root = disk(&vhd_path, &name);
    let record = record_beside(&root);
    let found = Wanted { name: &name, uuid: &uuid }.find(world)?.map(|vm| (vm.id.clone(), vm.disks.clone()));
    check_owner(world, &record, &uuid)?;
    let Some((id, disks)) = found else {
        if world.remove(&record) {
            world.remove(&root);
            return Ok(json!({"Found": true, "Kept": []}));
        }
        let kept: Vec<_> =
            world.size(&root).map(|_| format!("{root}: no record says whose it is")).into_iter().collect();
        return Ok(json!({"Found": false, "Kept": kept}));
    };
    let iso = world.text(&record).and_then(|text| entry(text, "iso"));
    let (own, others): (Vec<_>, Vec<_>) = disks.into_iter().partition(|disk| same(disk, &root));
    let kept = others.iter().map(|disk| format!("{disk}: another name than this VM's disk"));
    let kept: Vec<_> = kept.chain(iso.map(|iso| format!("{iso}: an ISO"))).collect();
    world.vms.retain(|vm| vm.id != id);
    own.iter().chain([&record]).for_each(|file| _ = world.remove(file));
    Ok(json!({"Found": true, "Kept": kept}))
}
