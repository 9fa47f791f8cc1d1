//! The command line that every script is started with. It is constant: what differs comes on standard input.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::render::without_comments;

/// The line that the bootstrap writes once the whole script has arrived, before it runs the first statement.
pub const STARTED: &str = "#hyperv running";

/// The bootstrap's exit code for a script that arrived in part. Nothing of it has run.
pub(crate) const EXIT_INCOMPLETE: i64 = 91;

/// The bootstrap's exit code where a policy of the host restricts the language. Nothing has run.
pub(crate) const EXIT_LANGUAGE_MODE: i64 = 92;

const BOOTSTRAP: &str = include_str!("../scripts/bootstrap.ps1");

/// `powershell.exe` with the bootstrap as its encoded command.
pub(crate) fn command_line() -> String {
    let utf16: Vec<u8> = without_comments(BOOTSTRAP).encode_utf16().flat_map(u16::to_le_bytes).collect();
    format!(
        "powershell.exe -NoProfile -NonInteractive -ExecutionPolicy Bypass -EncodedCommand {}",
        STANDARD.encode(utf16)
    )
}

#[cfg(test)]
mod tests {
    use super::{BOOTSTRAP, STARTED, command_line};

    /// WinRM goes through cmd.exe, which takes no more characters ([MS-WSMV], product note on `WINRS_SKIP_CMD_SHELL`).
    const LONGEST_COMMAND_LINE: usize = 8191;

    #[test]
    fn cmd_exe_takes_it_whole() {
        let line = command_line();
        assert!(line.len() < LONGEST_COMMAND_LINE / 2, "{} characters", line.len());
        assert!(line.is_ascii());
    }

    #[test]
    fn constants_stand_in_the_text() {
        assert!(BOOTSTRAP.contains(&format!("'{STARTED}'")));
        assert!(BOOTSTRAP.contains("exit 91") && BOOTSTRAP.contains("exit 92"));
    }
}
