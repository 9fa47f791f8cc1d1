//! What runs on a host, and what it leaves behind.

/// What runs on the host.
#[derive(Clone, Copy, Debug)]
pub struct Command<'a> {
    /// What cmd.exe runs: 8191 characters at most.
    pub line: &'a str,
    /// Its standard input; empty for none.
    ///
    /// A command that is given input must do nothing before it has all of it: only then may it be
    /// started again.
    pub input: &'a [u8],
    /// What it prints as soon as it has all of its input. Without this any output is taken as that
    /// sign.
    pub sign: Option<&'a [u8]>,
}

impl<'a> Command<'a> {
    /// A command without input.
    pub fn new(line: &'a str) -> Self {
        Self { line, input: &[], sign: None }
    }
}

/// What a command left behind.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Output {
    /// All that it printed.
    pub stdout: Vec<u8>,
    /// All that it printed as errors.
    pub stderr: Vec<u8>,
    /// What it ended with; missing where it could not be started or was killed.
    pub exit_code: Option<i64>,
}
