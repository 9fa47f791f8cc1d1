//! The name of a snapshot, or its id, as a user wrote it.

use std::fmt;

use super::field::Problem;

/// The longest name of a new snapshot, in UTF-16 units: Hyper-V's own limit.
const LONGEST_NEW: usize = 100;

/// The longest that is looked for. An administrator may have made longer ones than users can.
const LONGEST: usize = 1000;

/// To the letter: blanks, quotes, brackets and asterisks are parts of a name like any other.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SnapshotName(String);

impl SnapshotName {
    /// Reads the name of a snapshot that is there, or an id.
    ///
    /// # Errors
    /// Where it is empty, longer than 1,000 UTF-16 units, or holds a control character.
    pub fn parse(text: &str) -> Result<Self, Problem> {
        if text.is_empty() {
            return Err(Problem::from("must not be empty"));
        }
        if text.encode_utf16().count() > LONGEST {
            return Err(Problem::from("must not be longer than 1000 characters"));
        }
        match text.chars().any(char::is_control) {
            true => Err(Problem::from("must not hold control characters")),
            false => Ok(Self(text.to_owned())),
        }
    }

    /// Reads a name for a new one. It must be one that can be typed again, and no id.
    ///
    /// # Errors
    /// As [`Self::parse`], and for more than 100 UTF-16 units, white space at an end, and what has the form of a GUID.
    pub fn parse_new(text: &str) -> Result<Self, Problem> {
        let name = Self::parse(text)?;
        if text.encode_utf16().count() > LONGEST_NEW {
            return Err(Problem::from("must not be longer than 100 characters (an emoji counts as two or more)"));
        }
        if text.trim() != text {
            return Err(Problem::from("must not begin or end with a blank"));
        }
        match is_id(text) {
            true => {
                Err(Problem::from("must not have the form of an id: restoring and deleting take an id for a snapshot"))
            }
            false => Ok(name),
        }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SnapshotName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether Windows would read it as a GUID: 32 hexadecimal digits, with hyphens or not, in brackets or not; a list of numbers
/// that begins with `{0x`; or the usual form with `+` and `0x` among its digits.
fn is_id(text: &str) -> bool {
    let bare: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let groups: Vec<usize> = bare.trim_matches(['{', '}', '(', ')']).split('-').map(str::len).collect();
    let is_digit = |c: char| c.is_ascii_hexdigit() || matches!(c, '+' | 'x' | 'X' | '-' | '{' | '}' | '(' | ')');
    if bare.to_ascii_lowercase().starts_with("{0x") || (groups == [8, 4, 4, 4, 12] && bare.chars().all(is_digit)) {
        return true;
    }
    let digits: String = text.chars().filter(|c| !matches!(c, '-' | '{' | '}' | '(' | ')')).collect();
    digits.len() == 32 && digits.chars().all(|c| c.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::SnapshotName;

    #[test]
    fn a_new_name_is_carried_to_the_letter_or_refused() {
        let longest = "x".repeat(98) + "\u{1f600}";
        for good in ["*", "[a]", "?", "'", "\u{2019}", "$(x)", "\u{1f600}", "a b", "null", longest.as_str()] {
            assert_eq!(SnapshotName::parse_new(good).unwrap().as_str(), good);
        }
        let guid = "0f8fad5b-d9cb-469f-a165-70867728950e";
        let too_long = "x".repeat(99) + "\u{1f600}";
        for bad in [
            "",
            " ",
            " a",
            "a ",
            "a\u{3000}",
            "a\tb",
            "\u{7}",
            guid,
            &format!("{{{guid}}}"),
            &guid.replace('-', ""),
            "{0x0f8fad5b,0xd9cb,0x469f,{0xa1,0x65,0x70,0x86,0x77,0x28,0x95,0x0e}}",
            "0x8fad5b-+9cb-469f-a165-70867728950e",
            &too_long,
        ] {
            assert!(SnapshotName::parse_new(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn one_that_is_there_may_have_any_name() {
        let long = "x".repeat(1000);
        for good in [" a ", "0f8fad5b-d9cb-469f-a165-70867728950e", long.as_str()] {
            assert_eq!(SnapshotName::parse(good).unwrap().as_str(), good);
        }
        for bad in ["", "a\nb", &"x".repeat(1001)] {
            assert!(SnapshotName::parse(bad).is_err(), "{bad:?}");
        }
    }
}
