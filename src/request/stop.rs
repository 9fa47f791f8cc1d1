//! What `stop` needs.

use super::shutdown_timeout::shutdown_timeout;
use super::{Vm, WindowsPath, placement};
use crate::error::Error;
use crate::payload::Payload;

/// A VM to be stopped.
#[derive(Clone, Debug)]
pub struct StopRequest {
    /// Which.
    pub vm: Vm,
    /// The folder of its record.
    pub vhd_path: WindowsPath,
    /// Whether CloudStack cleans up after a create whose end it did not see.
    pub unseen: bool,
    /// Seconds that the guest gets.
    pub shutdown_timeout: u32,
}

impl StopRequest {
    /// Reads what a stop needs.
    ///
    /// # Errors
    /// The first field that is missing or wrong.
    pub fn new(payload: &Payload) -> Result<Self, Error> {
        Ok(Self {
            vm: Vm::new(payload)?,
            vhd_path: placement::vhd_path(payload)?,
            unseen: is_unseen(payload),
            shutdown_timeout: shutdown_timeout(payload)?,
        })
    }
}

/// After a create that failed, or whose answer was lost, the VM is still in the state in which the create began.
fn is_unseen(payload: &Payload) -> bool {
    let is = |text: Option<&str>, wanted: &str| text.is_some_and(|text| text.trim().eq_ignore_ascii_case(wanted));
    let deploy = payload.vm.details.get("deployvm").and_then(|detail| detail.text());
    is(payload.vm.state.text(), "Starting") && is(deploy, "true")
}
