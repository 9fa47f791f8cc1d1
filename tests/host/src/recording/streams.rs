//! The streams inside recorded answers.

use crate::recording::folder::{Answer, Entry};
use crate::soap::element::Element;
use crate::soap::namespace::{SHELL, SOAP};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

/// A piece of a stream as it stands in an answer.
struct Piece {
    command: String,
    base64: String,
    bytes: Vec<u8>,
}

/// An answer whose `stdout.txt` or `stderr.txt` was edited says what stands there.
pub(crate) fn as_edited(mut xml: String, folder: &Path, stem: &str) -> io::Result<String> {
    for stream in ["stdout", "stderr"] {
        let readable = match fs::read(folder.join(format!("{stem}.{stream}.txt"))) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            read => read?,
        };
        let pieces = pieces(&xml, stream);
        let coded: Vec<u8> = pieces.iter().flat_map(|piece| piece.bytes.iter().copied()).collect();
        if coded != readable {
            let mut text = BASE64_STANDARD.encode(readable);
            for piece in pieces {
                xml = xml.replacen(&format!(">{}<", piece.base64), &format!(">{text}<"), 1);
                text.clear();
            }
        }
    }
    Ok(xml)
}

/// What of a command's standard output changes with the nonce in it, by the answer: before and after, in base64. Pieces stay
/// as they were cut, so both nonces must be of one length.
pub(crate) fn replaced(
    entries: &[Entry],
    command: &str,
    then: &str,
    now: &str,
) -> BTreeMap<usize, Vec<(String, String)>> {
    let mut found: Vec<(usize, Piece)> = Vec::new();
    for (at, entry) in entries.iter().enumerate() {
        if let Answer::Envelope { xml, .. } = &entry.answer {
            let pieces = pieces(xml, "stdout").into_iter().filter(|piece| piece.command == command);
            found.extend(pieces.map(|piece| (at, piece)));
        }
    }
    let mut whole: Vec<u8> = found.iter().flat_map(|(_, piece)| piece.bytes.iter().copied()).collect();
    if then.is_empty() || then.len() != now.len() {
        return BTreeMap::new();
    }
    for at in 0..whole.len() {
        if let Some(place) = whole.get_mut(at..at + then.len()).filter(|place| *place == then.as_bytes()) {
            place.copy_from_slice(now.as_bytes());
        }
    }
    let mut changed = BTreeMap::<usize, Vec<(String, String)>>::new();
    let mut rest = whole.as_slice();
    for (at, piece) in found {
        let (bytes, after) = rest.split_at(piece.bytes.len().min(rest.len()));
        rest = after;
        if bytes != piece.bytes {
            changed.entry(at).or_default().push((piece.base64, BASE64_STANDARD.encode(bytes)));
        }
    }
    changed
}

/// The pieces of that stream that are not empty.
fn pieces(xml: &str, stream: &str) -> Vec<Piece> {
    let Ok(envelope) = Element::parse(xml) else { return Vec::new() };
    let Some(response) = envelope.child(SOAP, "Body").and_then(|body| body.child(SHELL, "ReceiveResponse")) else {
        return Vec::new();
    };
    let streams = response.children_named(SHELL, "Stream").filter(|element| element.attribute("Name") == Some(stream));
    streams
        .filter(|element| !element.text.is_empty())
        .map(|element| Piece {
            command: element.attribute("CommandId").unwrap_or_default().to_owned(),
            base64: element.text.clone(),
            bytes: BASE64_STANDARD.decode(element.trimmed()).unwrap_or_default(),
        })
        .collect()
}
