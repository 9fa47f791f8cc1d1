//! The output of one command on its way to the client.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::{Instant, timeout_at};

/// A process that is this far ahead of its reader waits, as at a real pipe.
const MAX_BUFFERED: usize = 1 << 20;
/// Output is handed on in pieces of at most this size, several to an answer.
const MAX_PIECE: usize = 16 << 10;
/// Characters that the element around a piece takes.
const PIECE_OVERHEAD: usize = 160;

/// Which of the two output streams.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Stream {
    Stdout,
    Stderr,
}

impl Stream {
    pub(crate) const ALL: [Self; 2] = [Self::Stdout, Self::Stderr];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Stdout => "stdout",
            Self::Stderr => "stderr",
        }
    }
}

/// How a command came to its end.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum End {
    Exited(i64),
    /// Its shell was closed or it was told to go: nobody may read on.
    Aborted,
}

/// What one Receive hands out.
#[derive(Debug, Eq, PartialEq)]
pub(crate) struct Batch {
    pub(crate) pieces: Vec<(Stream, Vec<u8>)>,
    /// The exit code, once everything has been handed out.
    pub(crate) exit: Option<i64>,
}

/// Why a Receive has nothing to hand out.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Nothing {
    TimedOut,
    Aborted,
}

/// Bytes between a command and its client.
#[derive(Debug, Default)]
pub(crate) struct Pipe {
    content: Mutex<Content>,
    changed: Notify,
}

#[derive(Debug, Default)]
struct Content {
    pieces: VecDeque<(Stream, Vec<u8>)>,
    buffered: usize,
    end: Option<End>,
}

impl Pipe {
    pub(crate) async fn write(&self, stream: Stream, bytes: &[u8]) {
        self.until(|content| content.buffered < MAX_BUFFERED || content.end.is_some()).await;
        self.lock().push(stream, bytes);
        self.changed.notify_waiters();
    }

    pub(crate) async fn emptied(&self) {
        self.until(|content| content.pieces.is_empty() || content.end.is_some()).await;
    }

    /// Adds the last output and the exit code in one, so that no Receive comes between them.
    pub(crate) fn exit(&self, code: i64, stdout: &[u8], stderr: &[u8]) {
        let mut content = self.lock();
        if content.end.is_none() {
            content.push(Stream::Stdout, stdout);
            content.push(Stream::Stderr, stderr);
            content.end = Some(End::Exited(code));
        }
        drop(content);
        self.changed.notify_waiters();
    }

    /// Ends the command from outside; an exit code that came before stays.
    pub(crate) fn end(&self, end: End) {
        let mut content = self.lock();
        if content.end.is_none() || end == End::Aborted {
            content.end = Some(end);
        }
        drop(content);
        self.changed.notify_waiters();
    }

    pub(crate) fn has_ended(&self) -> bool {
        self.lock().end.is_some()
    }

    /// Waits for output or the end, for at most that time, and takes as much as fits into `budget` characters.
    pub(crate) async fn take(&self, budget: usize, wait: Duration) -> Result<Batch, Nothing> {
        let something = self.until(|content| !content.pieces.is_empty() || content.end.is_some());
        timeout_at(Instant::now() + wait, something).await.map_err(|_| Nothing::TimedOut)?;
        let mut content = self.lock();
        if content.end == Some(End::Aborted) {
            return Err(Nothing::Aborted);
        }
        let pieces = content.take(budget);
        let exit = match content.end {
            Some(End::Exited(code)) if content.pieces.is_empty() => Some(code),
            _ => None,
        };
        drop(content);
        self.changed.notify_waiters();
        Ok(Batch { pieces, exit })
    }

    async fn until(&self, condition: impl Fn(&Content) -> bool) {
        loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            // Registered before looking, so that a change between the two is not missed.
            changed.as_mut().enable();
            if condition(&self.lock()) {
                return;
            }
            changed.await;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Content> {
        self.content.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Content {
    fn push(&mut self, stream: Stream, bytes: &[u8]) {
        self.buffered += bytes.len();
        self.pieces.extend(bytes.chunks(MAX_PIECE).map(|piece| (stream, piece.to_vec())));
    }

    fn take(&mut self, mut budget: usize) -> Vec<(Stream, Vec<u8>)> {
        let mut taken = Vec::new();
        while let Some((stream, mut piece)) = self.pieces.pop_front() {
            let room = budget.saturating_sub(PIECE_OVERHEAD) / 4 * 3;
            if room == 0 {
                self.pieces.push_front((stream, piece));
                break;
            }
            if piece.len() > room {
                self.pieces.push_front((stream, piece.split_off(room)));
            }
            self.buffered = self.buffered.saturating_sub(piece.len());
            budget = budget.saturating_sub(PIECE_OVERHEAD + piece.len().div_ceil(3) * 4);
            taken.push((stream, piece));
        }
        taken
    }
}
