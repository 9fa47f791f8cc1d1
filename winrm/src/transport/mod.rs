//! How bytes go to a host and come back.
//!
//! A [`Transport`] carries whole messages and knows nothing of what is in them; login and TLS lie
//! below it. A fault is an answer like any other. So a wrapper can record what passes, and a replay
//! can stand in for a host, without either.

mod ca_file;
mod cause;
mod certificate;
mod http;
mod record;
mod resolve;
mod tls;

use std::time::{Duration, SystemTime};

use thiserror::Error;

use crate::Interrupt;
use crate::auth::LoginError;

pub use certificate::{CertificateError, CertificateReason};
pub use http::Https;
pub use record::{Observed, Observer};

/// Carries one message at a time to a host.
pub trait Transport {
    /// Sends a message and waits for its answer, `timeout` at most and no longer than until
    /// `interrupt` is raised. The next message may be sent all the same.
    ///
    /// # Errors
    ///
    /// [`TransportError`] where no answer came.
    fn send(&mut self, body: Vec<u8>, timeout: Duration, interrupt: &Interrupt) -> Result<Reply, TransportError>;
}

impl<T: Transport + ?Sized> Transport for Box<T> {
    fn send(&mut self, body: Vec<u8>, timeout: Duration, interrupt: &Interrupt) -> Result<Reply, TransportError> {
        (**self).send(body, timeout, interrupt)
    }
}

/// The answer to a message, whatever its status.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// The whole body.
    pub body: Vec<u8>,
    /// When the host wrote it, by its own clock and to the second, where it tells.
    pub date: Option<SystemTime>,
}

impl Reply {
    /// Whether WinRM itself may have written it, and not something in between or before it.
    pub(crate) fn is_of_winrm(&self) -> bool {
        self.body.windows(b"Envelope".len()).any(|word| word == b"Envelope")
    }
}

/// Why no answer came.
#[derive(Clone, Debug, Error)]
#[non_exhaustive]
pub enum TransportError {
    /// This side is not set up to speak to any host.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// No connection to the host.
    #[error(transparent)]
    Unreachable(#[from] Unreachable),
    /// The host's certificate is not to be trusted.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// No TLS with the host, for another reason than its certificate.
    #[error("no TLS connection with the host: {0}")]
    Tls(String),
    /// No login.
    #[error(transparent)]
    Login(#[from] LoginError),
    /// The connection broke before the answer was whole.
    #[error("the connection to the host broke: {reason}")]
    Lost {
        /// Whether the message may have arrived, and may have been acted on.
        sent: bool,
        /// What broke.
        reason: String,
    },
    /// No answer within the time given.
    #[error("the host does not answer")]
    TimedOut {
        /// Whether the message may have arrived, and may have been acted on.
        sent: bool,
    },
    /// Nothing is to be waited for any more.
    #[error("the program was told to end")]
    Interrupted {
        /// Whether the message may have arrived, and may have been acted on.
        sent: bool,
    },
    /// What came back is no HTTP, or too large.
    #[error("the host's answer makes no sense: {0}")]
    Nonsense(String),
}

impl TransportError {
    /// Whether the message may have arrived at the host, and may have been acted on.
    pub fn may_have_arrived(&self) -> bool {
        match self {
            Self::Lost { sent, .. } | Self::TimedOut { sent } | Self::Interrupted { sent } => *sent,
            Self::Nonsense(_) => true,
            Self::Settings(_) | Self::Unreachable(_) | Self::Certificate(_) | Self::Tls(_) | Self::Login(_) => false,
        }
    }
}

/// What is wrong on this side.
#[derive(Clone, Debug, Error)]
#[non_exhaustive]
pub enum SettingsError {
    /// The file of authorities cannot be read.
    #[error("the CA file `{path}` cannot be read: {reason}")]
    CaFile {
        /// The file.
        path: String,
        /// Why.
        reason: String,
    },
    /// The file of authorities has none.
    #[error(
        "the CA file `{path}` has no PEM certificate: a DER file can be converted with `openssl x509 -inform der -in \
         <file>`"
    )]
    NoCertificate {
        /// The file.
        path: String,
    },
    /// The system has no authorities.
    #[error("this system has no trusted authorities (is the package ca-certificates missing?)")]
    NoSystemRoots,
    /// Client or TLS could not be set up.
    #[error("the HTTPS client cannot be set up: {0}")]
    Client(String),
}

/// Why there is no connection to the host.
#[derive(Clone, Debug, Error)]
#[non_exhaustive]
pub enum Unreachable {
    /// The name has no address.
    #[error("the host name `{host}` does not resolve")]
    Name {
        /// The name.
        host: String,
    },
    /// Nobody says which address the name has.
    #[error(
        "the name service does not answer for `{host}` within {} s: check this machine's DNS settings, or give the host's \
         IP address",
        seconds(.after)
    )]
    NameService {
        /// The name.
        host: String,
        /// The time that was given.
        after: Duration,
    },
    /// The host is there and nothing listens at the port.
    #[error("{address} refuses the connection: is there an HTTPS listener of WinRM, and is the port open?")]
    Refused {
        /// Host and port.
        address: String,
    },
    /// Nothing came back, or no TLS.
    #[error(
        "{address} cannot be reached within {} s: is the host up, and does a firewall let the port through?",
        seconds(.after)
    )]
    TimedOut {
        /// Host and port.
        address: String,
        /// The time that was given.
        after: Duration,
    },
    /// The network says why not.
    #[error("{address} cannot be reached: {reason}")]
    Network {
        /// Host and port.
        address: String,
        /// What the system says.
        reason: String,
    },
}

/// Seconds to the tenth, without a decimal where there is none.
fn seconds(span: &Duration) -> f64 {
    (span.as_secs_f64() * 10.0).round() / 10.0
}
