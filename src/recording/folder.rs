//! A recording as a folder: one file per message, and what is inside the messages as files that people can read.

use std::collections::BTreeMap;
use std::path::Path;

use powershell::Input;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::disk::{self, Files};
use super::message::{Answer, Message};
use super::streams::{self, Edit};
use super::utc;
use super::xml::Element;
use crate::error::Error;

/// A whole recording.
#[derive(Clone, Debug)]
pub(super) struct Recording {
    pub(super) about: About,
    pub(super) payload: String,
    pub(super) messages: Vec<Message>,
    /// The line that was printed.
    pub(super) reply: String,
}

/// `recording.json`: what stands in no other file.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct About {
    /// Name and version of the program that recorded.
    pub(super) program: String,
    pub(super) action: String,
    /// Seconds, as CloudStack gave them.
    pub(super) timeout: u64,
    pub(super) recorded: String,
    /// What answered. The recorder does not know; whoever keeps a recording should say it here.
    pub(super) host: String,
    pub(super) exit_code: u8,
    #[serde(default)]
    pub(super) answers: Vec<AboutAnswer>,
}

/// What an answer's file does not say.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(super) struct AboutAnswer {
    message: String,
    /// 200 where it is missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    date: Option<String>,
    /// Seconds from the beginning of the run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    at: Option<f64>,
}

pub(super) const ABOUT: &str = "recording.json";
pub(super) const PAYLOAD: &str = "payload.json";
pub(super) const REPLY: &str = "reply.json";

impl Recording {
    /// `03-send`: what all files of a message begin with.
    pub(super) fn stem(&self, index: usize) -> String {
        let width = self.messages.len().to_string().len().max(2);
        let verb = self.messages.get(index).map(Message::verb).unwrap_or_default();
        format!("{:0width$}-{verb}", index + 1)
    }

    /// The whole input of a command, by the message that ends it.
    pub(super) fn inputs(&self) -> BTreeMap<usize, (String, Vec<u8>)> {
        let mut open = BTreeMap::<String, Vec<u8>>::new();
        let mut inputs = BTreeMap::new();
        for (index, message) in self.messages.iter().enumerate() {
            let Some((command, piece)) = streams::of_name(&message.request, "stdin") else { continue };
            let whole = open.entry(command.clone()).or_default();
            whole.extend(piece);
            if ends_input(&message.request) {
                inputs.insert(index, (command.clone(), std::mem::take(whole)));
            }
        }
        inputs
    }

    /// All files.
    pub(super) fn files(&self) -> Files {
        let mut files = Files::new();
        let mut about = self.about.clone();
        about.answers = Vec::new();
        for (index, message) in self.messages.iter().enumerate() {
            let stem = self.stem(index);
            files.insert(format!("{stem}.request.xml"), message.request.pretty().into_bytes());
            about.answers.push(AboutAnswer { at: message.at, ..add_answer(&mut files, &stem, &message.answer) });
            for stream in ["stdout", "stderr"] {
                let bytes =
                    message.answer_body().and_then(|body| streams::of_name(body, stream)).map(|(_, bytes)| bytes);
                if let Some(bytes) = bytes.filter(|bytes| !bytes.is_empty()) {
                    files.insert(format!("{stem}.{stream}.txt"), bytes);
                }
            }
        }
        for (index, (_, input)) in self.inputs() {
            let stem = self.stem(index);
            match Input::read(&input) {
                Some(Input { call, script }) => {
                    files.insert(format!("{stem}.arguments.json"), pretty(&call).into_bytes());
                    files.insert(format!("{stem}.script.ps1"), script.into_bytes());
                }
                None => _ = files.insert(format!("{stem}.stdin.txt"), input),
            }
        }
        files.insert(PAYLOAD.to_owned(), self.payload.clone().into_bytes());
        files.insert(REPLY.to_owned(), format!("{}\n", self.reply).into_bytes());
        let about = serde_json::to_value(&about).unwrap_or_default();
        files.insert(ABOUT.to_owned(), pretty(&about).into_bytes());
        files
    }

    /// Reads a folder.
    ///
    /// A readable file that does not say what the message beside it says was edited by a person, and is what counts.
    ///
    /// # Errors
    /// Where a file is missing or makes no sense.
    pub(super) fn read(folder: &Path) -> Result<Self, Error> {
        let files = disk::read(folder).map_err(|source| unusable(folder, &source.to_string()))?;
        let text = |name: &str| -> Result<String, Error> {
            let bytes = files.get(name).ok_or_else(|| unusable(folder, &format!("there is no {name}")))?;
            String::from_utf8(bytes.clone()).map_err(|_| unusable(folder, &format!("{name} is not UTF-8")))
        };
        let about: About = serde_json::from_str(&text(ABOUT)?)
            .map_err(|error| unusable(folder, &format!("{ABOUT} makes no sense: {error}")))?;
        let messages = read_messages(&files, &about).map_err(|problem| unusable(folder, &problem))?;
        let reply = text(REPLY)?.trim_end().to_owned();
        let mut recording = Self { about, payload: text(PAYLOAD)?, messages, reply };
        recording.take_edited_inputs(&files).map_err(|problem| unusable(folder, &problem))?;
        Ok(recording)
    }

