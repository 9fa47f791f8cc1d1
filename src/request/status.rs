//! What `status` needs.

use super::{VmName, vm};
use crate::error::Error;
use crate::payload::Payload;

/// A VM whose power state is asked for.
#[derive(Clone, Debug)]
pub struct StatusRequest {
    /// Which. A power state belongs to a name: `statuses` knows nothing else of a VM either.
    pub name: VmName,
}

impl StatusRequest {
    /// Reads the VM's name.
    ///
    /// # Errors
    /// Where it is missing, malformed, or said in two ways.
    pub fn new(payload: &Payload) -> Result<Self, Error> {
        Ok(Self { name: vm::name(payload)? })
    }
}
