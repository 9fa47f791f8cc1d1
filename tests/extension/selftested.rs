//! A selftest of the program: started, ended, and the folder that it left.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::Value;
use simulated_host::Host;
use tempfile::TempDir;

use crate::case::{Case, Ran, hyperv};

/// One in the making, with the payload of `create.json`.
pub(crate) struct Selftest {
    folder: TempDir,
    command: Command,
}

impl Selftest {
    pub(crate) fn on(host: &Host, options: &[&str]) -> Self {
        Self::with(&Case::new("create", "create.json").on(host), options)
    }

    pub(crate) fn with(case: &Case, options: &[&str]) -> Self {
        let folder = TempDir::new().unwrap();
        fs::write(folder.path().join("payload.json"), case.text()).unwrap();
        let mut command = hyperv(folder.path(), &["selftest", "payload.json", "--folder", "results"]);
        command.args(options).stdin(Stdio::null());
        Self { folder, command }
    }

    pub(crate) fn run(mut self) -> Selftested {
        let ran = Ran::from(&mut self.command);
        Selftested { folder: self.folder, ran }
    }

    /// Starts it; once `is_ready` it is told to end.
    pub(crate) fn terminated(mut self, is_ready: impl Fn() -> bool) -> Selftested {
        let child = self.command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        while !is_ready() {
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        let kill = Command::new("sh").args(["-c", &format!("kill -TERM {}", child.id())]).status().unwrap();
        assert!(kill.success());
        let ran = Ran::new(child.wait_with_output().unwrap(), self.folder.path());
        Selftested { folder: self.folder, ran }
    }
}

/// One that has ended.
pub(crate) struct Selftested {
    folder: TempDir,
    pub(crate) ran: Ran,
}

impl Selftested {
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join("results").join(name)
    }

    pub(crate) fn text(&self) -> String {
        fs::read_to_string(self.file("selftest.txt")).unwrap()
    }

    /// `selftest.json`.
    pub(crate) fn report(&self) -> Value {
        serde_json::from_slice(&fs::read(self.file("selftest.json")).unwrap()).unwrap()
    }

    /// The names of the steps with that verdict.
    pub(crate) fn steps(&self, verdict: &str) -> Vec<String> {
        let report = self.report();
        let steps = report["steps"].as_array().unwrap().iter().filter(|step| step["verdict"] == verdict);
        steps.map(|step| step["name"].as_str().unwrap().to_owned()).collect()
    }

    /// The values of the facts whose names begin so.
    pub(crate) fn facts(&self, beginning: &str) -> Vec<String> {
        let report = self.report();
        let is_it = |fact: &&Value| fact["name"].as_str().unwrap().starts_with(beginning);
        let facts = report["facts"].as_array().unwrap().iter().filter(is_it);
        facts.map(|fact| fact["value"].as_str().unwrap().to_owned()).collect()
    }

    #[track_caller]
    pub(crate) fn passes(&self) {
        assert_eq!(self.ran.stderr, "");
        assert_eq!(self.ran.code, Some(0), "{}\nlog:\n{}", self.ran.stdout, self.ran.log);
        assert_eq!((self.steps("failed").len(), self.steps("skipped").len()), (0, 0), "{}", self.ran.stdout);
        assert_eq!(self.report()["passed"], true);
        // What may be sent to others names no host.
        assert_eq!(self.text().replace("192.0.2.1", "127.0.0.1"), self.ran.stdout);
        self.is_recorded();
    }

    /// Every call of it has left a recording, which replays the same and holds neither the host's address nor its password.
    #[track_caller]
    fn is_recorded(&self) {
        let folders = fs::read_dir(self.file("recordings")).unwrap().map(|entry| entry.unwrap().path());
        let mut folders: Vec<_> = folders.map(|folder| folder.to_str().unwrap().to_owned()).collect();
        folders.sort();
        assert!(folders.len() >= self.steps("passed").len(), "{folders:?}");
        let scratch = TempDir::new().unwrap();
        let arguments: Vec<_> = ["replay"].into_iter().chain(folders.iter().map(String::as_str)).collect();
        let ran = Ran::from(&mut hyperv(scratch.path(), &arguments));
        assert_eq!(ran.code, Some(0), "{}", ran.stdout);
        for folder in folders {
            for file in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
                let text = fs::read_to_string(&file).unwrap();
                assert!(!text.contains("127.0.0.1") && !text.contains("S3cr=t!"), "{}", file.display());
            }
        }
    }
}
