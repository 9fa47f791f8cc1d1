//! A PowerShell process that runs one script after another. `modules/worker/worker.ps1` says how it is spoken to.

use crate::powershell::group;
use crate::powershell::program::PowerShell;
use rustix::process::Pid;
use serde::Deserialize;
use std::io;
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout};
use std::time::Duration;
use tokio::io::AsyncReadExt as _;
use tokio::process;
use tokio::time::timeout;

/// A start takes half a second; on a busy machine several.
const LONGEST_START: Duration = Duration::from_secs(120);
/// Each script that died in a worker leaves a thread behind there, with what it had in memory: 3 MB.
const MOST_DEATHS: u32 = 50;
/// A worker keeps a little of every run: after so many it has grown from 150 to 390 MB.
const MOST_RUNS: u32 = 200;

/// A worker that runs nothing. Dropped, it is killed.
#[derive(Debug)]
pub(super) struct Worker {
    child: Child,
    /// Not there while it runs something: then they belong to a [`Line`].
    pipes: Option<(ChildStdin, ChildStdout)>,
    powershell: PathBuf,
    runs: u32,
    deaths: u32,
}

/// The pipes of a worker inside one asynchronous runtime; each host has its own.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) to: process::ChildStdin,
    pub(super) from: process::ChildStdout,
}

/// What a worker says where a run is over.
#[derive(Debug, Default, Deserialize)]
pub(super) struct End {
    pub(super) run: u32,
    pub(super) code: i64,
    pub(super) stderr: String,
}

/// A piece of what a worker says: output, the end of the run, or both.
#[derive(Debug)]
pub(super) struct Said {
    pub(super) printed: Vec<u8>,
    pub(super) end: Option<End>,
}

/// What is read of a worker: output of the script, and at last the end of the run.
#[derive(Debug, Default)]
pub(super) struct Reader {
    piece: Vec<u8>,
    end: Option<Vec<u8>>,
}

impl Worker {
    /// Starts one and waits until it says so.
    pub(super) async fn start(powershell: &PowerShell) -> io::Result<Self> {
        let mut child = powershell.worker_command().spawn()?;
        let pipes = child.stdin.take().zip(child.stdout.take());
        let mut worker = Self { child, pipes, powershell: powershell.path().to_owned(), runs: 0, deaths: 0 };
        let mut line = worker.connect()?;
        let mut reader = Reader::default();
        let said = timeout(LONGEST_START, reader.next(&mut line.from)).await;
        match said.map_err(|_| surprise("a worker does not start"))?? {
            Said { printed, end: Some(End { run: 0, .. }) } if printed.is_empty() => {}
            other => return Err(surprise(&format!("a worker begins with {other:?}"))),
        }
        worker.disconnect(line)?;
        Ok(worker)
    }

    pub(super) fn is_of(&self, powershell: &PowerShell) -> bool {
        self.powershell == powershell.path()
    }

    pub(super) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Whether it waits for work, and is not to be replaced.
    pub(super) fn is_fit(&mut self) -> bool {
        let lives = matches!(self.child.try_wait(), Ok(None));
        lives && self.pipes.is_some() && self.runs < MOST_RUNS && self.deaths < MOST_DEATHS
    }

    pub(super) fn count(&mut self, died: bool) {
        self.runs += 1;
        self.deaths += u32::from(died);
    }

    pub(super) fn connect(&mut self) -> io::Result<Line> {
        let (to, from) = self.pipes.take().ok_or_else(|| surprise("a worker is asked twice"))?;
        Ok(Line { to: process::ChildStdin::from_std(to)?, from: process::ChildStdout::from_std(from)? })
    }

    pub(super) fn disconnect(&mut self, line: Line) -> io::Result<()> {
        self.pipes = Some((line.to.into_owned_fd()?.into(), line.from.into_owned_fd()?.into()));
        Ok(())
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        if let Some(leader) = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw)
            && matches!(self.child.try_wait(), Ok(None))
        {
            group::kill(leader);
            // It ends at once, and nothing is left to be done if it does not.
            self.child.wait().map(drop).unwrap_or_default();
        }
    }
}

impl Reader {
    /// What comes next. After the end nothing does.
    pub(super) async fn next(&mut self, from: &mut process::ChildStdout) -> io::Result<Said> {
        loop {
            self.piece.clear();
            if from.read_buf(&mut self.piece).await? == 0 {
                return Err(surprise("a worker has died"));
            }
            let printed = self.take_end();
            if !printed.is_empty() {
                // There may be a whole end behind it.
                return Ok(Said { printed, end: self.whole_end()? });
            }
            if let Some(end) = self.whole_end()? {
                return Ok(Said { printed, end: Some(end) });
            }
        }
    }

    fn whole_end(&self) -> io::Result<Option<End>> {
        let Some((end, at)) =
            self.end.as_ref().and_then(|end| Some((end, end.iter().position(|byte| *byte == b'\n')?)))
        else {
            return Ok(None);
        };
        if at + 1 < end.len() {
            return Err(surprise("a worker goes on after the end of a run"));
        }
        Ok(Some(serde_json::from_slice(end)?))
    }

    /// Moves what belongs to the end of the run out of the piece, and gives what is before it.
    fn take_end(&mut self) -> Vec<u8> {
        let piece = std::mem::take(&mut self.piece);
        if let Some(end) = &mut self.end {
            end.extend(piece);
            return Vec::new();
        }
        match piece.iter().position(|byte| *byte == 0) {
            None => piece,
            Some(at) => {
                let (printed, end) = piece.split_at(at);
                self.end = Some(end.iter().skip(1).copied().collect());
                printed.to_vec()
            }
        }
    }
}

pub(super) fn surprise(what: &str) -> io::Error {
    io::Error::other(what.to_owned())
}
