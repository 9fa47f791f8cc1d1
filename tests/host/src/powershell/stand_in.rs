//! A Windows machine at work: scripts run on it, and a test looks and interferes.

use crate::counters::Tallies;
use crate::host::Host;
use crate::options::Options;
use crate::powershell::calls::Call;
use crate::powershell::drives::local_path;
use crate::powershell::executor::PowerShellExecutor;
use crate::powershell::group::Groups;
use crate::powershell::mishap::Mishap;
use crate::powershell::program::PowerShell;
use crate::powershell::state_folder::StateFolder;
use crate::state::Inventory;
use serde_json::Value;
use std::fs;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// A machine whose scripts are run by PowerShell against the stand-in modules. [`Windows::open`](crate::Windows::open)
/// makes it. Dropping it kills what still runs on it and removes its files.
#[derive(Debug)]
pub struct StandIn {
    machine: Arc<Machine>,
    mishaps: Mutex<Vec<Mishap>>,
}

/// What the shells of a host need of it.
#[derive(Debug)]
pub(super) struct Machine {
    pub(super) powershell: PowerShell,
    pub(super) state: StateFolder,
    pub(super) groups: Arc<Groups>,
    pub(super) scripts_survive: bool,
    /// Each script in a process of its own, and not in one that ran others before.
    pub(super) in_processes: bool,
}

impl StandIn {
    pub(super) fn new(machine: Machine) -> Self {
        Self { machine: Arc::new(machine), mishaps: Mutex::default() }
    }

    /// Starts WinRM on the machine, and waits until it listens. What the options say of the model's world has no
    /// effect; of its behaviour only the time that PowerShell takes to start has.
    ///
    /// # Errors
    ///
    /// As [`Host::start`].
    pub fn host(&self, options: Options) -> io::Result<Host> {
        let tallies = Arc::new(Tallies::default());
        let executor = PowerShellExecutor {
            machine: Arc::clone(&self.machine),
            host_name: options.world.host_name.clone(),
            start_cost: options.behaviour.start_cost,
            tallies: Arc::clone(&tallies),
        };
        Host::listen(options, tallies, Arc::new(executor), None)
    }
}

/// What is there. Errors are those of reading the state, which only a broken stand-in gives.
impl StandIn {
    /// Machines, files and folders. Of what comes about by itself with time (a guest that shuts down, a merge) only
    /// that is seen which a script has seen.
    pub fn inventory(&self) -> io::Result<Inventory> {
        self.machine.inventory()
    }

    /// All that the stand-in knows, in the form of its `state.json`.
    pub fn world(&self) -> io::Result<Value> {
        self.machine.state.world()
    }

    /// Every call of a stood-in cmdlet since the start, or since they were forgotten.
    pub fn calls(&self) -> io::Result<Vec<Call>> {
        self.machine.state.calls()
    }

    /// Begins a new log of calls.
    pub fn forget_calls(&self) -> io::Result<()> {
        self.machine.state.forget_calls()
    }

    /// The contents of a file, by its full Windows path.
    pub fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        fs::read(self.local(path)?)
    }

    /// What went wrong inside the stand-in, or what a script used of Windows that it does not model. A test that finds
    /// something here must fail: what it saw is worth nothing.
    pub fn internal_errors(&self) -> Option<String> {
        self.machine.state.internal_errors()
    }

    /// Waits until no script runs; false if one still does after that time.
    pub fn scripts_end_within(&self, time: Duration) -> bool {
        self.machine.groups.all_end_within(time)
    }
}

/// Interference, as by an administrator or by fate. Errors are those of writing.
impl StandIn {
    /// Changes the world as one step, in the form of the stand-in's `state.json`.
    pub fn edit(&self, change: impl FnOnce(&mut Value)) -> io::Result<()> {
        self.machine.state.edit(change)
    }

    /// Writes a file, and makes the folders above it.
    pub fn write(&self, path: &str, contents: impl AsRef<[u8]>) -> io::Result<()> {
        let path = self.local(path)?;
        path.parent().map_or(Ok(()), fs::create_dir_all)?;
        fs::write(path, contents)
    }

    /// Removes a file, or a folder with all that is in it.
    pub fn remove(&self, path: &str) -> io::Result<()> {
        let path = self.local(path)?;
        if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) }
    }

    /// Lets something go wrong in scripts that start from now on. Of several that fit a call the first happens.
    pub fn fail(&self, mishap: Mishap) -> io::Result<()> {
        self.change_mishaps(|mishaps| mishaps.push(mishap))
    }

    /// Kills scripts before their n-th call, counted from 1 over all cmdlets.
    pub fn kill_before(&self, call: u32) -> io::Result<()> {
        self.fail(Mishap::kill().call(call))
    }

    /// Kills scripts after their n-th call.
    pub fn kill_after(&self, call: u32) -> io::Result<()> {
        self.fail(Mishap::kill().call(call).after())
    }

    /// Lets nothing go wrong any more.
    pub fn recover(&self) -> io::Result<()> {
        self.change_mishaps(Vec::clear)
    }

    fn change_mishaps(&self, change: impl FnOnce(&mut Vec<Mishap>)) -> io::Result<()> {
        let mut mishaps = self.mishaps.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut mishaps);
        self.machine.state.set_mishaps(&mishaps)
    }

    fn local(&self, path: &str) -> io::Result<PathBuf> {
        let state = &self.machine.state;
        local_path(&state.drives(), &state.shares()?, path)
    }
}

impl Drop for StandIn {
    fn drop(&mut self) {
        self.machine.groups.kill_all();
        self.machine.state.remove();
    }
}
