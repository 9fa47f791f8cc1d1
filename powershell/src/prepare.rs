//! `prepare`: what a create would need, looked at and left as it is.

use serde::{Deserialize, Serialize};

use crate::create::Source;
use crate::script::{Part, Script};

/// Checks whether a create of this VM could work. Changes nothing.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Prepare {
    /// The VM's name on the host, CloudStack's instance name.
    pub name: String,
    /// CloudStack's UUID of the VM, lower case.
    pub uuid: String,
    /// The folder of the root disk and the record.
    pub vhd_path: String,
    /// The folder below which Hyper-V keeps the VM's configuration.
    pub vm_path: String,
    /// What its root disk would come from.
    #[serde(flatten)]
    pub source: Source,
    /// The virtual switches that its adapters would hang on.
    pub switch_names: Vec<String>,
}

/// What `prepare` answers.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "PascalCase")]
pub struct Prepared {
    /// Bytes free on the drive of the root disk, where the host tells them.
    pub free_bytes: Option<u64>,
}

impl Script for Prepare {
    const NAME: &'static str = "prepare";
    const PARTS: &'static [Part] =
        &[Part::ERRORS, Part::RECORD, Part::MACHINE, Part::DISK, Part::SOURCE, Part::NETWORK];
    const BODY: &'static str = include_str!("../scripts/prepare.ps1");
    type Output = Prepared;
}
