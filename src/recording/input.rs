//! What is edited in the input of a command: its arguments. The script itself is a constant.

use powershell::Input;
use serde_json::Value;

use super::streams::Edit;

/// The edits that change the arguments, by what `change` makes of the token's content.
pub(super) fn edits(input: &[u8], change: impl FnOnce(&mut Value)) -> Vec<Edit> {
    let Some(mut read) = Input::read(input) else { return Vec::new() };
    let before = read.call.clone();
    change(&mut read.call);
    if read.call == before {
        return Vec::new();
    }
    let length = |bytes: &[u8]| bytes.iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len());
    let mut with = read.to_bytes();
    with.truncate(length(&with));
    vec![Edit { at: 0..length(input), with }]
}

/// The content of an input's token.
pub(super) fn call(input: &[u8]) -> Option<Value> {
    Input::read(input).map(|read| read.call)
}
