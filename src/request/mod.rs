//! What a payload means: typed, checked, with a deadline. Only what an action needs is required.

mod connection;
mod console;
mod create;
mod field;
mod generation;
mod hosted_vm;
mod mac_address;
mod memory;
mod nic;
mod placement;
mod power_query;
mod prepare;
mod reboot;
mod shutdown_timeout;
mod size;
mod snapshot;
mod snapshot_name;
mod source;
mod start;
mod status;
mod stop;
mod vlan;
mod vm;
mod vm_name;
mod vm_uuid;
mod windows_path;

use std::time::{Duration, Instant};

use tracing::level_filters::LevelFilter;

pub use connection::Connection;
pub use console::{ConsolePart, ConsoleRequest};
pub use create::CreateRequest;
pub use field::Problem;

pub use generation::{Generation, SecureBoot};
pub use hosted_vm::HostedVm;
pub use mac_address::MacAddress;
pub use memory::Memory;
pub use nic::Nic;
pub use placement::Placement;
pub use power_query::PowerQuery;
pub use prepare::PrepareRequest;
pub use reboot::RebootRequest;
pub use size::Size;
pub use snapshot::SnapshotRequest;
pub use snapshot_name::SnapshotName;
pub use source::Source;
pub use start::StartRequest;
pub use status::StatusRequest;
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
    /// Where; nothing for an action that needs no host.
    pub connection: Option<Connection>,
    /// Until when.
    pub deadline: Deadline,
    /// What the log shows.
    pub log_level: LevelFilter,
}

/// What to do, with what it needs.
#[derive(Debug)]
pub enum Action {
    /// See whether a VM could be made.
    Prepare(PrepareRequest),
    /// Make a VM and start it.
    Create(CreateRequest),
    /// Start a VM that is there.
    Start(StartRequest),
    /// Stop a VM.
    Stop(StopRequest),
    /// Let a VM begin anew.
    Reboot(RebootRequest),
    /// Remove a VM.
    Delete(HostedVm),
    /// Tell the power state of a VM.
    Status(StatusRequest),
    /// Tell the power states of all VMs of the host. Needs nothing but the connection.
    Statuses(PowerQuery),
    /// Pause a VM.
    Suspend(HostedVm),
    /// Let a paused VM go on.
    Resume(HostedVm),
    /// Take a snapshot.
    CreateSnapshot(SnapshotRequest),
    /// List the snapshots of a VM.
    ListSnapshots(HostedVm),
    /// Bring a VM back to a snapshot.
    RestoreSnapshot(SnapshotRequest),
    /// Delete a snapshot.
    DeleteSnapshot(SnapshotRequest),
    /// Tell where a VM's console is.
    GetConsole(ConsoleRequest),
}

/// An action's name, known before the payload is read.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ActionName {
    /// `prepare`.
    Prepare,
    /// `create`, in CloudStack's documentation also `deploy`.
    Create,
    /// `start`.
    Start,
    /// `stop`.
    Stop,
    /// `reboot`.
    Reboot,
    /// `delete`.
    Delete,
    /// `status`.
    Status,
    /// `statuses`.
    Statuses,
    /// `Suspend`.
    Suspend,
    /// `Resume`.
    Resume,
    /// `CreateSnapshot`.
    CreateSnapshot,
    /// `ListSnapshots`.
    ListSnapshots,
    /// `RestoreSnapshot`.
    RestoreSnapshot,
    /// `DeleteSnapshot`.
    DeleteSnapshot,
    /// `getconsole`.
    GetConsole,
}

