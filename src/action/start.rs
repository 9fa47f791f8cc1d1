//! `start`: a VM that is there runs, on the network that CloudStack gives.

use powershell::Start;

use super::arguments::adapters;
use crate::error::Error;
use crate::remote::{self, Remote};
use crate::reply::Reply;
use crate::request::StartRequest;

pub(super) fn perform(request: &StartRequest, remote: &mut dyn Remote) -> Result<Reply, Error> {
    let started = remote::run_and_look(remote, &script(request), &request.vm.name)?;
    tracing::info!(id = started.id, before = started.before, state = started.state, "The VM runs");
    Ok(Reply::success("Instance started"))
}

fn script(request: &StartRequest) -> Start {
    Start {
        name: request.vm.name.to_string(),
        uuid: request.vm.uuid.to_string(),
        vhd_path: request.vhd_path.to_string(),
        processors: request.size.processors,
        memory_bytes: request.size.memory.bytes(),
        nics: adapters(&request.nics),
    }
}
