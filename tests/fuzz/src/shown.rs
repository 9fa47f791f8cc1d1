//! What an operator reads: one line of text, and no longer than a line should be.

/// Fails where `text` is more than one line, holds a control character, or has more than `most` characters.
pub(crate) fn assert_shown(text: &str, most: usize) {
    let control = text.chars().find(|c| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}'));
    assert_eq!(control, None, "a control character is shown: {text:?}");
    let length = text.chars().count();
    assert!(length <= most, "{length} characters are shown, and {most} are enough: {text:?}");
}
