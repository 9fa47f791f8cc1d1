//! Ends all waiting from outside, as when the process is told to end.

use std::io;
use std::sync::mpsc::{self, Receiver, TryRecvError};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// A handle that ends whatever a client waits for. Clones are one and the same.
///
/// What was begun on the host is still ended and removed there, within [`Timeouts::clean_up`]; the
/// client then fails with [`ErrorKind::Interrupted`].
///
/// [`Timeouts::clean_up`]: crate::Timeouts::clean_up
/// [`ErrorKind::Interrupted`]: crate::ErrorKind::Interrupted
#[derive(Clone, Debug, Default)]
pub struct Interrupt {
    shared: Arc<Shared>,
    ignored: bool,
}

#[derive(Debug, Default)]
struct Shared {
    raised: Mutex<bool>,
    /// Rung when it is raised, and when a task ends.
    bell: Condvar,
}

impl Interrupt {
    /// Ends all waiting, now and from now on.
    pub fn raise(&self) {
        *self.shared.lock() = true;
        self.shared.bell.notify_all();
    }

    /// Whether waiting has to end.
    pub fn is_raised(&self) -> bool {
        !self.ignored && *self.shared.lock()
    }

    /// The same one for what must be said to a host even so.
    #[must_use]
    pub(crate) fn ignored(&self) -> Self {
        Self { shared: Arc::clone(&self.shared), ignored: true }
    }

    /// Waits `span`; false if it was not to be waited out.
    pub fn sleep(&self, span: Duration) -> bool {
        let until = Instant::now() + span;
        let mut raised = self.shared.lock();
        loop {
            if *raised && !self.ignored {
                return false;
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return true;
            }
            raised = self.shared.wait(raised, left);
        }
    }

    /// Begins `work` on a thread of its own. What waits for it can be interrupted; the work itself
    /// cannot, and may go on unheard.
    ///
    /// # Errors
    ///
    /// Where the system gives no thread.
    pub(crate) fn begin<R: Send + 'static>(
        &self,
        name: &str,
        work: impl FnOnce() -> R + Send + 'static,
    ) -> io::Result<Task<R>> {
        let (result, results) = mpsc::sync_channel(1);
        let bell = Bell(Arc::clone(&self.shared));
        thread::Builder::new().name(name.to_owned()).spawn(move || {
            // Rung last, after the result is there or, in a panic, will never be.
            let _bell = bell;
            let result = result;
            // Nobody may be left to hear it.
            let _ = result.send(work());
        })?;
        Ok(Task(results))
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, bool> {
        self.raised.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'a>(&self, raised: MutexGuard<'a, bool>, span: Duration) -> MutexGuard<'a, bool> {
        self.bell.wait_timeout(raised, span).unwrap_or_else(PoisonError::into_inner).0
    }
}

/// Rings when it is dropped.
struct Bell(Arc<Shared>);

impl Drop for Bell {
    fn drop(&mut self) {
        // Whoever is about to wait holds the lock until he does.
        let _raised = self.0.lock();
        self.0.bell.notify_all();
    }
}

/// Work on another thread.
pub(crate) struct Task<R>(Receiver<R>);

/// What came of waiting for a task.
#[derive(Debug, Eq, PartialEq)]
pub(crate) enum Waited<R> {
    /// It has ended.
    Ended(R),
    /// It panicked.
    Died,
    /// It goes on, and the time is up.
    TooLate,
    /// It goes on, and nothing is to be waited for any more.
    Interrupted,
}

impl<R> Task<R> {
    /// Waits for its end until then. `interrupt` is a clone of the one that began it.
    pub(crate) fn wait(&self, interrupt: &Interrupt, until: Instant) -> Waited<R> {
        let mut raised = interrupt.shared.lock();
        loop {
            match self.0.try_recv() {
                Ok(result) => return Waited::Ended(result),
                Err(TryRecvError::Disconnected) => return Waited::Died,
                Err(TryRecvError::Empty) => {}
            }
            if *raised && !interrupt.ignored {
                return Waited::Interrupted;
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Waited::TooLate;
            }
            raised = interrupt.shared.wait(raised, left);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(60);

    fn later() -> Instant {
        Instant::now() + LONG
    }

    #[test]
    fn a_task_is_waited_for_until_it_ends_or_time_does() {
        let interrupt = Interrupt::default();
        let task = interrupt.begin("seven", || 7).unwrap();
        assert_eq!(task.wait(&interrupt, later()), Waited::Ended(7));
        let task = interrupt.begin("slow", || thread::sleep(LONG)).unwrap();
        assert_eq!(task.wait(&interrupt, Instant::now() + Duration::from_millis(20)), Waited::TooLate);
    }

    #[test]
    fn a_task_that_panics_is_not_waited_for() {
        let interrupt = Interrupt::default();
        let task = interrupt.begin("defect", || panic!("a defect")).unwrap();
        assert_eq!(task.wait(&interrupt, later()), Waited::<()>::Died);
    }

    #[test]
    fn raising_ends_every_wait_but_those_that_ignore_it() {
        let interrupt = Interrupt::default();
        let (_stop, stopped) = mpsc::channel::<()>();
        let task = interrupt.begin("silent", move || stopped.recv().is_ok()).unwrap();
        let raiser = interrupt.clone();
        thread::spawn(move || {
            thread::sleep(Duration::from_millis(30));
            raiser.raise();
        });
        assert_eq!(task.wait(&interrupt, later()), Waited::Interrupted);
        assert!(interrupt.is_raised() && !interrupt.sleep(LONG));
        let ignoring = interrupt.ignored();
        assert!(!ignoring.is_raised() && ignoring.sleep(Duration::from_millis(1)));
        assert_eq!(task.wait(&ignoring, Instant::now() + Duration::from_millis(1)), Waited::TooLate);
    }
}
