//! The script `probe`. A model knows nothing of Hyper-V that is not known already, and says so.

use crate::model::reply::{Outcome, arguments};
use serde::Deserialize;
use serde_json::{Value, json};

/// The arguments as the script declares them.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Arguments {
    #[serde(rename = "Name")]
    _name: String,
    #[serde(rename = "VhdPath")]
    _vhd_path: String,
    #[serde(rename = "VmPath")]
    _vm_path: String,
    #[serde(rename = "CleanUpOnly")]
    _clean_up_only: bool,
}

/// Tries nothing.
pub(crate) fn run(call: Value) -> Outcome {
    let Arguments { .. } = arguments(call)?;
    let os = json!({"Name": "os", "Value": "a model of Hyper-V, which tries nothing", "Before": "", "After": "", "Problem": null});
    Ok(json!({"Findings": [os], "Left": []}))
}
