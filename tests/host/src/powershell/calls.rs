//! What scripts called.

use serde::Deserialize;
use std::collections::BTreeMap;

/// One call of a stood-in cmdlet, in the order of the log.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct Call {
    /// The process that made it, or a number of its own for a script that shares a process with others.
    pub pid: u32,
    /// Its number among all calls of that script, from 1.
    #[serde(rename = "call")]
    pub number: u32,
    /// `New-VM`, `Copy-Item`.
    pub cmdlet: String,
    /// Its number among the calls of that cmdlet in the script, from 1.
    pub occurrence: u32,
    /// Whether it may change anything: it is neither a `Get-` nor a `Test-`.
    pub changes: bool,
    /// The parameters given, as text; long ones are cut.
    pub arguments: BTreeMap<String, String>,
}

impl Call {
    /// The text given to a parameter.
    pub fn argument(&self, name: &str) -> Option<&str> {
        self.arguments.get(name).map(String::as_str)
    }
}
