//! What a script's process left, of any bytes: an answer or a failure, and the line that each action makes of it.

use std::sync::LazyLock;
use std::time::{Duration, Instant};

use cloudstack_hyperv::action;
use cloudstack_hyperv::deadline::{Deadline, Haste};
use cloudstack_hyperv::error::Error;
use cloudstack_hyperv::payload::Payload;
use cloudstack_hyperv::remote::{Remote, Renderable};
use cloudstack_hyperv::reply;
use cloudstack_hyperv::request::{ActionName, Request};
use cloudstack_hyperv::script_error;
use powershell::{Answer, AnswerError, Nonce, PowerStates, RenderError, Rendered, Streams, render};
use serde_json::{Value, json};

use crate::shown::assert_shown;

/// The seeds have it in their markers.
const NONCE: Nonce = Nonce::new([0x5a; 16]);

/// The line of a seed behind which standard error stands. The first line is the exit code.
const STDERR: &str = "\n--- stderr\n";

/// An answer's refusal with the host's words in it, and what is made of it.
const LONGEST_REFUSAL: usize = 4000;

static SCRIPT: LazyLock<Result<Rendered, RenderError>> =
    LazyLock::new(|| render(&PowerStates { name: None }, NONCE, Duration::from_secs(60)));

/// One call of every action that runs a script.
static CALLS: LazyLock<Vec<Request>> = LazyLock::new(|| {
    let calls = [
        (ActionName::Prepare, include_str!("../../../fixtures/payloads/prepare.json")),
        (ActionName::Create, include_str!("../../../fixtures/payloads/create.json")),
        (ActionName::Start, include_str!("../../../fixtures/payloads/start.json")),
        (ActionName::Stop, include_str!("../../../fixtures/payloads/stop.json")),
        (ActionName::Reboot, include_str!("../../../fixtures/payloads/reboot.json")),
        (ActionName::Delete, include_str!("../../../fixtures/payloads/delete.json")),
        (ActionName::Status, include_str!("../../../fixtures/payloads/status.json")),
        (ActionName::Statuses, include_str!("../../../fixtures/payloads/statuses.json")),
        (ActionName::Suspend, include_str!("../../../fixtures/payloads/Suspend.json")),
        (ActionName::Resume, include_str!("../../../fixtures/payloads/Resume.json")),
        (ActionName::CreateSnapshot, include_str!("../../../fixtures/payloads/CreateSnapshot.json")),
        (ActionName::ListSnapshots, include_str!("../../../fixtures/payloads/ListSnapshots.json")),
        (ActionName::RestoreSnapshot, include_str!("../../../fixtures/payloads/RestoreSnapshot.json")),
        (ActionName::DeleteSnapshot, include_str!("../../../fixtures/payloads/DeleteSnapshot.json")),
        (ActionName::GetConsole, include_str!("../../../fixtures/payloads/getconsole.json")),
    ];
    let deadline = Deadline::new(Instant::now(), Duration::from_secs(600));
    let request = |(name, json): (_, &str)| {
        // The fixture has none, and the id in it is the host's to tell.
        let json = json.replace(r#""host":{"#, r#""host":{"console_url":"https://example.org/{vm_id}","#);
        Request::new(name, &Payload::parse(&json).ok()?, deadline).ok()
    };
    calls.into_iter().filter_map(request).collect()
});

pub(crate) fn check(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let (exit_code, streams) = text.split_once('\n').unwrap_or((&text, ""));
    let (stdout, stderr) = streams.split_once(STDERR).unwrap_or((streams, ""));
    let streams =
        Streams { stdout: stdout.as_bytes(), stderr: stderr.as_bytes(), exit_code: exit_code.trim().parse().ok() };
    match read(streams) {
        Ok(answer) => check_answer(&answer),
        Err(refusal) => check_refusal(&refusal, streams),
    }
}

fn check_answer(answer: &Answer<Value>) {
    assert!(answer.noise.lines().all(|line| !line.is_empty() && line == line.trim()), "{:?}", answer.noise);
    // The same answer without noise around it reads the same.
    let json = json!({ "ok": true, "value": answer.value, "log": answer.log }).to_string();
    if !json.contains(&NONCE.to_string()) {
        let stdout = format!("#hyperv {NONCE} begin\n{json}\n#hyperv {NONCE} end\n");
        match read(Streams { stdout: stdout.as_bytes(), stderr: b"", exit_code: None }) {
            Ok(again) => {
                assert_eq!((again.log, again.noise.as_str()), (answer.log.clone(), ""));
                assert!(again.value == answer.value || has_fraction(&answer.value), "{json}");
            }
            Err(refusal) => unreachable!("{refusal}: {json}"),
        }
    }
    assert_eq!(CALLS.len(), 15, "a fixture is not accepted");
    for call in CALLS.iter() {
        match action::perform(call, &mut Host(&answer.value)).and_then(|reply| reply.line()) {
            Ok(line) => check_line(&line, call),
            Err(error) => check_error(&error),
        }
    }
}

fn check_refusal(refusal: &AnswerError, streams: Streams<'_>) {
    assert_shown(&refusal.to_string(), LONGEST_REFUSAL);
    for haste in [Haste::Action, Haste::Report] {
        // It takes the refusal, so each needs its own.
        if let Err(refusal) = read(streams) {
            check_error(&script_error::explain("power-states", haste, refusal));
        }
    }
}

/// A reply of success: one line that fits into CloudStack's pipe.
fn check_line(line: &str, call: &Request) {
    assert!(line.len() < 60 * 1024, "{} bytes", line.len());
    assert!(line.bytes().all(|byte| matches!(byte, b' '..=b'~')), "{line}");
    let Ok(Value::Object(reply)) = serde_json::from_str(line) else { unreachable!("no JSON object: {line}") };
    assert!(reply.get("status").is_none_or(|status| status == "success"), "{line} of {:?}", call.action);
}

/// An error, as administrators and tenants read it.
fn check_error(error: &Error) {
    assert_shown(&error.hidden("0123abcd").to_string(), LONGEST_REFUSAL);
    for line in [reply::error_line(error), reply::error_line(&error.hidden("0123abcd"))] {
        assert!(line.bytes().all(|byte| matches!(byte, b' '..=b'~')), "{line}");
        let Ok(Value::Object(reply)) = serde_json::from_str(&line) else { unreachable!("no JSON object: {line}") };
        assert_eq!(reply.get("status"), Some(&json!("error")));
        let Some(Value::String(text)) = reply.get("error") else { unreachable!("no text: {line}") };
        assert_shown(text, 3000);
    }
}

fn read(streams: Streams<'_>) -> Result<Answer<Value>, AnswerError> {
    let Ok(script) = &*SCRIPT else { unreachable!("it has no arguments that could be no JSON") };
    script.read(streams)
}

/// Whether there is a number in it that may change by its last digit when it is written and read.
fn has_fraction(value: &Value) -> bool {
    match value {
        Value::Number(number) => number.is_f64(),
        Value::Array(items) => items.iter().any(has_fraction),
        Value::Object(object) => object.values().any(has_fraction),
        _ => false,
    }
}

/// A host that gives the same answer to every script.
struct Host<'a>(&'a Value);

impl Remote for Host<'_> {
    fn answer(&mut self, _script: &dyn Renderable) -> Result<Value, Error> {
        Ok(self.0.clone())
    }
}
