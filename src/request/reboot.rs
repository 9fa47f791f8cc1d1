//! What `reboot` needs.

use super::shutdown_timeout::shutdown_timeout;
use super::{Nic, Vm, WindowsPath, nic, placement};
use crate::error::Error;
use crate::payload::Payload;

/// A VM to begin anew.
#[derive(Clone, Debug)]
pub struct RebootRequest {
    /// Which.
    pub vm: Vm,
    /// The folder of its record.
    pub vhd_path: WindowsPath,
    /// In the order of the devices.
    pub nics: Vec<Nic>,
    /// Seconds that the guest gets to shut down.
    pub shutdown_timeout: u32,
}

impl RebootRequest {
    /// Reads what a reboot needs.
    ///
    /// # Errors
    /// The first field that is missing or wrong.
    pub fn new(payload: &Payload) -> Result<Self, Error> {
        Ok(Self {
            vm: Vm::new(payload)?,
            vhd_path: placement::vhd_path(payload)?,
            nics: nic::nics(payload)?,
            shutdown_timeout: shutdown_timeout(payload)?,
        })
    }
}
