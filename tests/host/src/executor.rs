//! The seam behind the shells: what runs a command line. Above it is protocol, below it is Windows.

use crate::state::Inventory;
use crate::winrs::pipe::{Pipe, Stream};
use crate::wmi::Systems;
use std::pin::Pin;
use std::sync::Arc;
use std::time::SystemTime;
use tokio::sync::mpsc::UnboundedReceiver;

/// Runs command lines.
pub trait Executor: Send + Sync + 'static {
    /// Runs one command line to its end. The future may take as long as it likes, and is dropped at its next
    /// `await` when the command is told to end (Signal, Delete, idle shell): whatever it started must end then too.
    fn run<'a>(&'a self, process: Process) -> Pin<Box<dyn Future<Output = Exit> + Send + 'a>>;

    /// What the machine holds now.
    fn inventory(&self) -> Inventory;

    /// What WMI tells of the machines.
    fn systems(&self) -> Systems {
        Systems::of_inventory(self.inventory())
    }

    /// The host's clock.
    fn clock(&self) -> SystemTime {
        SystemTime::now()
    }
}

/// A command that has been started.
#[derive(Debug)]
pub struct Process {
    /// The command line as the client sent it, its arguments joined by blanks: what `cmd.exe /c` would be given.
    pub command_line: String,
    /// Variables that the shell adds to the environment.
    pub environment: Vec<(String, String)>,
    /// The folder that the shell was opened in, if the client named one.
    pub working_directory: Option<String>,
    /// What the client sends.
    pub stdin: Stdin,
    /// Bytes written here may be fetched before the command ends.
    pub stdout: Output,
    /// As stdout.
    pub stderr: Output,
}

/// Standard input of a command, in the pieces in which it arrived.
#[derive(Debug)]
pub struct Stdin(UnboundedReceiver<Vec<u8>>);

impl Stdin {
    pub(crate) fn new(pieces: UnboundedReceiver<Vec<u8>>) -> Self {
        Self(pieces)
    }

    /// The next piece, or nothing once the client has ended its input.
    pub async fn next(&mut self) -> Option<Vec<u8>> {
        self.0.recv().await
    }

    /// Everything up to the end of the input.
    pub async fn read_to_end(&mut self) -> Vec<u8> {
        let mut whole = Vec::new();
        while let Some(piece) = self.next().await {
            whole.extend(piece);
        }
        whole
    }
}

/// One of the two output streams of a command.
#[derive(Debug)]
pub struct Output {
    pipe: Arc<Pipe>,
    stream: Stream,
}

impl Output {
    pub(crate) fn new(pipe: Arc<Pipe>, stream: Stream) -> Self {
        Self { pipe, stream }
    }

    /// Writes a piece, and waits while the pipe is full as any process would.
    pub async fn write(&self, bytes: &[u8]) {
        self.pipe.write(self.stream, bytes).await;
    }

    /// Waits until the client has fetched everything written so far.
    pub async fn taken(&self) {
        self.pipe.emptied().await;
    }
}

/// How a command ended. The last output arrives in the same answer as the exit code.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Exit {
    /// The exit code.
    pub code: i64,
    /// Output that was not written before.
    pub stdout: Vec<u8>,
    /// Error output that was not written before.
    pub stderr: Vec<u8>,
}

impl Exit {
    /// An end with output and exit code 0.
    pub fn success(stdout: impl Into<Vec<u8>>) -> Self {
        Self { stdout: stdout.into(), ..Self::default() }
    }

    /// An end with that exit code and error output.
    pub fn failure(code: i64, stderr: impl Into<Vec<u8>>) -> Self {
        Self { code, stderr: stderr.into(), ..Self::default() }
    }
}
