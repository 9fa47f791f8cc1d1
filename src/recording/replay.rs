//! Runs recorded actions anew, without a network, and says what has become different.

use std::cell::RefCell;
use std::fmt;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::{Duration, Instant};

use winrm::Transport;

use super::compare;
use super::disk;
use super::folder::{PAYLOAD, REPLY, Recording};
use super::input;
use super::stand_in::{Difference, Scene, StandIn};
use super::streams;
use super::xml::Element;
use crate::cli::Cli;
use crate::error::Error;
use crate::reply::Outcome;
use crate::request::ActionName;

/// Runs a call whose messages that transport carries.
pub type Runner<'r> = &'r dyn Fn(&Cli, Box<dyn Transport>) -> Outcome;

/// A run whose time was up waits for it again, but not as long.
const SHORT: Duration = Duration::from_secs(4);

/// What a replay shows.
#[derive(Clone, Debug)]
enum Verdict {
    Same,
    /// The same conversation about another script.
    Script(Difference),
    Conversation(Difference),
    Reply(Difference),
}

/// One line, without what differs.
impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Same => f.write_str("same"),
            Self::Script(difference) => write!(f, "script changed: {}", difference.file),
            Self::Conversation(difference) => write!(f, "conversation differs: {}", difference.file),
            Self::Reply(difference) => write!(f, "reply differs: {}", difference.file),
        }
    }
}

impl Verdict {
    fn lines(&self) -> &str {
        match self {
            Self::Same => "",
            Self::Script(difference) | Self::Conversation(difference) | Self::Reply(difference) => &difference.lines,
        }
    }
}

/// `hyperv --replay <folder>`: what the recorded run printed, or how this one differs.
pub fn one(folder: &Path, run: Runner<'_>) -> Outcome {
    let failed = |error: &Error| Outcome::of(Err(error));
    match Replayed::new(folder, run) {
        Ok(replayed) => match replayed.verdict() {
            Verdict::Same => Outcome { text: replayed.recording.reply, exit_code: replayed.recording.about.exit_code },
            verdict => {
                let message = format!("the recording {} is not what happens now: {verdict}:", folder.display());
                failed(&Error::new(format!("{message} {}", verdict.lines())))
            }
        },
        Err(error) => failed(&error),
    }
}

/// `hyperv replay <folder>...`: a verdict for each, with what differs, and a summary. `update` writes what has changed into
/// the folders.
pub fn all(folders: &[PathBuf], update: bool, run: Runner<'_>) -> Outcome {
    let (mut lines, mut same, mut updated) = (Vec::new(), 0, 0);
    for folder in folders {
        let shown = folder.display();
        let replayed = match Replayed::new(folder, run) {
            Ok(replayed) => replayed,
            Err(error) => {
                lines.push(format!("{shown}: {error}"));
                continue;
            }
        };
        let verdict = replayed.verdict();
        lines.push(format!("{shown}: {verdict}"));
        if matches!(verdict, Verdict::Same) {
            same += 1;
            continue;
        }
        lines.extend(verdict.lines().lines().map(|line| format!("    {line}")));
        if update {
            match replayed.update(folder) {
                Ok(()) => updated += 1,
                Err(error) => lines.push(format!("{shown}: {error}")),
            }
        }
    }
    let others = folders.len() - same - updated;
    lines.push(match update {
        true => format!("{same} the same, {updated} updated, {others} not"),
        false => format!("{same} the same, {others} not"),
    });
    Outcome { text: lines.join("\n"), exit_code: u8::from(others > 0) }
}

/// A run that a recording stood in for.
struct Replayed {
    recording: Recording,
    scene: Scene,
    outcome: Outcome,
}

