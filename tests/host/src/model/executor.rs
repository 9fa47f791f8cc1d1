//! The model behind the shells: what it makes of a command line and its input.

use crate::command_line::{encoded_command, starts_powershell};
use crate::counters::Tallies;
use crate::executor::{Executor, Exit, Process};
use crate::model::noise::Noise;
use crate::model::reply::{Outcome, ScriptError, print};
use crate::model::script::Call;
use crate::model::world::World;
use crate::model::{cmd, create, custom, delete, power_states, prepare, probe, reboot, start, stop};
use crate::state::Inventory;
use crate::wmi::Systems;
use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// What the bootstrap exits with when the script did not arrive whole.
const INCOMPLETE: i64 = 91;

/// How the model behaves, apart from what it holds.
#[derive(Clone, Debug, Default)]
pub(crate) struct Behaviour {
    /// How long PowerShell takes to start.
    pub(crate) start_cost: Duration,
    /// In how many pieces output is handed out, each to a Receive of its own. 0 and 1 mean whole.
    pub(crate) pieces: usize,
    pub(crate) noise: Noise,
}

/// Runs scripts by knowing them.
pub(crate) struct Model {
    world: Mutex<World>,
    behaviour: Behaviour,
    failures: Mutex<VecDeque<ScriptError>>,
    tallies: Arc<Tallies>,
}

impl Model {
    pub(crate) fn new(world: World, behaviour: Behaviour, tallies: Arc<Tallies>) -> Self {
        Self { world: Mutex::new(world), behaviour, failures: Mutex::default(), tallies }
    }

    /// Makes the next script fail with that error, before it does anything.
    pub(crate) fn fail_next(&self, error: ScriptError) {
        self.failures.lock().unwrap_or_else(PoisonError::into_inner).push_back(error);
    }

    /// Changes what the host holds, as an administrator would.
    pub(crate) fn change(&self, change: impl FnOnce(World) -> World) {
        let mut world = self.world();
        *world = change(std::mem::take(&mut *world));
    }

    async fn execute(&self, mut process: Process) -> Exit {
        if !starts_powershell(&process.command_line) {
            return cmd::run(&process.command_line, &self.world().host_name);
        }
        tokio::time::sleep(self.behaviour.start_cost).await;
        let script = encoded_command(&process.command_line).unwrap_or_default();
        // Only a bootstrap that reads its input may be waited for: others are never sent an end of input.
        if !script.to_ascii_lowercase().contains("$input") {
            return Exit::success(literal(&script));
        }
        match Call::read(&process.stdin.read_to_end().await) {
            Ok(call) => self.answer(call, &process).await,
            Err(_) => Exit { code: INCOMPLETE, ..Exit::default() },
        }
    }

    async fn answer(&self, call: Call, process: &Process) -> Exit {
        self.tallies.scripts_run.one();
        let nonce = call.nonce.clone();
        let outcome = self.run_script(call);
        let stdout = self.behaviour.noise.around(&print(&nonce, &outcome));
        let size = stdout.len().div_ceil(self.behaviour.pieces.max(1)).max(1);
        let mut pieces: Vec<_> = stdout.chunks(size).collect();
        let last = pieces.pop().unwrap_or_default();
        for piece in pieces {
            process.stdout.write(piece).await;
            process.stdout.taken().await;
        }
        Exit { code: 0, stdout: last.to_vec(), stderr: self.behaviour.noise.stderr() }
    }

    fn run_script(&self, call: Call) -> Outcome {
        if let Some(error) = self.failures.lock().unwrap_or_else(PoisonError::into_inner).pop_front() {
            return Err(Box::new(error));
        }
        self.world().watched(|world| match call.script.as_str() {
            "prepare" => prepare::run(world, call.arguments),
            "create" => create::run(world, call.arguments, call.seconds),
            "start" => start::run(world, call.arguments),
            "stop" => stop::run(world, call.arguments),
            "reboot" => reboot::run(world, call.arguments),
            "delete" => delete::run(world, call.arguments),
            "power-states" => power_states::run(world, call.arguments),
            "probe" => probe::run(call.arguments),
            "suspend" | "resume" | "create-snapshot" | "list-snapshots" | "restore-snapshot" | "delete-snapshot"
            | "identify" => custom::run(&call.script, world, call.arguments),
            other => Err(Box::new(ScriptError::new("host_error", format!("the model knows no script {other}")))),
        })
    }

    fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Executor for Model {
    fn run<'a>(&'a self, process: Process) -> Pin<Box<dyn Future<Output = Exit> + Send + 'a>> {
        Box::pin(self.execute(process))
    }

    fn inventory(&self) -> Inventory {
        self.world().inventory()
    }

    fn systems(&self) -> Systems {
        self.world().systems()
    }
}

/// What a script that is one literal, or writes one, prints: all the PowerShell that this model speaks.
fn literal(script: &str) -> String {
    let text = script.rsplit(';').next().unwrap_or_default().trim();
    let text = ["Write-Output", "Write-Host", "echo"].iter().find_map(|name| text.strip_prefix(name)).unwrap_or(text);
    let text = text.trim();
    let quoted = ['\'', '"'].iter().find_map(|quote| text.strip_prefix(*quote)?.strip_suffix(*quote));
    quoted.map(|text| format!("{text}\r\n")).unwrap_or_default()
}
