//! Writes down one run: what passed is kept until the run has ended, cleared of secrets and names, and written as a folder.

use std::cell::RefCell;
use std::env;
use std::panic::{self, AssertUnwindSafe};
use std::path::PathBuf;
use std::rc::Rc;
use std::time::{Duration, Instant, SystemTime};

use serde_json::{Value, json};
use winrm::{Observer, Reply, TransportError};

use super::disk::{self, Files};
use super::folder::{self, About, PAYLOAD, Recording};
use super::input;
use super::lost;
use super::message::{Answer, Message};
use super::placeholders::Placeholders;
use super::search::Search;
use super::secrets::Secrets;
use super::streams;
use super::utc;
use super::xml::Element;
use crate::cli::Cli;
use crate::payload;
use crate::reply::Outcome;
use crate::request::ActionName;

/// Names a folder into which runs that CloudStack starts are recorded.
const VARIABLE: &str = "HYPERV_RECORD";

/// So long before CloudStack's time is up the answer must be on its way.
const LAST_MOMENT: Duration = Duration::from_millis(100);

/// How many bytes of messages are written in a second, even on a slow machine.
const PER_SECOND: usize = 2 << 20;

/// The recorder of one run.
pub struct Recorder {
    folder: PathBuf,
    /// What the recording is called; nothing for time, action, VM and process.
    name: Option<String>,
    /// The payload's.
    file: PathBuf,
    action: String,
    timeout: Duration,
    started: Instant,
    recorded: SystemTime,
    payload: Result<Value, String>,
    exchanges: Exchanges,
}

type Exchanges = Rc<RefCell<Vec<Exchange>>>;

struct Exchange {
    message: Vec<u8>,
    answer: Result<Reply, TransportError>,
    /// How long the run had lasted when it came.
    at: Duration,
}

impl Recorder {
    /// The recorder of this call, if it shall be recorded. An action that is not ours is refused unread, and there is nothing to
    /// record.
    pub fn wanted(cli: &Cli, started: Instant) -> Option<Self> {
        let variable = || env::var_os(VARIABLE).filter(|folder| !folder.is_empty()).map(PathBuf::from);
        let folder = cli.record.clone().or_else(variable)?;
        ActionName::parse(&cli.action).ok()?;
        // CloudStack removes the file as soon as it likes.
        let text = payload::read_text(&cli.payload).map_err(|error| error.to_string());
        let json =
            |text: String| serde_json::from_str(text.trim_start_matches('\u{feff}')).map_err(|error| error.to_string());
        Some(Self {
            folder,
            name: None,
            file: cli.payload.clone(),
            action: cli.action.clone(),
            timeout: cli.timeout,
            started,
            recorded: SystemTime::now(),
            payload: text.and_then(json),
            exchanges: Exchanges::default(),
        })
    }

    /// The recorder of a run whose payload is no file, and whose recording gets that name.
    pub fn named(folder: PathBuf, name: String, action: &str, timeout: Duration, payload: Value) -> Self {
        Self {
            folder,
            name: Some(name),
            file: PathBuf::from(PAYLOAD),
            action: action.to_owned(),
            timeout,
            started: Instant::now(),
            recorded: SystemTime::now(),
            payload: Ok(payload),
            exchanges: Exchanges::default(),
        }
    }

    /// Who looks on at the transport of this run.
    pub fn observer(&self) -> Box<dyn Observer> {
        Box::new(OnLooker { started: self.started, exchanges: Rc::clone(&self.exchanges) })
    }

    /// Writes the recording, and gives what was replaced in it. What goes wrong here is said in the log and nowhere else.
    pub fn write(self, outcome: &Outcome) -> Option<Placeholders> {
        if self.started.elapsed() + LAST_MOMENT + self.time_to_write() > self.timeout {
            tracing::warn!("The recording is not written: the time is up");
            return None;
        }
        let folder = self.folder.clone();
        let written = panic::catch_unwind(AssertUnwindSafe(|| self.try_to_write(outcome)));
        match written.unwrap_or_else(|_| Err("the recorder has a defect".to_owned())) {
            Ok((name, names)) => {
                tracing::info!(folder = ?folder.join(name), "Recorded");
                Some(names)
            }
            Err(problem) => {
                tracing::warn!(?folder, problem, "The recording is not written");
                None
            }
        }
    }

    fn time_to_write(&self) -> Duration {
        let sizes =
            |exchange: &Exchange| exchange.message.len() + exchange.answer.as_ref().map_or(0, |reply| reply.body.len());
        let bytes: usize = self.exchanges.borrow().iter().map(sizes).sum();
        Duration::from_millis(u64::try_from(bytes * 1000 / PER_SECOND).unwrap_or(u64::MAX))
    }

