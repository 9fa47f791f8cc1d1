//! `Suspend` and `Resume`: a VM held, and let go on.

use powershell::{Resume, Suspend};

use crate::error::Error;
use crate::remote::{self, Remote};
use crate::reply::Reply;
use crate::request::HostedVm;

pub(super) fn suspend(vm: &HostedVm, remote: &mut dyn Remote) -> Result<Reply, Error> {
    let (name, uuid, vhd_path) = super::arguments::of(vm);
    let changed = remote::run(remote, &Suspend { name, uuid, vhd_path })?;
    tracing::info!(before = changed.before, state = changed.state, "The VM is held");
    Ok(Reply::success("Instance suspended"))
}

pub(super) fn resume(vm: &HostedVm, remote: &mut dyn Remote) -> Result<Reply, Error> {
    let (name, uuid, vhd_path) = super::arguments::of(vm);
    let changed = remote::run(remote, &Resume { name, uuid, vhd_path })?;
    tracing::info!(before = changed.before, state = changed.state, "The VM goes on");
    Ok(Reply::success("Instance resumed"))
}
