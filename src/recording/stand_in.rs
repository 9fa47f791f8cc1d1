//! Stands in for the host: answers as the recording says, and notes where the program asks for something else.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use winrm::{Interrupt, Reply, Transport, TransportError};

use super::compare;
use super::folder::{Recording, ends_input};
use super::lost;
use super::message::{Answer, Message, verb};
use super::streams::{self, Edit};
use super::xml::Element;

/// What a replay has come to.
pub(super) struct Scene {
    /// The recording, whose output carries the nonces of this run as they become known.
    recording: Recording,
    /// The recorded message that is due.
    next: usize,
    /// What was asked in place of the recorded messages, with the recorded identifiers.
    pub(super) asked: BTreeMap<usize, Element>,
    /// An identifier of the recording and what the program chose in its place.
    ids: Vec<(String, String)>,
    /// Standard inputs so far, by the recorded command.
    inputs: BTreeMap<String, Vec<u8>>,
    /// The first difference in what was asked, with the file that tells it.
    pub(super) conversation: Option<Difference>,
    /// Whether a message came that the recording has no answer to.
    pub(super) is_off_script: bool,
    /// The first difference in a script.
    pub(super) script: Option<Difference>,
    /// The seconds after which the recorded run's work ended.
    work_ends: f64,
    /// How many more times trouble may come than it did.
    patience: u32,
}

/// How long before the end of its work a run gives up, where another try would have to be waited for.
const LAST_TRY: f64 = 2.2;

/// So long before the end of the work, silence is silence until the end.
const LAST_SILENCE: f64 = 0.5;

/// Back-off is shortened at random, so a run that is given up tries once more or less each time.
const PATIENCE: u32 = 4;

/// Where something differs and how.
#[derive(Clone, Debug)]
pub(super) struct Difference {
    pub(super) file: String,
    pub(super) lines: String,
}

impl Scene {
    pub(super) fn new(recording: Recording, work_ends: f64) -> Self {
        Self {
            recording,
            next: 0,
            asked: BTreeMap::new(),
            ids: Vec::new(),
            inputs: BTreeMap::new(),
            conversation: None,
            is_off_script: false,
            script: None,
            work_ends,
            patience: PATIENCE,
        }
    }

    /// Whether the recorded run ended because its time did.
    pub(super) fn was_late(&self) -> bool {
        self.recording.messages.iter().any(|message| message.is_trouble() && self.is_late(message, LAST_TRY))
    }

    fn is_late(&self, message: &Message, before: f64) -> bool {
        message.at.is_some_and(|at| at + before >= self.work_ends)
    }

    /// The recorded messages that nobody asked for.
    pub(super) fn left_over(&self) -> Option<Difference> {
        let at = self.after_trouble(self.next);
        self.recording.messages.get(at).map(|_| Difference {
            file: format!("{}.request.xml", self.recording.stem(at)),
            lines: "the program does not send it".to_owned(),
        })
    }

    /// The recorded message that this one is to be taken for.
    ///
    /// How often a message is sent again depends on the time that everything takes, so trouble may come more often than it did,
    /// or not as often.
    fn place(&self, asked: &str) -> Option<usize> {
        let is = |at: &usize| self.recording.messages.get(*at).is_some_and(|message| message.verb() == asked);
        let last = self.next.checked_sub(1).filter(|last| is(last) && self.is_trouble(*last));
        Some(self.next).filter(is).or(last).or_else(|| Some(self.after_trouble(self.next)).filter(is))
    }

    /// The first message from there on that is no repetition of one that met with trouble.
    fn after_trouble(&self, from: usize) -> usize {
        let verb = |at: usize| self.recording.messages.get(at).map(Message::verb);
        let mut at = from;
        while at > 0 && self.is_trouble(at) && self.is_trouble(at - 1) && verb(at) == verb(at - 1) {
            at += 1;
        }
        at
    }

    fn is_trouble(&self, at: usize) -> bool {
        self.recording.messages.get(at).is_some_and(Message::is_trouble)
    }

    fn is_silence(&self, at: usize) -> bool {
        self.recording.messages.get(at).is_some_and(Message::is_silence)
    }

    fn answer(&mut self, body: &[u8], timeout: Duration) -> Result<Reply, TransportError> {
        let asked = Element::parse(body).ok_or_else(|| TransportError::Nonsense("a message is no XML".to_owned()))?;
        let verb = verb(&asked);
        let Some(at) = self.place(&verb) else {
            return Err(match self.recording.messages.get(self.next) {
                Some(_) => self.off_script(self.next, format!("the program sends a {verb} instead")),
                None => self.off_script(self.next.saturating_sub(1), format!("after it the program sends a {verb}")),
            });
        };
        let is_again = at < self.next;
        if is_again {
            let Some(left) = self.patience.checked_sub(1).filter(|_| self.was_late() || !self.is_silence(at)) else {
                return Err(self.off_script(at, format!("after it the program sends another {verb}")));
            };
            self.patience = left;
        }
        self.next = at + 1;
        let Some(recorded) = self.recording.messages.get(at).map(|message| message.request.clone()) else {
            return Err(TransportError::Nonsense("the recording has no such message".to_owned()));
        };
        let asked = self.with_recorded_ids(&recorded, asked);
        if let Some(lines) = compare::messages(&recorded, &asked) {
            self.differs(at, "request.xml", lines);
        }
        self.take_input(at, &asked);
        self.asked.insert(at, asked);
        match self.recording.messages.get(at) {
            Some(message) => self.as_it_came(message, is_again, timeout),
            None => Err(TransportError::Nonsense("the recording has no such message".to_owned())),
        }
    }