impl Replayed {
    fn new(folder: &Path, run: Runner<'_>) -> Result<Self, Error> {
        let recording = Recording::read(folder)?;
        let timeout = Duration::from_secs(recording.about.timeout);
        let work_ends = work_ends(&recording.about.action, timeout)?;
        let scene = Scene::new(recording.clone(), work_ends);
        let payload = folder.join(PAYLOAD);
        let cli = Cli {
            action: recording.about.action.clone(),
            payload: payload.clone(),
            timeout: if scene.was_late() { timeout.min(SHORT) } else { timeout },
            record: None,
        };
        let scene = Rc::new(RefCell::new(scene));
        let outcome = run(&cli, Box::new(StandIn(Rc::clone(&scene))));
        let scene = Rc::into_inner(scene).map(RefCell::into_inner);
        let scene = scene.ok_or_else(|| Error::new("the replay has not ended"))?;
        // An error that names the file named another one then.
        let text = outcome.text.replace(&*payload.to_string_lossy(), PAYLOAD);
        Ok(Self { recording, scene, outcome: Outcome { text, ..outcome } })
    }

    fn verdict(&self) -> Verdict {
        if let Some(difference) = self.scene.conversation.clone().or_else(|| self.scene.left_over()) {
            return Verdict::Conversation(difference);
        }
        if let Some(lines) = self.reply_difference() {
            return Verdict::Reply(Difference { file: REPLY.to_owned(), lines });
        }
        self.scene.script.clone().map_or(Verdict::Same, Verdict::Script)
    }

    fn reply_difference(&self) -> Option<String> {
        let (then, now) = (self.recording.about.exit_code, self.outcome.exit_code);
        if !self.outcome.text.is_ascii() || self.outcome.text.lines().count() != 1 {
            return Some("the reply is no longer one line of ASCII".to_owned());
        }
        let lines = compare::replies(&self.recording.reply, &self.outcome.text);
        lines.or_else(|| (then != now).then(|| format!("-exit code {then}\n+exit code {now}")))
    }

    /// Writes what the program asks and prints now; what the host answered stays.
    fn update(&self, folder: &Path) -> Result<(), Error> {
        if self.scene.is_off_script || self.scene.left_over().is_some() {
            return Err(Error::new("cannot be updated: other messages are sent now")
                .with_hint("record it anew, or add and remove messages by hand"));
        }
        let mut recording = self.recording.clone();
        for (at, message) in recording.messages.iter_mut().enumerate() {
            let Some(asked) = self.scene.asked.get(&at) else { continue };
            let before = std::mem::replace(&mut message.request, asked.clone());
            keep_time(&before, &mut message.request);
        }
        self.keep_calls(&mut recording);
        if self.reply_difference().is_some() {
            recording.reply.clone_from(&self.outcome.text);
            recording.about.exit_code = self.outcome.exit_code;
        }
        disk::update(folder, &recording.files()).map_err(|error| Error::new(format!("cannot be updated: {error}")))
    }

    /// Nonce and time stay as they were: the answers carry that nonce.
    fn keep_calls(&self, recording: &mut Recording) {
        let before = self.recording.inputs();
        let mut all = streams::collect(&recording.messages);
        for (at, (command, input)) in recording.inputs() {
            let recorded = before.get(&at).and_then(|(_, input)| input::call(input));
            let edits = input::edits(&input, |call| {
                for key in ["nonce", "seconds"] {
                    let kept = recorded.as_ref().and_then(|call| call.get(key));
                    if let (Some(value), Some(kept)) = (call.get_mut(key), kept) {
                        *value = kept.clone();
                    }
                }
            });
            if let Some(pieces) = all.get_mut(&(command, "stdin".to_owned())) {
                pieces.edit(&edits);
            }
        }
        streams::put(&mut recording.messages, &all);
    }
}

/// The seconds after which a call's work ends.
fn work_ends(action: &str, timeout: Duration) -> Result<f64, Error> {
    let started = Instant::now();
    let deadline = ActionName::parse(action)?.deadline(started, timeout);
    Ok((deadline.work_ends() - started).as_secs_f64())
}

fn keep_time(before: &Element, after: &mut Element) {
    if let Some(time) = before.find("OperationTimeout").map(Element::text) {
        after.walk_mut(&mut |element| {
            if element.local() == "OperationTimeout" {
                element.set_text(time.clone());
            }
        });
    }
}
