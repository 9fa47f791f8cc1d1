//! Command lines as Windows would take them apart, so far as anyone here needs to know.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

/// cmd.exe, which Windows puts before every command of a shell, takes no longer line ([MS-WSMV] note 117).
pub(crate) const MAX_LENGTH: usize = 8_191;

/// Whether cmd.exe takes a line of that length.
pub(crate) fn fits(line: &str) -> bool {
    line.encode_utf16().count() <= MAX_LENGTH
}

/// Whether the line starts Windows PowerShell, by whatever path.
pub(crate) fn starts_powershell(line: &str) -> bool {
    let line = line.trim_start();
    let program = match line.strip_prefix('"') {
        Some(quoted) => quoted.split('"').next(),
        None => line.split_whitespace().next(),
    };
    let file = program.and_then(|program| program.rsplit(['\\', '/']).next()).unwrap_or_default().to_ascii_lowercase();
    file.strip_suffix(".exe").unwrap_or(&file) == "powershell"
}

/// The script inside `-EncodedCommand`: base64 of UTF-16LE.
pub(crate) fn encoded_command(line: &str) -> Option<String> {
    let mut words = line.split_whitespace();
    words.find(|word| ["-encodedcommand", "-enc", "-e"].iter().any(|name| word.eq_ignore_ascii_case(name)))?;
    let bytes = BASE64_STANDARD.decode(words.next()?).ok()?;
    let units = bytes.chunks_exact(2).filter_map(|unit| unit.try_into().ok().map(u16::from_le_bytes));
    Some(String::from_utf16_lossy(&units.collect::<Vec<_>>()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powershell_is_known_by_its_file() {
        for line in [
            "powershell -enc aA==",
            "PowerShell.exe -NoProfile",
            r#""C:\Program Files\x\powershell.exe" -Command 1"#,
            r"C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe",
        ] {
            assert!(starts_powershell(line), "{line}");
        }
        for line in ["", "ipconfig", "echo powershell", "powershell_ise.exe", r"C:\powershell\x.exe"] {
            assert!(!starts_powershell(line), "{line}");
        }
    }

    #[test]
    fn encoded_command_is_utf16() {
        assert_eq!(encoded_command("powershell -EncodedCommand aABpAA==").as_deref(), Some("hi"));
        assert_eq!(encoded_command("powershell -EncodedCommand ?"), None);
        assert_eq!(encoded_command("powershell -Command hi"), None);
    }
}
