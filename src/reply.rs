//! The one line that CloudStack reads.

use serde_json::{Value, json};

use crate::error::Error;

/// CloudStack reads standard output only after the process has ended: what does not fit into the pipe blocks until the
/// timeout.
const LONGEST_LINE: usize = 60 * 1024;

/// An error's text is cut here. A stuffed one is still a line that an operator can read.
const LONGEST_ERROR: usize = 3000;

/// A JSON object with `status`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Reply(Value);

impl Reply {
    /// An action that is done. The message is that of the script which this program replaces, word for word.
    pub fn success(message: &str) -> Self {
        Self(json!({"status": "success", "message": message}))
    }

    /// A further fact, under a key of its own.
    #[must_use]
    pub fn with(mut self, key: &str, fact: impl Into<Value>) -> Self {
        if let Value::Object(object) = &mut self.0 {
            object.insert(key.to_owned(), fact.into());
        }
        self
    }

    /// An action that failed.
    pub fn error(error: &Error) -> Self {
        let text: Vec<String> = error.to_string().split_whitespace().map(str::to_owned).collect();
        let text = text.join(" ");
        let cut: String = text.chars().take(LONGEST_ERROR).collect();
        Self(json!({"status": "error", "error": cut}))
    }

    /// The object as one line of ASCII, without the newline.
    pub fn line(&self) -> String {
        let line = to_ascii(&self.0.to_string());
        if line.len() < LONGEST_LINE {
            return line;
        }
        let too_long =
            Error::new(format!("the answer has {} bytes and would not fit into CloudStack's pipe", line.len()));
        to_ascii(&Self::error(&too_long).0.to_string())
    }
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
    use super::Reply;
    use crate::error::Error;

    #[test]
    fn one_line_of_ascii() {
        let line = Reply::error(&Error::new("na\u{ef}ve \u{1f600}\r\n\ttext\u{7f}")).line();
        assert_eq!(line, r#"{"status":"error","error":"na\u00efve \ud83d\ude00 text\u007f"}"#);
    }

    #[test]
    fn never_longer_than_the_pipe() {
        let line = Reply::success(&"x".repeat(70_000)).line();
        assert!(line.contains("70") && line.contains(r#""status":"error""#) && line.len() < 200, "{line}");
        assert!(Reply::error(&Error::new("\u{1f600}".repeat(70_000))).line().len() < 40_000);
    }
}
