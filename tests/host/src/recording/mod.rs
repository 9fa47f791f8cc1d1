//! A recorded conversation in the model's place: every request gets the answer that its like got then.

mod folder;
mod streams;

use crate::model::Call;
use crate::soap::element::Element;
use crate::soap::fault::Fault;
use crate::soap::namespace::SHELL;
use crate::soap::request::{Request, Verb};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use folder::{Answer, Entry};
use std::collections::{BTreeMap, HashMap};
use std::io;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

/// A recording that is being served, from its beginning to its end and then again.
pub(crate) struct Recording {
    entries: Vec<Entry>,
    place: Mutex<Place>,
}

/// How far the conversation is.
#[derive(Default)]
struct Place {
    next: usize,
    /// What the recorded client called something, and what this one calls it.
    names: Vec<(String, String)>,
    /// What has come on standard input, by the recorded command.
    inputs: HashMap<String, Vec<u8>>,
    /// Streams written anew for the nonce of this client, by the answer that carries them: before and after, in base64.
    streams: BTreeMap<usize, Vec<(String, String)>>,
}

/// What is sent back.
#[derive(Debug)]
pub(crate) enum Play {
    /// An answer with a status, the type of its body, and when the host said it was.
    Answer { status: u16, content_type: &'static str, body: Vec<u8>, date: Option<SystemTime> },
    /// The connection ends.
    HangUp,
    /// Nothing ever comes.
    Silence,
}

const SOAP: &str = "application/soap+xml;charset=UTF-8";

impl Recording {
    pub(crate) fn read(folder: &Path) -> io::Result<Self> {
        Ok(Self { entries: folder::read(folder)?, place: Mutex::default() })
    }

    /// The recorded answer to the next request of the conversation, in this client's words.
    pub(crate) fn play(&self, asked: &Request) -> Result<Play, Fault> {
        let mut place = self.place();
        if place.next >= self.entries.len() {
            *place = Place::default();
        }
        let at = place.next;
        let entry = self.entries.get(at).ok_or_else(|| surprise("nothing", asked.verb))?;
        if entry.request.verb != asked.verb {
            return Err(surprise(&entry.stem, asked.verb));
        }
        place.next += 1;
        place.learn_names(&entry.request, asked);
        if let Some((command, input)) = place.take_input(&entry.request, asked) {
            place.streams.extend(self.in_new_words(at, &command, &input));
        }
        Ok(place.answer(at, entry))
    }

    /// The standard output of a command, with the nonce that its client looks for.
    fn in_new_words(&self, from: usize, command: &str, input: &[u8]) -> BTreeMap<usize, Vec<(String, String)>> {
        let recorded: Vec<u8> = self
            .entries
            .iter()
            .take(from + 1)
            .filter_map(|entry| piece_of(&entry.request, command))
            .flatten()
            .collect();
        match (Call::read(&recorded), Call::read(input)) {
            (Ok(then), Ok(now)) => streams::replaced(&self.entries, command, &then.nonce, &now.nonce),
            _ => BTreeMap::new(),
        }
    }

    fn place(&self) -> MutexGuard<'_, Place> {
        self.place.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place {
    fn learn_names(&mut self, then: &Request, now: &Request) {
        let pairs = [
            (Some(then.message_id.as_str()), Some(now.message_id.as_str())),
            (then.shell_id.as_deref(), now.shell_id.as_deref()),
            (chosen(then, "Shell", "ShellId"), chosen(now, "Shell", "ShellId")),
            (chosen(then, "CommandLine", "CommandId"), chosen(now, "CommandLine", "CommandId")),
        ];
        for (then, now) in pairs.into_iter().filter_map(|(then, now)| Some((then?, now?))) {
            if then != now && !self.names.iter().any(|(known, _)| known == then) {
                self.names.push((then.to_owned(), now.to_owned()));
            }
        }
    }

    /// Adds what a Send brings to what its command has; that is returned with every piece.
    fn take_input(&mut self, then: &Request, now: &Request) -> Option<(String, Vec<u8>)> {
        let command = stream_of(then)?.attribute("CommandId")?.to_owned();
        let input = self.inputs.entry(command.clone()).or_default();
        input.extend(decode(stream_of(now)?));
        Some((command, input.clone()))
    }

    fn answer(&self, at: usize, entry: &Entry) -> Play {
        match &entry.answer {
            Answer::Envelope { status, xml } => {
                let mut xml = xml.clone();
                for (before, after) in self.streams.get(&at).into_iter().flatten() {
                    xml = xml.replacen(&format!(">{before}<"), &format!(">{after}<"), 1);
                }
                for (then, now) in &self.names {
                    let now = quick_xml::escape::escape(now);
                    xml = xml.replace(&format!(">{then}<"), &format!(">{now}<"));
                    xml = xml.replace(&format!("\"{then}\""), &format!("\"{now}\""));
                }
                Play::Answer { status: *status, content_type: SOAP, body: xml.into_bytes(), date: entry.date }
            }
            Answer::Page { status, content_type, body } => {
                Play::Answer { status: *status, content_type, body: body.clone(), date: entry.date }
            }
            Answer::TimedOut => Play::Silence,
            Answer::Lost => Play::HangUp,
        }
    }
}

/// The client has left the recorded conversation.
fn surprise(next: &str, asked: Verb) -> Fault {
    let reason = format!("The recording goes on with {next}, and the client asks for {}. ", asked.name());
    Fault::with_code(50).because(reason)
}

fn chosen<'r>(request: &'r Request, element: &str, attribute: &str) -> Option<&'r str> {
    request.body.child(SHELL, element)?.attribute(attribute)
}

fn stream_of(request: &Request) -> Option<&Element> {
    request.body.child(SHELL, "Send")?.child(SHELL, "Stream")
}

fn piece_of(request: &Request, command: &str) -> Option<Vec<u8>> {
    let stream = stream_of(request)?;
    (stream.attribute("CommandId") == Some(command)).then(|| decode(stream))
}

fn decode(stream: &Element) -> Vec<u8> {
    BASE64_STANDARD.decode(stream.text.split_ascii_whitespace().collect::<String>()).unwrap_or_default()
}
