//! The process groups that run, so that none outlives what it belongs to.

use rustix::process::{Pid, Signal, kill_process_group};
use std::collections::HashSet;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// All process groups of one machine that run.
#[derive(Debug, Default)]
pub(super) struct Groups {
    running: Mutex<HashSet<Pid>>,
    fewer: Condvar,
}

/// A process group that runs. Dropped before it has ended, it is killed.
#[derive(Debug)]
pub(super) struct Running {
    groups: Arc<Groups>,
    group: Pid,
    has_ended: bool,
}

impl Groups {
    /// The group that a process leads which has just been started.
    pub(super) fn enter(self: &Arc<Self>, process: Option<u32>) -> Option<Running> {
        let group = Pid::from_raw(i32::try_from(process?).ok()?)?;
        self.lock().insert(group);
        Some(Running { groups: Arc::clone(self), group, has_ended: false })
    }

    /// Kills a group unless it has ended.
    pub(super) fn kill(&self, group: Pid) {
        if self.lock().contains(&group) {
            kill(group);
        }
    }

    /// Kills all groups and waits a moment until they are gone.
    pub(super) fn kill_all(&self) {
        self.lock().iter().copied().for_each(kill);
        self.all_end_within(Duration::from_secs(2));
    }

    /// Waits until nothing runs; false if something still does after that time.
    pub(super) fn all_end_within(&self, time: Duration) -> bool {
        let (running, _) = self
            .fewer
            .wait_timeout_while(self.lock(), time, |running| !running.is_empty())
            .unwrap_or_else(PoisonError::into_inner);
        running.is_empty()
    }

    fn lock(&self) -> MutexGuard<'_, HashSet<Pid>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Running {
    pub(super) fn group(&self) -> Pid {
        self.group
    }

    /// The process has ended and its identifier may be given to another.
    pub(super) fn ended(mut self) {
        self.has_ended = true;
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if !self.has_ended {
            kill(self.group);
        }
        self.groups.lock().remove(&self.group);
        self.groups.fewer.notify_all();
    }
}

/// Kills a group, whoever it belongs to.
pub(super) fn kill(group: Pid) {
    // It may have ended meanwhile.
    kill_process_group(group, Signal::KILL).unwrap_or_default();
}
