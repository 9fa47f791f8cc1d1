//! What `status` needs.

use super::{PowerQuery, VmName, vm};
use crate::error::Error;
use crate::payload::Payload;

/// A VM whose power state is asked for.
#[derive(Clone, Debug)]
pub struct StatusRequest {
    /// Which. A power state belongs to a name: `statuses` knows nothing else of a VM either.
    pub name: VmName,
    /// How it is asked for.
    pub query: PowerQuery,
}

impl StatusRequest {
    /// Reads the VM's name, and how it is asked for.
    ///
    /// # Errors
    /// Where it is missing, malformed, or said in two ways.
    pub fn new(payload: &Payload) -> Result<Self, Error> {
        Ok(Self { name: vm::name(payload)?, query: PowerQuery::new(payload)? })
    }
}
