//! Command lines that do nothing but take a script from their input and run it: those a worker can run.

use crate::command_line::encoded_command;

/// What stands between `powershell.exe` and the encoded text.
const ARGUMENTS: [&str; 5] = ["-NoProfile", "-NonInteractive", "-ExecutionPolicy", "Bypass", "-EncodedCommand"];

/// The text of such a command line. It collects its input, and at its end says what to exit with.
pub(super) fn bootstrap(line: &str) -> Option<String> {
    let mut words = line.split_whitespace().skip(1);
    let is_known =
        ARGUMENTS.iter().all(|argument| words.next().is_some_and(|word| word.eq_ignore_ascii_case(argument)));
    let is_whole = words.count() == 1;
    let text = encoded_command(line).filter(|_| is_known && is_whole)?;
    let last = text.trim_end().lines().next_back()?;
    (text.contains("@($input)") && last.starts_with("exit ")).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::bootstrap;
    use base64::Engine;
    use base64::prelude::BASE64_STANDARD;

    #[test]
    fn only_that_form() {
        let line = |head: &str, text: &str| {
            let units: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
            format!("{head} {}", BASE64_STANDARD.encode(units))
        };
        let head = "powershell.exe -NoProfile -NonInteractive -ExecutionPolicy Bypass -EncodedCommand";
        let text = "$lines = @($input)\n$lines.Count\nexit 0";
        assert_eq!(bootstrap(&line(head, text)).as_deref(), Some(text));
        for other in ["$lines = 1\nexit 0", "$lines = @($input)", "", "exit 0"] {
            assert_eq!(bootstrap(&line(head, other)), None, "{other}");
        }
        assert_eq!(bootstrap(&line("powershell.exe -NoProfile -EncodedCommand", text)), None);
        assert_eq!(bootstrap(&format!("{} -NoExit", line(head, text))), None);
        assert_eq!(bootstrap(head), None);
    }
}
