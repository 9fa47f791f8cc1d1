//! What happened on the wire, in numbers.

use crate::soap::request::Verb;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// The numbers at one moment. Queries of the state page are in none of them.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Counters {
    /// TCP connections accepted.
    pub connections: u64,
    /// Of these, how many are open at this moment.
    pub connections_open: u64,
    /// HTTP requests, the legs of a login among them.
    pub http_requests: u64,
    /// SOAP requests of connections that were logged in, by verb in lower case. A verb that never came is not there.
    pub soap: BTreeMap<String, u64>,
    /// Command lines that start Windows PowerShell.
    pub powershell_starts: u64,
    /// Scripts that arrived whole and were run.
    pub scripts_run: u64,
    /// Shells open at this moment.
    pub shells_open: u64,
    /// Logins tried (type-3 messages), right or wrong.
    pub logins: u64,
    /// Bytes from clients, as they are on the wire: inside TLS and with its handshake.
    pub bytes_in: u64,
    /// Bytes to clients, as they are on the wire.
    pub bytes_out: u64,
}

impl Counters {
    /// SOAP requests of that verb.
    pub fn of(&self, verb: Verb) -> u64 {
        self.soap.get(verb.name()).copied().unwrap_or(0)
    }
}

/// A number that goes up, and down again only where it tells how many there are now.
#[derive(Debug, Default)]
pub(crate) struct Tally(AtomicU64);

impl Tally {
    pub(crate) fn one(&self) {
        self.add(1);
    }

    pub(crate) fn add(&self, amount: usize) {
        self.0.fetch_add(u64::try_from(amount).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    pub(crate) fn one_less(&self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }

    pub(crate) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// The numbers while the host runs.
#[derive(Debug, Default)]
pub(crate) struct Tallies {
    pub(crate) connections: Tally,
    pub(crate) connections_open: Tally,
    pub(crate) http_requests: Tally,
    pub(crate) powershell_starts: Tally,
    pub(crate) scripts_run: Tally,
    pub(crate) logins: Tally,
    pub(crate) bytes_in: Tally,
    pub(crate) bytes_out: Tally,
    soap: Mutex<BTreeMap<Verb, u64>>,
}

impl Tallies {
    pub(crate) fn count(&self, verb: Verb) {
        let mut soap = self.soap.lock().unwrap_or_else(PoisonError::into_inner);
        *soap.entry(verb).or_default() += 1;
    }

    pub(crate) fn at_this_moment(&self, shells_open: usize) -> Counters {
        let soap = self.soap.lock().unwrap_or_else(PoisonError::into_inner);
        Counters {
            connections: self.connections.get(),
            connections_open: self.connections_open.get(),
            http_requests: self.http_requests.get(),
            soap: soap.iter().map(|(verb, count)| (verb.name().to_owned(), *count)).collect(),
            powershell_starts: self.powershell_starts.get(),
            scripts_run: self.scripts_run.get(),
            shells_open: u64::try_from(shells_open).unwrap_or(u64::MAX),
            logins: self.logins.get(),
            bytes_in: self.bytes_in.get(),
            bytes_out: self.bytes_out.get(),
        }
    }
}
