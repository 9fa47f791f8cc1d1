//! `prepare`: what would keep a VM from being made, said before CloudStack plans on it.

use powershell::Prepare;

use super::arguments::source;
use crate::error::Error;
use crate::remote::{self, Remote};
use crate::reply::Reply;
use crate::request::PrepareRequest;

pub(super) fn perform(request: &PrepareRequest, remote: &mut dyn Remote) -> Result<Reply, Error> {
    let prepared = remote::run(remote, &script(request))?;
    tracing::info!(free_bytes = prepared.free_bytes, "The VM can be made");
    // CloudStack merges the reply into the VM.
    Ok(Reply::nothing())
}

fn script(request: &PrepareRequest) -> Prepare {
    Prepare {
        name: request.vm.name.to_string(),
        uuid: request.vm.uuid.to_string(),
        vhd_path: request.placement.vhd_path.to_string(),
        vm_path: request.placement.vm_path.to_string(),
        source: source(&request.source),
        switch_names: request.switches.clone(),
    }
}
