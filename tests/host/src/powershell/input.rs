//! What a client sends, in the lines that PowerShell makes of a redirected standard input.

/// Lines of input that comes in pieces.
#[derive(Debug, Default)]
pub(super) struct Lines {
    begun: Vec<u8>,
}

impl Lines {
    /// The lines that end in this piece.
    pub(super) fn of(&mut self, piece: &[u8]) -> Vec<String> {
        self.begun.extend_from_slice(piece);
        let whole = self.begun.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let rest = self.begun.split_off(whole);
        let whole = std::mem::replace(&mut self.begun, rest);
        whole.split_inclusive(|byte| *byte == b'\n').map(text).collect()
    }

    /// The last line, if it has no end.
    pub(super) fn rest(&mut self) -> Vec<String> {
        let rest = std::mem::take(&mut self.begun);
        if rest.is_empty() { Vec::new() } else { vec![text(&rest)] }
    }
}

fn text(line: &[u8]) -> String {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    String::from_utf8_lossy(line.strip_suffix(b"\r").unwrap_or(line)).into_owned()
}

#[cfg(test)]
mod tests {
    use super::Lines;

    #[test]
    fn lines_over_pieces() {
        let mut lines = Lines::default();
        assert_eq!(lines.of(b"a\r\n\nb\xc3"), ["a", ""]);
        assert_eq!(lines.of(b"\xa9"), Vec::<String>::new());
        assert_eq!(lines.of(b"\nlast"), ["b\u{e9}"]);
        assert_eq!(lines.rest(), ["last"]);
        assert_eq!(lines.rest(), Vec::<String>::new());
    }
}
