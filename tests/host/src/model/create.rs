//! The script `create`: a virtual machine from a template disk or an ISO, started at its end.

use crate::guid;
use crate::model::machine::{Size, bring_up, foreign, mark};
use crate::model::network::{Adapter, check_switches};
use crate::model::place::{Place, check_owner};
use crate::model::reply::{Outcome, ScriptError, arguments, refused};
use crate::model::world::World;
use crate::state::{Nic, PowerState, Vm};
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
    #[serde(default)]
    disk_bytes: u64,
    generation: u8,
    processors: u32,
    memory_bytes: u64,
    secure_boot: String,
    nics: Vec<Adapter>,
}

/// Runs the script against the world. Checks come in this order: machine, record, switches, template, disk.
pub(crate) fn run(world: &mut World, call: Value, seconds: f64) -> Outcome {
    let wanted: Arguments = arguments(call)?;
    let place = wanted.place();
    if seconds <= 0.0 {
        return Err(refused("deadline", "no time is left to create the virtual machine"));
    }
    if let Some(id) = existing(world, &place)? {
        return start(world, &wanted, &id, false);
    }
    check_record(world, &place)?;
    check_switches(world, &wanted.nics)?;
    place.check(world)?;
    make(world, &wanted, &place)
}

impl Arguments {
    fn place(&self) -> Place {
        Place {
            name: self.name.clone(),
            uuid: self.uuid.clone(),
            vhd_path: self.vhd_path.clone(),
            vm_path: self.vm_path.clone(),
            template_path: self.template_path.clone(),
            iso_path: self.iso_path.clone(),
        }
    }
}

/// The machine of ours that is there already and complete. One that is half made is cleared away.
fn existing(world: &mut World, place: &Place) -> Result<Option<String>, Box<ScriptError>> {
    let (wanted, name) = (place.wanted(), &place.name);
    let Some(vm) = wanted.find(world)? else {
        return Ok(None);
    };
    if !wanted.is_mark_of(vm) {
        return Err(foreign(name));
    }
    if mark(&vm.notes, "cloudstack-phase") != Some("creating") {
        return wanted.runnable(world).map(Some);
    }
    if vm.state != PowerState::Off || !vm.checkpoints.is_empty() {
        return Err(refused("vm_unfinished", format!("the virtual machine {name} looks half made but has run")));
    }
    let id = vm.id.clone();
    world.vms.retain(|vm| vm.id != id);
    world.remove(&place.disk());
    world.remove(&place.record());
    Ok(None)
}

/// A record without its machine: of a create of ours that was cut short, or of someone else.
fn check_record(world: &mut World, place: &Place) -> Result<(), Box<ScriptError>> {
    let (disk, record) = (place.disk(), place.record());
    if check_owner(world, &record, &place.uuid)? {
        world.remove(&disk);
        world.remove(&record);
    } else if world.text(&record).is_some() && world.size(&disk).is_some() {
        // One that nobody can read is in the way only where there is something that it may be about.
        return Err(refused("record_unreadable", format!("{record} cannot be read")));
    }
    Ok(())
}

/// A new disk that has nothing on it takes 4 MiB, however large it may become.
const EMPTY_DISK: u64 = 4 << 20;

fn make_disk(world: &mut World, wanted: &Arguments, disk: &str) -> Result<(), Box<ScriptError>> {
    match &wanted.template_path {
        Some(template) => world.copy(template, disk).map_err(|_| Box::new(disk_full())),
        None if wanted.disk_bytes == 0 => Err(refused("host_error", "a disk of no size")),
        None => {
            world.write(disk.to_owned(), EMPTY_DISK, String::new());
            Ok(())
        }
    }
}

fn make(world: &mut World, wanted: &Arguments, place: &Place) -> Outcome {
    let (disk, record, id) = (place.disk(), place.record(), guid::new());
    world.write_text(&record, place.record_text(&id));
    if let Err(error) = make_disk(world, wanted, &disk) {
        world.remove(&record);
        return Err(error);
    }
    let uuid = &wanted.uuid;
    world.vms.push(Vm {
        name: wanted.name.clone(),
        id: id.clone(),
        state: PowerState::Off,
        generation: wanted.generation,
        memory_bytes: wanted.memory_bytes,
        processors: wanted.processors,
        notes: format!("cloudstack-vm-id: {uuid}\r\ncloudstack-phase: complete\r\ncloudstack-record: {record}"),
        disks: vec![disk.clone()],
        nics: wanted.nics.iter().map(Nic::from).collect(),
        checkpoints: Vec::new(),
        secure_boot: wanted.secure_boot.clone(),
    });
    start(world, wanted, &id, true).map_err(|error| {
        world.vms.retain(|vm| vm.id != id);
        world.remove(&disk);
        world.remove(&record);
        Box::new(error.undone(&["vm", "disk", "record"]))
    })
}

fn start(world: &mut World, wanted: &Arguments, id: &str, made: bool) -> Outcome {
    let size = Size { processors: wanted.processors, memory_bytes: wanted.memory_bytes };
    bring_up(world, id, &wanted.nics, Some(size))?;
    Ok(json!({"Id": id, "State": "Running", "Made": made}))
}

fn disk_full() -> ScriptError {
    ScriptError::new("disk_full", "There is not enough space on the disk.")
        .with_hresult(0x8007_0070)
        .from_cmdlet("WriteError", "CopyFileInfoItemIOError,Microsoft.PowerShell.Commands.CopyItemCommand")
        .at("copy")
        .undone(&["record"])
}
