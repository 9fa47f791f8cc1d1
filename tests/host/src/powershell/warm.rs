//! One script in a worker: fed with what arrives, read as it prints, killed with its command.

use crate::counters::Tallies;
use crate::executor::{Exit, Process, Stdin};
use crate::powershell::group::Running;
use crate::powershell::input::Lines;
use crate::powershell::output::{Printed, error_output};
use crate::powershell::pool;
use crate::powershell::process::{EndsWithTheCommand, KILLED, not_started};
use crate::powershell::stand_in::Machine;
use crate::powershell::worker::{End, Line, Reader, Worker, surprise};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use tokio::io::AsyncWriteExt as _;
use tokio::process::{ChildStdin, ChildStdout};
use tokio::sync::oneshot;

/// Numbers of runs stand in the log where the numbers of processes do, and are never the same: those have 22 bits.
static NEXT_RUN: AtomicU32 = AtomicU32::new(1 << 30);

/// Runs a script to its end. If the caller loses interest its worker is killed.
pub(super) async fn run(machine: &Arc<Machine>, script: &str, process: Process, tallies: &Arc<Tallies>) -> Exit {
    let worker = match pool::take(&machine.powershell).await {
        Ok(worker) => worker,
        Err(error) => return at_fault(machine, 1, &error.to_string()),
    };
    let Some(running) = machine.groups.enter(Some(worker.id())) else {
        return not_started("it has no process identifier");
    };
    let is_called_off = Arc::new(AtomicBool::new(false));
    let ends_with_the_command = EndsWithTheCommand::new(&machine.groups, running.group(), false);
    // Dropped before that: what is killed on purpose is known as such when it dies.
    let calls_off = CallsOff(Arc::clone(&is_called_off));
    let run = Run {
        number: NEXT_RUN.fetch_add(1, Ordering::Relaxed),
        machine: Arc::clone(machine),
        tallies: Arc::clone(tallies),
        is_called_off,
    };
    let request = run.request(script, &process);
    let ended = tokio::spawn(run.accompany(worker, running, request, process)).await;
    drop((calls_off, ends_with_the_command));
    match ended {
        Ok((exit, worker)) => {
            // Only now: what ends with this command must not meet the next one.
            if let Some(worker) = worker {
                pool::give_back(worker);
            }
            exit
        }
        Err(error) => at_fault(machine, KILLED, &error.to_string()),
    }
}

struct Run {
    number: u32,
    machine: Arc<Machine>,
    tallies: Arc<Tallies>,
    is_called_off: Arc<AtomicBool>,
}

impl Run {
    fn request(&self, script: &str, process: &Process) -> Value {
        let state = self.machine.state.root();
        let scratch = state.join("scratch");
        let mut environment: BTreeMap<&str, String> =
            process.environment.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
        environment.insert("HYPERV_STANDIN_STATE", state.to_string_lossy().into_owned());
        environment.insert("HYPERV_STANDIN_RUN", self.number.to_string());
        environment.insert("TMPDIR", scratch.to_string_lossy().into_owned());
        json!({"run": self.number, "script": script, "folder": scratch, "environment": environment})
    }

    /// The group of the process is left before the process is waited for: then its number may be another's.
    async fn accompany(
        self,
        mut worker: Worker,
        running: Running,
        request: Value,
        process: Process,
    ) -> (Exit, Option<Worker>) {
        match self.converse(&mut worker, request, process).await {
            Ok(end) => {
                running.ended();
                worker.count(end.code == KILLED);
                let stderr = error_output(end.stderr.as_bytes());
                (Exit { code: end.code, stdout: Vec::new(), stderr }, Some(worker))
            }
            Err(_) if self.is_called_off.load(Ordering::Acquire) => (Exit { code: KILLED, ..Exit::default() }, None),
            Err(error) => (at_fault(&self.machine, KILLED, &error.to_string()), None),
        }
    }

    async fn converse(&self, worker: &mut Worker, request: Value, process: Process) -> io::Result<End> {
        let Line { mut to, mut from } = worker.connect()?;
        write(&mut to, &request).await?;
        let mut printed = Printed::new(&process.stdout, &self.tallies);
        let (over, is_over) = oneshot::channel::<()>();
        let output = async {
            let end = read(&mut from, &mut printed).await;
            // Whether it is over or has failed: nobody reads the input any more.
            drop(over);
            end
        };
        let (end, fed) = tokio::join!(output, feed(&mut to, self.number, process.stdin, is_over));
        let end = end?;
        fed?;
        if end.run != self.number {
            return Err(surprise("a worker ends another run than its own"));
        }
        worker.disconnect(Line { to, from })?;
        Ok(end)
    }
}

/// Hands on what is printed, as it comes, until the run is over.
async fn read(from: &mut ChildStdout, printed: &mut Printed<'_>) -> io::Result<End> {
    let mut reader = Reader::default();
    loop {
        let said = reader.next(from).await?;
        printed.hand_on(&said.printed).await;
        if let Some(end) = said.end {
            return Ok(end);
        }
    }
}

/// Hands on what arrives until the run is over. What is being written then is still written whole: the next run uses the
/// same pipe.
async fn feed(to: &mut ChildStdin, run: u32, mut from: Stdin, mut is_over: oneshot::Receiver<()>) -> io::Result<()> {
    let mut lines = Lines::default();
    loop {
        let piece = tokio::select! {
            _ = &mut is_over => return Ok(()),
            piece = from.next() => piece,
        };
        let is_end = piece.is_none();
        let whole = match piece {
            Some(piece) => lines.of(&piece),
            None => lines.rest(),
        };
        write(to, &json!({"run": run, "lines": whole, "end": is_end})).await?;
        if is_end {
            return Ok(());
        }
    }
}

async fn write(to: &mut ChildStdin, message: &Value) -> io::Result<()> {
    to.write_all(format!("{message}\n").as_bytes()).await
}

/// Nobody may take it for something that a host does.
fn at_fault(machine: &Machine, code: i64, why: &str) -> Exit {
    machine.state.note_internal_error(&format!("PowerShell: {why}"));
    Exit { code, ..not_started(why) }
}

/// A worker that is killed on purpose is not at fault.
struct CallsOff(Arc<AtomicBool>);

impl Drop for CallsOff {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Release);
    }
}
