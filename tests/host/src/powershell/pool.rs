//! The workers of this program that wait for work. They end with it: their input does.

use crate::powershell::program::PowerShell;
use crate::powershell::worker::Worker;
use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};

static IDLE: Mutex<Vec<Worker>> = Mutex::new(Vec::new());

/// A worker that runs nothing, if need be a new one.
pub(super) async fn take(powershell: &PowerShell) -> io::Result<Worker> {
    loop {
        let Some(mut worker) = idle(powershell) else { break };
        if worker.is_fit() {
            return Ok(worker);
        }
    }
    Worker::start(powershell).await
}

/// Keeps a worker for the next who needs one, unless there are enough.
pub(super) fn give_back(mut worker: Worker) {
    let most = std::thread::available_parallelism().map_or(2, |processors| processors.get() + 1);
    if worker.is_fit() {
        let mut idle = lock();
        if idle.len() < most {
            return idle.push(worker);
        }
    }
    // Killing takes a moment, and is no reason for others to wait.
    drop(worker);
}

/// The last one that was given back: what it knows is still in the caches of the processor.
fn idle(powershell: &PowerShell) -> Option<Worker> {
    let mut idle = lock();
    let at = idle.iter().rposition(|worker| worker.is_of(powershell))?;
    Some(idle.remove(at))
}

fn lock() -> MutexGuard<'static, Vec<Worker>> {
    IDLE.lock().unwrap_or_else(PoisonError::into_inner)
}
