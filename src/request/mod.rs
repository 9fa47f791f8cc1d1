//! What a payload means: typed, checked, with a deadline. Only what an action needs is required.

mod connection;
mod create;
mod field;
mod generation;
mod mac_address;
mod memory;
mod nic;
mod placement;
mod source;
mod stop;
mod vlan;
mod vm;
mod vm_name;
mod vm_uuid;
mod windows_path;

use tracing::level_filters::LevelFilter;

pub use connection::Connection;
pub use create::CreateRequest;
pub use field::Problem;
pub use generation::{Generation, SecureBoot};
pub use mac_address::MacAddress;
pub use memory::Memory;
pub use nic::Nic;
pub use placement::Placement;
pub use source::Source;
pub use stop::StopRequest;
pub use vlan::Vlan;
pub use vm::Vm;
pub use vm_name::VmName;
pub use vm_uuid::VmUuid;
pub use windows_path::WindowsPath;

use self::field::Levels;
use crate::deadline::Deadline;
use crate::error::Error;
use crate::payload::Payload;

/// One call, ready to be carried out.
#[derive(Debug)]
pub struct Request {
    /// What to do.
    pub action: Action,
    /// Where.
    pub connection: Connection,
    /// Until when.
    pub deadline: Deadline,
    /// What the log shows.
    pub log_level: LevelFilter,
}

/// What to do, with what it needs.
#[derive(Debug)]
pub enum Action {
    /// Make a VM and start it.
    Create(CreateRequest),
    /// Stop a VM.
    Stop(StopRequest),
}

/// An action's name, known before the payload is read.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ActionName {
    /// `create`, in CloudStack's documentation also `deploy`.
    Create,
    /// `stop`.
    Stop,
}

/// The names in use, in any letter case.
const NAMES: [(&str, ActionName); 3] =
    [("create", ActionName::Create), ("deploy", ActionName::Create), ("stop", ActionName::Stop)];

impl ActionName {
    /// Looks a name up.
    ///
    /// # Errors
    /// Any other name. CloudStack sends the class name of every command that it has no action for.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let found = NAMES.iter().find(|(name, _)| name.eq_ignore_ascii_case(text));
        found.map(|(_, action)| *action).ok_or_else(|| {
            let known: Vec<_> = NAMES.iter().map(|(name, _)| *name).collect();
            let shown: String = text.escape_debug().take(200).collect();
            Error::new(format!("the action `{shown}` is unknown"))
                .with_hint(format!("this extension knows: {}", known.join(", ")))
        })
    }
}

impl Action {
    /// Its name in the log.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Create(_) => "create",
            Self::Stop(_) => "stop",
        }
    }

    /// The VM it is about.
    pub const fn vm_name(&self) -> Option<&VmName> {
        match self {
            Self::Create(create) => Some(&create.vm.name),
            Self::Stop(stop) => Some(&stop.vm.name),
        }
    }
}

impl Request {
    /// Reads from the payload what the action needs.
    ///
    /// # Errors
    /// The first field that is missing or wrong, by its full key.
    pub fn new(name: ActionName, payload: &Payload, deadline: Deadline) -> Result<Self, Error> {
        let connection = Connection::new(payload)?;
        let action = match name {
            ActionName::Create => Action::Create(CreateRequest::new(payload)?),
            ActionName::Stop => Action::Stop(StopRequest::new(payload)?),
        };
        Ok(Self { action, connection, deadline, log_level: log_level(payload)? })
    }
}

fn log_level(payload: &Payload) -> Result<LevelFilter, Error> {
    const LEVELS: [(&str, LevelFilter); 5] = [
        ("error", LevelFilter::ERROR),
        ("warn", LevelFilter::WARN),
        ("info", LevelFilter::INFO),
        ("debug", LevelFilter::DEBUG),
        ("trace", LevelFilter::TRACE),
    ];
    let level = Levels::of_host(payload).find(&["log_level"]).optional(field::word(&LEVELS))?;
    Ok(level.unwrap_or(LevelFilter::INFO))
}
