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
    /// What was asked in place of the recorded messages, with the recorded identifiers.
    pub(super) asked: Vec<Element>,
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
    /// When the recorded run's work ended: a host that was silent until then is so again.
    pub(super) work_ends: f64,
}

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
            asked: Vec::new(),
            ids: Vec::new(),
            inputs: BTreeMap::new(),
            conversation: None,
            is_off_script: false,
            script: None,
            work_ends,
        }
    }

    /// The recorded messages that nobody asked for.
    pub(super) fn left_over(&self) -> Option<Difference> {
        let at = self.asked.len();
        self.recording.messages.get(at).map(|_| Difference {
            file: format!("{}.request.xml", self.recording.stem(at)),
            lines: "the program does not send it".to_owned(),
        })
    }

    fn answer(&mut self, body: &[u8], timeout: Duration) -> Result<Reply, TransportError> {
        let asked = Element::parse(body).ok_or_else(|| TransportError::Nonsense("a message is no XML".to_owned()))?;
        let at = self.asked.len();
        let Some(Message { request: recorded, answer }) = self.recording.messages.get(at).cloned() else {
            let last = self.recording.stem(at.saturating_sub(1));
            return Err(self.off_script(last, format!("after it the program sends a {}", verb(&asked))));
        };
        if verb(&asked) != verb(&recorded) {
            let stem = self.recording.stem(at);
            return Err(self.off_script(stem, format!("the program sends a {} instead", verb(&asked))));
        }
        let asked = self.with_recorded_ids(&recorded, asked);
        if let Some(lines) = compare::messages(&recorded, &asked) {
            self.differs(at, "request.xml", lines);
        }
        self.take_input(at, &asked);
        self.asked.push(asked);
        // The input may have told the nonce that this very answer must carry.
        let answer = self.recording.messages.get(at).map_or(answer, |message| message.answer.clone());
        self.as_it_came(answer, timeout)
    }

    /// From here on the recording has nothing to say.
    fn off_script(&mut self, stem: String, lines: String) -> TransportError {
        self.is_off_script = true;
        let file = format!("{stem}.request.xml");
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

    fn as_it_came(&self, answer: Answer, timeout: Duration) -> Result<Reply, TransportError> {
        match answer {
            Answer::Envelope { status, date, mut body } => {
                let pairs = self.ids.iter().map(|(recorded, asked)| (recorded.as_str(), asked.as_str()));
                compare::replace_ids(&mut body, pairs);
                Ok(Reply { status, date, body: body.pretty().into_bytes() })
            }
            Answer::Page { status, date, body } => Ok(Reply { status, date, body }),
            Answer::Lost(why) => {
                let error = lost::from_json(&why).ok_or_else(|| {
                    TransportError::Nonsense("this version does not know how the recorded answer was lost".to_owned())
                })?;
                let at = why.get("at").and_then(serde_json::Value::as_f64).unwrap_or(0.0);
                if matches!(error, TransportError::TimedOut { .. }) && is_late(at, self.work_ends) {
                    std::thread::sleep(timeout);
                }
                Err(error)
            }
        }
    }
}

/// Whether the time of a run was up at that moment, or as good as.
pub(super) fn is_late(at: f64, work_ends: f64) -> bool {
    const NEARLY: f64 = 0.2;
    at + NEARLY >= work_ends
}

/// The transport of a replay.
pub(super) struct StandIn(pub(super) Rc<RefCell<Scene>>);

impl Transport for StandIn {
    fn send(&mut self, body: Vec<u8>, timeout: Duration, _: &Interrupt) -> Result<Reply, TransportError> {
        self.0.borrow_mut().answer(&body, timeout)
    }
}
