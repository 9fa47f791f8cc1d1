//! One function per action: from the request to the reply.

mod create;
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
        Action::Create(create) => create::perform(create, remote),
        Action::Stop(stop) => stop::perform(stop, remote),
    }
}
