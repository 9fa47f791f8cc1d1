//! What a selftest found, and the folder that it is left in.

use std::fs::{DirBuilder, OpenOptions, read_dir, remove_file};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde_json::Value;

use super::questions::Answer;
use crate::error::Error;
use crate::recording::{Placeholders, cleared};

/// All of it, as it stands in `selftest.json`. Nothing here is a secret; names of the host's may be.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    pub(super) program: String,
    /// Seconds since 1970.
    pub(super) started: u64,
    pub(super) host: String,
    pub(super) vm: String,
    pub(super) uuid: String,
    pub(super) passed: bool,
    pub(super) steps: Vec<Tried>,
    pub(super) facts: Vec<Fact>,
    pub(super) questions: Vec<Answer>,
    /// What was made on the host and may be there still.
    pub(super) left: Vec<String>,
}

/// One step and what came of it.
#[derive(Debug, Serialize)]
pub(super) struct Tried {
    pub(super) name: String,
    pub(super) verdict: Verdict,
    pub(super) seconds: f64,
    pub(super) expected: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) reply: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) error: Option<String>,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) causes: String,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Verdict {
    Passed,
    Failed,
    /// It would have meant nothing.
    Skipped,
}

/// One thing that was observed.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Fact {
    pub(super) name: String,
    pub(super) value: String,
}

impl Fact {
    pub(super) fn new(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self { name: name.into(), value: value.into() }
    }
}

/// The folder, which only its owner can read.
pub(super) struct Folder(PathBuf);

impl Folder {
    /// Makes it. One that holds a selftest already is not written over.
    ///
    /// # Errors
    /// Where it cannot be made or is in use.
    pub(super) fn make(path: &Path) -> Result<Self, Error> {
        let refused = |problem: &str| {
            Error::new(format!("the folder {} for the results {problem}", path.display()))
                .with_hint("name another one with --folder")
        };
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(path)
            .map_err(|source| refused(&format!("cannot be made: {source}")))?;
        let is_empty = read_dir(path).is_ok_and(|mut entries| entries.next().is_none());
        if is_empty { Ok(Self(path.to_owned())) } else { Err(refused("is not empty")) }
    }

    /// Says what is on its way, for whoever finds the folder after the process was killed.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub(super) fn begin(&self, text: &str) -> Result<(), Error> {
        self.file(BEGUN, text).map_err(|source| {
            Error::new(format!("nothing can be written to {}: {source}", self.0.display()))
                .with_hint("name another folder with --folder; nothing was done")
        })
    }

    /// Writes both files: the report, and the lines as they were read on the terminal. Names are replaced as in the recordings.
    ///
    /// # Errors
    /// Where they cannot be written.
    pub(super) fn write(
        &self,
        report: &Report,
        lines: &[String],
        payload: &Value,
        runs: &[Placeholders],
    ) -> Result<(), Error> {
        let json = serde_json::to_string_pretty(report).map_err(io::Error::from);
        let cleared = |text: String| {
            cleared(payload, runs, &text).ok_or_else(|| io::Error::other("they would hold a secret of the payload"))
        };
        let written = json
            .and_then(|json| self.file(JSON, &cleared(format!("{json}\n"))?))
            .and_then(|()| self.file(TEXT, &cleared(format!("{}\n", lines.join("\n")))?))
            .and_then(|()| remove_file(self.0.join(BEGUN)));
        written.map_err(|source| {
            Error::new(format!("the results cannot be written to {}: {source}", self.0.display()))
                .with_hint("they stand above")
        })
    }

    fn file(&self, name: &str, text: &str) -> io::Result<()> {
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(self.0.join(name))?;
        file.write_all(text.as_bytes())
    }
}

const JSON: &str = "selftest.json";
const TEXT: &str = "selftest.txt";
const BEGUN: &str = "begun.txt";
