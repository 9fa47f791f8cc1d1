//! What the shells of a host with a stand-in run.

use crate::command_line::starts_powershell;
use crate::counters::Tallies;
use crate::executor::{Executor, Exit, Process};
use crate::model::run_in_cmd;
use crate::powershell::arguments::for_this_machine;
use crate::powershell::bootstrap::bootstrap;
use crate::powershell::process;
use crate::powershell::stand_in::Machine;
use crate::powershell::warm;
use crate::state::Inventory;
use crate::wmi::Systems;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// Runs PowerShell for the shells of one host.
pub(super) struct PowerShellExecutor {
    pub(super) machine: Arc<Machine>,
    pub(super) host_name: String,
    pub(super) start_cost: Duration,
    pub(super) tallies: Arc<Tallies>,
}

impl PowerShellExecutor {
    async fn execute(&self, process: Process) -> Exit {
        if !starts_powershell(&process.command_line) {
            return run_in_cmd(&process.command_line, &self.host_name);
        }
        tokio::time::sleep(self.start_cost).await;
        let machine = &self.machine;
        if let Some(script) = bootstrap(&process.command_line).filter(|_| !machine.in_processes) {
            return warm::run(machine, &script, process, &self.tallies).await;
        }
        let mut command = machine.powershell.command(machine.state.root());
        command.args(for_this_machine(&process.command_line)).envs(process.environment.iter().cloned());
        process::run(command, process, &machine.groups, machine.scripts_survive, &self.tallies).await
    }
}

impl PowerShellExecutor {
    /// Nobody to tell it to here: the test finds it where the stand-in's own faults are.
    fn unreadable<T>(&self, error: &io::Error, instead: T) -> T {
        self.machine.state.note_internal_error(&format!("the state cannot be read: {error}"));
        instead
    }
}

impl Executor for PowerShellExecutor {
    fn run<'a>(&'a self, process: Process) -> Pin<Box<dyn Future<Output = Exit> + Send + 'a>> {
        Box::pin(self.execute(process))
    }

    fn inventory(&self) -> Inventory {
        self.machine.inventory().unwrap_or_else(|error| self.unreadable(&error, Inventory::default()))
    }

    fn systems(&self) -> Systems {
        self.machine.systems().unwrap_or_else(|error| self.unreadable(&error, Systems::of(&self.host_name, Vec::new())))
    }

    fn clock(&self) -> SystemTime {
        self.machine.clock().unwrap_or_else(|error| self.unreadable(&error, SystemTime::now()))
    }
}
