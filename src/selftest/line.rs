//! The way to the host of a selftest: calls as CloudStack makes them, and a bare wire for questions about WinRM itself.
//!
//! Every connection of a selftest is made here, in [`Line::call`], [`Line::remote`] and [`Line::wire`]. Calls are recorded, each
//! into a folder of its own.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde_json::Value;
use winrm::{Https, Interrupt, Transport};

use crate::action;
use crate::deadline::Deadline;
use crate::error::Error;
use crate::login_memory::RefusedLogins;
use crate::payload::Payload;
use crate::recording::{Placeholders, Recorder};
use crate::remote::{self, Carrier, NoHost, Way, WinRm};
use crate::reply::Outcome;
use crate::request::{ActionName, Connection, Request};

/// The longest that a create may take: a template is copied in it.
const LONGEST_CREATE: Duration = Duration::from_secs(1800);

/// The longest that any other action may take.
const LONGEST_ACTION: Duration = Duration::from_secs(300);

/// A host, and what ends all waiting for it.
#[derive(Clone)]
pub(super) struct Line {
    log: Option<PathBuf>,
    interrupt: Interrupt,
    /// Where recordings go, and how many there are.
    recordings: PathBuf,
    recorded: Arc<AtomicU32>,
    names: Arc<Mutex<Vec<Placeholders>>>,
}

impl Line {
    pub(super) fn new(log: Option<PathBuf>, interrupt: Interrupt, recordings: PathBuf) -> Self {
        Self { log, interrupt, recordings, recorded: Arc::default(), names: Arc::default() }
    }

    /// The same for cleaning up, which goes on after the program was told to end.
    pub(super) fn undisturbed(&self) -> Self {
        Self { interrupt: Interrupt::default(), ..self.clone() }
    }

    /// Whether the program was told to end.
    pub(super) fn is_interrupted(&self) -> bool {
        self.interrupt.is_raised()
    }

    /// How many calls were made, and what was replaced in the recordings of those that could be written.
    pub(super) fn recorded(&self) -> (u32, Vec<Placeholders>) {
        let names = std::mem::take(&mut *self.names.lock().unwrap_or_else(PoisonError::into_inner));
        (self.recorded.load(Ordering::Relaxed), names)
    }

    /// What ends all waiting.
    pub(super) fn interrupt(&self) -> Interrupt {
        self.interrupt.clone()
    }

    /// Carries out one action in the way of a call from CloudStack, and gives the reply as CloudStack would read it.
    ///
    /// # Errors
    /// As the action's own.
    pub(super) fn call(&self, name: ActionName, payload: Value) -> Result<Value, Error> {
        let time = if name == ActionName::Create { LONGEST_CREATE } else { LONGEST_ACTION };
        let request = Request::new(name, &read(payload.clone())?, name.deadline(Instant::now(), time))?;
        let number = self.recorded.fetch_add(1, Ordering::Relaxed) + 1;
        let named = format!("{number:02}-{}", name.as_str().to_ascii_lowercase());
        let recorder = Recorder::named(self.recordings.clone(), named, name.as_str(), time, payload);
        let reply = match &request.connection {
            Some(connection) => {
                let way = self.way(connection, Carrier::Watched(recorder.observer()));
                WinRm::new(connection, request.deadline, way).and_then(|mut host| action::perform(&request, &mut host))
            }
            None => action::perform(&request, &mut NoHost),
        };
        let line = reply.inspect_err(Error::log).and_then(|reply| reply.line());
        let names = recorder.write(&match &line {
            // As a tenant reads it; replays pass over the number in the log.
            Err(error) if name.is_for_tenants() => Outcome::of(Err(&error.hidden("00000000"))),
            line => Outcome::of(line.as_deref()),
        });
        self.names.lock().unwrap_or_else(PoisonError::into_inner).extend(names);
        serde_json::from_str(&line?).map_err(|source| Error::new("the reply is no JSON").with_source(source))
    }

    /// The way that scripts and queries of the program itself go.
    ///
    /// # Errors
    /// Where the trust settings cannot be used.
    pub(super) fn remote(&self, connection: &Connection, deadline: Deadline) -> Result<WinRm, Error> {
        WinRm::new(connection, deadline, self.way(connection, Carrier::Https))
    }

    fn way(&self, connection: &Connection, carrier: Carrier) -> Way {
        Way { carrier, interrupt: self.interrupt.clone(), memory: Some(self.memory(connection)) }
    }

    /// Carries messages as they are.
    ///
    /// # Errors
    /// Where the trust settings cannot be used.
    pub(super) fn wire(&self, connection: &Connection) -> Result<Box<dyn Transport>, Error> {
        let settings = remote::settings(connection, self.interrupt.clone(), Some(self.memory(connection)));
        let https = Https::new(settings).map_err(|error| Error::new(error.to_string()).with_source(error))?;
        Ok(Box::new(https))
    }

    fn memory(&self, connection: &Connection) -> RefusedLogins {
        RefusedLogins::of(connection, self.log.as_deref())
    }
}

/// The payload's own error could show a value, which may be a password.
pub(super) fn read(payload: Value) -> Result<Payload, Error> {
    serde_json::from_value(payload).map_err(|_| Error::new("the payload is none of CloudStack's"))
}
