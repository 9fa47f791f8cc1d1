//! What `start` needs.

use super::{Nic, Size, Vm, WindowsPath, nic, placement};
use crate::error::Error;
use crate::payload::Payload;

/// A VM that is there and shall run.
#[derive(Clone, Debug)]
pub struct StartRequest {
    /// Which.
    pub vm: Vm,
    /// The folder of its record.
    pub vhd_path: WindowsPath,
    /// Its processors and memory.
    pub size: Size,
    /// In the order of the devices.
    pub nics: Vec<Nic>,
}

impl StartRequest {
    /// Reads what a start needs.
    ///
    /// # Errors
    /// The first field that is missing or wrong.
    pub fn new(payload: &Payload) -> Result<Self, Error> {
        Ok(Self {
            vm: Vm::new(payload)?,
            vhd_path: placement::vhd_path(payload)?,
            size: Size::new(payload)?,
            nics: nic::nics(payload)?,
        })
    }
}
