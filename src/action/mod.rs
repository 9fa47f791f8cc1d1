//! One function per action: from the request to the reply.

mod arguments;
mod create;
mod delete;
mod prepare;
mod reboot;
mod start;
mod status;
mod stop;

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
        Action::Statuses => status::all(remote),
    }
}

#[cfg(test)]
mod tests;
