//! The script `reboot`. Every guest of the model restarts when it is told to.

use crate::model::machine::{Wanted, bring_up};
use crate::model::network::Adapter;
use crate::model::reply::{Outcome, arguments};
use crate::model::world::World;
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
    nics: Vec<Adapter>,
    #[serde(rename = "ShutdownSeconds")]
    _shutdown_seconds: u32,
}

/// Runs the script against the world.
pub(crate) fn run(world: &mut World, call: Value) -> Outcome {
    let Arguments { name, uuid, nics, .. } = arguments(call)?;
    let id = Wanted { name: &name, uuid: &uuid }.runnable(world)?;
    let before = bring_up(world, &id, &nics, None)?;
    let had_guest = matches!(before, PowerState::Running | PowerState::Paused);
    Ok(json!({"Method": if had_guest { "guest_reboot" } else { "started" }}))
}
