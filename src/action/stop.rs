//! `stop`: a VM that does not run, whatever it was before.

use powershell::{Stop, StopMethod};

use crate::error::Error;
use crate::remote::{self, Remote};
use crate::reply::Reply;
use crate::request::StopRequest;

pub(super) fn perform(request: &StopRequest, remote: &mut dyn Remote) -> Result<Reply, Error> {
    let stopped = remote::run_and_look(remote, &script(request), &request.vm.name)?;
    match stopped.method {
        StopMethod::TurnedOff | StopMethod::Parked => {
            tracing::warn!(method = ?stopped.method, "The VM was turned off")
        }
        _ => tracing::info!(method = ?stopped.method, "The VM is stopped"),
    }
    Ok(Reply::success("Instance stopped").with("method", stopped.method.as_str()))
}

fn script(request: &StopRequest) -> Stop {
    Stop {
        name: request.vm.name.to_string(),
        uuid: request.vm.uuid.to_string(),
        vhd_path: request.vhd_path.to_string(),
        unseen: request.unseen,
        shutdown_seconds: request.shutdown_timeout,
    }
}
