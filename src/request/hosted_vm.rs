//! A VM that is there, for the actions that need nothing else.

use super::{Vm, WindowsPath, placement};
use crate::error::Error;
use crate::payload::Payload;

/// A VM and where its record lies.
#[derive(Clone, Debug)]
pub struct HostedVm {
    /// Which.
    pub vm: Vm,
    /// The folder of its record.
    pub vhd_path: WindowsPath,
}

impl HostedVm {
    /// Reads both.
    ///
    /// # Errors
    /// The first field that is missing or wrong.
    pub fn new(payload: &Payload) -> Result<Self, Error> {
        Ok(Self { vm: Vm::new(payload)?, vhd_path: placement::vhd_path(payload)? })
    }
}
