//! `power-states`: what Hyper-V says about the state of one VM or of all.

use serde::{Deserialize, Serialize};

use crate::script::{Part, Script};

/// Asks for the states of every VM of one name, or of all VMs of the host.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct PowerStates {
    /// The name, or all.
    pub name: Option<String>,
}

/// What `power-states` answers: the properties of `Msvm_ComputerSystem`, unjudged.
#[derive(Clone, Debug, Deserialize, PartialEq)]
#[serde(rename_all = "PascalCase")]
pub struct ReadStates {
    /// One per VM. Names may repeat.
    pub rows: Vec<StateRow>,
}

/// A VM's row. Zeros and nulls are left out on the way.
#[derive(Clone, Debug, Deserialize, PartialEq)]
#[serde(rename_all = "PascalCase")]
pub struct StateRow {
    /// Its name (`ElementName`).
    pub name: String,
    /// `EnabledState`: 2 running, 3 off; Windows knows two tables for the others.
    pub state: u32,
    /// Seconds since the last change of state by the host's clock; nothing where the host does not tell.
    #[serde(default)]
    pub age: Option<f64>,
    /// `ReplicationMode`: 0 none, 1 primary, 2 replica, 3 test replica, 4 extended replica.
    #[serde(default)]
    pub replication_mode: u32,
    /// `ReplicationState`: 5 recovered, 6 committed.
    #[serde(default)]
    pub replication_state: u32,
}

impl Script for PowerStates {
    const NAME: &'static str = "power-states";
    const PARTS: &'static [Part] = &[Part::ERRORS];
    const BODY: &'static str = include_str!("../scripts/power-states.ps1");
    type Output = ReadStates;
}
