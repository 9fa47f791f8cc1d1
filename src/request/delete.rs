//! What `delete` needs.

use super::{Vm, WindowsPath, placement};
use crate::error::Error;
use crate::payload::Payload;

/// A VM to be removed.
#[derive(Clone, Debug)]
pub struct DeleteRequest {
    /// Which.
    pub vm: Vm,
    /// The folder of its root disk and record.
    pub vhd_path: WindowsPath,
}

impl DeleteRequest {
    /// Reads what a delete needs.
    ///
    /// # Errors
    /// The first field that is missing or wrong.
    pub fn new(payload: &Payload) -> Result<Self, Error> {
        Ok(Self { vm: Vm::new(payload)?, vhd_path: placement::vhd_path(payload)? })
    }
}
