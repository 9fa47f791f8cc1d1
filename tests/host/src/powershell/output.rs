//! What PowerShell 7 on this machine prints, made into what powershell.exe prints.

use crate::counters::Tallies;
use crate::executor::Output;

/// Makes the line ends of this machine into those of Windows, in output that comes in pieces.
#[derive(Debug, Default)]
struct LineEnds {
    is_after_return: bool,
}

impl LineEnds {
    fn of_windows(&mut self, piece: &[u8]) -> Vec<u8> {
        let mut text = Vec::with_capacity(piece.len() + piece.len() / 16);
        for &byte in piece {
            if byte == b'\n' && !self.is_after_return {
                text.push(b'\r');
            }
            self.is_after_return = byte == b'\r';
            text.push(byte);
        }
        text
    }
}

/// Looks for one line in output that comes in pieces.
#[derive(Debug)]
struct LineWatch {
    wanted: &'static [u8],
    line: Vec<u8>,
}

impl LineWatch {
    fn new(wanted: &'static [u8]) -> Self {
        Self { wanted, line: Vec::new() }
    }

    /// Whether the line ends in this piece.
    fn sees(&mut self, piece: &[u8]) -> bool {
        let mut found = false;
        for &byte in piece {
            if byte == b'\n' {
                found |= self.line.trim_ascii_end() == self.wanted;
                self.line.clear();
            } else if self.line.len() <= self.wanted.len() {
                // Longer ones are none; a return at the end has room.
                self.line.push(byte);
            }
        }
        found
    }
}

/// The line that a bootstrap prints once its script has arrived whole, before it runs it.
const STARTED: &[u8] = b"#hyperv running";

/// What a script prints, on its way to the client.
#[derive(Debug)]
pub(super) struct Printed<'a> {
    to: &'a Output,
    tallies: &'a Tallies,
    ends: LineEnds,
    watch: LineWatch,
}

impl<'a> Printed<'a> {
    pub(super) fn new(to: &'a Output, tallies: &'a Tallies) -> Self {
        Self { to, tallies, ends: LineEnds::default(), watch: LineWatch::new(STARTED) }
    }

    pub(super) async fn hand_on(&mut self, piece: &[u8]) {
        if self.watch.sees(piece) {
            self.tallies.scripts_run.one();
        }
        self.to.write(&self.ends.of_windows(piece)).await;
    }
}

/// The whole error output. PowerShell 7 writes CLIXML by itself where powershell.exe does; only its line ends differ,
/// those inside the document too.
pub(super) fn error_output(written: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(written);
    let text = if text.starts_with("#< CLIXML") { with_returns(&text) } else { text.into_owned() };
    LineEnds::default().of_windows(text.as_bytes())
}

/// Puts `_x000D_` before each `_x000A_` that has none ([MS-PSRP] 2.2.5.3.2).
fn with_returns(document: &str) -> String {
    let mut text = String::with_capacity(document.len());
    let mut is_after_return = false;
    let mut rest = document;
    while let Some((before, after)) = rest.split_once("_x") {
        text.push_str(before);
        match after.split_at_checked(5) {
            Some((unit, behind)) if unit.ends_with('_') => {
                if unit == "000A_" && !(is_after_return && before.is_empty()) {
                    text.push_str("_x000D_");
                }
                text.push_str("_x");
                text.push_str(unit);
                is_after_return = unit == "000D_";
                rest = behind;
            }
            _ => {
                text.push_str("_x");
                is_after_return = false;
                rest = after;
            }
        }
    }
    text.push_str(rest);
    text
}

#[cfg(test)]
mod tests {
    use super::{LineEnds, LineWatch, error_output};

    #[test]
    fn line_ends_over_pieces() {
        let mut ends = LineEnds::default();
        let whole = [&b"a\nb\r"[..], b"\nc", b"\n\n"].map(|piece| ends.of_windows(piece));
        assert_eq!(whole.concat(), b"a\r\nb\r\nc\r\n\r\n");
    }

    #[test]
    fn a_line_over_pieces() {
        let mut watch = LineWatch::new(b"#go");
        let seen = [&b"x#go\n"[..], b"#g", b"o", b"\r\nmore", b"\n#gone\n#go\n"].map(|piece| watch.sees(piece));
        assert_eq!(seen, [false, false, false, true, true]);
    }

    #[test]
    fn clixml_has_the_line_ends_of_windows() {
        let written = b"#< CLIXML\n<Objs><S S=\"Error\">a_x000A_b_x000D__x000A__x005F_x000A_ _x</S></Objs>";
        let expected = "#< CLIXML\r\n<Objs><S S=\"Error\">a_x000D__x000A_b_x000D__x000A__x005F_x000A_ _x</S></Objs>";
        assert_eq!(error_output(written), expected.as_bytes());
        assert_eq!(error_output(b"plain _x000A_\n"), b"plain _x000A_\r\n");
        assert_eq!(error_output(b""), b"");
    }
}
