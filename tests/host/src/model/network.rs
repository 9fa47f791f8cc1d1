//! The network adapters of a machine, as scripts ask for them.

use crate::model::reply::{ScriptError, refused};
use crate::model::world::{World, same};
use crate::state::{Nic, PowerState, Vm};
use serde::Deserialize;

/// An adapter that a script asks for.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct Adapter {
    name: String,
    mac_address: String,
    switch_name: String,
    vlan_id: Option<u16>,
}

impl From<&Adapter> for Nic {
    fn from(adapter: &Adapter) -> Self {
        Self {
            name: adapter.name.clone(),
            mac: adapter.mac_address.clone(),
            switch: Some(adapter.switch_name.clone()),
            vlan: adapter.vlan_id,
        }
    }
}

/// Every switch must be there, and be one.
pub(crate) fn check_switches(world: &World, wanted: &[Adapter]) -> Result<(), Box<ScriptError>> {
    wanted.iter().try_for_each(|adapter| check_switch(world, &adapter.switch_name))
}

pub(crate) fn check_switch(world: &World, name: &str) -> Result<(), Box<ScriptError>> {
    match world.switches.iter().filter(|switch| same(switch, name)).count() {
        1 => Ok(()),
        0 => Err(refused("switch_not_found", format!("there is no virtual switch {name}"))),
        _ => Err(refused("switch_ambiguous", format!("there are several virtual switches {name}"))),
    }
}

/// Gives a machine these adapters. Those there are found by MAC, then by name; of the others only the ones that the
/// extension made go.
pub(crate) fn apply(wanted: &[Adapter], vm: &mut Vm) -> Result<(), Box<ScriptError>> {
    let mut there = vm.nics.clone();
    let mut nics = Vec::new();
    for adapter in wanted {
        let nic = Nic::from(adapter);
        let by_mac = there.iter().position(|old| old.mac == nic.mac);
        match by_mac.or_else(|| there.iter().position(|old| old.name == nic.name)) {
            None => nics.push(nic),
            Some(at) => {
                let old = there.remove(at);
                if old.mac != nic.mac && vm.state != PowerState::Off {
                    let message = format!("the MAC address of {} cannot be set while the machine is on", old.name);
                    return Err(refused("network_refused", message));
                }
                nics.push(Nic { name: old.name, ..nic });
            }
        }
    }
    there.retain(|old| !is_ours(&old.name));
    nics.extend(there);
    vm.nics = nics;
    Ok(())
}

/// Adapters that the extension made are called NIC1, NIC2, ...
fn is_ours(name: &str) -> bool {
    name.strip_prefix("NIC").is_some_and(|number| number.parse::<u32>().is_ok())
}
