//! The SOAP reader on any bytes: an answer, a fault or a refusal, and all of them within bounds.

use winrm::soap::enumeration::{self, Page, Rest};
use winrm::soap::response::{self, Answer};
use winrm::soap::{Fault, Instance, ReadError};

use crate::shown::assert_shown;

/// The command whose output is read. The seeds are about it.
const COMMAND: &str = "00000000-0000-4000-8000-00000000000B";

/// A refusal and a fault are a sentence or two.
const LONGEST_REFUSAL: usize = 300;
const LONGEST_FAULT: usize = 1600;

/// The most that a fault's texts may have, each.
const LONGEST_TEXT: usize = 500;

pub(crate) fn check(document: &[u8]) {
    let fault = response::fault(document);
    if let Some(fault) = &fault {
        check_fault(fault);
    }
    for made in [response::created(document), response::started(document)] {
        if let Some(id) = content(made, fault.as_ref()) {
            assert!(!id.is_empty() && id.len() <= 128 && id.bytes().all(|byte| byte.is_ascii_graphic()), "{id:?}");
        }
    }
    for done in [response::sent(document), response::signalled(document), response::deleted(document)] {
        content(done, fault.as_ref());
    }
    if let Some(received) = content(response::received(document, COMMAND), fault.as_ref()) {
        // Base64 has four characters for three bytes.
        assert!((received.stdout.len() + received.stderr.len()) * 4 <= document.len() * 3);
    }
    check_page(document, Page::First, fault.as_ref());
    check_page(document, Page::Next, fault.as_ref());
}

/// What a reader found. Every one of them must find the same fault, and must tell it from an answer.
fn content<T>(read: Result<Answer<T>, ReadError>, fault: Option<&Fault>) -> Option<T> {
    match read {
        Ok(Answer::Content(content)) => {
            assert_eq!(fault, None, "an answer and a fault at once");
            Some(content)
        }
        Ok(Answer::Fault(found)) => {
            assert_eq!(Some(&found), fault);
            None
        }
        Err(refusal) => {
            assert_eq!(fault, None, "a fault is refused: {refusal}");
            assert_shown(&refusal.to_string(), LONGEST_REFUSAL);
            None
        }
    }
}

fn check_fault(fault: &Fault) {
    assert_shown(&fault.to_string(), LONGEST_FAULT);
    assert_shown(&fault.reason, LONGEST_TEXT);
    let texts = [&fault.code, &fault.subcode, &fault.message, &fault.machine, &fault.provider, &fault.fault_detail];
    for text in texts.into_iter().flatten() {
        assert!(!text.is_empty(), "an empty text should be none: {fault:?}");
        assert_shown(text, LONGEST_TEXT);
    }
}

fn check_page(document: &[u8], page: Page, fault: Option<&Fault>) {
    let mut held = 0;
    let read = enumeration::page(document, page, |object| held += size(object));
    // No entity is longer than what it stands for, so nothing grows.
    assert!(held <= document.len(), "{held} bytes of text from {} bytes", document.len());
    if let Some(Rest::Context(context)) = content(read, fault) {
        assert!(!context.is_empty() && context.len() <= 4096);
    }
}

/// How much text the properties hold that the program asks for.
fn size(object: &Instance<'_>) -> usize {
    let numbers = ["EnabledState", "ReplicationMode", "ReplicationState"];
    for property in numbers {
        assert!(object.number(property).is_none() || object.has(property));
    }
    let texts = ["Name", "ElementName", "TimeOfLastStateChange"];
    for property in texts {
        assert!(object.text(property).is_none() || object.has(property));
        assert!(object.time(property).is_none() || object.text(property).is_some());
    }
    texts.into_iter().chain(numbers).flat_map(|property| object.values(property)).map(str::len).sum()
}
