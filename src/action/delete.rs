//! `delete`: nothing left of a VM but what is not its own.

use powershell::Delete;

use crate::error::Error;
use crate::remote::{self, Remote};
use crate::reply::Reply;
use crate::request::DeleteRequest;

pub(super) fn perform(request: &DeleteRequest, remote: &mut dyn Remote) -> Result<Reply, Error> {
    let deleted = remote::run(remote, &script(request))?;
    for disk in &deleted.kept {
        tracing::warn!(?disk, "Kept");
    }
    tracing::info!(found = deleted.found, kept = deleted.kept.len(), "Nothing else is left of the VM");
    let reply = Reply::success("Instance deleted");
    Ok(if deleted.kept.is_empty() { reply } else { reply.with("kept", deleted.kept) })
}

fn script(request: &DeleteRequest) -> Delete {
    Delete {
        name: request.vm.name.to_string(),
        uuid: request.vm.uuid.to_string(),
        vhd_path: request.vhd_path.to_string(),
    }
}
