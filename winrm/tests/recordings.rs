//! Every answer of a real Windows host that was recorded, through the reader.
//!
//! The recordings are not ours: they are read where they lie beside the project, and left out where
//! they do not.

#![cfg(test)]

use std::path::PathBuf;

use winrm::soap::response::{self, Answer, CommandState};
use winrm::soap::{Fault, FaultDetail};

/// One recorded exchange: a line with the request, a line with the response.
struct Exchange {
    action: String,
    command_id: String,
    response: String,
}

/// What a scenario shows, verb by verb.
#[derive(Debug, Default)]
struct Story {
    shells: Vec<String>,
    commands: Vec<String>,
    sent: usize,
    stdout: Vec<u8>,
    stderr: Vec<u8>,
    exit_code: Option<i64>,
    faults: Vec<Fault>,
    signalled: usize,
    deleted: usize,
}

fn folder() -> Option<PathBuf> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/recordings/pypsrp");
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!("Skipped: no recordings beside the project");
    None
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    text.split_once(before)?.1.split_once(after).map(|(inside, _)| inside)
}

fn exchanges(recording: &str) -> Vec<Exchange> {
    let mut exchanges = Vec::new();
    let mut request = "";
    for line in recording.lines() {
        if let Some(text) = line.strip_prefix("- request: ") {
            request = text;
        } else if let Some(response) = line.strip_prefix("  response: ") {
            let action = between(request, "<wsa:Action s:mustUnderstand=\"true\">", "<").unwrap();
            exchanges.push(Exchange {
                action: action.rsplit('/').next().unwrap().to_owned(),
                command_id: between(request, "CommandId=\"", "\"").unwrap_or_default().to_owned(),
                response: response.to_owned(),
            });
        }
    }
    exchanges
}

impl Story {
    fn read(name: &str, folder: &std::path::Path) -> Self {
        let recording = std::fs::read_to_string(folder.join(format!("test_winrs_{name}.yml"))).unwrap();
        let mut story = Self::default();
        let exchanges = exchanges(&recording);
        assert!(!exchanges.is_empty(), "{name}");
        for exchange in exchanges {
            story.take(&exchange);
        }
        story
    }

    fn take(&mut self, exchange: &Exchange) {
        let document = exchange.response.as_bytes();
        match exchange.action.as_str() {
            "Create" => self.note(response::created(document).unwrap(), |story, id| story.shells.push(id)),
            "Command" => self.note(response::started(document).unwrap(), |story, id| story.commands.push(id)),
            "Send" => self.note(response::sent(document).unwrap(), |story, ()| story.sent += 1),
            "Receive" => {
                // One scenario asks for a command that is not there, and names another in its
                // request.
                let received = response::received(document, &exchange.command_id).unwrap();
                self.note(received, |story, received| {
                    story.stdout.extend(received.stdout);
                    story.stderr.extend(received.stderr);
                    if let CommandState::Done { exit_code } = received.state {
                        story.exit_code = exit_code;
                    }
                });
            }
            "Signal" => self.note(response::signalled(document).unwrap(), |story, ()| story.signalled += 1),
            "Delete" => self.note(response::deleted(document).unwrap(), |story, ()| story.deleted += 1),
            other => panic!("an action that no scenario has: {other}"),
        }
    }

    fn note<T>(&mut self, answer: Answer<T>, content: impl FnOnce(&mut Self, T)) {
        match answer {
            Answer::Content(value) => content(self, value),
            Answer::Fault(fault) => self.faults.push(fault),
        }
    }

    fn stdout(&self) -> &str {
        std::str::from_utf8(&self.stdout).unwrap()
    }
}

