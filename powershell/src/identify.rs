//! `identify`: which VM of the host it is.

use serde::{Deserialize, Serialize};

use crate::script::{Part, Script};

/// Looks for a VM and changes nothing.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Identify {
    /// The VM's name on the host, CloudStack's instance name.
    pub name: String,
    /// CloudStack's UUID of the VM, lower case.
    pub uuid: String,
    /// The folder of the record.
    pub vhd_path: String,
}

/// What `identify` answers.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "PascalCase")]
pub struct Identified {
    /// The VM's GUID on the host, lower case.
    pub id: String,
}

impl Script for Identify {
    const NAME: &'static str = "identify";
    const PARTS: &'static [Part] = &[Part::ERRORS, Part::RECORD, Part::MACHINE];
    const BODY: &'static str = include_str!("../scripts/identify.ps1");
    type Output = Identified;
}
