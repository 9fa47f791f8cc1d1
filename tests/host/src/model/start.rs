//! The script `start`.

use crate::model::machine::{Size, Wanted, bring_up};
use crate::model::network::Adapter;
use crate::model::reply::{Outcome, arguments};
use crate::model::world::World;
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
    processors: u32,
    memory_bytes: u64,
    nics: Vec<Adapter>,
}

/// Runs the script against the world.
pub(crate) fn run(world: &mut World, call: Value) -> Outcome {
    let Arguments { name, uuid, processors, memory_bytes, nics, .. } = arguments(call)?;
    let id = Wanted { name: &name, uuid: &uuid }.runnable(world)?;
    let before = bring_up(world, &id, &nics, Some(Size { processors, memory_bytes }))?;
    Ok(json!({"Id": id, "Before": before, "State": "Running"}))
}