    fn try_to_write(self, outcome: &Outcome) -> Result<(String, Placeholders), String> {
        let mut payload = self.payload.map_err(|problem| format!("the payload cannot be read: {problem}"))?;
        let mut names = Placeholders::default();
        names.learn_from_payload(&payload);
        let secrets = Secrets::take_from(&mut payload).search();
        if let Some(name) = payload.pointer_mut("/caller/name").filter(|name| name.is_string()) {
            *name = json!("caller");
        }
        let messages: Option<Vec<_>> = self.exchanges.take().into_iter().map(message).collect();
        let about = About {
            program: format!("hyperv {}", env!("CARGO_PKG_VERSION")),
            action: self.action.clone(),
            timeout: self.timeout.as_secs(),
            recorded: utc::format(self.recorded),
            host: "unknown".to_owned(),
            exit_code: outcome.exit_code,
            answers: Vec::new(),
        };
        let mut recording = Recording {
            about,
            payload: folder::pretty(&payload),
            messages: messages.ok_or("a message of this program is no XML")?,
            // An error may name the file; a replay has another one.
            reply: outcome.text.replace(&*self.file.to_string_lossy(), PAYLOAD),
        };
        // A name that is replaced inside a secret would hide it from the second look.
        check(&secrets, &recording, &recording.files())?;
        learn(&mut names, &recording.messages);
        if names.is_overwhelmed() {
            return Err("it has too many names and addresses to replace in time".to_owned());
        }
        names.replace_in_json(&mut payload);
        recording.payload = folder::pretty(&payload);
        recording.reply = names.text(&recording.reply);
        clear(&names, &mut recording.messages);
        let files = recording.files();
        check(&secrets, &recording, &files)?;
        let name = self.name.unwrap_or_else(|| folder_name(self.recorded, &self.action, &payload));
        if secrets.finds(name.as_bytes()) {
            return Err("its name would hold a secret of the payload".to_owned());
        }
        disk::write_new(&self.folder, &name, &files).map_err(|error| error.to_string())?;
        Ok((name, names))
    }
}

/// Is shown what passes, and keeps it.
struct OnLooker {
    started: Instant,
    exchanges: Exchanges,
}

impl Observer for OnLooker {
    fn exchanged(&mut self, message: Vec<u8>, answer: &Result<Reply, TransportError>) {
        let exchange = Exchange { message, answer: answer.clone(), at: self.started.elapsed() };
        self.exchanges.borrow_mut().push(exchange);
    }
}

/// Nothing where the message is none of this program's.
fn message(exchange: Exchange) -> Option<Message> {
    let request = Element::parse(&exchange.message)?;
    let answer = match exchange.answer {
        Ok(Reply { status, body, date }) => match Element::parse(&body).filter(|body| body.local() == "Envelope") {
            Some(body) => Answer::Envelope { status, date, body },
            None => Answer::Page { status, date, body },
        },
        Err(error) => Answer::Lost(lost::to_json(&error)),
    };
    // A replay tells by it whether the time was up.
    let at = Some((exchange.at.as_secs_f64() * 1000.0).round() / 1000.0);
    Some(Message { request, answer, at })
}

fn learn(names: &mut Placeholders, messages: &[Message]) {
    for message in messages {
        match &message.answer {
            Answer::Envelope { body, .. } => {
                names.learn_from_answer(body);
                body.walk(&mut |element| {
                    if element.local() != "Stream" {
                        names.learn_from_text(element.text().as_bytes());
                    }
                });
            }
            Answer::Page { body, .. } => names.learn_from_text(body),
            Answer::Lost(why) => {
                names.learn_from_certificate(why);
                names.learn_from_text(why.to_string().as_bytes());
            }
        }
    }
    for ((_, stream), pieces) in streams::collect(messages) {
        if stream != "stdin" {
            names.learn_from_text(&pieces.whole);
        }
    }
}

/// Replaces the names in all messages and in the streams that are cut into them.
fn clear(names: &Placeholders, messages: &mut [Message]) {
    let mut streams = streams::collect(messages);
    for ((_, stream), pieces) in &mut streams {
        let edits = match stream.as_str() {
            "stdin" => input::edits(&pieces.whole, |call| {
                if let Some(arguments) = call.get_mut("arguments") {
                    names.replace_in_json(arguments);
                }
            }),
            _ => names.edits(&pieces.whole),
        };
        pieces.edit(&edits);
    }
    streams::put(messages, &streams);
    for message in messages {
        names.replace_in_envelope(&mut message.request);
        match &mut message.answer {
            Answer::Envelope { body, .. } => names.replace_in_envelope(body),
            Answer::Page { body, .. } => *body = names.bytes(body),
            Answer::Lost(why) => names.replace_in_json(why),
        }
    }
}

/// Looks for secrets in all that would be written, and in the streams that are cut into pieces there.
fn check(secrets: &Search, recording: &Recording, files: &Files) -> Result<(), String> {
    if let Some((name, _)) = files.iter().find(|(_, bytes)| secrets.finds(bytes)) {
        return Err(format!("its file {name} would hold a secret of the payload"));
    }
    let streams = streams::collect(&recording.messages);
    match streams.iter().find(|(_, pieces)| secrets.finds(&pieces.whole)) {
        Some(((_, stream), _)) => Err(format!("{stream} would hold a secret of the payload")),
        None => Ok(()),
    }
}

/// `20261126T010535Z-create-i-2-45-VM-4711`.
fn folder_name(recorded: SystemTime, action: &str, payload: &Value) -> String {
    let vm = payload.pointer("/cloudstack.vm.details/name").or_else(|| payload.get("virtualmachinename"));
    let vm: String = vm
        .and_then(Value::as_str)
        .unwrap_or_default()
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-'))
        .take(80)
        .collect();
    let parts = [utc::compact(recorded), action.to_ascii_lowercase(), vm, std::process::id().to_string()];
    parts.iter().filter(|part| !part.is_empty()).cloned().collect::<Vec<_>>().join("-")
}
