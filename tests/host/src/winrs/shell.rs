//! Shells and the table of them.

use crate::winrs::command::{Command, Surroundings};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// One shell of one user.
#[derive(Debug)]
pub(crate) struct Shell {
    pub(crate) id: String,
    owner: String,
    idle_timeout: Duration,
    pub(crate) surroundings: Surroundings,
    commands: Mutex<HashMap<String, Arc<Command>>>,
    use_: Mutex<Use>,
}

#[derive(Debug)]
struct Use {
    operations: usize,
    last: Instant,
}

impl Shell {
    pub(crate) fn new(id: String, owner: String, idle_timeout: Duration, surroundings: Surroundings) -> Self {
        let use_ = Mutex::new(Use { operations: 0, last: Instant::now() });
        Self { id, owner, idle_timeout, surroundings, commands: Mutex::default(), use_ }
    }

    /// Keeps the shell from being idle until the answer is out.
    pub(crate) fn in_use(self: &Arc<Self>) -> InUse {
        self.usage().operations += 1;
        InUse(Arc::clone(self))
    }

    pub(crate) fn command(&self, id: &str) -> Option<Arc<Command>> {
        self.commands().get(&key(id)).cloned()
    }

    /// Adds a command unless one of that identifier is there, or as many run as may.
    pub(crate) fn add(&self, id: &str, max: usize, start: impl FnOnce() -> Command) -> Result<(), NotAdded> {
        let mut commands = self.commands();
        if commands.contains_key(&key(id)) {
            return Err(NotAdded::IdTaken);
        }
        if commands.values().filter(|command| !command.pipe.has_ended()).count() >= max {
            return Err(NotAdded::TooMany);
        }
        commands.insert(key(id), Arc::new(start()));
        Ok(())
    }

    pub(crate) fn remove(&self, id: &str) -> Option<Arc<Command>> {
        self.commands().remove(&key(id))
    }

    fn close(&self) {
        for (_, command) in self.commands().drain() {
            command.abort();
        }
    }

    fn is_idle(&self) -> bool {
        let usage = self.usage();
        usage.operations == 0 && usage.last.elapsed() >= self.idle_timeout
    }

    fn commands(&self) -> MutexGuard<'_, HashMap<String, Arc<Command>>> {
        self.commands.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn usage(&self) -> MutexGuard<'_, Use> {
        self.use_.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Proof that an operation on a shell is under way.
#[derive(Debug)]
pub(crate) struct InUse(Arc<Shell>);

impl Drop for InUse {
    fn drop(&mut self) {
        let mut usage = self.0.usage();
        usage.operations -= 1;
        usage.last = Instant::now();
    }
}

/// Why a shell or a command was not added.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum NotAdded {
    IdTaken,
    TooMany,
}

/// All open shells.
#[derive(Debug, Default)]
pub(crate) struct Shells(Mutex<HashMap<String, Arc<Shell>>>);

impl Shells {
    pub(crate) fn open(&self, shell: Shell, max_of_user: usize) -> Result<(), NotAdded> {
        let mut shells = self.lock();
        if shells.contains_key(&key(&shell.id)) {
            return Err(NotAdded::IdTaken);
        }
        if shells.values().filter(|other| other.owner == shell.owner).count() >= max_of_user {
            return Err(NotAdded::TooMany);
        }
        shells.insert(key(&shell.id), Arc::new(shell));
        Ok(())
    }

    /// The shell, if it belongs to this user: to anyone else it does not exist.
    pub(crate) fn find(&self, id: &str, user: &str) -> Option<Arc<Shell>> {
        self.lock().get(&key(id)).filter(|shell| shell.owner == user).cloned()
    }

    pub(crate) fn close(&self, id: &str, user: &str) -> bool {
        let shell = {
            let mut shells = self.lock();
            match shells.get(&key(id)) {
                Some(shell) if shell.owner == user => shells.remove(&key(id)),
                _ => None,
            }
        };
        shell.inspect(|shell| shell.close()).is_some()
    }

    pub(crate) fn count(&self) -> usize {
        self.lock().len()
    }

    /// Closes every shell that has been idle for as long as its client allowed.
    pub(crate) fn close_idle(&self) {
        self.lock().retain(|_, shell| {
            let idle = shell.is_idle();
            if idle {
                shell.close();
            }
            !idle
        });
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Arc<Shell>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Identifiers count in any letter case, with or without `uuid:` before them.
fn key(id: &str) -> String {
    let id = id.to_ascii_uppercase();
    id.strip_prefix("UUID:").unwrap_or(&id).to_owned()
}
