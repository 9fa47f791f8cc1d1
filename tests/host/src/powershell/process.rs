//! One PowerShell process: fed with what arrives, read as it prints, ended with its command.

use crate::counters::Tallies;
use crate::executor::{Exit, Output, Process, Stdin};
use crate::powershell::group::{Groups, Running};
use crate::powershell::output::{Printed, error_output};
use rustix::process::Pid;
use std::future::pending;
use std::sync::Arc;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command};

/// What a process exits with that Windows was told to end (`Process.Kill` passes -1 to `TerminateProcess`).
pub(super) const KILLED: i64 = -1;
/// How much is read at once.
const PIECE: usize = 64 << 10;

/// Runs one process to its end. If the caller loses interest it is killed, or runs on without anyone who listens.
pub(super) async fn run(
    command: std::process::Command,
    process: Process,
    groups: &Arc<Groups>,
    survives: bool,
    tallies: &Arc<Tallies>,
) -> Exit {
    let mut child = match Command::from(command).spawn() {
        Ok(child) => child,
        Err(error) => return not_started(&error.to_string()),
    };
    let pipes = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let (Some(running), (Some(stdin), Some(stdout), Some(stderr))) = (groups.enter(child.id()), pipes) else {
        return not_started("it has no process identifier or no pipes");
    };
    let _ends_with_the_command = EndsWithTheCommand::new(groups, running.group(), survives);
    let pipes = Pipes { stdin, stdout, stderr };
    // A task of its own: it goes on where the command is dropped and the process survives.
    tokio::spawn(accompany(child, running, pipes, process, Arc::clone(tallies)))
        .await
        .unwrap_or_else(|error| not_started(&error.to_string()))
}

struct Pipes {
    stdin: ChildStdin,
    stdout: ChildStdout,
    stderr: ChildStderr,
}

async fn accompany(mut child: Child, running: Running, pipes: Pipes, process: Process, tallies: Arc<Tallies>) -> Exit {
    let output = async {
        let (_, stderr) = tokio::join!(pass_on(pipes.stdout, &process.stdout, &tallies), collect(pipes.stderr));
        stderr
    };
    let stderr = tokio::select! {
        stderr = output => stderr,
        never = feed(pipes.stdin, process.stdin) => never,
    };
    let status = child.wait().await;
    running.ended();
    let code = status.ok().and_then(|status| status.code());
    Exit { code: code.map_or(KILLED, i64::from), stdout: Vec::new(), stderr: error_output(&stderr) }
}

/// Hands on what arrives, and closes the input where the client does. Who does not read any more is not disturbed.
async fn feed<T>(mut to: ChildStdin, mut from: Stdin) -> T {
    while let Some(piece) = from.next().await {
        if to.write_all(&piece).await.is_err() {
            break;
        }
    }
    drop(to);
    pending().await
}

/// Hands on what is printed, as it comes.
async fn pass_on(mut from: ChildStdout, to: &Output, tallies: &Tallies) {
    let mut printed = Printed::new(to, tallies);
    let mut piece = Vec::with_capacity(PIECE);
    while from.read_buf(&mut piece).await.is_ok_and(|read| read > 0) {
        printed.hand_on(&piece).await;
        piece.clear();
    }
}

/// Error output makes sense as a whole only: it is one document.
async fn collect(mut from: ChildStderr) -> Vec<u8> {
    let mut whole = Vec::new();
    // What came before a failure is still worth showing.
    from.read_to_end(&mut whole).await.unwrap_or_default();
    whole
}

pub(super) fn not_started(why: &str) -> Exit {
    Exit::failure(1, format!("the simulated host cannot start PowerShell: {why}\r\n"))
}

/// Kills a group where the command is dropped that it belongs to.
pub(super) struct EndsWithTheCommand {
    groups: Arc<Groups>,
    group: Pid,
    survives: bool,
}

impl EndsWithTheCommand {
    pub(super) fn new(groups: &Arc<Groups>, group: Pid, survives: bool) -> Self {
        Self { groups: Arc::clone(groups), group, survives }
    }
}

impl Drop for EndsWithTheCommand {
    fn drop(&mut self) {
        if !self.survives {
            self.groups.kill(self.group);
        }
    }
}
