//! A payload of any bytes: refused in a sentence, or read and given to every action, and the password shown by none.

use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cloudstack_hyperv::action;
use cloudstack_hyperv::deadline::Deadline;
use cloudstack_hyperv::error::Error;
use cloudstack_hyperv::payload::Payload;
use cloudstack_hyperv::remote::{Asked, Remote, Renderable};
use cloudstack_hyperv::reply;
use cloudstack_hyperv::request::{ActionName, Request, VmName};
use powershell::Nonce;
use serde_json::{Map, Value, json};

use crate::shown::assert_shown;

/// Passwords that no payload has by chance. The seeds have the first one.
const PASSWORD: &str = "Pa55-of-nobody";
const NUMBER: u64 = 90_817_263_544_041;

const ACTIONS: [ActionName; 15] = [
    ActionName::Prepare,
    ActionName::Create,
    ActionName::Start,
    ActionName::Stop,
    ActionName::Reboot,
    ActionName::Delete,
    ActionName::Status,
    ActionName::Statuses,
    ActionName::Suspend,
    ActionName::Resume,
    ActionName::CreateSnapshot,
    ActionName::ListSnapshots,
    ActionName::RestoreSnapshot,
    ActionName::DeleteSnapshot,
    ActionName::GetConsole,
];

/// More than an error's sentence and its hint have.
const LONGEST_ERROR: usize = 1500;

pub(crate) fn check(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    match Payload::parse(text) {
        Ok(payload) => drop(check_actions(&payload, data.len())),
        Err(problem) => {
            assert_shown(&problem, LONGEST_ERROR);
            assert_hidden(&problem);
        }
    }
    if let Ok(Value::Object(payload)) = serde_json::from_str(text)
        && !shows(&Value::Object(payload.clone()).to_string())
    {
        for password in [json!(PASSWORD), json!(NUMBER), json!([PASSWORD]), json!({ PASSWORD: NUMBER })] {
            check_secret(payload.clone(), &password, data.len());
        }
    }
}

/// The same payload with a password that can be recognised wherever one is looked up.
fn check_secret(mut payload: Map<String, Value>, password: &Value, seed: usize) {
    let details = payload.entry("externaldetails").or_insert_with(|| json!({}));
    for level in ["host", "resourcemap", "extension", "virtualmachine"] {
        if let Some(level) = details.get_mut(level).and_then(Value::as_object_mut) {
            level.insert("password".to_owned(), password.clone());
        }
    }
    match Payload::parse(&Value::Object(payload).to_string()) {
        Ok(payload) => {
            assert_hidden(&format!("{payload:?}"));
            check_actions(&payload, seed).iter().for_each(|said| assert_hidden(said));
        }
        Err(problem) => assert_hidden(&problem),
    }
}

/// All that every action says about a payload.
fn check_actions(payload: &Payload, seed: usize) -> Vec<String> {
    let mut said = Vec::new();
    for (place, name) in ACTIONS.into_iter().enumerate() {
        let deadline = Deadline::new(Instant::now(), Duration::from_secs(600));
        match Request::new(name, payload, deadline) {
            Ok(request) => {
                said.push(format!("{request:?}"));
                // Rendering a script takes long: each input is about one of them.
                if place == seed % ACTIONS.len() {
                    said.extend(performed(&request));
                }
            }
            Err(error) => said.extend(told(&error)),
        }
    }
    said
}

/// What the action would send, and what it says where the host does nothing.
fn performed(request: &Request) -> Vec<String> {
    let mut remote = Listener { deadline: request.deadline, sent: Vec::new() };
    let said = match action::perform(request, &mut remote) {
        Ok(reply) => reply.line().into_iter().collect(),
        Err(error) => told(&error).to_vec(),
    };
    remote.sent.into_iter().chain(said).collect()
}

/// An error as the administrator and as a tenant reads it.
fn told(error: &Error) -> [String; 3] {
    let told = [error.to_string(), error.hidden("0123abcd").to_string(), reply::error_line(error)];
    let [full, hidden, line] = &told;
    assert_shown(full, LONGEST_ERROR);
    assert_shown(hidden, LONGEST_ERROR);
    assert!(line.is_ascii(), "{line}");
    told
}

fn assert_hidden(text: &str) {
    assert!(!shows(text), "the password is shown: {text:?}");
}

fn shows(text: &str) -> bool {
    text.contains(PASSWORD) || text.contains(&NUMBER.to_string())
}

/// A host that takes every script down and runs none.
struct Listener {
    deadline: Deadline,
    sent: Vec<String>,
}

impl Remote for Listener {
    fn answer(&mut self, script: &dyn Renderable) -> Result<Value, Error> {
        let rendered = script.render(Nonce::new([0x5a; 16]), self.deadline);
        let rendered = rendered.map_err(|error| Error::new("no JSON").with_source(error))?;
        assert!(rendered.input.is_ascii() && rendered.command_line.is_ascii());
        let (token, script) = rendered.input.split_once('\n').unwrap_or_default();
        let arguments = STANDARD.decode(token).map_err(|error| Error::new("no base64").with_source(error))?;
        self.sent.push(format!("{}{script}", String::from_utf8_lossy(&arguments)));
        Err(Error::new("this host does nothing"))
    }

    fn power_states(&mut self, name: Option<&VmName>) -> Result<Asked, Error> {
        // It goes into a query between two of these.
        assert!(name.is_none_or(|name| !name.as_str().contains('\'')));
        Ok(Asked::Refused("this host does nothing".to_owned()))
    }
}
