//! What the user bought.

use super::Memory;
use super::field::{self, Field};
use crate::error::Error;
use crate::payload::Payload;

/// Processors and memory of a VM.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Size {
    /// Virtual processors.
    pub processors: u32,
    /// Static memory.
    pub memory: Memory,
}

impl Size {
    /// Reads `cpus` and `maxRam`; `minRam` is what overcommitment leaves of it.
    ///
    /// # Errors
    /// Where one is missing or wrong.
    pub fn new(payload: &Payload) -> Result<Self, Error> {
        let processors = Field::new("cloudstack.vm.details.cpus", &payload.vm.cpus);
        let memory = Field::new("cloudstack.vm.details.maxRam", &payload.vm.max_ram);
        Ok(Self {
            processors: processors.required("CloudStack writes it", field::number(1, 2048))?,
            memory: memory.required("CloudStack writes it", Memory::parse)?,
        })
    }
}
