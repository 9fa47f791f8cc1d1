//! What `prepare` needs: all that a create would be refused for.

use super::{Generation, Placement, Source, Vm, nic};
use crate::error::Error;
use crate::payload::Payload;

/// A VM that may be made later.
#[derive(Clone, Debug)]
pub struct PrepareRequest {
    /// Which.
    pub vm: Vm,
    /// Where it would go.
    pub placement: Placement,
    /// What its disk would come from.
    pub source: Source,
    /// The virtual switches that it would hang on, each once.
    pub switches: Vec<String>,
}

impl PrepareRequest {
    /// Reads what can be known before a VM is made. CloudStack may not have given the NICs their networks yet.
    ///
    /// # Errors
    /// The first field that is missing or wrong.
    pub fn new(payload: &Payload) -> Result<Self, Error> {
        let vm = Vm::new(payload)?;
        let placement = Placement::new(payload, &vm.name)?;
        let source = Source::new(payload)?;
        Generation::new(payload)?;
        Ok(Self { vm, placement, source, switches: nic::switches(payload)? })
    }
}
