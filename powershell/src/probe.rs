//! `probe`: what nobody has published about Hyper-V, found out on the host itself.

use serde::{Deserialize, Serialize};

use crate::script::{Part, Script};

/// Makes a VM without a disk, tries on it what is not known, reads how the host is set up, and removes the VM.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Probe {
    /// The name of the VM that is made, which no other may have.
    pub name: String,
    /// The folder that a file is copied to.
    pub vhd_path: String,
    /// The folder below which Hyper-V keeps the VM's configuration.
    pub vm_path: String,
    /// Only remove what an earlier one of that name has left.
    pub clean_up_only: bool,
}

/// What `probe` answers.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "PascalCase")]
pub struct Probed {
    /// In the order in which they were made.
    pub findings: Vec<Finding>,
    /// What was made and could not be removed.
    pub left: Vec<String>,
}

/// What came of one attempt.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all(deserialize = "PascalCase"))]
pub struct Finding {
    /// What was tried.
    pub name: String,
    /// What it gave; many give nothing.
    pub value: String,
    /// The VM's state before, where it is about one.
    pub before: String,
    /// The VM's state afterwards.
    pub after: String,
    /// How it failed.
    pub problem: Option<Problem>,
}

/// An error of the host by what is the same in every language.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all(deserialize = "PascalCase"))]
pub struct Problem {
    /// The code that our scripts make of it.
    pub code: String,
    /// PowerShell's FullyQualifiedErrorId.
    pub fqeid: String,
    /// PowerShell's error category.
    pub category: String,
    /// `0x` and eight hexadecimal digits, or nothing.
    pub hresult: String,
}

impl Script for Probe {
    const NAME: &'static str = "probe";
    const PARTS: &'static [Part] = &[Part::ERRORS, Part::RECORD, Part::MACHINE, Part::DISK];
    const BODY: &'static str = include_str!("../scripts/probe.ps1");
    type Output = Probed;
}
