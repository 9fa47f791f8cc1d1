//! The machine that the model plays: switches, folders, files, virtual machines, and how much it can carry.

use crate::guid;
use crate::state::{Inventory, Nic, PowerState, Vm};
use serde_json::Value;
use std::collections::BTreeMap;
use std::time::Instant;

const GIB: u64 = 1 << 30;

/// The contents of a host. The default is what the project's fixtures name, without virtual machines.
#[derive(Clone, Debug)]
pub struct World {
    pub(crate) host_name: String,
    pub(crate) switches: Vec<String>,
    pub(crate) vms: Vec<Vm>,
    pub(crate) rows: Vec<Value>,
    /// When scripts changed a machine's state, by its id. Others have been as they are for long.
    pub(crate) changes: BTreeMap<String, Instant>,
    pub(crate) memory_bytes: u64,
    pub(crate) disk_bytes: u64,
    folders: Vec<String>,
    files: BTreeMap<String, File>,
}

/// A file: its name as written, how much it takes, and its text if it matters.
#[derive(Clone, Debug)]
struct File {
    path: String,
    bytes: u64,
    text: String,
}

impl Default for World {
    fn default() -> Self {
        Self {
            host_name: "HV01".to_owned(),
            switches: vec!["External vSwitch".to_owned()],
            vms: Vec::new(),
            rows: Vec::new(),
            changes: BTreeMap::new(),
            memory_bytes: 64 * GIB,
            disk_bytes: 1024 * GIB,
            folders: Vec::new(),
            files: BTreeMap::new(),
        }
        .with_folder(r"D:\Hyper-V\Virtual Hard Disks")
        .with_folder(r"D:\Hyper-V\Virtual Machines")
        .with_file(r"D:\Templates\ubuntu2404.vhdx", 3 * GIB)
        .with_file(r"D:\ISO\alma9.iso", 2 * GIB)
    }
}

/// Setting up.
impl World {
    /// Adds a switch; a second one of the same name is a second switch, as in Hyper-V.
    #[must_use]
    pub fn with_switch(mut self, name: impl Into<String>) -> Self {
        self.switches.push(name.into());
        self
    }

    /// Takes away every switch of that name.
    #[must_use]
    pub fn without_switch(mut self, name: &str) -> Self {
        self.switches.retain(|switch| !same(switch, name));
        self
    }

    /// Adds a folder.
    #[must_use]
    pub fn with_folder(mut self, path: impl Into<String>) -> Self {
        self.folders.push(path.into());
        self
    }

    /// Takes away a folder; the files in it stay.
    #[must_use]
    pub fn without_folder(mut self, path: &str) -> Self {
        self.folders.retain(|folder| !same(folder, path));
        self
    }

    /// Adds a file of that size.
    #[must_use]
    pub fn with_file(mut self, path: impl Into<String>, bytes: u64) -> Self {
        self.write(path.into(), bytes, String::new());
        self
    }

    /// Adds a text file.
    #[must_use]
    pub fn with_text(mut self, path: impl Into<String>, text: impl Into<String>) -> Self {
        let text = text.into();
        self.write(path.into(), size_of_text(&text), text);
        self
    }

    /// Takes away a file.
    #[must_use]
    pub fn without_file(mut self, path: &str) -> Self {
        self.remove(path);
        self
    }

    /// Adds a virtual machine; without identifier it gets a new one.
    #[must_use]
    pub fn with_vm(mut self, mut vm: Vm) -> Self {
        if vm.id.is_empty() {
            vm.id = guid::new();
        }
        self.vms.push(vm);
        self
    }

    /// Adds a virtual machine that runs and that nobody has marked, as the administrator makes them by hand.
    #[must_use]
    pub fn with_unmarked_vm(self, name: impl Into<String>) -> Self {
        self.with_vm(plain_vm(name.into()))
    }

    /// Adds a virtual machine that runs and carries the mark of another CloudStack machine.
    #[must_use]
    pub fn with_foreign_vm(self, name: impl Into<String>) -> Self {
        let notes = format!("cloudstack-vm-id: {}\r\ncloudstack-phase: complete", guid::new());
        self.with_vm(Vm { notes, ..plain_vm(name.into()) })
    }

    /// Adds what the script `power-states` reports beside the machines: one of another age, a replica, a second of a name.
    #[must_use]
    pub fn with_state_row(mut self, row: Value) -> Self {
        self.rows.push(row);
        self
    }

    /// Changes every machine of that name.
    #[must_use]
    pub fn with_changed(mut self, vm: &str, change: impl FnMut(&mut Vm)) -> Self {
        self.vms.iter_mut().filter(|other| same(&other.name, vm)).for_each(change);
        self
    }

