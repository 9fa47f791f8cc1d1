//! The arguments of powershell.exe, as PowerShell 7 on this machine takes them.

/// Parameters of powershell.exe that PowerShell 7 here does not know, and whether a value follows them.
const UNKNOWN_HERE: [(&str, bool); 5] =
    [("sta", false), ("mta", false), ("version", true), ("windowstyle", true), ("psconsolefile", true)];

/// The arguments behind the program of a command line, without those that PowerShell 7 here would refuse.
pub(super) fn for_this_machine(line: &str) -> Vec<String> {
    let mut words = words(line).into_iter().skip(1);
    let mut kept = Vec::new();
    while let Some(word) = words.next() {
        match unknown_here(&word) {
            Some(true) => _ = words.next(),
            Some(false) => {}
            None => kept.push(word),
        }
    }
    kept
}

fn unknown_here(word: &str) -> Option<bool> {
    let name = word.strip_prefix(['-', '/'])?;
    UNKNOWN_HERE.iter().find(|(unknown, _)| name.eq_ignore_ascii_case(unknown)).map(|(_, has_value)| *has_value)
}

/// Takes a command line apart as Windows programs do: blanks divide, quotation marks hold together, `\"` is a mark.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut is_quoted = false;
    let mut characters = line.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\\' if characters.peek() == Some(&'"') => {
                word.get_or_insert_default().extend(characters.next());
            }
            '"' => {
                is_quoted = !is_quoted;
                word.get_or_insert_default();
            }
            blank if blank.is_whitespace() && !is_quoted => words.extend(word.take()),
            other => word.get_or_insert_default().push(other),
        }
    }
    words.extend(word);
    words
}

#[cfg(test)]
mod tests {
    use super::for_this_machine;

    #[test]
    fn only_what_is_unknown_here_is_left_out() {
        assert_eq!(
            for_this_machine("powershell.exe -NoProfile -NonInteractive -EncodedCommand aA=="),
            ["-NoProfile", "-NonInteractive", "-EncodedCommand", "aA=="]
        );
        assert_eq!(for_this_machine("powershell -Version 5.1 -STA -windowstyle hidden -Command x"), ["-Command", "x"]);
    }

    #[test]
    fn quotation_marks_hold_together() {
        assert_eq!(
            for_this_machine(r#""C:\Program Files\powershell.exe" -Command "say \"a b\"" "" x\y"#),
            ["-Command", r#"say "a b""#, "", r"x\y"]
        );
    }
}
