//! Reads what a script wrote: the one JSON answer between its markers, and everything that stands in its place.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};

use crate::bootstrap::{EXIT_INCOMPLETE, EXIT_LANGUAGE_MODE};
use crate::clixml;
use crate::render::{Nonce, Rendered};

/// More than is worth showing of a standard error that has no answer beside it.
const LONGEST_STDERR: usize = 400;

/// More than is worth showing of what a script says about its failure.
const LONGEST_TEXT: usize = 3000;

/// What a finished process left.
#[derive(Clone, Copy, Debug)]
pub struct Streams<'a> {
    /// Standard output, undecoded.
    pub stdout: &'a [u8],
    /// Standard error, undecoded. PowerShell writes CLIXML there.
    pub stderr: &'a [u8],
    /// Nothing where the process never started or was killed.
    pub exit_code: Option<i64>,
}

/// A script that did what it should.
#[derive(Clone, Debug)]
pub struct Answer<T> {
    /// What it answered.
    pub value: T,
    /// What it had to say for the log.
    pub log: Vec<String>,
    /// What else stood in its output, for the log.
    pub noise: String,
}

/// Why there is no value.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AnswerError {
    /// The script says that it failed, and has undone what it could.
    #[error("the script failed at the step '{}': {}", .0.step, .0.message)]
    Failed(Box<Failure>),
    /// The bootstrap got a part of the script and ran nothing.
    #[error("the script did not arrive whole, and nothing of it ran")]
    Incomplete,
    /// The host restricts the language (AppLocker, Device Guard). Nothing ran.
    #[error("a policy of the host restricts PowerShell's language mode, and nothing ran")]
    LanguageMode,
    /// Defender or another scanner refused the text. Nothing ran.
    #[error("the host's virus scanner refused the script as malicious, and nothing ran")]
    Blocked,
    /// The process ended without an answer.
    #[error("PowerShell ended without an answer ({}): {stderr}", describe_exit(*.exit_code))]
    Missing {
        /// Nothing where it was killed.
        exit_code: Option<i64>,
        /// What it wrote to standard error, made readable and cut short.
        stderr: String,
    },
    /// There are markers, but no answer that this version understands between them.
    #[error("the script's answer cannot be understood")]
    Unreadable(#[source] serde_json::Error),
}

/// How a script failed. Every text is one line of bounded length: the host's own words are in some of them.
#[derive(Clone, Debug, Deserialize)]
pub struct Failure {
    /// Ours, as `switch_not_found`, or the class of the host's error, as `out_of_memory` or `host_error`.
    #[serde(deserialize_with = "line")]
    pub code: String,
    /// English where the script itself says it; the host's language where the host does.
    #[serde(deserialize_with = "line")]
    pub message: String,
    /// PowerShell's error category, the same in every language.
    #[serde(default, deserialize_with = "line")]
    pub category: String,
    /// The `FullyQualifiedErrorId`, the same in every language.
    #[serde(default, deserialize_with = "line")]
    pub fqeid: String,
    /// `0x8007000E` or empty.
    #[serde(default, deserialize_with = "line")]
    pub hresult: String,
    /// What the script was at.
    #[serde(default, deserialize_with = "line")]
    pub step: String,
    /// What was undone.
    #[serde(default)]
    pub rollback: Option<Rollback>,
    /// What the script had to say for the log.
    #[serde(skip)]
    pub log: Vec<String>,
}

/// What became of the things that a failed script had made.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Rollback {
    /// Undone, in this order.
    #[serde(default, deserialize_with = "lines")]
    pub done: Vec<String>,
    /// Still there, with the reason.
    #[serde(default, deserialize_with = "lines")]
    pub failed: Vec<String>,
}

impl Rendered {
    /// Reads the answer of this call.
    ///
    /// # Errors
    /// As [`AnswerError`] tells them apart.
    pub fn read<T: DeserializeOwned>(&self, streams: Streams<'_>) -> Result<Answer<T>, AnswerError> {
        let stdout = String::from_utf8_lossy(streams.stdout);
        let Some((json, noise)) = between_markers(&stdout, self.nonce) else {
            return Err(without_answer(streams));
        };
        let envelope: Envelope = serde_json::from_str(json).map_err(AnswerError::Unreadable)?;
        match envelope {
            Envelope { ok: true, value, log, .. } => {
                let value = serde_json::from_value(value).map_err(AnswerError::Unreadable)?;
                Ok(Answer { value, log, noise })
            }
            Envelope { error: Some(failure), log, .. } => {
                Err(AnswerError::Failed(Box::new(Failure { log, ..failure })))
            }
            Envelope { error: None, .. } => Err(AnswerError::Unreadable(serde::de::Error::missing_field("error"))),
        }
    }
}

