//! The pieces of a script, as far as commands and their parameters need them.
//!
//! Brackets become groups, so what is nested is nested here too. Comments are left out. What a double-quoted text runs is kept as code.

/// A piece of a script.
#[derive(Clone, Debug)]
pub(crate) struct Token {
    pub(crate) line: usize,
    /// Nothing stands between this and the token before it in the same group.
    pub(crate) glued: bool,
    pub(crate) kind: Kind,
}

#[derive(Clone, Debug)]
pub(crate) enum Kind {
    /// A name, a number, a bare argument.
    Word(String),
    /// `-Name`: a parameter or an operator; its place tells.
    Dash(String),
    /// Without `$` and braces.
    Variable(String),
    /// `@name`.
    Splat(String),
    /// A quoted text without its quotes, and its variables, `$(...)` and escapes of version 7.
    Text {
        value: String,
        code: Vec<Token>,
    },
    Group(Bracket, Vec<Token>),
    /// What ends a command: a new line, `;`, `|`, `&&`, `||`.
    End(&'static str),
    Sign(String),
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Bracket {
    /// `(`, `$(`, `@(`.
    Round,
    /// `{`.
    Block,
    /// `@{`.
    Hash,
    /// `[`.
    Square,
}

impl Token {
    pub(crate) fn is_sign(&self, sign: &str) -> bool {
        matches!(&self.kind, Kind::Sign(text) if text == sign)
    }

    pub(crate) fn is_end(&self, end: &str) -> bool {
        matches!(&self.kind, Kind::End(text) if *text == end)
    }

    pub(crate) fn is_block(&self) -> bool {
        matches!(&self.kind, Kind::Group(Bracket::Block, _))
    }
}

/// PowerShell's words have no case.
pub(crate) fn is_one_of(word: &str, words: &[&str]) -> bool {
    words.iter().any(|other| word.eq_ignore_ascii_case(other))
}
