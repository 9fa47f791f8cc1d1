//! Reads what a script wrote: the one JSON answer between its markers, and everything that stands in its place.

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::bootstrap::{EXIT_INCOMPLETE, EXIT_LANGUAGE_MODE};
use crate::clixml;
use crate::render::{Nonce, Rendered};

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

/// How a script failed.
#[derive(Clone, Debug, Deserialize)]
pub struct Failure {
    /// Ours, as `switch_not_found`, or the class of the host's error, as `out_of_memory` or `host_error`.
    pub code: String,
    /// English where the script itself says it; the host's language where the host does.
    pub message: String,
    /// PowerShell's error category, the same in every language.
    #[serde(default)]
    pub category: String,
    /// The `FullyQualifiedErrorId`, the same in every language.
    #[serde(default)]
    pub fqeid: String,
    /// `0x8007000E` or empty.
    #[serde(default)]
    pub hresult: String,
    /// What the script was at.
    #[serde(default)]
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
    #[serde(default)]
    pub done: Vec<String>,
    /// Still there, with the reason.
    #[serde(default)]
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
        exit_code => AnswerError::Missing { exit_code, stderr: one_line(&stderr) },
    }
}

/// At most 400 characters on one line, for an error message.
fn one_line(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    match words.is_empty() {
        true => "it wrote nothing to standard error".to_owned(),
        false => words.join(" ").chars().take(400).collect(),
    }
}

fn describe_exit(exit_code: Option<i64>) -> String {
    exit_code.map_or_else(|| "it was killed".to_owned(), |code| format!("exit code {code}"))
}
