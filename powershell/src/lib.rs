//! Typed PowerShell scripts: what is sent to a Hyper-V host, and how its answer is read. Knows no network.
//!
//! Three promises hold for every [`Script`]:
//! - its text is a constant, written in `scripts/*.ps1` for Windows PowerShell 5.1;
//! - its arguments are data: they travel as one base64 token and are never part of the text;
//! - it gives one JSON answer between two marker lines that carry a nonce of this call.
//!
//! [`render`] makes the command line and the standard input, [`Rendered::read`] reads what came back.

mod answer;
mod bootstrap;
mod clixml;
mod create;
mod delete;
mod identify;
mod input;
mod power_states;
mod prepare;
mod probe;
mod reboot;
mod render;
mod script;
mod snapshot;
mod start;
mod stop;
mod suspend;

pub use answer::{Answer, AnswerError, Failure, Rollback, Streams};
pub use bootstrap::STARTED;
pub use create::{Create, Created, Nic, SecureBoot, Source};
pub use delete::{Delete, Deleted};
pub use identify::{Identified, Identify};
pub use input::Input;
pub use power_states::{PowerStates, ReadStates, StateRow};
pub use prepare::{Prepare, Prepared};
pub use probe::{Finding, Probe, Probed, Problem};
pub use reboot::{Reboot, RebootMethod, Rebooted};
pub use render::{Nonce, RenderError, Rendered, render};
pub use script::{Part, Script};
pub use snapshot::{
    CreateSnapshot, DeleteSnapshot, ListSnapshots, Merge, RestoreSnapshot, SnapshotCreated, SnapshotDeleted,
    SnapshotList, SnapshotRestored, SnapshotRow,
};
pub use start::{Start, Started};
pub use stop::{Stop, StopMethod, Stopped};
pub use suspend::{PowerChanged, Resume, Suspend};