    /// Changes the network adapters of every machine of that name.
    #[must_use]
    pub fn with_nics(self, vm: &str, mut change: impl FnMut(&mut Vec<Nic>)) -> Self {
        self.with_changed(vm, |vm| change(&mut vm.nics))
    }

    /// How much memory all running machines may have together.
    #[must_use]
    pub fn with_memory(mut self, bytes: u64) -> Self {
        self.memory_bytes = bytes;
        self
    }

    /// How much all files may take together.
    #[must_use]
    pub fn with_free_disk(mut self, bytes: u64) -> Self {
        self.disk_bytes = self.files.values().map(|file| file.bytes).sum::<u64>() + bytes;
        self
    }

    /// The NetBIOS name of the host.
    #[must_use]
    pub fn with_host_name(mut self, name: impl Into<String>) -> Self {
        self.host_name = name.into();
        self
    }
}

/// What scripts see and do.
impl World {
    pub(crate) fn inventory(&self) -> Inventory {
        let mut files: Vec<_> = self.files.values().map(|file| file.path.clone()).collect();
        files.sort();
        let mut folders = self.folders.clone();
        folders.sort();
        Inventory { vms: self.vms.clone(), files, folders }
    }

    /// Notes the time of every change of state that a script makes.
    pub(crate) fn watched<T>(&mut self, script: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.vms.clone();
        let outcome = script(self);
        let is_as_before = |vm: &Vm| before.iter().any(|old| (&old.id, old.state) == (&vm.id, vm.state));
        let changed: Vec<_> = self.vms.iter().filter(|vm| !is_as_before(vm)).map(|vm| vm.id.clone()).collect();
        self.changes.extend(changed.into_iter().map(|id| (id, Instant::now())));
        outcome
    }

    pub(crate) fn has_folder(&self, path: &str) -> bool {
        let path = path.trim_end_matches('\\');
        self.folders.iter().any(|folder| same(folder.trim_end_matches('\\'), path))
    }

    pub(crate) fn size(&self, path: &str) -> Option<u64> {
        self.files.get(&key(path)).map(|file| file.bytes)
    }

    pub(crate) fn text(&self, path: &str) -> Option<&str> {
        self.files.get(&key(path)).map(|file| file.text.as_str())
    }

    pub(crate) fn write_text(&mut self, path: &str, text: String) {
        self.write(path.to_owned(), size_of_text(&text), text);
    }

    /// Copies a file, or says that there is no room for it.
    pub(crate) fn copy(&mut self, from: &str, to: &str) -> Result<(), NoRoom> {
        let bytes = self.size(from).unwrap_or(0);
        if bytes > self.free_disk() {
            return Err(NoRoom);
        }
        self.write(to.to_owned(), bytes, String::new());
        Ok(())
    }

    pub(crate) fn free_disk(&self) -> u64 {
        self.disk_bytes.saturating_sub(self.files.values().map(|file| file.bytes).sum())
    }

    pub(crate) fn remove(&mut self, path: &str) -> bool {
        self.files.remove(&key(path)).is_some()
    }

    /// Memory that machines other than this one leave free.
    pub(crate) fn free_memory(&self, besides: &str) -> u64 {
        let running = self.vms.iter().filter(|vm| holds_memory(vm.state) && vm.id != besides);
        self.memory_bytes.saturating_sub(running.map(|vm| vm.memory_bytes).sum())
    }

    pub(crate) fn vm_mut(&mut self, id: &str) -> Option<&mut Vm> {
        self.vms.iter_mut().find(|vm| vm.id == id)
    }

    /// Whether some machine has that file as a disk.
    pub(crate) fn is_attached(&self, path: &str) -> bool {
        self.vms.iter().flat_map(|vm| &vm.disks).any(|disk| same(disk, path))
    }

    pub(crate) fn write(&mut self, path: String, bytes: u64, text: String) {
        self.files.insert(key(&path), File { path, bytes, text });
    }
}

/// There is not enough room on the disk.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct NoRoom;

/// Whether two names or paths are the same to Windows.
pub(crate) fn same(a: &str, b: &str) -> bool {
    a.eq_ignore_ascii_case(b)
}

fn holds_memory(state: PowerState) -> bool {
    !matches!(state, PowerState::Off | PowerState::Saved)
}

fn key(path: &str) -> String {
    path.to_ascii_lowercase()
}

fn size_of_text(text: &str) -> u64 {
    u64::try_from(text.len()).unwrap_or(u64::MAX)
}

fn plain_vm(name: String) -> Vm {
    Vm {
        name,
        id: guid::new(),
        state: PowerState::Running,
        generation: 2,
        memory_bytes: GIB,
        processors: 1,
        nics: vec![Nic { name: "Network Adapter".to_owned(), mac: "00155D000001".to_owned(), ..Nic::default() }],
        secure_boot: "windows".to_owned(),
        ..Vm::default()
    }
}
