//! The stand-in's world as the state page tells it.

use crate::powershell::drives::{Listing, list};
use crate::powershell::stand_in::Machine;
use crate::state::{Inventory, Nic, PowerState, Vm};
use serde::{Deserialize, Deserializer};
use std::io;

impl Machine {
    pub(super) fn inventory(&self) -> io::Result<Inventory> {
        let world = World::deserialize(self.state.world()?)?;
        let Listing { files, folders } = list(&self.state.drives())?;
        Ok(Inventory { vms: world.machines.iter().map(|vm| world.vm(vm)).collect(), files, folders })
    }
}

/// What matters here of `state.json`. Before the stand-in has filled it in, parts may be missing.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct World {
    #[serde(default, deserialize_with = "list_or_null")]
    switches: Vec<Switch>,
    #[serde(default, deserialize_with = "list_or_null")]
    machines: Vec<Record>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Switch {
    name: String,
    id: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Record {
    id: String,
    name: String,
    generation: Option<u8>,
    state: PowerState,
    memory: Memory,
    processors: Processors,
    notes: Option<String>,
    #[serde(deserialize_with = "list_or_null")]
    drives: Vec<Drive>,
    #[serde(deserialize_with = "list_or_null")]
    adapters: Vec<Adapter>,
    #[serde(deserialize_with = "list_or_null")]
    snapshots: Vec<Snapshot>,
    firmware: Option<Firmware>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Memory {
    startup: u64,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Processors {
    count: u32,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Drive {
    kind: Option<String>,
    path: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Adapter {
    name: String,
    mac_address: String,
    switch_id: Option<String>,
    switch_name: Option<String>,
    vlan: Vlan,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Vlan {
    operation_mode: String,
    access_vlan_id: u16,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Snapshot {
    name: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Firmware {
    secure_boot: String,
    secure_boot_template: String,
}

impl World {
    fn vm(&self, record: &Record) -> Vm {
        let is_disk = |drive: &&Drive| drive.kind.as_deref().is_none_or(|kind| kind == "Disk");
        Vm {
            name: record.name.clone(),
            id: record.id.to_lowercase(),
            state: record.state,
            generation: record.generation.unwrap_or(2),
            memory_bytes: record.memory.startup,
            processors: record.processors.count,
            notes: record.notes.clone().unwrap_or_default(),
            disks: record.drives.iter().filter(is_disk).filter_map(|drive| drive.path.clone()).collect(),
            nics: record.adapters.iter().map(|adapter| self.nic(adapter)).collect(),
            checkpoints: record.snapshots.iter().map(|snapshot| snapshot.name.clone()).collect(),
            secure_boot: secure_boot(record.firmware.as_ref()),
        }
    }

    fn nic(&self, adapter: &Adapter) -> Nic {
        let switch = self
            .switches
            .iter()
            .find(|switch| switch.id.is_some() && switch.id == adapter.switch_id)
            .map(|switch| switch.name.clone());
        Nic {
            name: adapter.name.clone(),
            mac: adapter.mac_address.clone(),
            switch: switch.or_else(|| adapter.switch_name.clone()),
            vlan: (adapter.vlan.operation_mode == "Access").then_some(adapter.vlan.access_vlan_id),
        }
    }
}

/// `off`, `windows` or `linux`; a template that nobody here uses by its own name. Generation 1 has no Secure Boot.
fn secure_boot(firmware: Option<&Firmware>) -> String {
    let Some(firmware) = firmware.filter(|firmware| firmware.secure_boot == "On") else {
        return "off".to_owned();
    };
    match firmware.secure_boot_template.as_str() {
        "MicrosoftWindows" => "windows",
        "MicrosoftUEFICertificateAuthority" => "linux",
        other => other,
    }
    .to_owned()
}

/// PowerShell writes an empty list as null where it was never set.
fn list_or_null<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}
