//! The answer of a script: one line of ASCII JSON between two marker lines.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// Why a script failed, as the scripts tell it.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize)]
pub struct ScriptError {
    /// One of the codes that the scripts share: `switch_not_found`, `out_of_memory`, ...
    pub code: String,
    /// A sentence, in whatever language the host speaks.
    pub message: String,
    /// PowerShell's error category.
    pub category: String,
    /// PowerShell's FullyQualifiedErrorId.
    pub fqeid: String,
    /// `0x` and eight hex digits, or nothing.
    pub hresult: String,
    /// What the script was doing.
    pub step: String,
    /// What was undone, and what could not be.
    pub rollback: Rollback,
}

/// What a failed script did about what it had made.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize)]
pub struct Rollback {
    /// What was undone.
    pub done: Vec<String>,
    /// What could not be undone.
    pub failed: Vec<String>,
}

impl ScriptError {
    /// An error of the script's own, found by a check.
    pub fn new(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self { code: code.into(), message: message.into(), step: "check".to_owned(), ..Self::default() }
    }

    /// The error with the number that Windows gave it.
    #[must_use]
    pub fn with_hresult(mut self, hresult: u32) -> Self {
        self.hresult = format!("0x{hresult:08X}");
        self
    }

    /// The error with PowerShell's category and identifier.
    #[must_use]
    pub fn from_cmdlet(mut self, category: &str, fqeid: &str) -> Self {
        self.category = category.to_owned();
        self.fqeid = fqeid.to_owned();
        self
    }

    pub(crate) fn at(mut self, step: &str) -> Self {
        self.step = step.to_owned();
        self
    }

    pub(crate) fn undone(mut self, what: &[&str]) -> Self {
        self.rollback.done = what.iter().map(|&what| what.to_owned()).collect();
        self
    }
}

/// An error that a check of the script found.
pub(crate) fn refused(code: &str, message: impl Into<String>) -> Box<ScriptError> {
    Box::new(ScriptError::new(code, message))
}

/// The arguments of a call, as its script declares them.
pub(crate) fn arguments<T: DeserializeOwned>(arguments: Value) -> Result<T, Box<ScriptError>> {
    serde_json::from_value(arguments)
        .map_err(|error| refused("host_error", format!("the arguments do not fit the script: {error}")))
}

/// What a script has to say at its end.
pub(crate) type Outcome = Result<Value, Box<ScriptError>>;

/// Everything a script prints, the bootstrap's line before it included.
pub(crate) fn print(nonce: &str, outcome: &Outcome) -> String {
    let answer = match outcome {
        Ok(value) => json!({"ok": true, "value": value, "log": []}),
        Err(error) => json!({"ok": false, "error": error, "log": []}),
    };
    let line = ascii(&answer.to_string());
    format!("#hyperv running\r\n#hyperv {nonce} begin\r\n{line}\r\n#hyperv {nonce} end\r\n")
}

/// JSON in which every character beyond ASCII is written as `\u....`, since the host's code page is anyone's guess.
fn ascii(json: &str) -> String {
    let mut line = String::with_capacity(json.len());
    for character in json.chars() {
        if character.is_ascii() {
            line.push(character);
        } else {
            for unit in character.encode_utf16(&mut [0; 2]) {
                line.push_str(&format!("\\u{unit:04x}"));
            }
        }
    }
    line
}
