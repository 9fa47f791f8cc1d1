//! What `create` needs.

use super::{Generation, Nic, Placement, Size, Source, Vm, nic};
use crate::error::Error;
use crate::payload::Payload;

/// A VM to be made.
#[derive(Clone, Debug)]
pub struct CreateRequest {
    /// Which.
    pub vm: Vm,
    /// Where it goes.
    pub placement: Placement,
    /// What its disk comes from.
    pub source: Source,
    /// The kind of virtual hardware.
    pub generation: Generation,
    /// Its processors and memory.
    pub size: Size,
    /// In the order of the devices.
    pub nics: Vec<Nic>,
}

impl CreateRequest {
    /// Reads all that a new VM needs.
    ///
    /// # Errors
    /// The first field that is missing or wrong.
    pub fn new(payload: &Payload) -> Result<Self, Error> {
        let vm = Vm::new(payload)?;
        Ok(Self {
            placement: Placement::new(payload, &vm.name)?,
            vm,
            source: Source::new(payload)?,
            generation: Generation::new(payload)?,
            size: Size::new(payload)?,
            nics: nic::nics(payload)?,
        })
    }
}