#[test]
fn every_recorded_answer_is_read() {
    let Some(folder) = folder() else { return };
    let mut names = 0;
    for entry in std::fs::read_dir(&folder).unwrap() {
        let file = entry.unwrap().file_name().into_string().unwrap();
        if let Some(name) = file.strip_prefix("test_winrs_").and_then(|file| file.strip_suffix(".yml")) {
            let story = Story::read(name, &folder);
            assert!(!story.shells.is_empty(), "{name} makes a shell");
            names += 1;
        }
    }
    assert_eq!(names, 12);
}

#[test]
fn an_ordinary_command() {
    let Some(folder) = folder() else { return };
    let story = Story::read("standard", &folder);
    assert_eq!(story.commands, ["CF84C20A-0A35-43FA-AF78-0B4711DA5F30"]);
    assert_eq!((story.stdout(), story.stderr.len(), story.exit_code), ("hi\r\n", 0, Some(0)));
    assert_eq!((story.signalled, story.deleted, story.faults.len()), (1, 1, 0));
}

#[test]
fn a_command_with_input() {
    let Some(folder) = folder() else { return };
    let story = Story::read("send", &folder);
    assert_eq!(story.shells, ["0D6FCA9D-2D40-44C3-B691-E665BE7AA687"]);
    assert_eq!(story.commands, ["B0973E54-434E-4D99-B4BE-ADE584CE3BFB"]);
    assert_eq!(story.sent, 2);
    assert_eq!((story.stdout(), story.exit_code), ("output 1\noutput 2\n", Some(0)));
}

#[test]
fn a_command_that_is_waited_for() {
    let Some(folder) = folder() else { return };
    let story = Story::read("operation_timeout", &folder);
    assert_eq!(story.faults.len(), 2);
    for fault in &story.faults {
        assert!(fault.is_timed_out());
        assert_eq!((fault.wsman_code, fault.subcode.as_deref()), (Some(2_150_858_793), Some("TimedOut")));
        assert_eq!((fault.machine.as_deref(), fault.fault_detail.as_deref()), (Some("192.168.56.11"), None));
    }
    assert_eq!((story.stdout(), story.exit_code), ("hi\nhi again\n", Some(0)));
}

#[test]
fn a_command_that_fails() {
    let Some(folder) = folder() else { return };
    let story = Story::read("stderr_rc", &folder);
    assert_eq!(
        (story.stdout(), story.stderr.as_slice(), story.exit_code),
        ("out \r\n", b"err \r\n".as_slice(), Some(1))
    );
}

#[test]
fn output_beyond_ascii() {
    let Some(folder) = folder() else { return };
    let story = Story::read("unicode", &folder);
    assert_eq!((story.stdout(), story.exit_code), ("こんにちは\n", Some(0)));
}

#[test]
fn a_command_that_does_not_exist() {
    let Some(folder) = folder() else { return };
    let story = Story::read("bad_cmd_id", &folder);
    let [fault] = story.faults.as_slice() else { panic!("{story:?}") };
    assert!(fault.is_not_found());
    assert_eq!((fault.code.as_deref(), fault.subcode.as_deref()), (Some("Sender"), Some("InvalidSelectors")));
    assert_eq!((fault.wsman_code, fault.fault_detail.as_deref()), (Some(2_150_858_843), Some("UnexpectedSelectors")));
    assert_eq!((fault.machine.as_deref(), fault.detail), (Some("192.168.56.15"), FaultDetail::WsManFault));
}

#[test]
fn faults_of_a_provider() {
    let Some(folder) = folder() else { return };
    for (name, code, subcode) in
        [("fail_poll_process", 87, "InvalidParameter"), ("no_cmd_shell", 2_147_942_402, "InternalError")]
    {
        let story = Story::read(name, &folder);
        let [fault] = story.faults.as_slice() else { panic!("{story:?}") };
        assert_eq!((fault.wsman_code, fault.subcode.as_deref()), (Some(code), Some(subcode)), "{name}");
        assert_eq!(fault.provider.as_deref(), Some("Shell cmd plugin"), "{name}");
        assert_eq!(fault.message.as_deref(), Some(fault.reason.as_str()), "{name}");
    }
}
