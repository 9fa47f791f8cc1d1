//! What the actions on one snapshot need.

use super::field::{Field, Problem};
use super::{HostedVm, SnapshotName};
use crate::error::Error;
use crate::payload::Payload;

/// A VM and one of its snapshots.
#[derive(Clone, Debug)]
pub struct SnapshotRequest {
    /// Whose.
    pub vm: HostedVm,
    /// Which.
    pub snapshot: SnapshotName,
}

impl SnapshotRequest {
    /// For a snapshot to be taken.
    ///
    /// # Errors
    /// The first field that is missing or wrong.
    pub fn of_new(payload: &Payload) -> Result<Self, Error> {
        Self::new(payload, SnapshotName::parse_new)
    }

    /// For one that is there.
    ///
    /// # Errors
    /// The first field that is missing or wrong.
    pub fn of_existing(payload: &Payload) -> Result<Self, Error> {
        Self::new(payload, SnapshotName::parse)
    }

    fn new(payload: &Payload, parse: fn(&str) -> Result<SnapshotName, Problem>) -> Result<Self, Error> {
        let field = Field::new("parameters.snapshot_name", payload.parameter("snapshot_name"));
        Ok(Self { vm: HostedVm::new(payload)?, snapshot: field.to_the_letter("name the snapshot", parse)? })
    }
}
