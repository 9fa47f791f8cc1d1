//! What `create` needs.

use super::field::{self, Field};
use super::{Generation, Memory, Nic, Placement, Source, Vm, nic};
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
    /// Virtual processors.
    pub processors: u32,
    /// Static memory.
    pub memory: Memory,
    /// In the order of the devices.
    pub nics: Vec<Nic>,
}

impl CreateRequest {
    /// Reads all that a new VM needs.
    ///
    /// # Errors
    /// The first field that is missing or wrong.
    pub fn new(payload: &Payload) -> Result<Self, Error> {
        let processors = Field::new("cloudstack.vm.details.cpus", &payload.vm.cpus);
        let memory = Field::new("cloudstack.vm.details.maxRam", &payload.vm.max_ram);
        let vm = Vm::new(payload)?;
        Ok(Self {
            placement: Placement::new(payload, &vm.name)?,
            vm,
            source: Source::new(payload)?,
            generation: Generation::new(payload)?,
            processors: processors.required("CloudStack writes it", field::number(1, 2048))?,
            memory: memory.required("CloudStack writes it", Memory::parse)?,
            nics: nic::nics(payload)?,
        })
    }
}