    fn take_edited_inputs(&mut self, files: &Files) -> Result<(), String> {
        let mut edited = BTreeMap::new();
        for (index, (command, input)) in self.inputs() {
            let stem = self.stem(index);
            let name = format!("{stem}.arguments.json");
            let (Some(arguments), Some(script)) = (files.get(&name), files.get(&format!("{stem}.script.ps1"))) else {
                continue;
            };
            let call = serde_json::from_slice(arguments).map_err(|error| format!("{name} is no JSON: {error}"))?;
            let script = String::from_utf8_lossy(script).into_owned();
            let written = Input { call, script };
            if Input::read(&input).as_ref() != Some(&written) {
                edited.insert((command, "stdin".to_owned()), written.to_bytes());
            }
        }
        if !edited.is_empty() {
            let mut all = streams::collect(&self.messages);
            for (key, bytes) in edited {
                if let Some(pieces) = all.get_mut(&key) {
                    pieces.edit(&[Edit { at: 0..pieces.whole.len(), with: bytes }]);
                }
            }
            streams::put(&mut self.messages, &all);
        }
        Ok(())
    }
}

/// Whether a Send carries the last of its command's input.
pub(super) fn ends_input(request: &Element) -> bool {
    let mut ends = false;
    request.walk(&mut |element| ends |= element.local() == "Stream" && element.attribute("End") == Some("true"));
    ends
}

pub(super) fn pretty(json: &Value) -> String {
    format!("{json:#}\n")
}

fn add_answer(files: &mut Files, stem: &str, answer: &Answer) -> AboutAnswer {
    let about = |status: u16, date: &Option<_>| AboutAnswer {
        message: stem.to_owned(),
        status: Some(status).filter(|status| *status != 200),
        date: date.map(utc::format),
        at: None,
    };
    match answer {
        Answer::Envelope { status, date, body } => {
            let kind = if body.find("Fault").is_some() { "fault" } else { "response" };
            files.insert(format!("{stem}.{kind}.xml"), body.pretty().into_bytes());
            about(*status, date)
        }
        Answer::Page { status, date, body } => {
            let kind = if body.trim_ascii_start().starts_with(b"<") { "html" } else { "txt" };
            files.insert(format!("{stem}.{status}.{kind}"), body.clone());
            about(*status, date)
        }
        Answer::Lost(why) => {
            files.insert(format!("{stem}.lost.json"), pretty(why).into_bytes());
            about(200, &None)
        }
    }
}

fn read_messages(files: &Files, about: &About) -> Result<Vec<Message>, String> {
    let mut stems: Vec<(usize, &str)> = Vec::new();
    for stem in files.keys().filter_map(|name| name.strip_suffix(".request.xml")) {
        let number = stem.split('-').next().and_then(|number| number.parse().ok());
        stems.push((number.ok_or_else(|| format!("{stem}.request.xml has no number"))?, stem));
    }
    stems.sort_unstable();
    stems.into_iter().map(|(_, stem)| read_message(files, about, stem)).collect()
}

fn read_message(files: &Files, about: &About, stem: &str) -> Result<Message, String> {
    let envelope = |name: &str| -> Result<Option<Element>, String> {
        let Some(bytes) = files.get(name) else { return Ok(None) };
        Element::parse(bytes).map(Some).ok_or_else(|| format!("{name} is no XML"))
    };
    let name = format!("{stem}.request.xml");
    let request = envelope(&name)?.ok_or_else(|| format!("there is no {name}"))?;
    let told = about.answers.iter().find(|answer| answer.message == stem).cloned().unwrap_or_default();
    let date = told.date.as_deref().and_then(utc::parse);
    for kind in ["response", "fault"] {
        if let Some(mut body) = envelope(&format!("{stem}.{kind}.xml"))? {
            for stream in ["stdout", "stderr"] {
                let readable = files.get(&format!("{stem}.{stream}.txt"));
                let coded = streams::of_name(&body, stream).map(|(_, bytes)| bytes);
                if let Some(readable) =
                    readable.filter(|readable| coded.as_ref().is_some_and(|coded| coded != *readable))
                {
                    streams::replace(&mut body, stream, readable);
                }
            }
            let status = told.status.unwrap_or(200);
            return Ok(Message { request, answer: Answer::Envelope { status, date, body }, at: told.at });
        }
    }
    if let Some(why) = files.get(&format!("{stem}.lost.json")) {
        let why = serde_json::from_slice(why).map_err(|error| format!("{stem}.lost.json is no JSON: {error}"))?;
        return Ok(Message { request, answer: Answer::Lost(why), at: told.at });
    }
    let page = files.iter().find_map(|(name, body)| {
        let status = name.strip_prefix(&format!("{stem}."))?.split('.').next()?;
        Some((status.parse().ok()?, body.clone()))
    });
    let (status, body) = page.ok_or_else(|| format!("there is no answer to {name}"))?;
    Ok(Message { request, answer: Answer::Page { status, date, body }, at: told.at })
}

fn unusable(folder: &Path, problem: &str) -> Error {
    Error::new(format!("the recording {} cannot be used: {problem}", folder.display()))
        .with_hint("give the folder of one run, which has a recording.json")
}
