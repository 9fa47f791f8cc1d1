//! The one line that CloudStack reads.

use serde_json::{Value, json};

use crate::error::Error;

/// CloudStack reads standard output only after the process has ended: what does not fit into the pipe blocks until the
/// timeout.
const LONGEST_LINE: usize = 60 * 1024;

/// An error's text is cut here. A stuffed one is still a line that an operator can read.
const LONGEST_ERROR: usize = 3000;

/// What the process prints and how it ends.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Outcome {
    /// Without the last newline.
    pub text: String,
    /// 0 or 1; CloudStack looks at nothing else for most actions.
    pub exit_code: u8,
}

impl Outcome {
    /// Of a reply's line, or of what went wrong.
    pub fn of(line: Result<&str, &Error>) -> Self {
        match line {
            Ok(text) => Self { text: text.to_owned(), exit_code: 0 },
            Err(error) => Self { text: error_line(error), exit_code: 1 },
        }
    }
}

/// What an action that is done prints: a JSON object.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Reply(Value);

impl Reply {
    /// The message is that of the script which this program replaces, word for word.
    pub fn success(message: &str) -> Self {
        Self(json!({"status": "success", "message": message}))
    }

    /// The power state of a VM, or those of many by name.
    pub fn power_state(state: impl Into<Value>) -> Self {
        Self(json!({"status": "success", "power_state": state.into()}))
    }

    /// Rows that CloudStack's interface shows as a table: its header is the keys of the first one.
    pub fn table(rows: Vec<Value>) -> Self {
        Self(json!({"status": "success", "printmessage": "true", "message": rows}))
    }

    /// Where a browser finds a console. `direct`: CloudStack hands the URL to it as it is.
    pub fn console(url: &str) -> Self {
        Self(json!({"status": "success", "console": {"url": url, "protocol": "direct"}}))
    }

    /// An object without keys, where CloudStack would take each of them for a change of the VM.
    pub fn nothing() -> Self {
        Self(json!({}))
    }

    /// A further fact, under a key of its own.
    #[must_use]
    pub fn with(mut self, key: &str, fact: impl Into<Value>) -> Self {
        if let Value::Object(object) = &mut self.0 {
            object.insert(key.to_owned(), fact.into());
        }
        self
    }

    /// The object as one line of ASCII, without the newline.
    ///
    /// # Errors
    /// Where it is too long for CloudStack to read. Half of it would be worse than none.
    pub fn line(&self) -> Result<String, Error> {
        let line = to_ascii(&self.0.to_string());
        match line.len() < LONGEST_LINE {
            true => Ok(line),
            false => Err(Error::new(format!(
                "the answer has {} bytes and would not fit into CloudStack's pipe (60 KiB)",
                line.len()
            ))),
        }
    }
}

/// What an action that failed prints.
pub fn error_line(error: &Error) -> String {
    let text = error.to_string();
    let words = text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty());
    let cut: String = words.collect::<Vec<_>>().join(" ").chars().take(LONGEST_ERROR).collect();
    to_ascii(&json!({"status": "error", "error": cut}).to_string())
}

/// Every other character as `\uXXXX`: the reader's charset is whatever the Java process was started with.
fn to_ascii(json: &str) -> String {
    let mut ascii = String::with_capacity(json.len());
    for character in json.chars() {
        if character.is_ascii() && !character.is_ascii_control() {
            ascii.push(character);
        } else {
            for unit in character.encode_utf16(&mut [0; 2]) {
                ascii.push_str(&format!("\\u{unit:04x}"));
            }
        }
    }
    ascii
}

#[cfg(test)]
mod tests {
    use super::{Reply, error_line};
    use crate::error::Error;

    #[test]
    fn one_line_of_ascii() {
        let line = error_line(&Error::new("na\u{ef}ve \u{1f600}\r\n\ttext\u{7f}\u{1b}[0m"));
        assert_eq!(line, r#"{"status":"error","error":"na\u00efve \ud83d\ude00 text [0m"}"#);
        let line = Reply::success("\u{fc}\u{7f}").with("key", 1).line().unwrap();
        assert_eq!(line, r#"{"status":"success","message":"\u00fc\u007f","key":1}"#);
    }

    #[test]
    fn never_longer_than_the_pipe() {
        let reply = |length: usize| Reply::success(&"x".repeat(length)).line();
        let frame = reply(0).unwrap().len();
        assert_eq!(reply(60 * 1024 - frame - 1).unwrap().len(), 60 * 1024 - 1);
        assert!(reply(60 * 1024 - frame).unwrap_err().to_string().contains("61440 bytes"));
        assert!(error_line(&Error::new("\u{1f600}".repeat(70_000))).len() < 40_000);
    }
}
