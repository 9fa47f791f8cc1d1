//! Whose machine a script means, and how it comes to run.

use crate::model::network::{Adapter, apply, check_switches};
use crate::model::reply::{ScriptError, refused};
use crate::model::world::{World, same};
use crate::state::{PowerState, Vm};

/// Name and owner of a machine.
#[derive(Clone, Copy)]
pub(crate) struct Wanted<'a> {
    pub(crate) name: &'a str,
    pub(crate) uuid: &'a str,
}

/// Processors and memory.
#[derive(Clone, Copy)]
pub(crate) struct Size {
    pub(crate) processors: u32,
    pub(crate) memory_bytes: u64,
}

impl Wanted<'_> {
    /// The machine, under its name, the one that a stop has parked it under, or any other.
    pub(crate) fn find(self, world: &mut World) -> Result<Option<&mut Vm>, Box<ScriptError>> {
        let (name, vms) = (self.name, &world.vms);
        let named: Vec<_> = vms.iter().filter(|vm| same(&vm.name, name)).collect();
        let ours: Vec<_> = vms.iter().filter(|vm| self.is_mark_of(vm)).collect();
        let id = match (named.as_slice(), ours.as_slice()) {
            ([], []) => return Ok(None),
            ([], [vm]) => vm.id.clone(),
            ([vm], _) if mark(&vm.notes, "cloudstack-vm-id").is_none() || self.is_mark_of(vm) => vm.id.clone(),
            ([_], _) => return Err(foreign(name)),
            (_, [vm]) if same(&vm.name, name) => vm.id.clone(),
            _ => return Err(refused("vm_ambiguous", format!("there are several virtual machines {name}"))),
        };
        Ok(world.vm_mut(&id))
    }

    /// The machine that shall run; a parked one gets its name back.
    pub(crate) fn runnable(self, world: &mut World) -> Result<String, Box<ScriptError>> {
        let name = self.name;
        let vm = self.find(world)?.ok_or_else(|| refused("vm_not_found", format!("there is no machine {name}")))?;
        if vm.name.starts_with(&format!("{name}.unclaimed-")) {
            name.clone_into(&mut vm.name);
            claim(vm);
        }
        if !same(&vm.name, name) {
            return Err(refused("vm_renamed", format!("the machine {name} is called {} on this host", vm.name)));
        }
        Ok(vm.id.clone())
    }

    pub(crate) fn is_mark_of(self, vm: &Vm) -> bool {
        mark(&vm.notes, "cloudstack-vm-id").is_some_and(|id| same(id, self.uuid))
    }
}

/// Gives a machine its network, and, if it is ours and off, its size; then lets it run. Returns the state before.
pub(crate) fn bring_up(
    world: &mut World,
    id: &str,
    nics: &[Adapter],
    size: Option<Size>,
) -> Result<PowerState, Box<ScriptError>> {
    check_switches(world, nics)?;
    let free = world.free_memory(id);
    let vm = world.vm_mut(id).ok_or_else(|| refused("host_error", "the virtual machine has vanished"))?;
    let before = vm.state;
    apply(nics, vm)?;
    if let (Some(size), PowerState::Off, Some(_)) = (size, before, mark(&vm.notes, "cloudstack-vm-id")) {
        (vm.processors, vm.memory_bytes) = (size.processors, size.memory_bytes);
    }
    if before != PowerState::Running && vm.memory_bytes > free {
        return Err(Box::new(out_of_memory(vm)));
    }
    vm.state = PowerState::Running;
    Ok(before)
}

fn claim(vm: &mut Vm) {
    vm.notes = vm.notes.replace("phase: unclaimed", "phase: complete");
}

pub(crate) fn foreign(name: &str) -> Box<ScriptError> {
    refused("vm_foreign", format!("a virtual machine {name} exists and is not this one"))
}

/// The value of a line `name: value` in a machine's notes, wherever the line stands.
pub(crate) fn mark<'n>(notes: &'n str, name: &str) -> Option<&'n str> {
    notes.lines().find_map(|line| line.trim().strip_prefix(name)?.strip_prefix(':')).map(str::trim)
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
