//! What is on a machine before its first script runs.

use crate::guid;
use crate::powershell::drives::local_path;
use crate::powershell::program::PowerShell;
use crate::powershell::stand_in::{Machine, StandIn};
use crate::powershell::state_folder::StateFolder;
use serde_json::{Map, Value, json};
use std::fs;
use std::io;
use std::sync::Arc;

/// Versions of Windows Server, by their year. A parameter that is newer than the version does not exist there.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum ServerVersion {
    /// Windows Server 2016.
    V2016,
    /// Windows Server 2019.
    V2019,
    /// Windows Server 2022.
    #[default]
    V2022,
    /// Windows Server 2025.
    V2025,
}

/// The language of names and sentences on a host.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum Language {
    /// English.
    #[default]
    English,
    /// German.
    German,
}

/// A machine in the making. The default one is healthy: Windows Server 2022 in English, 128 GiB, 32 processors, the
/// switch `External vSwitch`, no virtual machine, and on its drives `D:\Hyper-V\Virtual Hard Disks`,
/// `D:\Hyper-V\Virtual Machines`, `D:\Templates\ubuntu2404.vhdx` and `D:\ISO\alma9.iso`.
#[derive(Clone, Debug)]
pub struct Windows {
    host: Map<String, Value>,
    switches: Vec<Value>,
    machines: Vec<Value>,
    capacities: Map<String, Value>,
    entries: Vec<Entry>,
    scripts_survive: bool,
    in_processes: bool,
}

/// A file or, without contents, a folder.
#[derive(Clone, Debug)]
struct Entry {
    path: String,
    contents: Option<Vec<u8>>,
}

impl Default for Windows {
    fn default() -> Self {
        Self {
            host: Map::new(),
            switches: Vec::new(),
            machines: Vec::new(),
            capacities: Map::new(),
            entries: Vec::new(),
            scripts_survive: false,
            in_processes: false,
        }
        .with_switch("External vSwitch")
        .with_folder(r"C:\ProgramData\Microsoft\Windows\Hyper-V")
        .with_folder(r"C:\ProgramData\Microsoft\Windows\Virtual Hard Disks")
        .with_folder(r"D:\Hyper-V\Virtual Hard Disks")
        .with_folder(r"D:\Hyper-V\Virtual Machines")
        .with_disk(r"D:\Templates\ubuntu2404.vhdx", 10 << 30)
        .with_file(r"D:\ISO\alma9.iso", "CD001 alma9")
    }
}

/// What kind of host it is.
impl Windows {
    /// A healthy host.
    pub fn new() -> Self {
        Self::default()
    }

    /// Which Windows Server.
    #[must_use]
    pub fn version(self, version: ServerVersion) -> Self {
        let year = match version {
            ServerVersion::V2016 => "2016",
            ServerVersion::V2019 => "2019",
            ServerVersion::V2022 => "2022",
            ServerVersion::V2025 => "2025",
        };
        self.host("Version", year)
    }

    /// Which language it speaks.
    #[must_use]
    pub fn language(self, language: Language) -> Self {
        self.host(
            "Language",
            match language {
                Language::English => "en",
                Language::German => "de",
            },
        )
    }

    /// Memory in bytes.
    #[must_use]
    pub fn memory(self, bytes: u64) -> Self {
        self.host("MemoryBytes", bytes)
    }

    /// Logical processors.
    #[must_use]
    pub fn processors(self, count: u32) -> Self {
        self.host("Processors", count)
    }

    /// The account sees and may change no virtual machine: lists come back empty, all else is denied.
    #[must_use]
    pub fn without_rights(self) -> Self {
        self.host("Rights", "none")
    }

    /// The account's rights are filtered, as those of a local administrator may be.
    #[must_use]
    pub fn not_elevated(self) -> Self {
        self.host("Elevated", false)
    }

    /// The Virtual Machine Management Service does not run.
    #[must_use]
    pub fn vmms_dead(self) -> Self {
        self.host("Vmms", "dead")
    }

    /// Any other setting of `Host` in the stand-in's `state.json`: `ClockOffsetSeconds`, `MergeSeconds`.
    #[must_use]
    pub fn host(mut self, setting: &str, value: impl Into<Value>) -> Self {
        self.host.insert(setting.to_owned(), value.into());
        self
    }

