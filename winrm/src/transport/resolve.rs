//! The host's addresses, from a name service that may be slow.
//!
//! The system's resolver cannot be stopped, and the HTTPS client waits for one that it has begun,
//! even while it is dropped. So the name is looked up on a thread that nobody waits for longer than
//! there is time, and the HTTPS client is given the addresses.

use std::io;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs as _};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tracing::debug;

use super::{TransportError, Unreachable};
use crate::interrupt::{Task, Waited};
use crate::{Endpoint, Interrupt};

/// What finds the addresses of a name and a port. It may take any time.
pub(super) type Lookup = dyn Fn(&str, u16) -> io::Result<Vec<SocketAddr>> + Send + Sync;

/// The system's resolver.
///
/// # Errors
///
/// What the system says where the name has no address.
pub(super) fn by_system(host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
    (host, port).to_socket_addrs().map(Iterator::collect)
}

/// Finds the addresses of one host.
pub(super) struct Resolver {
    endpoint: Endpoint,
    lookup: Arc<Lookup>,
    /// A lookup that is still going on. It is taken up again rather than begun once more, so that
    /// there is one thread at most.
    pending: Option<Task<io::Result<Vec<SocketAddr>>>>,
    found: Arc<Found>,
}

impl Resolver {
    pub(super) fn new(endpoint: Endpoint, lookup: Arc<Lookup>) -> Self {
        Self { endpoint, lookup, pending: None, found: Arc::default() }
    }

    /// Where the addresses stand once they are found.
    pub(super) fn found(&self) -> Arc<Found> {
        Arc::clone(&self.found)
    }

    /// Finds the addresses, unless they are known or the host is one itself, within `limit`.
    ///
    /// # Errors
    ///
    /// [`Unreachable`]: the name has no address, or the name service does not answer in time.
    /// [`TransportError::Interrupted`] where it was not to be waited for.
    pub(super) fn resolve(&mut self, limit: Duration, interrupt: &Interrupt) -> Result<(), TransportError> {
        if self.endpoint.host().parse::<IpAddr>().is_ok() || !self.found.lock().is_empty() {
            return Ok(());
        }
        let pending = match self.pending.take() {
            Some(pending) => pending,
            None => self.begin(interrupt).map_err(|error| Unreachable::Network {
                address: self.endpoint.to_string(),
                reason: error.to_string(),
            })?,
        };
        match pending.wait(interrupt, Instant::now() + limit) {
            Waited::Ended(Ok(addresses)) if !addresses.is_empty() => {
                *self.found.lock() = addresses;
                Ok(())
            }
            Waited::TooLate => {
                self.pending = Some(pending);
                Err(Unreachable::NameService { host: self.endpoint.host().to_owned(), after: limit }.into())
            }
            Waited::Interrupted => {
                self.pending = Some(pending);
                Err(TransportError::Interrupted { sent: false })
            }
            result => {
                debug!(?result, "The name does not resolve");
                Err(Unreachable::Name { host: self.endpoint.host().to_owned() }.into())
            }
        }
    }

    /// Forgets the addresses, because none of them can be connected to: the host may have moved.
    pub(super) fn forget(&mut self) {
        self.found.lock().clear();
    }

    fn begin(&self, interrupt: &Interrupt) -> io::Result<Task<io::Result<Vec<SocketAddr>>>> {
        let (host, port) = (self.endpoint.host().to_owned(), self.endpoint.port());
        let lookup = Arc::clone(&self.lookup);
        interrupt.begin("name lookup", move || lookup(&host, port))
    }
}

/// The addresses that were found. They are all that the HTTPS client knows of names.
#[derive(Debug, Default)]
pub(super) struct Found(Mutex<Vec<SocketAddr>>);

impl Found {
    /// The addresses; none before the first lookup.
    pub(super) fn addresses(&self) -> Vec<SocketAddr> {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<SocketAddr>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::sync::mpsc;

    use super::*;

    const ENOUGH: Duration = Duration::from_secs(20);

    fn resolver(
        host: &str,
        lookup: impl Fn(&str, u16) -> io::Result<Vec<SocketAddr>> + Send + Sync + 'static,
    ) -> Resolver {
        Resolver::new(Endpoint::parse(host, None).unwrap(), Arc::new(lookup))
    }

    fn refusal(resolver: &mut Resolver, limit: Duration) -> Unreachable {
        match resolver.resolve(limit, &Interrupt::default()).unwrap_err() {
            TransportError::Unreachable(refused) => refused,
            other => panic!("{other}"),
        }
    }

    fn address(host: [u8; 4], port: u16) -> SocketAddr {
        SocketAddr::from((host, port))
    }

    #[test]
    fn a_name_is_looked_up_once_until_its_addresses_are_forgotten() {
        let asked = Arc::new(AtomicU32::new(0));
        let count = Arc::clone(&asked);
        let mut resolver = resolver("hv1:443", move |host, port| {
            assert_eq!(host, "hv1");
            count.fetch_add(1, Ordering::SeqCst);
            Ok(vec![address([10, 0, 0, 5], port)])
        });
        resolver.resolve(ENOUGH, &Interrupt::default()).unwrap();
        resolver.resolve(Duration::ZERO, &Interrupt::default()).unwrap();
        assert_eq!(resolver.found().addresses(), [address([10, 0, 0, 5], 443)]);
        assert_eq!(asked.load(Ordering::SeqCst), 1);
        resolver.forget();
        resolver.resolve(ENOUGH, &Interrupt::default()).unwrap();
        assert_eq!(asked.load(Ordering::SeqCst), 2);
    }

    #[test]
    fn an_address_is_not_looked_up() {
        for host in ["10.0.0.5", "[fe80::1]"] {
            let mut resolver = resolver(host, move |_, _| panic!("{host}"));
            resolver.resolve(ENOUGH, &Interrupt::default()).unwrap();
            assert!(resolver.pending.is_none());
        }
    }

    #[test]
    fn a_name_without_address_does_not_resolve() {
        for failure in ["none", "an error", "a thread that ends without an answer"] {
            let lookup = move |_: &str, _| match failure {
                "none" => Ok(Vec::new()),
                "an error" => Err(io::Error::other("no such name")),
                _ => panic!("{failure}"),
            };
            let refused = refusal(&mut resolver("hv1", lookup), ENOUGH);
            assert!(matches!(&refused, Unreachable::Name { host } if host == "hv1"), "{refused}");
        }
    }

    #[test]
    fn a_lookup_that_takes_too_long_is_taken_up_again() {
        let (go_on, wait) = mpsc::channel();
        let wait = Mutex::new(wait);
        let mut resolver = resolver("hv1", move |_, port| {
            // A second lookup would find nobody who lets it go on.
            wait.lock().unwrap().recv().map_err(io::Error::other)?;
            Ok(vec![address([10, 0, 0, 5], port)])
        });
        let limit = Duration::from_millis(1);
        let refused = refusal(&mut resolver, limit);
        assert!(
            matches!(&refused, Unreachable::NameService { host, after } if host == "hv1" && *after == limit),
            "{refused}"
        );
        go_on.send(()).unwrap();
        drop(go_on);
        resolver.resolve(ENOUGH, &Interrupt::default()).unwrap();
        assert_eq!(resolver.found().addresses(), [address([10, 0, 0, 5], 5986)]);
    }
}