#[derive(Deserialize)]
struct Envelope {
    ok: bool,
    #[serde(default)]
    value: serde_json::Value,
    #[serde(default)]
    error: Option<Failure>,
    #[serde(default)]
    log: Vec<String>,
}

/// The JSON line and all that stands outside the markers. The last pair counts.
fn between_markers(stdout: &str, nonce: Nonce) -> Option<(&str, String)> {
    let (before, rest) = stdout.rsplit_once(&format!("#hyperv {nonce} begin"))?;
    let (json, after) = rest.split_once(&format!("#hyperv {nonce} end"))?;
    let noise: Vec<&str> = before.lines().chain(after.lines()).map(str::trim).filter(|line| is_noise(line)).collect();
    Some((json.trim(), noise.join("\n")))
}

fn is_noise(line: &str) -> bool {
    let line = line.trim_start_matches('\u{feff}');
    !line.is_empty() && line != crate::STARTED
}

fn without_answer(streams: Streams<'_>) -> AnswerError {
    let stderr = clixml::to_text(&String::from_utf8_lossy(streams.stderr));
    match streams.exit_code {
        Some(EXIT_INCOMPLETE) => AnswerError::Incomplete,
        Some(EXIT_LANGUAGE_MODE) => AnswerError::LanguageMode,
        _ if stderr.contains("ScriptContainedMaliciousContent") => AnswerError::Blocked,
        exit_code => AnswerError::Missing { exit_code, stderr: shown(&stderr) },
    }
}

/// What is shown of a standard error.
fn shown(stderr: &str) -> String {
    let line = one_line(stderr, LONGEST_STDERR);
    if line.is_empty() { "it wrote nothing to standard error".to_owned() } else { line }
}

/// At most `longest` characters on one line. Control characters are taken for blanks.
fn one_line(text: &str, longest: usize) -> String {
    let words = text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty());
    // The cut may fall behind a blank.
    words.collect::<Vec<_>>().join(" ").chars().take(longest).collect::<String>().trim_end().to_owned()
}

fn line<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    String::deserialize(deserializer).map(|text| one_line(&text, LONGEST_TEXT))
}

fn lines<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let texts = Vec::<String>::deserialize(deserializer)?;
    Ok(texts.iter().map(|text| one_line(text, LONGEST_TEXT)).collect())
}

fn describe_exit(exit_code: Option<i64>) -> String {
    exit_code.map_or_else(|| "it was killed".to_owned(), |code| format!("exit code {code}"))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::Value;

    use super::{Answer, AnswerError, Streams};
    use crate::{Nonce, PowerStates, render};

    fn read(stdout: &str, stderr: &str) -> Result<Answer<Value>, AnswerError> {
        let script = render(&PowerStates { name: None }, Nonce::new([0x5a; 16]), Duration::from_secs(60)).unwrap();
        script.read(Streams { stdout: stdout.as_bytes(), stderr: stderr.as_bytes(), exit_code: Some(1) })
    }

    #[test]
    fn what_a_failed_script_says_is_one_short_line() {
        let nonce = "5a".repeat(16);
        let long = "x".repeat(10_000);
        let error = format!(
            r#"{{"code":"a\u001b","message":"b\r\n\u0000 c {long}","step":" d\u2028e","rollback":{{"failed":["f\ng"]}}}}"#
        );
        let stdout = format!("#hyperv {nonce} begin\n{{\"ok\":false,\"error\":{error}}}\n#hyperv {nonce} end");
        let Err(AnswerError::Failed(failure)) = read(&stdout, "") else { panic!("{stdout}") };
        assert_eq!((failure.code.as_str(), failure.step.as_str()), ("a", "d e"));
        assert!(failure.message.starts_with("b c xxx") && failure.message.len() == 3000, "{}", failure.message);
        assert_eq!(failure.rollback.unwrap().failed, ["f g"]);
    }

    #[test]
    fn a_standard_error_is_shown_on_one_short_line() {
        let table = [
            ("a\0b\u{1b}[31m\r\nc", "a b [31m c"),
            ("#< CLIXML\r\n<Objs><S S=\"Error\">a_x000D__x000A_b_x0007_</S></Objs>", "a b"),
            (" \u{7f} ", "it wrote nothing to standard error"),
        ];
        for (stderr, shown) in table {
            let Err(AnswerError::Missing { stderr, .. }) = read("", stderr) else { panic!("{stderr:?}") };
            assert_eq!(stderr, shown);
        }
        let Err(AnswerError::Missing { stderr, .. }) = read("", &"a ".repeat(300)) else { panic!() };
        assert_eq!(stderr.len(), 399, "cut at a blank");
    }
}
