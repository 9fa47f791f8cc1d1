//! PowerShell text to tokens.

use crate::tokens::{Bracket, Kind, Token};

/// The tokens of a whole script, or a line and what is wrong there.
pub(crate) fn tokens(script: &str) -> Result<Vec<Token>, String> {
    let mut lexer = Lexer { chars: script.chars().collect(), at: 0, line: 1 };
    lexer.group(None)
}

struct Lexer {
    chars: Vec<char>,
    at: usize,
    line: usize,
}

/// Longest first.
const SIGNS: &[&str] = &["??=", "??", "::", "..", "+=", "-=", "*=", "/=", "%=", "++", "--"];

impl Lexer {
    fn group(&mut self, close: Option<char>) -> Result<Vec<Token>, String> {
        let begin = self.line;
        let mut tokens: Vec<Token> = Vec::new();
        loop {
            let start = self.at;
            self.skip_blank()?;
            let Some(next) = self.peek(0) else {
                let unclosed = |c| format!("line {begin}: no `{c}` closes what opens here");
                return close.map_or(Ok(tokens), |c| Err(unclosed(c)));
            };
            if Some(next) == close {
                self.take();
                return Ok(tokens);
            }
            let follows_value = tokens.last().is_some_and(|last| !matches!(last.kind, Kind::End(_)));
            let glued = start == self.at && follows_value;
            let line = self.line;
            let kind = self.token(next, glued)?;
            tokens.push(Token { line, glued, kind });
        }
    }

    fn token(&mut self, next: char, glued: bool) -> Result<Kind, String> {
        match next {
            '\'' => self.single_quoted(),
            '"' => self.double_quoted(),
            '$' => self.dollar(),
            '@' => self.at_sign(),
            '(' => self.bracket(1, Bracket::Round, ')'),
            '{' => self.bracket(1, Bracket::Block, '}'),
            '[' => self.bracket(1, Bracket::Square, ']'),
            ')' | '}' | ']' => Err(format!("line {}: `{next}` closes nothing", self.line)),
            '\n' | ';' | '|' | '&' => Ok(self.end_or_call()),
            '-' if self.peek(1).is_some_and(|c| c.is_ascii_alphabetic() || c == '_') => {
                self.take();
                let name = self.take_while(|c| c.is_ascii_alphanumeric() || c == '_');
                // `-Name:value` is one parameter with its value.
                if self.peek(0) == Some(':') && self.peek(1) != Some(':') {
                    self.take();
                }
                Ok(Kind::Dash(name))
            }
            '?' if glued && matches!(self.peek(1), Some('.' | '[')) => {
                self.take();
                // The bracket opens a group of its own.
                let dot = self.peek(0) == Some('.');
                if dot {
                    self.take();
                }
                Ok(Kind::Sign(if dot { "?." } else { "?[" }.to_owned()))
            }
            '`' => {
                self.take();
                let escaped = self.take().map(String::from).unwrap_or_default();
                Ok(Kind::Sign(format!("`{escaped}")))
            }
            c if c.is_ascii_alphanumeric() || c == '_' || c == '\\' => Ok(Kind::Word(self.take_while(is_word))),
            c if c.is_ascii() => Ok(Kind::Sign(self.sign())),
            c => Err(format!("line {}: `{}` is not ASCII", self.line, c.escape_unicode())),
        }
    }

    fn bracket(&mut self, opening: usize, kind: Bracket, close: char) -> Result<Kind, String> {
        for _ in 0..opening {
            self.take();
        }
        Ok(Kind::Group(kind, self.group(Some(close))?))
    }

    /// A quote in the text is doubled.
    fn single_quoted(&mut self) -> Result<Kind, String> {
        let begin = self.line;
        self.take();
        let mut value = String::new();
        while let Some(c) = self.take() {
            if c == '\'' && self.peek(0) != Some('\'') {
                let code = Vec::new();
                return Ok(Kind::Text { value, code });
            }
            if c == '\'' {
                self.take();
            }
            value.push(c);
        }
        Err(format!("line {begin}: a text in ' has no end"))
    }