    /// Whether scripts run on to their end after their shell is closed or they are signalled, as was seen on hosts.
    /// Otherwise they are killed. Each has a process of its own then.
    #[must_use]
    pub fn scripts_survive(mut self, survive: bool) -> Self {
        self.scripts_survive = survive;
        self
    }

    /// Runs each command in a process of its own, as Windows does. Otherwise scripts that a bootstrap takes from its input
    /// share processes, one after the other, each in a runspace of its own: that takes a fifth of the time. It matters to
    /// what is about the process itself, such as a mutex whose owner was killed.
    #[must_use]
    pub fn in_processes(mut self) -> Self {
        self.in_processes = true;
        self
    }
}

/// What it holds.
impl Windows {
    /// Adds a virtual switch; a second one of the same name is a second switch.
    #[must_use]
    pub fn with_switch(mut self, name: &str) -> Self {
        self.switches.push(json!({"Name": name, "Id": guid::new(), "Type": "External"}));
        self
    }

    /// Takes away every switch of that name.
    #[must_use]
    pub fn without_switch(mut self, name: &str) -> Self {
        self.switches.retain(|switch| switch.get("Name").and_then(Value::as_str) != Some(name));
        self
    }

    /// Adds a virtual machine, as `Machines` of the stand-in's `state.json` holds them: only what the test cares about
    /// needs to be there, and a name.
    #[must_use]
    pub fn with_machine(mut self, mut machine: Value) -> Self {
        if let Some(members) = machine.as_object_mut() {
            members.entry("Id").or_insert_with(|| Value::from(guid::new()));
        }
        self.machines.push(machine);
        self
    }

    /// Adds a folder, and those above it.
    #[must_use]
    pub fn with_folder(mut self, path: &str) -> Self {
        self.entries.push(Entry { path: path.to_owned(), contents: None });
        self
    }

    /// Adds a file, and the folders above it.
    #[must_use]
    pub fn with_file(mut self, path: &str, contents: impl Into<Vec<u8>>) -> Self {
        self.entries.push(Entry { path: path.to_owned(), contents: Some(contents.into()) });
        self
    }

    /// Adds a dynamic virtual disk of that size in bytes; the file is small. Its data begins with its path.
    #[must_use]
    pub fn with_disk(self, path: &str, bytes: u64) -> Self {
        let facts = json!({"Size": bytes, "Type": "Dynamic", "Parent": null});
        let data = format!("{path} ").repeat(100);
        self.with_file(path, format!("vhdxfile {facts}\n{data}"))
    }

    /// Takes away a file, or a folder with all that is in it.
    #[must_use]
    pub fn without(mut self, path: &str) -> Self {
        let gone = path.trim_end_matches('\\').to_lowercase();
        let below = format!(r"{gone}\");
        self.entries.retain(|entry| {
            let path = entry.path.to_lowercase();
            path != gone && !path.starts_with(&below)
        });
        self
    }

    /// How many bytes a drive takes. Files are as small here as they are on this machine.
    #[must_use]
    pub fn with_capacity(mut self, drive: char, bytes: u64) -> Self {
        self.capacities.insert(drive.to_ascii_uppercase().to_string(), bytes.into());
        self
    }
}

impl Windows {
    /// Sets the machine up, with that PowerShell to run its scripts. It takes no start of PowerShell.
    ///
    /// # Errors
    ///
    /// Where a path is none, or a temporary folder cannot be had.
    pub fn open(self, powershell: PowerShell) -> io::Result<StandIn> {
        let state = StateFolder::new(&json!({
            "Host": self.host,
            "Switches": self.switches,
            "Machines": self.machines,
            "Capacities": self.capacities,
        }))?;
        for entry in self.entries {
            write(&state, &entry)?;
        }
        Ok(StandIn::new(Machine {
            powershell,
            state,
            groups: Arc::default(),
            scripts_survive: self.scripts_survive,
            in_processes: self.in_processes || self.scripts_survive,
        }))
    }
}

fn write(state: &StateFolder, entry: &Entry) -> io::Result<()> {
    let path = local_path(&state.drives(), &[], &entry.path)?;
    match &entry.contents {
        None => fs::create_dir_all(path),
        Some(contents) => {
            path.parent().map_or(Ok(()), fs::create_dir_all)?;
            fs::write(path, contents)
        }
    }
}