    /// From here on the recording has nothing to say.
    fn off_script(&mut self, at: usize, lines: String) -> TransportError {
        self.is_off_script = true;
        let file = format!("{}.request.xml", self.recording.stem(at));
        self.conversation.get_or_insert(Difference { file, lines });
        TransportError::Nonsense("the recording has no answer to this message".to_owned())
    }

    fn differs(&mut self, at: usize, kind: &str, lines: String) {
        let file = format!("{}.{kind}", self.recording.stem(at));
        self.conversation.get_or_insert(Difference { file, lines });
    }

    fn with_recorded_ids(&mut self, recorded: &Element, mut asked: Element) -> Element {
        let pairs = compare::chosen_ids(recorded).into_iter().zip(compare::chosen_ids(&asked));
        for (recorded, asked) in pairs.filter(|(recorded, asked)| !recorded.is_empty() && !asked.is_empty()) {
            self.ids.retain(|(known, _)| *known != recorded);
            self.ids.push((recorded, asked));
        }
        compare::replace_ids(&mut asked, self.ids.iter().map(|(recorded, asked)| (asked.as_str(), recorded.as_str())));
        asked
    }

    fn take_input(&mut self, at: usize, asked: &Element) {
        let Some((command, piece)) = streams::of_name(asked, "stdin") else { return };
        let whole = self.inputs.entry(command.clone()).or_default();
        whole.extend(piece);
        if !ends_input(asked) {
            return;
        }
        let whole = std::mem::take(whole);
        let Some((_, recorded)) = self.recording.inputs().remove(&at) else { return };
        let difference = compare::inputs(&recorded, &whole);
        for (kind, lines) in [("arguments.json", difference.arguments), ("stdin.txt", difference.other)] {
            if let Some(lines) = lines {
                self.differs(at, kind, lines);
            }
        }
        if let Some(lines) = difference.script {
            let file = format!("{}.script.ps1", self.recording.stem(at));
            self.script.get_or_insert(Difference { file, lines });
        }
        if let (Some(from), Some(to)) = (compare::nonce(&recorded), compare::nonce(&whole)) {
            self.put_nonce(&command, &from, &to);
        }
    }

    /// The reader takes no answer but that of its own call.
    fn put_nonce(&mut self, command: &str, from: &str, to: &str) {
        let mut all = streams::collect(&self.recording.messages);
        if let Some(pieces) = all.get_mut(&(command.to_owned(), "stdout".to_owned())) {
            let places = pieces.whole.windows(from.len().max(1)).enumerate();
            let found = places.filter(|(_, window)| *window == from.as_bytes()).map(|(at, _)| at);
            let edits: Vec<_> = found.map(|at| Edit { at: at..at + from.len(), with: to.into() }).collect();
            pieces.edit(&edits);
            streams::put(&mut self.recording.messages, &all);
        }
    }

    /// A host that was silent until the time was up is so again; so is one that is asked more often than it was.
    fn as_it_came(&self, message: &Message, is_again: bool, timeout: Duration) -> Result<Reply, TransportError> {
        if message.is_silence() && (is_again || self.is_late(message, LAST_SILENCE)) {
            std::thread::sleep(timeout);
        }
        match message.answer.clone() {
            Answer::Envelope { status, date, mut body } => {
                let pairs = self.ids.iter().map(|(recorded, asked)| (recorded.as_str(), asked.as_str()));
                compare::replace_ids(&mut body, pairs);
                Ok(Reply { status, date, body: body.pretty().into_bytes() })
            }
            Answer::Page { status, date, body } => Ok(Reply { status, date, body }),
            Answer::Lost(why) => Err(lost::from_json(&why).unwrap_or_else(|| {
                TransportError::Nonsense("this version does not know how the recorded answer was lost".to_owned())
            })),
        }
    }
}

/// The transport of a replay.
pub(super) struct StandIn(pub(super) Rc<RefCell<Scene>>);

impl Transport for StandIn {
    fn send(&mut self, body: Vec<u8>, timeout: Duration, _: &Interrupt) -> Result<Reply, TransportError> {
        self.0.borrow_mut().answer(&body, timeout)
    }
}
