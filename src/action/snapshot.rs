//! `CreateSnapshot`, `RestoreSnapshot`, `DeleteSnapshot`.

use powershell::{CreateSnapshot, DeleteSnapshot, RestoreSnapshot};

use crate::error::Error;
use crate::remote::{self, Remote};
use crate::reply::Reply;
use crate::request::SnapshotRequest;

pub(super) fn create(request: &SnapshotRequest, remote: &mut dyn Remote) -> Result<Reply, Error> {
    let (name, uuid, vhd_path) = super::arguments::of(&request.vm);
    let snapshot = request.snapshot.to_string();
    let created = remote::run(remote, &CreateSnapshot { name, uuid, vhd_path, snapshot })?;
    Ok(Reply::success(&format!("Snapshot '{}' created", request.snapshot)).with("id", created.id))
}

pub(super) fn restore(request: &SnapshotRequest, remote: &mut dyn Remote) -> Result<Reply, Error> {
    let (name, uuid, vhd_path) = super::arguments::of(&request.vm);
    let snapshot = request.snapshot.to_string();
    let restored = remote::run(remote, &RestoreSnapshot { name, uuid, vhd_path, snapshot })?;
    tracing::info!(id = restored.id, before = restored.before, state = restored.state, "The snapshot is restored");
    Ok(Reply::success(&format!("Snapshot '{}' restored", request.snapshot)).with("id", restored.id))
}

pub(super) fn delete(request: &SnapshotRequest, remote: &mut dyn Remote) -> Result<Reply, Error> {
    let (name, uuid, vhd_path) = super::arguments::of(&request.vm);
    let snapshot = request.snapshot.to_string();
    let deleted = remote::run(remote, &DeleteSnapshot { name, uuid, vhd_path, snapshot })?;
    let reply = Reply::success(&format!("Snapshot '{}' deleted", request.snapshot));
    Ok(reply.with("id", deleted.id).with("merge", deleted.merge.as_str()))
}
