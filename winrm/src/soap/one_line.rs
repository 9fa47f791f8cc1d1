//! Words of a host, fit for a message.

/// At most `longest` characters on one line. Control characters are taken for blanks.
pub(super) fn one_line(text: &str, longest: usize) -> String {
    let mut line = String::new();
    for word in text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()) {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    // The cut may fall behind a blank.
    line.chars().take(longest).collect::<String>().trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::one_line;

    #[test]
    fn blanks_and_control_characters_are_one_blank() {
        assert_eq!(one_line(" a\r\n\u{7f} b\u{2028}\0c\t", 500), "a b c");
        assert_eq!(one_line("\u{e4}\u{e4} b", 2), "\u{e4}\u{e4}");
        assert_eq!(one_line("ab cd", 3), "ab");
        assert_eq!(one_line("\u{1b}\n", 500), "");
    }
}
