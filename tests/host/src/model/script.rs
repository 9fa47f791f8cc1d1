//! How a script arrives on standard input: arguments, text, and a last line that proves it is whole.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::Deserialize;
use serde_json::Value;

/// What the first line of the input tells.
#[derive(Debug, Deserialize)]
pub(crate) struct Call {
    /// Which script it is.
    pub(crate) script: String,
    /// Marks the answer of this call.
    pub(crate) nonce: String,
    /// Seconds of work left when the script was written.
    #[serde(default)]
    pub(crate) seconds: f64,
    pub(crate) arguments: Value,
}

/// Why the bootstrap runs nothing.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum NotRun {
    /// The last line does not say that everything arrived.
    Incomplete,
    /// The first line cannot be read.
    Unreadable,
}

impl Call {
    /// Reads a whole standard input.
    pub(crate) fn read(stdin: &[u8]) -> Result<Self, NotRun> {
        let text = std::str::from_utf8(stdin).map_err(|_| NotRun::Incomplete)?;
        let lines: Vec<_> = text.lines().collect();
        let (last, before) = lines.split_last().ok_or(NotRun::Incomplete)?;
        if *last != format!("#end {}", before.len()) {
            return Err(NotRun::Incomplete);
        }
        let token = before.first().ok_or(NotRun::Unreadable)?;
        let json = BASE64_STANDARD.decode(token).map_err(|_| NotRun::Unreadable)?;
        serde_json::from_slice(&json).map_err(|_| NotRun::Unreadable)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stdin() -> String {
        let json = r#"{"script":"create","nonce":"00","seconds":5,"arguments":{"Name":"a"}}"#;
        format!("{}\nparam($token)\n'text'\n#end 3\n", BASE64_STANDARD.encode(json))
    }

    #[test]
    fn a_script_cut_at_any_byte_does_not_run() {
        let whole = stdin();
        assert_eq!(Call::read(whole.as_bytes()).unwrap().script, "create");
        // The very last byte is a line end, without which the last line is still whole.
        for cut in 1..whole.len() - 1 {
            assert_eq!(Call::read(&whole.as_bytes()[..cut]).unwrap_err(), NotRun::Incomplete, "cut at {cut}");
        }
        assert_eq!(Call::read(b"").unwrap_err(), NotRun::Incomplete);
        assert_eq!(Call::read(b"!\n#end 1").unwrap_err(), NotRun::Unreadable);
    }
}
