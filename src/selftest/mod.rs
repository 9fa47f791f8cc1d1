//! `hyperv selftest`: the whole program tried on a real host, in a VM of its own.
//!
//! `steps` says what is tried, `suite` does it by `line`, as CloudStack's calls would. In between `protocol` and the script
//! `probe` ask what only a real host can answer (`questions`). All of it goes to the folder of `report`.

mod line;
mod protocol;
mod questions;
mod report;
mod steps;
mod subject;
mod suite;
mod wire;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use serde_json::Value;
use winrm::Interrupt;

use self::line::Line;
use self::report::{Folder, Report, Verdict};
use self::subject::Subject;
use self::suite::Suite;
use crate::cli::Selftest;
use crate::deadline::Deadline;
use crate::error::Error;
use crate::log;
use crate::payload::Payload;
use crate::request::{ActionName, Request};

/// Who sits in front of it. Only `main.rs` reads and prints.
pub trait Terminal {
    /// Shows a line at once.
    fn say(&mut self, line: &str);

    /// Asks a question and waits for the answer; nothing where nobody is there to give one.
    fn ask(&mut self, question: &str) -> Option<String>;
}

/// What came of it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Ended {
    /// Whether everything was as it should be.
    pub passed: bool,
    /// The last line.
    pub summary: String,
}

/// Runs the selftest. Once `interrupt` is raised it only cleans up.
///
/// # Errors
/// Where it did not begin, because the payload cannot be used or nobody agreed, or where its results cannot be written.
pub fn run(options: &Selftest, interrupt: Interrupt, terminal: &mut dyn Terminal) -> Result<Ended, Error> {
    let log = log::Log::open();
    let span = tracing::error_span!("selftest", pid = std::process::id());
    let _entered = span.enter();
    let subject = Subject::new(payload(&options.payload)?)?;
    let (host, level) = host(&subject)?;
    log.set_level(level);
    let place = options.folder.clone().unwrap_or_else(|| PathBuf::from(&subject.name));
    let mut lines = plan(&subject, &host, &place);
    lines.iter().for_each(|line| terminal.say(line));
    if !options.yes && !is_agreed(terminal)? {
        return Ok(Ended { passed: false, summary: "nothing was done".to_owned() });
    }
    let folder = Folder::make(&place)?;
    folder.begin(&format!(
        "A selftest has begun. Should it not come to its end, remove from the host: the VMs {} (CloudStack UUID {}) and {}.\n",
        subject.name,
        subject.uuid,
        subject.probe_name()
    ))?;
    let mut report = Report {
        program: format!("hyperv {}", env!("CARGO_PKG_VERSION")),
        started: SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs()),
        host,
        vm: subject.name.clone(),
        uuid: subject.uuid.clone(),
        passed: false,
        steps: Vec::new(),
        facts: Vec::new(),
        questions: Vec::new(),
        left: Vec::new(),
    };
    let mut say = |line: String| {
        terminal.say(&line);
        lines.push(line);
    };
    let line = Line::new(log.path().map(Path::to_owned), interrupt, place.join("recordings"));
    Suite::new(line.clone(), &subject, &mut report, &mut say).run(options.long);
    answered(&report).into_iter().for_each(&mut say);
    let mut summary = summary(&report, &place);
    if line.is_interrupted() {
        summary.insert_str(0, "told to end; ");
    }
    let (calls, names) = line.recorded();
    if let Some(missing) =
        usize::try_from(calls).ok().and_then(|calls| calls.checked_sub(names.len())).filter(|n| *n > 0)
    {
        summary.push_str(&format!("; {missing} of its recordings could not be written, the log says why"));
    }
    lines.push(summary.clone());
    folder.write(&report, &lines, &subject.payload(ActionName::Create), &names)?;
    Ok(Ended { passed: report.passed, summary })
}

/// The file as JSON, once it is known to be one of CloudStack's.
fn payload(path: &Path) -> Result<Value, Error> {
    Payload::read(path)?;
    let unreadable = |why: String| Error::new(format!("the payload file {} cannot be read: {why}", path.display()));
    let text = fs::read_to_string(path).map_err(|source| unreadable(source.to_string()))?;
    serde_json::from_str(text.trim_start_matches('\u{feff}')).map_err(|_| unreadable("it is not JSON".to_owned()))
}

/// The host's address, and what the log shows. All that a create needs must be there.
fn host(subject: &Subject) -> Result<(String, tracing::level_filters::LevelFilter), Error> {
    let payload = line::read(subject.payload(ActionName::Create))?;
    let deadline = Deadline::new(Instant::now(), crate::cli::DEFAULT_TIMEOUT);
    let request = Request::new(ActionName::Create, &payload, deadline).map_err(|error| {
        error.with_hint("a selftest needs the payload of a create, with the details of host and template")
    })?;
    let host = request.connection.map(|connection| connection.endpoint.to_string()).unwrap_or_default();
    Ok((host, request.log_level))
}

fn plan(subject: &Subject, host: &str, folder: &Path) -> Vec<String> {
    vec![
        format!(
            "This tries hyperv on the host {host}. It makes the VM {} from the payload's template or ISO, on the",
            subject.name
        ),
        "payload's network with MAC addresses of its own; starts, pauses, snapshots, restarts, stops and deletes it;"
            .to_owned(),
        format!("makes and deletes {}, a VM without a disk; and touches nothing else there.", subject.probe_name()),
        format!("It takes some minutes. What it finds is left in the folder {}.", folder.display()),
    ]
}

fn is_agreed(terminal: &mut dyn Terminal) -> Result<bool, Error> {
    let answer = terminal.ask("Go on? [y/N] ").ok_or_else(|| {
        Error::new("nobody is there to be asked whether to go on, and nothing was done").with_hint("say --yes to go on")
    })?;
    Ok(["y", "yes"].iter().any(|yes| answer.trim().eq_ignore_ascii_case(yes)))
}

fn answered(report: &Report) -> Vec<String> {
    let mut lines = Vec::new();
    for answer in &report.questions {
        lines.push(format!("{}: {}", answer.id, answer.question));
        lines.extend(answer.facts.iter().map(|fact| format!("    {}: {}", fact.name, fact.value)));
        if !answer.open.is_empty() {
            lines.push(format!("    open: {}", answer.open));
        }
    }
    let is_told = |name: &str| report.questions.iter().any(|answer| answer.facts.iter().any(|fact| fact.name == name));
    let others: Vec<_> = report.facts.iter().filter(|fact| !is_told(&fact.name)).collect();
    if !others.is_empty() {
        lines.push("what else was seen".to_owned());
    }
    lines.extend(others.iter().map(|fact| format!("    {}: {}", fact.name, fact.value)));
    lines
}

fn summary(report: &Report, folder: &Path) -> String {
    let count = |verdict| report.steps.iter().filter(|step| step.verdict == verdict).count();
    let (passed, failed) = (count(Verdict::Passed), count(Verdict::Failed));
    let mut text = format!("{passed} of {} steps passed, {failed} failed", report.steps.len());
    if !report.left.is_empty() {
        text.push_str("; not everything could be removed from the host");
    }
    format!("{text}; the folder is {}", folder.display())
}
