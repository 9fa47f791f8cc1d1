//! The files of a recording: `01-create.request.xml`, `01-create.response.xml` and so on, and `recording.json`.

use crate::recording::streams;
use crate::soap::request::Request;
use serde::Deserialize;
use std::fs;
use std::io;
use std::path::Path;
use std::time::SystemTime;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// A request and its answer.
pub(crate) struct Entry {
    /// What its files begin with.
    pub(crate) stem: String,
    pub(crate) request: Request,
    pub(crate) answer: Answer,
    pub(crate) date: Option<SystemTime>,
}

pub(crate) enum Answer {
    Envelope { status: u16, xml: String },
    Page { status: u16, content_type: &'static str, body: Vec<u8> },
    TimedOut,
    Lost,
}

#[derive(Debug, Deserialize)]
struct About {
    #[serde(default)]
    answers: Vec<AboutAnswer>,
}

#[derive(Clone, Debug, Default, Deserialize)]
struct AboutAnswer {
    message: String,
    status: Option<u16>,
    date: Option<String>,
}

#[derive(Debug, Deserialize)]
struct WhyLost {
    kind: String,
}

/// All entries, in order.
pub(crate) fn read(folder: &Path) -> io::Result<Vec<Entry>> {
    let about: About = json(&folder.join("recording.json"))?;
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        names.extend(entry?.file_name().into_string());
    }
    let mut stems: Vec<_> = names.iter().filter_map(|name| name.strip_suffix(".request.xml")).collect();
    stems.sort_by_key(|stem| stem.split('-').next().and_then(|number| number.parse::<u32>().ok()));
    if stems.is_empty() {
        return Err(invalid(format!("{} has no messages to serve", folder.display())));
    }
    stems.into_iter().map(|stem| entry(folder, &names, &about, stem)).collect()
}

fn entry(folder: &Path, names: &[String], about: &About, stem: &str) -> io::Result<Entry> {
    let file = folder.join(format!("{stem}.request.xml"));
    let request = Request::read(&fs::read(&file)?)
        .map_err(|rejected| invalid(format!("{} is no request: {}", file.display(), rejected.fault.reason)))?;
    let told = about.answers.iter().find(|answer| answer.message == stem).cloned().unwrap_or_default();
    let date = told.date.as_deref().and_then(|date| OffsetDateTime::parse(date, &Rfc3339).ok()).map(SystemTime::from);
    let endings = names.iter().filter_map(|name| Some((name, name.strip_prefix(stem)?.strip_prefix('.')?)));
    let answers = endings.filter(|(_, ending)| !matches!(*ending, "request.xml" | "stdin.txt"));
    for (name, ending) in answers {
        let file = folder.join(name);
        let answer = match ending.split_once('.') {
            Some(("response" | "fault", "xml")) => {
                let status = told.status.unwrap_or(200);
                let xml = fs::read_to_string(&file)?;
                Answer::Envelope { status, xml: streams::as_edited(xml, folder, stem)? }
            }
            Some(("lost", "json")) => match json::<WhyLost>(&file)?.kind.as_str() {
                "timed_out" => Answer::TimedOut,
                _ => Answer::Lost,
            },
            Some((status, kind @ ("html" | "txt"))) => {
                let Ok(status) = status.parse() else { continue };
                let content_type = if kind == "html" { "text/html" } else { "" };
                Answer::Page { status, content_type, body: fs::read(&file)? }
            }
            _ => continue,
        };
        return Ok(Entry { stem: stem.to_owned(), request, answer, date });
    }
    Err(invalid(format!("there is no answer to {}", file.display())))
}

fn json<T: for<'de> Deserialize<'de>>(file: &Path) -> io::Result<T> {
    serde_json::from_slice(&fs::read(file)?).map_err(|error| invalid(format!("{}: {error}", file.display())))
}

fn invalid(problem: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, problem)
}
