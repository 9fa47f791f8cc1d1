//! `delete`: nothing left of a VM but what is not its own.

use powershell::Delete;

use crate::error::Error;
use crate::remote::{self, Remote};
use crate::reply::Reply;
use crate::request::HostedVm;

pub(super) fn perform(vm: &HostedVm, remote: &mut dyn Remote) -> Result<Reply, Error> {
    let (name, uuid, vhd_path) = super::arguments::of(vm);
    let deleted = remote::run(remote, &Delete { name, uuid, vhd_path })?;
    for disk in &deleted.kept {
        tracing::warn!(?disk, "Kept");
    }
    tracing::info!(found = deleted.found, kept = deleted.kept.len(), "Nothing else is left of the VM");
    let reply = Reply::success("Instance deleted");
    Ok(if deleted.kept.is_empty() { reply } else { reply.with("kept", deleted.kept) })
}
