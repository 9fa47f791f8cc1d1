//! Everything a client must be told before it can speak to a host.

use std::sync::Arc;
use std::time::Duration;

use crate::auth::LoginMemory;
use crate::{Credentials, Endpoint, Interrupt, Trust};

/// How a host is reached, who logs in, and how long the client waits for what.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where the host listens.
    pub endpoint: Endpoint,
    /// Who logs in.
    pub credentials: Credentials,
    /// What the host's certificate is checked against.
    pub trust: Trust,
    /// Whether the login is bound to the TLS connection.
    pub channel_binding: ChannelBinding,
    /// What other processes have learnt of this login; nothing by default.
    pub login_memory: Option<Arc<dyn LoginMemory>>,
    /// How long it waits.
    pub timeouts: Timeouts,
    /// Ends all waiting before its time. Kept by whoever may want that.
    pub interrupt: Interrupt,
}

impl Settings {
    /// Settings with the system's roots, channel binding and the default times.
    pub fn new(endpoint: Endpoint, credentials: Credentials) -> Self {
        Self {
            endpoint,
            credentials,
            trust: Trust::default(),
            channel_binding: ChannelBinding::default(),
            login_memory: None,
            timeouts: Timeouts::default(),
            interrupt: Interrupt::default(),
        }
    }
}

/// How long a client waits for what, beside the deadline of each command.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Timeouts {
    /// For the name service to answer, and once more for a connection to stand, TCP and TLS. Default
    /// 10 s.
    pub connect: Duration,
    /// For a host that refuses connections, drops them or answers 503 to come back, before a
    /// command has begun. Default 10 s.
    pub patience: Duration,
    /// After the deadline, to end a command that ran out of time and to remove its shell. Default 4
    /// s.
    pub clean_up: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self { connect: Duration::from_secs(10), patience: Duration::from_secs(10), clean_up: Duration::from_secs(4) }
    }
}

/// Whether the NTLM login carries the hash of the certificate that the host showed (RFC 5929,
/// `tls-server-end-point`).
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum ChannelBinding {
    /// It does: a login that someone in between passes on to another host is worth nothing there.
    #[default]
    Bind,
    /// It does not, because something before the host ends TLS and shows a certificate of its own.
    Omit,
}