    /// A quote in the text is doubled or escaped. Variables and `$(...)` are code.
    fn double_quoted(&mut self) -> Result<Kind, String> {
        let begin = self.line;
        self.take();
        let mut value = String::new();
        let mut code = Vec::new();
        while let Some(c) = self.peek(0) {
            let (start, line) = (self.at, self.line);
            let kind = match c {
                '"' if self.peek(1) != Some('"') => {
                    self.take();
                    return Ok(Kind::Text { value, code });
                }
                '$' => Some(self.dollar()?),
                '`' if self.peek(1) == Some('e') || (self.peek(1), self.peek(2)) == (Some('u'), Some('{')) => {
                    self.token('`', true).map(Some)?
                }
                '"' | '`' => {
                    self.take();
                    self.take();
                    None
                }
                _ => {
                    self.take();
                    None
                }
            };
            value.extend(&self.chars[start..self.at]);
            code.extend(kind.map(|kind| Token { line, glued: false, kind }));
        }
        Err(format!("line {begin}: a text in \" has no end"))
    }

    fn dollar(&mut self) -> Result<Kind, String> {
        match self.peek(1) {
            Some('(') => return self.bracket(2, Bracket::Round, ')'),
            Some('{') => {
                self.take();
                self.take();
                let name = self.take_while(|c| c != '}');
                self.take();
                return Ok(Kind::Variable(name));
            }
            _ => {}
        }
        self.take();
        if let Some(special @ ('$' | '?' | '^')) = self.peek(0) {
            self.take();
            return Ok(Kind::Variable(special.to_string()));
        }
        // A question mark is part of a name. A colon is one after a scope or drive.
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '?';
        let mut name = self.take_while(is_name);
        if self.peek(0) == Some(':') && self.peek(1).is_some_and(is_name) {
            self.take();
            name = format!("{name}:{}", self.take_while(is_name));
        }
        if name.is_empty() {
            return Ok(Kind::Sign("$".to_owned()));
        }
        Ok(Kind::Variable(name))
    }

    fn at_sign(&mut self) -> Result<Kind, String> {
        match self.peek(1) {
            Some('(') => self.bracket(2, Bracket::Round, ')'),
            Some('{') => self.bracket(2, Bracket::Hash, '}'),
            Some(c) if c.is_ascii_alphabetic() => {
                self.take();
                Ok(Kind::Splat(self.take_while(|c| c.is_ascii_alphanumeric() || c == '_')))
            }
            // A text of several lines (here-string) among them.
            _ => Err(format!("line {}: `@` begins nothing known", self.line)),
        }
    }

    fn end_or_call(&mut self) -> Kind {
        let doubled = self.peek(0) == self.peek(1);
        match (self.take(), doubled) {
            (Some('\n'), _) => Kind::End("\n"),
            (Some(';'), _) => Kind::End(";"),
            (Some('|'), false) => Kind::End("|"),
            (Some('&'), false) => Kind::Sign("&".to_owned()),
            (taken, _) => {
                self.take();
                Kind::End(if taken == Some('|') { "||" } else { "&&" })
            }
        }
    }

    fn sign(&mut self) -> String {
        let starts = |sign: &&&str| sign.chars().enumerate().all(|(i, c)| self.peek(i) == Some(c));
        let length = SIGNS.iter().find(starts).map_or(1, |sign| sign.len());
        (0..length).filter_map(|_| self.take()).collect()
    }

    /// White space, comments, and a new line after a backtick.
    fn skip_blank(&mut self) -> Result<(), String> {
        loop {
            match (self.peek(0), self.peek(1)) {
                (Some(' ' | '\t' | '\r'), _) => {
                    self.take();
                }
                (Some('`'), Some('\n')) => {
                    self.take();
                    self.take();
                }
                (Some('#'), _) => {
                    self.take_while(|c| c != '\n');
                }
                (Some('<'), Some('#')) => self.skip_block_comment()?,
                _ => return Ok(()),
            }
        }
    }

    fn skip_block_comment(&mut self) -> Result<(), String> {
        let begin = self.line;
        while let Some(c) = self.take() {
            if c == '#' && self.peek(0) == Some('>') {
                self.take();
                return Ok(());
            }
        }
        Err(format!("line {begin}: a comment has no end"))
    }

    fn take_while(&mut self, wanted: impl Fn(char) -> bool) -> String {
        let mut taken = String::new();
        while let Some(c) = self.peek(0).filter(|c| wanted(*c)) {
            taken.push(c);
            self.take();
        }
        taken
    }

    fn take(&mut self) -> Option<char> {
        let c = self.peek(0)?;
        self.at += 1;
        self.line += usize::from(c == '\n');
        Some(c)
    }

    fn peek(&self, ahead: usize) -> Option<char> {
        self.chars.get(self.at + ahead).copied()
    }
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '\\' | '.')
}
