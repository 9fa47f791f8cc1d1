//! One command in a shell.

use crate::command_line;
use crate::executor::{Executor, Exit, Output, Process, Stdin};
use crate::winrs::pipe::{End, Pipe, Stream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::task::AbortHandle;

/// All that a client may send to one command.
const MAX_STDIN: usize = 32 << 20;
/// What a process that was interrupted exits with (`STATUS_CONTROL_C_EXIT`).
const INTERRUPTED: i64 = -1_073_741_510;

/// Why standard input was not taken.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum NotTaken {
    /// The command has ended, or the client has ended its input.
    Closed,
    TooMuch,
}

/// A command that runs or has run.
#[derive(Debug)]
pub(crate) struct Command {
    pub(crate) id: String,
    pub(crate) pipe: Arc<Pipe>,
    stdin: Mutex<Input>,
    task: AbortHandle,
}

#[derive(Debug)]
struct Input {
    sender: Option<UnboundedSender<Vec<u8>>>,
    taken: usize,
}

/// What a shell hands down to its commands.
#[derive(Clone, Debug, Default)]
pub(crate) struct Surroundings {
    pub(crate) environment: Vec<(String, String)>,
    pub(crate) working_directory: Option<String>,
}

impl Command {
    pub(crate) fn start(
        id: String,
        command_line: String,
        surroundings: Surroundings,
        executor: Arc<dyn Executor>,
    ) -> Self {
        let pipe = Arc::new(Pipe::default());
        let (sender, pieces) = unbounded_channel();
        let process = Process {
            command_line,
            environment: surroundings.environment,
            working_directory: surroundings.working_directory,
            stdin: Stdin::new(pieces),
            stdout: Output::new(Arc::clone(&pipe), Stream::Stdout),
            stderr: Output::new(Arc::clone(&pipe), Stream::Stderr),
        };
        let task = tokio::spawn(run(process, executor, Arc::clone(&pipe))).abort_handle();
        Self { id, pipe, stdin: Mutex::new(Input { sender: Some(sender), taken: 0 }), task }
    }

    /// Passes a piece of standard input on; `end` closes it.
    pub(crate) fn send(&self, piece: Vec<u8>, end: bool) -> Result<(), NotTaken> {
        let mut input = self.input();
        if self.pipe.has_ended() {
            return Err(NotTaken::Closed);
        }
        if input.taken + piece.len() > MAX_STDIN {
            return Err(NotTaken::TooMuch);
        }
        input.taken += piece.len();
        let sender = input.sender.as_ref().ok_or(NotTaken::Closed)?;
        if !piece.is_empty() {
            sender.send(piece).map_err(|_| NotTaken::Closed)?;
        }
        if end {
            input.sender = None;
        }
        Ok(())
    }

    /// Ends the process as Ctrl+C does; its output may still be fetched.
    pub(crate) fn interrupt(&self) {
        self.task.abort();
        self.pipe.end(End::Exited(INTERRUPTED));
    }

    /// Ends the process, and every Receive that waits for it.
    pub(crate) fn abort(&self) {
        self.task.abort();
        self.pipe.end(End::Aborted);
    }

    fn input(&self) -> MutexGuard<'_, Input> {
        self.stdin.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Command {
    fn drop(&mut self) {
        self.abort();
    }
}

async fn run(process: Process, executor: Arc<dyn Executor>, pipe: Arc<Pipe>) {
    let _ends_anyway = EndsAnyway(Arc::clone(&pipe));
    let exit = if !command_line::fits(&process.command_line) {
        Exit::failure(1, "The command line is too long.\r\n")
    } else {
        executor.run(process).await
    };
    pipe.exit(exit.code, &exit.stdout, &exit.stderr);
}

/// Ends the pipe of a command whose executor panicked, so that nobody reads from it for ever.
struct EndsAnyway(Arc<Pipe>);

impl Drop for EndsAnyway {
    fn drop(&mut self) {
        self.0.end(End::Exited(INTERRUPTED));
    }
}
