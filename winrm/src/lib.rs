//! A WS-Management client for Windows remote shells.
//!
//! [`Client`] runs a command line on a Windows host, gives it input and brings back what it
//! printed: over HTTPS alone, with an NTLMv2 login, on one connection. It knows nothing of what the
//! command is.
//!
//! ```no_run
//! use std::time::{Duration, Instant};
//! use winrm::{Client, Command, Credentials, Endpoint, Settings};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let endpoint = Endpoint::parse("hv1.example.org", None)?;
//! let credentials = Credentials::new("Administrator", "secret".into(), None)?;
//! let mut client = Client::connect(Settings::new(endpoint, credentials))?;
//! let deadline = Instant::now() + Duration::from_secs(60);
//! let output = client.run(&Command::new("hostname"), deadline)?;
//! println!("{}", String::from_utf8_lossy(&output.stdout));
//! # Ok(())
//! # }
//! ```
//!
//! [`Client::enumerate`] asks WMI, which starts no process on the host.
//!
//! The layers, top down: `client` decides what happens in which order and what is tried again;
//! `shell` has the verbs of a remote shell; [`soap`] is their wire format; a [`Transport`] carries
//! bytes; [`auth`] is the login that [`Https`] carries them with.

pub mod auth;
mod client;
mod command;
mod credentials;
mod deadline;
mod der;
mod endpoint;
mod error;
mod ids;
mod interrupt;
mod query;
mod run;
mod settings;
mod shell;
pub mod soap;
mod transport;
mod trust;

pub use client::Client;
pub use command::{Command, Output};
pub use credentials::{Credentials, InvalidCredentials};
pub use endpoint::{Endpoint, InvalidEndpoint};
pub use error::{Error, ErrorKind, HttpError};
pub use ids::{Ids, RandomIds};
pub use interrupt::Interrupt;
pub use query::{Enumeration, Query};
pub use settings::{ChannelBinding, Settings, Timeouts};
pub use soap::Instance;
pub use transport::{
    CertificateError, CertificateReason, Https, Observed, Observer, Reply, SettingsError, Transport, TransportError,
    Unreachable,
};
pub use trust::{Fingerprint, InvalidFingerprint, Trust};
