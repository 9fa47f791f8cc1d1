//! One function per action: from the request to the reply.

mod arguments;
mod console;
mod create;
mod delete;
mod list_snapshots;
mod prepare;
mod reboot;
mod snapshot;
mod start;
mod status;
mod stop;
mod suspend;

use crate::error::Error;
use crate::remote::Remote;
use crate::reply::Reply;
use crate::request::{Action, Request};

/// Carries a request out.
///
/// # Errors
/// Whatever went wrong, ready for the operator.
pub fn perform(request: &Request, remote: &mut dyn Remote) -> Result<Reply, Error> {
    match &request.action {
        Action::Prepare(prepare) => prepare::perform(prepare, remote),
        Action::Create(create) => create::perform(create, remote),
        Action::Start(start) => start::perform(start, remote),
        Action::Stop(stop) => stop::perform(stop, remote),
        Action::Reboot(reboot) => reboot::perform(reboot, remote),
        Action::Delete(delete) => delete::perform(delete, remote),
        Action::Status(status) => status::one(status, remote),
        Action::Statuses(query) => status::all(*query, remote),
        Action::Suspend(vm) => suspend::suspend(vm, remote),
        Action::Resume(vm) => suspend::resume(vm, remote),
        Action::CreateSnapshot(snapshot) => snapshot::create(snapshot, remote),
        Action::ListSnapshots(vm) => list_snapshots::perform(vm, remote),
        Action::RestoreSnapshot(snapshot) => snapshot::restore(snapshot, remote),
        Action::DeleteSnapshot(snapshot) => snapshot::delete(snapshot, remote),
        Action::GetConsole(console) => console::perform(console, remote),
    }
}

#[cfg(test)]
mod tests;
