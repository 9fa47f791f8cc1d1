//! Where a name in a text is a word of its own, whatever the text is: sentences, JSON, CLIXML, addresses.

/// The built-in account, where a sentence means whoever has that part and not this account.
const ROLE: &[u8] = b"administrator";
const BEFORE_ROLE: [&[u8]; 5] = [b"the ", b"an ", b"'s ", b"built-in ", b"other than "];

/// Whether a name that was found is a word of its own, and no key of a JSON object.
pub(super) fn is_whole(text: &[u8], start: usize, end: usize) -> bool {
    let before = text.get(..start).unwrap_or_default();
    let after = text.get(end..).unwrap_or_default();
    let is_key = before.ends_with(b"\"") && after.starts_with(b"\":");
    let is_longer_number = |next: &[u8]| matches!(next, [b'.', digit, ..] if digit.is_ascii_digit());
    let is_longer_address = |next: &[u8]| matches!(next, [b':', digit, ..] if digit.is_ascii_hexdigit());
    let name = text.get(start..end).unwrap_or_default();
    let is_number = name.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.');
    let is_role = name == ROLE && BEFORE_ROLE.iter().any(|word| before.ends_with(word));
    let ends =
        after.first().is_none_or(|byte| !is_of_word(*byte)) || is_escaped_unit(after.get(..7).unwrap_or_default());
    let is_part = match name.contains(&b':') {
        true => is_longer_address(after) || before.ends_with(b":"),
        false => is_number && (is_longer_number(after) || before.ends_with(b".")),
    };
    begins(before) && ends && !is_key && !is_role && !is_part
}

/// Whether a word may begin after these bytes.
pub(super) fn begins(before: &[u8]) -> bool {
    before.last().is_none_or(|byte| !is_of_word(*byte)) || ends_with_escape(before)
}

fn is_of_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_' || !byte.is_ascii()
}

/// `\n` and `\u0027` of JSON, `_x000A_` of CLIXML: their last character is part of no name.
fn ends_with_escape(before: &[u8]) -> bool {
    let last = |count: usize| before.len().checked_sub(count).and_then(|at| before.get(at..)).unwrap_or_default();
    match last(6) {
        [b'\\', b'u', digits @ ..] if digits.iter().all(u8::is_ascii_hexdigit) => true,
        // Two backslashes are one, and the letter after them is a letter.
        _ if last(3).starts_with(b"\\\\") => false,
        _ => matches!(last(2), [b'\\', b'n' | b'r' | b't']) || is_escaped_unit(last(7)),
    }
}

fn is_escaped_unit(bytes: &[u8]) -> bool {
    matches!(bytes, [b'_', b'x', digits @ .., b'_'] if digits.len() == 4 && digits.iter().all(u8::is_ascii_hexdigit))
}
