//! The script `create`: a virtual machine from a template disk or an ISO, started at its end.

use crate::guid;
use crate::model::network::{Adapter, apply, check_switches};
use crate::model::reply::{Outcome, ScriptError, refused};
use crate::model::world::{World, same};
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
pub(crate) fn run(world: &mut World, arguments: Value, seconds: f64) -> Outcome {
    let wanted: Arguments = serde_json::from_value(arguments)
        .map_err(|error| refused("host_error", format!("the arguments do not fit the script: {error}")))?;
    if seconds <= 0.0 {
        return Err(refused("deadline", "no time is left to create the virtual machine"));
    }
    if let Some(id) = existing(world, &wanted)? {
        check_switches(world, &wanted.nics)?;
        return bring_up(world, &wanted, &id, false);
    }
    check_record(world, &wanted)?;
    check_switches(world, &wanted.nics)?;
    check_places(world, &wanted)?;
    make(world, &wanted)
}

impl Arguments {
    fn disk(&self) -> String {
        format!(r"{}\{}.vhdx", self.vhd_path.trim_end_matches('\\'), self.name)
    }

    fn record(&self) -> String {
        record_beside(&self.disk())
    }

    fn notes(&self) -> String {
        let record = self.record();
        format!("cloudstack-vm-id: {}\r\ncloudstack-phase: complete\r\ncloudstack-record: {record}", self.uuid)
    }

    fn carries_our_mark(&self, vm: &Vm) -> bool {
        mark(&vm.notes, "cloudstack-vm-id").is_some_and(|id| same(id, &self.uuid))
    }
}

/// The machine of ours that is there already and complete. One that is half made is cleared away.
fn existing(world: &mut World, wanted: &Arguments) -> Result<Option<String>, Box<ScriptError>> {
    let name = &wanted.name;
    let (ours, others): (Vec<_>, Vec<_>) =
        world.vms.iter().filter(|vm| same(&vm.name, name)).partition(|vm| wanted.carries_our_mark(vm));
    let vm = match (ours.as_slice(), others.len()) {
        ([vm], _) => *vm,
        ([], 0) => return take_back(world, wanted),
        ([], 1) => {
            return Err(refused("vm_foreign", format!("a virtual machine {name} exists and is not this one")));
        }
        _ => {
            return Err(refused("vm_ambiguous", format!("there are several virtual machines {name}")));
        }
    };
    let id = vm.id.clone();
    if mark(&vm.notes, "cloudstack-phase") != Some("creating") {
        return Ok(Some(id));
    }
    if vm.state != PowerState::Off || !vm.checkpoints.is_empty() {
        return Err(refused("vm_unfinished", format!("the virtual machine {name} looks half made but has run")));
    }
    world.vms.retain(|vm| vm.id != id);
    world.remove(&wanted.disk());
    world.remove(&wanted.record());
    Ok(None)
}

/// One that a stop has parked gets its name back; one that somebody else renamed is an error.
fn take_back(world: &mut World, wanted: &Arguments) -> Result<Option<String>, Box<ScriptError>> {
    let Some(vm) = world.vms.iter_mut().find(|vm| wanted.carries_our_mark(vm)) else {
        return Ok(None);
    };
    if !vm.name.starts_with(&format!("{}.unclaimed-", wanted.name)) {
        let message = format!("the virtual machine {} is called {} on this host", wanted.name, vm.name);
        return Err(refused("vm_renamed", message));
    }
    vm.name.clone_from(&wanted.name);
    vm.notes = wanted.notes();
    Ok(Some(vm.id.clone()))
}

/// A record without its machine: of a create of ours that was cut short, or of someone else.
fn check_record(world: &mut World, wanted: &Arguments) -> Result<(), Box<ScriptError>> {
    let Some(text) = world.text(&wanted.record()) else {
        return Ok(());
    };
    match owner(text) {
        Some(owner) if same(&owner, &wanted.uuid) => {
            world.remove(&wanted.disk());
            world.remove(&wanted.record());
            Ok(())
        }
        Some(_) => Err(refused("record_foreign", format!("{} belongs to another virtual machine", wanted.record()))),
        // A record that nobody can read is in the way only where there is something that it may be about.
        None if world.size(&wanted.disk()).is_none() => Ok(()),
        None => Err(refused("record_unreadable", format!("{} cannot be read", wanted.record()))),
    }
}

fn check_places(world: &World, wanted: &Arguments) -> Result<(), Box<ScriptError>> {
    check_source(world, wanted)?;
    for folder in [&wanted.vhd_path, &wanted.vm_path] {
        if !world.has_folder(folder) {
            return Err(refused("folder_not_found", format!("there is no folder {folder}")));
        }
    }
    if world.size(&wanted.disk()).is_some() {
        return Err(refused("disk_exists", format!("{} exists already", wanted.disk())));
    }
    Ok(())
}

