//! A WinRM host on loopback: TLS, NTLM, Windows Remote Shell, and behind them a small model of Hyper-V or a PowerShell.
//!
//! It shares no code with the client that it judges, so that one misreading of a specification cannot pass on both
//! sides.
//!
//! ```
//! use simulated_host::{Host, Options, World};
//!
//! let host = Host::start(Options::new().world(World::default().with_unmarked_vm("web-01")))?;
//! assert!(host.url().starts_with("https://127.0.0.1:"));
//! assert!(host.state().vm("web-01").is_some());
//! # Ok::<_, std::io::Error>(())
//! ```

mod account;
mod body;
mod certificate;
mod command_line;
mod connection;
mod counters;
mod executor;
mod guid;
mod host;
mod http_date;
mod listener;
mod model;
mod ntlm;
mod options;
mod powershell;
mod recording;
mod relay;
mod rule;
mod site;
mod soap;
mod state;
mod tls;
mod winrs;
mod wire;
mod wmi;

pub use account::Account;
pub use certificate::{Certificate, KeyKind};
pub use counters::Counters;
pub use executor::{Executor, Exit, Output, Process, Stdin};
pub use host::Host;
pub use model::{Noise, Rollback, ScriptError, World};
pub use ntlm::{ChannelBinding, Refusal};
pub use options::Options;
pub use powershell::{Call, Language, Mishap, PowerShell, ServerVersion, StandIn, Windows};
pub use relay::Relay;
pub use rule::{Action, Point, Rule};
pub use site::Recorded;
pub use soap::fault::{Fault, FaultForm};
pub use soap::request::Verb;
pub use state::{Inventory, Nic, PowerState, State, Vm};
pub use tls::Tls;
pub use wmi::{System, Systems, Wmi};
