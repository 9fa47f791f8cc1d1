//! One call of the program: a fixture's payload, changed where the case needs it, against a simulated host or none.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use simulated_host::Host;
use tempfile::TempDir;

use crate::aimed::aim_at;

/// Every action of the program, in CloudStack's spelling.
pub(crate) const ACTIONS: [&str; 15] = [
    "prepare",
    "create",
    "start",
    "stop",
    "reboot",
    "delete",
    "status",
    "statuses",
    "Suspend",
    "Resume",
    "CreateSnapshot",
    "ListSnapshots",
    "RestoreSnapshot",
    "DeleteSnapshot",
    "getconsole",
];

/// A call in the making.
pub(crate) struct Case {
    action: String,
    payload: Content,
    timeout: String,
    environment: Vec<(&'static str, PathBuf)>,
}

enum Content {
    Json(Value),
    Text(String),
}

/// A call that has been started.
pub(crate) struct Running {
    child: Child,
    folder: TempDir,
}

impl Running {
    /// Waits for its end.
    pub(crate) fn end(self) -> Ran {
        let output = self.child.wait_with_output().unwrap();
        Ran::new(output, self.folder.path())
    }

    /// Waits for its end, but no longer than CloudStack does; nothing if it had to be killed.
    pub(crate) fn end_within(mut self, time: Duration) -> Option<Ran> {
        let over = Instant::now() + time;
        while self.child.try_wait().unwrap().is_none() {
            if Instant::now() > over {
                self.kill();
                return None;
            }
            thread::sleep(Duration::from_millis(10));
        }
        Some(self.end())
    }

    /// The number of its process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Tells it to end, as the system does before it goes down.
    pub(crate) fn terminate(&self) {
        let status = Command::new("sh").args(["-c", &format!("kill -TERM {}", self.id())]).status().unwrap();
        assert!(status.success());
    }

    /// Kills it as CloudStack does at the timeout: it can do nothing about it.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// What came of it.
pub(crate) struct Ran {
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) code: Option<i32>,
    pub(crate) log: String,
}

impl Case {
    /// A call with a payload of `fixtures/payloads/`, 60 s long.
    pub(crate) fn new(action: &str, fixture: &str) -> Self {
        let text = fs::read_to_string(fixtures().join("payloads").join(fixture)).unwrap();
        let payload = serde_json::from_str(&text).map_or(Content::Text(text), Content::Json);
        Self { action: action.to_owned(), payload, timeout: "60".to_owned(), environment: Vec::new() }
    }

    /// Replaces the payload by this text.
    pub(crate) fn text_of_payload(mut self, change: impl FnOnce(String) -> String) -> Self {
        self.payload = Content::Text(change(self.text()));
        self
    }

    pub(crate) fn timeout(mut self, seconds: &str) -> Self {
        self.timeout = seconds.to_owned();
        self
    }

    /// Writes the log there, and what belongs beside it, and not into a folder of this call alone.
    pub(crate) fn log_at(self, path: &Path) -> Self {
        self.env("HYPERV_LOG", path)
    }

    /// Sets a variable of the environment, which is empty otherwise.
    pub(crate) fn env(mut self, variable: &'static str, path: impl Into<PathBuf>) -> Self {
        self.environment.push((variable, path.into()));
        self
    }

    /// Sends the call to that host: its address and login, and its CA file instead of no verification.
    pub(crate) fn on(self, host: &Host) -> Self {
        self.change(|payload| aim_at(host, payload))
    }

    /// Sends the call to that host as far as the payload names an address at all; changes nothing else.
    pub(crate) fn redirected_to(mut self, host: &Host) -> Self {
        let address = format!("127.0.0.1:{}", host.port());
        self.payload = match self.payload {
            Content::Text(text) => Content::Text(text.replace("192.168.1.39", &address)),
            Content::Json(json) => {
                let text = json.to_string().replace("192.168.1.39:5985", &address).replace("192.168.1.39", &address);
                Content::Json(serde_json::from_str(&text).unwrap())
            }
        };
        self
    }

    pub(crate) fn host_key(self, key: &str, value: Value) -> Self {
        self.set(&["externaldetails", "host", key], value)
    }

    pub(crate) fn vm_key(self, key: &str, value: Value) -> Self {
        self.set(&["externaldetails", "virtualmachine", key], value)
    }

