//! The bytes inside messages: what goes to a command's input and what comes from its output, cut into pieces.

use std::collections::{BTreeMap, VecDeque};
use std::ops::Range;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::message::Message;
use super::xml::Element;

/// A stream of a command: the command's identifier, and `stdin`, `stdout` or `stderr`.
pub(super) type Key = (String, String);

/// A stream, whole, with the places where its pieces end.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Pieces {
    pub(super) whole: Vec<u8>,
    ends: Vec<usize>,
}

/// Bytes that others take the place of.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Edit {
    pub(super) at: Range<usize>,
    pub(super) with: Vec<u8>,
}

impl Pieces {
    fn push(&mut self, piece: &[u8]) {
        self.whole.extend(piece);
        self.ends.push(self.whole.len());
    }

    fn pieces(&self) -> VecDeque<&[u8]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, end)| self.whole.get(start..*end).unwrap_or_default()).collect()
    }

    /// Makes edits that are in order and apart. What takes the place of bytes of several pieces goes into the first of them.
    pub(super) fn edit(&mut self, edits: &[Edit]) {
        for edit in edits.iter().rev() {
            let Range { start, end } = edit.at.clone();
            if start > end || end > self.whole.len() {
                continue;
            }
            self.whole.splice(start..end, edit.with.iter().copied());
            for border in &mut self.ends {
                *border = match *border {
                    before if before <= start => before,
                    within if within < end => start + edit.with.len(),
                    after => after - (end - start) + edit.with.len(),
                };
            }
        }
    }
}

/// Makes edits in bytes that are not cut.
pub(super) fn edited(bytes: &[u8], edits: &[Edit]) -> Vec<u8> {
    let mut pieces = Pieces { whole: bytes.to_vec(), ends: Vec::new() };
    pieces.edit(edits);
    pieces.whole
}

/// All streams of a conversation.
pub(super) fn collect(messages: &[Message]) -> BTreeMap<Key, Pieces> {
    let mut streams = BTreeMap::<Key, Pieces>::new();
    for message in messages {
        for envelope in [Some(&message.request), message.answer_body()].into_iter().flatten() {
            envelope.walk(&mut |element| {
                if let Some(key) = key(element) {
                    streams.entry(key).or_default().push(&decode(element));
                }
            });
        }
    }
    streams
}

/// Puts streams that were collected from these messages back into them.
pub(super) fn put(messages: &mut [Message], streams: &BTreeMap<Key, Pieces>) {
    let mut left: BTreeMap<_, _> = streams.iter().map(|(key, pieces)| (key, pieces.pieces())).collect();
    let mut put = |element: &mut Element| {
        if let Some(piece) = key(element).and_then(|key| left.get_mut(&key)?.pop_front()) {
            element.set_text(STANDARD.encode(piece));
        }
    };
    for message in messages {
        message.request.walk_mut(&mut put);
        if let Some(body) = message.answer_body_mut() {
            body.walk_mut(&mut put);
        }
    }
}

/// What an envelope carries of the stream of that name, and whose it is.
pub(super) fn of_name(envelope: &Element, name: &str) -> Option<(String, Vec<u8>)> {
    let mut found: Option<(String, Vec<u8>)> = None;
    envelope.walk(&mut |element| {
        if let Some((command, _)) = key(element).filter(|(_, stream)| stream == name) {
            found.get_or_insert_with(|| (command, Vec::new())).1.extend(decode(element));
        }
    });
    found
}

/// Puts other bytes into an envelope: all into the first element of that stream.
pub(super) fn replace(envelope: &mut Element, name: &str, bytes: &[u8]) {
    let mut text = Some(STANDARD.encode(bytes));
    envelope.walk_mut(&mut |element| {
        if key(element).is_some_and(|(_, stream)| stream == name) {
            element.set_text(text.take().unwrap_or_default());
        }
    });
}

/// `rsp:Stream`. A Create names its streams too, in an element of another name.
fn key(element: &Element) -> Option<Key> {
    if element.local() != "Stream" {
        return None;
    }
    let command = element.attribute("CommandId").unwrap_or_default();
    element.attribute("Name").map(|name| (command.to_owned(), name.to_owned()))
}

fn decode(element: &Element) -> Vec<u8> {
    let text: String = element.text().split_ascii_whitespace().collect();
    STANDARD.decode(text).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{Edit, Pieces};

    #[test]
    fn what_was_cut_is_replaced_in_whole() {
        let mut pieces = Pieces::default();
        for piece in ["say secr", "et and ", "", "end"] {
            pieces.push(piece.as_bytes());
        }
        pieces.edit(&[Edit { at: 4..10, with: b"x".to_vec() }, Edit { at: 11..14, with: b"then".to_vec() }]);
        let shown: Vec<_> = pieces.pieces().into_iter().map(|piece| String::from_utf8_lossy(piece)).collect();
        assert_eq!(shown, ["say x", " then ", "", "end"]);
    }
}
