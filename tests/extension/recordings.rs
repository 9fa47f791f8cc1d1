//! Recordings on disk, for the tests that make and replay them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use simulated_host::Host;
use tempfile::TempDir;

use crate::case::{Case, Ran, hyperv};

/// A folder for recordings.
pub(crate) struct Recordings {
    pub(crate) folder: TempDir,
}

/// One of them.
pub(crate) struct Recording(pub(crate) PathBuf);

impl Recordings {
    pub(crate) fn new() -> Self {
        Self { folder: TempDir::new().unwrap() }
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("recordings")
    }

    /// All of them, in order.
    pub(crate) fn all(&self) -> Vec<Recording> {
        let Ok(entries) = fs::read_dir(self.path()) else { return Vec::new() };
        let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        paths.into_iter().map(Recording).collect()
    }

    /// Runs a call and gives its recording.
    pub(crate) fn of(&self, case: &Case) -> (Ran, Recording) {
        let before = self.all().len();
        let ran = case.recorded(&self.path());
        let recording = self.all().into_iter().max_by_key(|found| fs::metadata(&found.0).unwrap().modified().unwrap());
        assert_eq!(self.all().len(), before + 1, "log:\n{}", ran.log);
        (ran, recording.unwrap())
    }
}

impl Recording {
    pub(crate) fn names(&self) -> Vec<String> {
        let mut names: Vec<_> =
            fs::read_dir(&self.0).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    pub(crate) fn text(&self, name: &str) -> String {
        fs::read_to_string(self.0.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    pub(crate) fn json(&self, name: &str) -> Value {
        serde_json::from_str(&self.text(name)).unwrap()
    }

    pub(crate) fn bytes(&self) -> BTreeMap<String, Vec<u8>> {
        self.names().into_iter().map(|name| (name.clone(), fs::read(self.0.join(name)).unwrap())).collect()
    }

    /// Replaces a word in a file, which must hold it.
    pub(crate) fn edit(&self, name: &str, from: &str, to: &str) {
        let text = self.text(name);
        assert!(text.contains(from), "no {from:?} in {name}");
        fs::write(self.0.join(name), text.replacen(from, to, 1)).unwrap();
    }

    /// `hyperv --replay`.
    pub(crate) fn replay(&self) -> Ran {
        let folder = TempDir::new().unwrap();
        Ran::from(&mut hyperv(folder.path(), &["--replay", self.0.to_str().unwrap()]))
    }

    /// The first line of `hyperv replay`, without the folder, and all that it prints.
    pub(crate) fn verdict(&self, options: &[&str]) -> (String, Ran) {
        let ran = replay_all(&[&self.0], options);
        let first = ran.stdout.lines().next().unwrap_or_default();
        let (_, verdict) = first.split_once(": ").unwrap();
        (verdict.to_owned(), ran)
    }

    #[track_caller]
    pub(crate) fn replays_the_same(&self) {
        let (verdict, ran) = self.verdict(&[]);
        assert_eq!(
            (verdict.as_str(), ran.code, ran.stderr.as_str()),
            ("same", Some(0), ""),
            "{}\n{}",
            ran.stdout,
            ran.log
        );
    }
}

/// `hyperv replay` over many folders.
pub(crate) fn replay_all(folders: &[&Path], options: &[&str]) -> Ran {
    let folder = TempDir::new().unwrap();
    let folders: Vec<_> = folders.iter().map(|folder| folder.to_str().unwrap()).collect();
    Ran::from(&mut hyperv(folder.path(), &[&["replay"], &*folders, options].concat()))
}

/// A fixture's call to that host.
pub(crate) fn call(host: &Host, action: &str) -> Case {
    Case::new(action, &format!("{action}.json")).on(host)
}
