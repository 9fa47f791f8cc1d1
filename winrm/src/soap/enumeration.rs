//! Answers to an enumeration, object by object.

use super::element::{Element, ReadError};
use super::instance::Instance;
use super::namespace::{ENUMERATION, SOAP, WSMAN};
use super::response::{Answer, answer_in, body};

/// Longer than any context; Windows makes a GUID.
const LONGEST_CONTEXT: usize = 4096;

/// What there is after one answer.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Rest {
    /// More, to be had by a Pull with this context. It replaces every earlier one. [MS-WSMV] 3.1.5.1
    Context(String),
    /// Nothing.
    End,
}

/// Which of the two answers is read: they have the same parts.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Page {
    /// The answer to an Enumerate. DSP0226 8.2.3
    First,
    /// The answer to a Pull. DSP0226 8.4
    Next,
}

impl Page {
    fn name(self) -> &'static str {
        match self {
            Self::First => "EnumerateResponse",
            Self::Next => "PullResponse",
        }
    }
}

/// Reads an answer, and hands out its objects one by one as they stand there, so that memory holds
/// one of them and not all.
///
/// What was handed out is worth nothing before this function has returned the rest: until then the
/// answer may turn out to make no sense.
///
/// # Errors
///
/// Any [`ReadError`]: the answer makes no sense.
pub fn page(document: &[u8], page: Page, mut take: impl FnMut(&Instance<'_>)) -> Result<Answer<Rest>, ReadError> {
    let envelope = Element::parse_without(document, |open, element| {
        let is_object = is_items(open, page);
        if is_object {
            take(&Instance::new(element));
        }
        is_object
    })?;
    let body = body(&envelope)?;
    answer_in(body, |body| rest(body.required(ENUMERATION, page.name())?))
}

/// Whether what is open is a list of objects, in its place. The list of an Enumerate is an element of
/// WS-Management, that of a Pull one of WS-Enumeration; either is taken for both.
fn is_items(open: &[Element], page: Page) -> bool {
    let [envelope, body, response, items] = open else {
        return false;
    };
    envelope.is(SOAP, "Envelope")
        && body.is(SOAP, "Body")
        && response.is(ENUMERATION, page.name())
        && (items.is(WSMAN, "Items") || items.is(ENUMERATION, "Items"))
}

fn rest(response: &Element) -> Result<Rest, ReadError> {
    let end = |namespace| response.optional(namespace, "EndOfSequence").map(|end| end.is_some());
    if end(WSMAN)? || end(ENUMERATION)? {
        return Ok(Rest::End);
    }
    let context = response.required(ENUMERATION, "EnumerationContext")?.flat()?;
    if context.is_empty() || context.len() > LONGEST_CONTEXT {
        return Err(ReadError::Value("EnumerationContext"));
    }
    Ok(Rest::Context(context.to_owned()))
}
