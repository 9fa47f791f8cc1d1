//! CLIXML on any bytes, as it is met: a process that wrote it to its standard error and gave no answer.

use std::sync::LazyLock;
use std::time::Duration;

use powershell::{AnswerError, Nonce, PowerStates, RenderError, Rendered, Streams, render};
use serde_json::Value;

use crate::shown::assert_shown;

/// What begins a document.
const BEGIN: &str = "#< CLIXML";

/// More than is shown of it.
const LONGEST: usize = 400;

static SCRIPT: LazyLock<Result<Rendered, RenderError>> =
    LazyLock::new(|| render(&PowerStates { name: None }, Nonce::new([0x5a; 16]), Duration::from_secs(60)));

pub(crate) fn check(stderr: &[u8]) {
    let Some(shown) = shown(stderr) else { return };
    assert_shown(&shown, LONGEST);
    if is_plain(&shown) {
        assert_eq!(self::shown(shown.as_bytes()).as_ref(), Some(&shown), "what was read once is plain text");
    }
    // Any text comes out as it was put in.
    let text = String::from_utf8_lossy(stderr);
    if is_plain(&text) {
        let document = format!("{BEGIN}\r\n<Objs Version=\"1.1.0.1\"><S S=\"Error\">{}</S></Objs>", escaped(&text));
        assert_eq!(self::shown(document.as_bytes()), Some(shown), "{document}");
    }
}

/// Neither has a document in it, nor begins with a byte order mark, which is no part of the text.
fn is_plain(text: &str) -> bool {
    !text.contains(BEGIN) && !text.starts_with('\u{feff}')
}

/// What an operator is shown of a standard error; nothing where it says that a virus scanner refused the script.
fn shown(stderr: &[u8]) -> Option<String> {
    let Ok(script) = &*SCRIPT else { unreachable!("it has no arguments that could be no JSON") };
    match script.read::<Value>(Streams { stdout: b"", stderr, exit_code: Some(1) }) {
        Err(AnswerError::Missing { exit_code: Some(1), stderr }) => Some(stderr),
        Err(AnswerError::Blocked) => None,
        other => unreachable!("no answer is an answer: {other:?}"),
    }
}

/// As PowerShell writes a text: [MS-PSRP] 2.2.5.3.2.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for unit in text.replace("_x", "_x005F_x").encode_utf16() {
        match char::from_u32(unit.into()) {
            Some('<') => escaped.push_str("&lt;"),
            Some('>') => escaped.push_str("&gt;"),
            Some('&') => escaped.push_str("&amp;"),
            Some(c) if !c.is_control() => escaped.push(c),
            _ => escaped.push_str(&format!("_x{unit:04X}_")),
        }
    }
    escaped
}
