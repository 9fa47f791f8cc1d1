//! Enumerations that wait for their next Pull.

use crate::guid;
use std::collections::HashMap;
use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// What an enumeration has yet to tell.
#[derive(Debug)]
pub(crate) struct Rest {
    pub(crate) resource: String,
    pub(crate) owner: String,
    pub(crate) items: VecDeque<Vec<u8>>,
}

/// All of them, by their contexts. Each answer gives a new context, and the one before is worth nothing from then on.
#[derive(Debug, Default)]
pub(crate) struct Contexts(Mutex<HashMap<String, (Instant, Rest)>>);

impl Contexts {
    /// Keeps the rest of an enumeration, and returns the context that it goes on with.
    pub(crate) fn keep(&self, rest: Rest) -> String {
        let context = format!("uuid:{}", guid::new().to_uppercase());
        self.lock().insert(context.clone(), (Instant::now(), rest));
        context
    }

    /// Takes the rest of an enumeration, if it is this user's, of this resource and not too old: to anyone else, and
    /// later, there is none.
    pub(crate) fn take(&self, context: &str, user: &str, resource: &str, lifetime: Duration) -> Option<Rest> {
        let mut contexts = self.lock();
        contexts.retain(|_, (since, _)| since.elapsed() < lifetime);
        let (_, rest) = contexts.get(context)?;
        if rest.owner != user || rest.resource != resource {
            return None;
        }
        contexts.remove(context).map(|(_, rest)| rest)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, (Instant, Rest)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