    pub(crate) fn nic_key(self, index: usize, key: &str, value: Value) -> Self {
        self.change(|payload| payload["cloudstack.vm.details"]["nics"][index][key] = value)
    }

    /// Sets a key, or removes it where the value is null.
    pub(crate) fn set(self, path: &[&str], value: Value) -> Self {
        self.change(|payload| {
            let (key, parents) = path.split_last().unwrap();
            let parent = parents.iter().fold(payload, |parent, key| &mut parent[*key]).as_object_mut().unwrap();
            match value {
                Value::Null => _ = parent.shift_remove(*key),
                value => _ = parent.insert((*key).to_owned(), value),
            }
        })
    }

    pub(crate) fn change(mut self, change: impl FnOnce(&mut Value)) -> Self {
        let Content::Json(payload) = &mut self.payload else { panic!("this fixture is no JSON") };
        change(payload);
        self
    }

    /// Starts the call and leaves it running.
    pub(crate) fn start(&self) -> Running {
        self.start_with(&[], &[])
    }

    /// Runs the call and has it recorded into that folder.
    pub(crate) fn recorded(&self, into: &Path) -> Ran {
        self.start_with(&["--record", into.to_str().unwrap()], &[]).end()
    }

    /// As [`Self::start`], with options in front of the operands and variables in the environment.
    pub(crate) fn start_with(&self, options: &[&str], variables: &[(&str, &Path)]) -> Running {
        let folder = TempDir::new().unwrap();
        let payload = folder.path().join("payload.json");
        fs::write(&payload, self.text()).unwrap();
        let operands = [&*self.action, payload.to_str().unwrap(), &self.timeout];
        let mut command = hyperv(folder.path(), &[options, &operands].concat());
        command.envs(self.environment.iter().cloned());
        command.envs(variables.iter().copied());
        let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        Running { child, folder }
    }

    pub(crate) fn run(&self) -> Ran {
        self.start().end()
    }

    /// The payload as it is written to the file.
    pub(crate) fn text(&self) -> String {
        match &self.payload {
            Content::Json(json) => json.to_string(),
            Content::Text(text) => text.clone(),
        }
    }
}

/// The program in an environment of its own, with a log at its most talkative in `folder`.
pub(crate) fn hyperv(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hyperv"));
    command.args(arguments).env_clear().env("HYPERV_LOG", folder.join("log")).current_dir(folder);
    command
}

impl Ran {
    pub(crate) fn from(command: &mut Command) -> Self {
        let output = command.output().unwrap();
        Self::new(output, command.get_current_dir().unwrap())
    }

    pub(crate) fn new(output: Output, folder: &Path) -> Self {
        Self {
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
            code: output.status.code(),
            log: fs::read_to_string(folder.join("log")).unwrap_or_default(),
        }
    }

    /// The one line, which every call must give, as JSON.
    pub(crate) fn reply(&self) -> Value {
        assert_eq!(self.stderr, "", "CloudStack reads standard error into the reply");
        assert!(self.stdout.is_ascii() && self.stdout.ends_with('\n'), "{:?}", self.stdout);
        assert_eq!(self.stdout.lines().count(), 1, "{:?}", self.stdout);
        assert!(self.stdout.len() < 60 * 1024);
        serde_json::from_str(&self.stdout).unwrap()
    }

    /// The call succeeded with this message.
    #[track_caller]
    pub(crate) fn succeeds(&self, message: &str) {
        self.answers(&json!({"status": "success", "message": message}));
    }

    /// The call succeeded, and this is all it says.
    #[track_caller]
    pub(crate) fn answers(&self, reply: &Value) {
        assert_eq!((&self.reply(), self.code), (reply, Some(0)), "log:\n{}", self.log);
    }

    /// The call failed; its error holds all of these.
    #[track_caller]
    pub(crate) fn fails(&self, words: &[&str]) {
        let reply = self.reply();
        assert_eq!((self.code, &reply["status"]), (Some(1), &json!("error")), "{reply}\nlog:\n{}", self.log);
        let error = reply["error"].as_str().unwrap();
        for word in words {
            assert!(error.contains(word), "no {word:?} in: {error}\nlog:\n{}", self.log);
        }
    }
}

pub(crate) fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}
