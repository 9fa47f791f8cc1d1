//! `reboot`: a VM begins anew, on the network that CloudStack gives.

use powershell::{Reboot, RebootMethod};

use super::arguments::adapters;
use crate::error::Error;
use crate::remote::{self, Remote};
use crate::reply::Reply;
use crate::request::RebootRequest;

pub(super) fn perform(request: &RebootRequest, remote: &mut dyn Remote) -> Result<Reply, Error> {
    let method = remote::run_and_look(remote, &script(request), &request.vm.name)?.method;
    match method {
        RebootMethod::HardReset => tracing::warn!(?method, "The VM was reset without asking its guest"),
        _ => tracing::info!(?method, "The VM begins anew"),
    }
    Ok(Reply::success("Instance rebooted").with("method", method.as_str()))
}

fn script(request: &RebootRequest) -> Reboot {
    Reboot {
        name: request.vm.name.to_string(),
        uuid: request.vm.uuid.to_string(),
        vhd_path: request.vhd_path.to_string(),
        nics: adapters(&request.nics),
        shutdown_seconds: request.shutdown_timeout,
    }
}
