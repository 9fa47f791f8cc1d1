//! The VM's name.

use std::fmt;

use super::field::Problem;

/// CloudStack's instance name: 1 to 80 of `A-Z a-z 0-9 . _ -`, fit to be a file's name on Windows and a word in WQL.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct VmName(String);

/// Windows opens a device for these, whatever ending follows.
const DEVICES: [&str; 4] = ["CON", "PRN", "AUX", "NUL"];

impl VmName {
    /// Checks a name.
    ///
    /// # Errors
    /// What the name must be.
    pub fn parse(text: &str) -> Result<Self, Problem> {
        let is_allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
        if text.is_empty() || text.len() > 80 || !text.chars().all(is_allowed) {
            return Err(Problem::from("must be 1 to 80 letters, digits, dots, underscores or hyphens"));
        }
        if text.starts_with('.') || text.ends_with('.') {
            return Err(Problem::from("must not begin or end with a dot"));
        }
        if is_device(text) {
            return Err(Problem::from("must not be the name of a Windows device"));
        }
        if is_parked(text) {
            return Err(Problem::from("must not end as the name of a VM that `stop` has parked"));
        }
        Ok(Self(text.to_owned()))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for VmName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether it ends in `.unclaimed-` and eight hexadecimal digits.
fn is_parked(text: &str) -> bool {
    text.rsplit_once(".unclaimed-")
        .is_some_and(|(_, digits)| digits.len() == 8 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// Whether Windows takes a file of this name for a device: CON, PRN, AUX, NUL, COM0 to COM9, LPT0 to LPT9.
pub(super) fn is_device(file: &str) -> bool {
    let stem = file.split('.').next().unwrap_or_default().trim_end().to_ascii_uppercase();
    let port = stem.strip_prefix("COM").or_else(|| stem.strip_prefix("LPT"));
    DEVICES.contains(&stem.as_str())
        || port.is_some_and(|number| number.chars().count() == 1 && number.chars().all(|c| c.is_numeric()))
}

#[cfg(test)]
mod tests {
    use super::VmName;

    #[test]
    fn names() {
        for good in ["i-2-45-VM", "r-4-VM", "a", "web_01.prod", &"x".repeat(80), "COM10", "CONSOLE"] {
            assert!(VmName::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            ".a",
            "a.",
            "a b",
            "a'b",
            "a*",
            "a[1]",
            "a\\b",
            "..",
            "CON",
            "nul.x",
            "com1",
            "a.unclaimed-0123abcd",
            "LPT9.a",
            "\u{fc}",
            &"x".repeat(81),
            "a\n",
        ] {
            assert!(VmName::parse(bad).is_err(), "{bad}");
        }
    }
}
