//! From a script and its arguments to the bytes that are sent.

use std::fmt;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;

use crate::bootstrap;
use crate::script::{PROLOGUE, Part, Script};

/// A script ready to be sent.
#[derive(Clone, Debug)]
pub struct Rendered {
    /// [`Script::NAME`].
    pub name: &'static str,
    /// The command line, the same for every script.
    pub command_line: String,
    /// Standard input, pure ASCII: the argument token, the script, and the line that proves it whole.
    pub input: String,
    pub(crate) nonce: Nonce,
}

/// Sixteen random bytes that mark the answer of one call, so that nothing else is taken for it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Nonce([u8; 16]);

impl Nonce {
    /// From a random source of the caller.
    pub const fn new(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }
}

impl fmt::Display for Nonce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// The arguments could not be written as JSON. No script of this package gets there.
#[derive(Debug, thiserror::Error)]
#[error("the arguments of the script `{name}` cannot be written as JSON")]
pub struct RenderError {
    name: &'static str,
    source: serde_json::Error,
}

/// Renders a script. `time_left` is how long it may work.
pub fn render<S: Script>(script: &S, nonce: Nonce, time_left: Duration) -> Result<Rendered, RenderError> {
    let call = Call { script: S::NAME, nonce: nonce.to_string(), seconds: time_left.as_secs_f64(), arguments: script };
    let json = serde_json::to_vec(&call).map_err(|source| RenderError { name: S::NAME, source })?;
    Ok(Rendered {
        name: S::NAME,
        command_line: bootstrap::command_line(),
        input: input(&STANDARD.encode(json), &text(S::PARTS, S::BODY)),
        nonce,
    })
}

/// What the token holds.
#[derive(Serialize)]
struct Call<'a, S> {
    script: &'static str,
    nonce: String,
    seconds: f64,
    arguments: &'a S,
}

/// The script's text: prologue, parts, body, without comments.
fn text(parts: &[Part], body: &str) -> String {
    let mut text = without_comments(PROLOGUE.text);
    for part in parts {
        text.push_str(&without_comments(part.text));
    }
    text.push_str("Invoke-Script {\n");
    text.push_str(&without_comments(body));
    text.push_str("}\n");
    text
}

pub(crate) fn input(token: &str, text: &str) -> String {
    let lines = 1 + text.lines().count();
    format!("{token}\n{text}#end {lines}\n")
}

/// Leaves out comments, blank lines and indentation: less to send, nothing else changes.
///
/// Only whole-line comments are known, and a block comment must begin a line. The scripts keep to that, and to
/// no text of several lines; a test looks.
pub(crate) fn without_comments(script: &str) -> String {
    let mut kept = String::with_capacity(script.len());
    let mut in_block = false;
    for line in script.lines().map(str::trim) {
        if in_block || line.starts_with("<#") {
            in_block = !line.ends_with("#>");
        } else if !line.is_empty() && !line.starts_with('#') {
            let code = line.split(" # ps51-check:").next().unwrap_or(line);
            kept.push_str(code);
            kept.push('\n');
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::{input, without_comments};

    #[test]
    fn comments_go_and_code_stays() {
        let script = "<#\n.SYNOPSIS\nx\n#>\n# why\n  $a = '#1' # ps51-check: ignore x\n\n<# one line #>\n$b\n";
        assert_eq!(without_comments(script), "$a = '#1'\n$b\n");
    }

    #[test]
    fn the_last_line_counts_those_before_it() {
        assert_eq!(input("dG9rZW4=", "a\nb\n"), "dG9rZW4=\na\nb\n#end 3\n");
    }
}
