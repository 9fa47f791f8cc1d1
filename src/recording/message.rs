//! One message and what came of it, as recordings hold them.

use std::time::SystemTime;

use serde_json::Value;

use super::xml::Element;

/// A message to the host and its answer.
#[derive(Clone, Debug)]
pub(super) struct Message {
    pub(super) request: Element,
    pub(super) answer: Answer,
    /// The seconds from the beginning of the run to the answer, where they are known.
    pub(super) at: Option<f64>,
}

/// What came of a message.
#[derive(Clone, Debug)]
pub(super) enum Answer {
    /// A SOAP envelope, a fault or not.
    Envelope { status: u16, date: Option<SystemTime>, body: Element },
    /// Anything else with a status, as from a proxy.
    Page { status: u16, date: Option<SystemTime>, body: Vec<u8> },
    /// No answer, and why.
    Lost(Value),
}

impl Message {
    /// What it asks for, in lower case: `create`, `receive`.
    pub(super) fn verb(&self) -> String {
        verb(&self.request)
    }

    /// Whether the answer is trouble, or that there is nothing yet: whatever is asked then may be asked again.
    pub(super) fn is_trouble(&self) -> bool {
        match &self.answer {
            Answer::Envelope { body, .. } => body.find("Fault").is_some(),
            Answer::Page { status, .. } => *status != 200,
            Answer::Lost(_) => true,
        }
    }

    /// Whether the host said nothing all the time that it had, or that there is nothing yet.
    pub(super) fn is_silence(&self) -> bool {
        match &self.answer {
            Answer::Envelope { body, .. } => {
                let mut timed_out = false;
                body.walk(&mut |element| {
                    timed_out |= element.local() == "Value" && element.text().ends_with(":TimedOut")
                });
                timed_out
            }
            Answer::Page { .. } => false,
            Answer::Lost(why) => why.get("kind").is_some_and(|kind| kind == "timed_out"),
        }
    }

    pub(super) fn answer_body(&self) -> Option<&Element> {
        match &self.answer {
            Answer::Envelope { body, .. } => Some(body),
            Answer::Page { .. } | Answer::Lost(_) => None,
        }
    }

    pub(super) fn answer_body_mut(&mut self) -> Option<&mut Element> {
        match &mut self.answer {
            Answer::Envelope { body, .. } => Some(body),
            Answer::Page { .. } | Answer::Lost(_) => None,
        }
    }
}

/// The last word of `a:Action`, in lower case.
pub(super) fn verb(request: &Element) -> String {
    let action = request.find("Action").map(Element::text).unwrap_or_default();
    let word = action.trim().rsplit('/').next().unwrap_or_default();
    word.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase()
}