fn check_source(world: &World, wanted: &Arguments) -> Result<(), Box<ScriptError>> {
    let (kind, path) = match (&wanted.template_path, &wanted.iso_path) {
        (Some(template), _) => ("template", template),
        (None, Some(iso)) => ("iso", iso),
        (None, None) => return Err(refused("host_error", "neither template nor ISO is given")),
    };
    if world.size(path).is_none() {
        let code = format!("{kind}_not_found");
        return Err(refused(&code, format!("there is no {kind} {path}")));
    }
    if world.is_attached(path) || world.size(&record_beside(path)).is_some() {
        return Err(refused("template_in_use", format!("{path} is the disk of a virtual machine")));
    }
    Ok(())
}

/// A new disk that has nothing on it takes 4 MiB, however large it may become.
const EMPTY_DISK: u64 = 4 << 20;

fn make_disk(world: &mut World, wanted: &Arguments) -> Result<(), Box<ScriptError>> {
    let disk = wanted.disk();
    match &wanted.template_path {
        Some(template) => world.copy(template, &disk).map_err(|_| Box::new(disk_full())),
        None if wanted.disk_bytes == 0 => Err(refused("host_error", "a disk of no size")),
        None => {
            world.write(disk.clone(), EMPTY_DISK, String::new());
            Ok(())
        }
    }
}

fn make(world: &mut World, wanted: &Arguments) -> Outcome {
    let (disk, record) = (wanted.disk(), wanted.record());
    let id = guid::new();
    world.write_text(&record, json!({"Uuid": wanted.uuid, "Phase": "complete", "VmId": id}).to_string());
    if let Err(error) = make_disk(world, wanted) {
        world.remove(&record);
        return Err(error);
    }
    world.vms.push(Vm {
        name: wanted.name.clone(),
        id: id.clone(),
        state: PowerState::Off,
        generation: wanted.generation,
        memory_bytes: wanted.memory_bytes,
        processors: wanted.processors,
        notes: wanted.notes(),
        disks: vec![disk.clone()],
        nics: wanted.nics.iter().map(Nic::from).collect(),
        checkpoints: Vec::new(),
        secure_boot: wanted.secure_boot.clone(),
    });
    bring_up(world, wanted, &id, true).inspect_err(|_| {
        world.vms.retain(|vm| vm.id != id);
        world.remove(&disk);
        world.remove(&record);
    })
}

/// Puts the network right and starts the machine if it does not run.
fn bring_up(world: &mut World, wanted: &Arguments, id: &str, made: bool) -> Outcome {
    let free = world.free_memory(id);
    let vm = world.vm_mut(id).ok_or_else(|| refused("host_error", "the virtual machine has vanished"))?;
    apply(&wanted.nics, vm)?;
    if vm.state != PowerState::Running && vm.memory_bytes > free {
        let error = out_of_memory(vm);
        return Err(Box::new(if made { error.undone(&["vm", "disk", "record"]) } else { error }));
    }
    vm.state = PowerState::Running;
    Ok(json!({"Id": vm.id, "State": "Running", "Made": made}))
}

fn disk_full() -> ScriptError {
    ScriptError::new("disk_full", "There is not enough space on the disk.")
        .with_hresult(0x8007_0070)
        .from_cmdlet("WriteError", "CopyFileInfoItemIOError,Microsoft.PowerShell.Commands.CopyItemCommand")
        .at("copy")
        .undone(&["record"])
}

fn out_of_memory(vm: &Vm) -> ScriptError {
    let name = &vm.name;
    let megabytes = vm.memory_bytes >> 20;
    let message = format!(
        "'{name}' failed to start. Not enough memory in the system to start the virtual machine {name} with ram size \
         {megabytes} megabytes. (0x8007000E)"
    );
    ScriptError::new("out_of_memory", message)
        .with_hresult(0x8007_000E)
        .from_cmdlet("FromStdErr", "OutOfMemory,Microsoft.HyperV.PowerShell.Commands.StartVM")
        .at("start")
}

pub(crate) fn record_beside(disk: &str) -> String {
    format!("{}.cloudstack.json", disk.rsplit_once('.').map_or(disk, |(stem, _)| stem))
}

fn owner(record: &str) -> Option<String> {
    let record: Value = serde_json::from_str(record).ok()?;
    let (_, owner) = record.as_object()?.iter().find(|(name, _)| same(name, "uuid"))?;
    Some(owner.as_str()?.to_owned())
}

/// The value of a line `name: value` in a machine's notes, wherever the line stands.
pub(crate) fn mark<'n>(notes: &'n str, name: &str) -> Option<&'n str> {
    notes.lines().find_map(|line| line.trim().strip_prefix(name)?.strip_prefix(':')).map(str::trim)
}