/// The names in use, in any letter case.
const NAMES: [(&str, ActionName); 16] = [
    ("prepare", ActionName::Prepare),
    ("create", ActionName::Create),
    ("deploy", ActionName::Create),
    ("start", ActionName::Start),
    ("stop", ActionName::Stop),
    ("reboot", ActionName::Reboot),
    ("delete", ActionName::Delete),
    ("status", ActionName::Status),
    ("statuses", ActionName::Statuses),
    ("getconsole", ActionName::GetConsole),
    ("Suspend", ActionName::Suspend),
    ("Resume", ActionName::Resume),
    ("CreateSnapshot", ActionName::CreateSnapshot),
    ("ListSnapshots", ActionName::ListSnapshots),
    ("RestoreSnapshot", ActionName::RestoreSnapshot),
    ("DeleteSnapshot", ActionName::DeleteSnapshot),
];

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

    /// Its name as CloudStack writes it.
    pub fn as_str(self) -> &'static str {
        NAMES.iter().find(|(_, action)| *action == self).map_or("", |(name, _)| name)
    }

    /// Whether CloudStack's ping waits for it, host after host: then it must be over soon.
    pub const fn is_report(self) -> bool {
        matches!(self, Self::Status | Self::Statuses)
    }

    /// How long it may work, where `timeout` counts from `started`.
    pub fn deadline(self, started: Instant, timeout: Duration) -> Deadline {
        let begin = if self.is_report() { Deadline::of_report } else { Deadline::new };
        begin(started, timeout)
    }

    /// Whether a tenant reads what it prints: he must learn nothing of the host.
    pub const fn is_for_tenants(self) -> bool {
        matches!(
            self,
            Self::Suspend
                | Self::Resume
                | Self::CreateSnapshot
                | Self::ListSnapshots
                | Self::RestoreSnapshot
                | Self::DeleteSnapshot
                | Self::GetConsole
        )
    }
}

impl Action {
    /// Whether it asks the host anything.
    pub const fn needs_host(&self) -> bool {
        match self {
            Self::GetConsole(console) => console.hosted.is_some(),
            _ => true,
        }
    }

    /// The VM it is about; `statuses` is about all.
    pub const fn vm_name(&self) -> Option<&VmName> {
        match self {
            Self::Prepare(prepare) => Some(&prepare.vm.name),
            Self::Create(create) => Some(&create.vm.name),
            Self::Start(start) => Some(&start.vm.name),
            Self::Stop(stop) => Some(&stop.vm.name),
            Self::Reboot(reboot) => Some(&reboot.vm.name),
            Self::Delete(delete) => Some(&delete.vm.name),
            Self::Status(status) => Some(&status.name),
            Self::Statuses(_) => None,
            Self::Suspend(hosted) | Self::Resume(hosted) | Self::ListSnapshots(hosted) => Some(&hosted.vm.name),
            Self::CreateSnapshot(snapshot) | Self::RestoreSnapshot(snapshot) | Self::DeleteSnapshot(snapshot) => {
                Some(&snapshot.vm.vm.name)
            }
            Self::GetConsole(console) => console.name.as_ref(),
        }
    }
}

impl Request {
    /// Reads from the payload what the action needs.
    ///
    /// # Errors
    /// The first field that is missing or wrong, by its full key.
    pub fn new(name: ActionName, payload: &Payload, deadline: Deadline) -> Result<Self, Error> {
        let action = match name {
            ActionName::Prepare => Action::Prepare(PrepareRequest::new(payload)?),
            ActionName::Create => Action::Create(CreateRequest::new(payload)?),
            ActionName::Start => Action::Start(StartRequest::new(payload)?),
            ActionName::Stop => Action::Stop(StopRequest::new(payload)?),
            ActionName::Reboot => Action::Reboot(RebootRequest::new(payload)?),
            ActionName::Delete => Action::Delete(HostedVm::new(payload)?),
            ActionName::Status => Action::Status(StatusRequest::new(payload)?),
            ActionName::Statuses => Action::Statuses(PowerQuery::new(payload)?),
            ActionName::Suspend => Action::Suspend(HostedVm::new(payload)?),
            ActionName::Resume => Action::Resume(HostedVm::new(payload)?),
            ActionName::CreateSnapshot => Action::CreateSnapshot(SnapshotRequest::of_new(payload)?),
            ActionName::ListSnapshots => Action::ListSnapshots(HostedVm::new(payload)?),
            ActionName::RestoreSnapshot => Action::RestoreSnapshot(SnapshotRequest::of_existing(payload)?),
            ActionName::DeleteSnapshot => Action::DeleteSnapshot(SnapshotRequest::of_existing(payload)?),
            ActionName::GetConsole => Action::GetConsole(ConsoleRequest::new(payload)?),
        };
        let connection = if action.needs_host() { Some(Connection::new(payload)?) } else { None };
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
