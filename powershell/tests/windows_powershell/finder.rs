//! Finds the commands and functions in a script's tokens.

use crate::commands::{Command, Element, Function, Item, Script};
use crate::parameters::parameters;
use crate::tokens::{Bracket, Kind, Token, is_one_of};

/// Finds the commands and functions of a script.
pub(crate) fn commands(tokens: &[Token]) -> Script {
    let mut finder = Finder::default();
    finder.statements(tokens, Bracket::Block);
    finder.found
}

#[derive(Default)]
struct Finder {
    found: Script,
    within: Option<String>,
}

/// After these a statement begins at once.
const LEADING: &[&str] = &["return", "throw", "exit", "break", "continue"];

/// These go up to their block, and a statement may follow it on the same line.
const BLOCKS: &[&str] = &[
    "if", "elseif", "else", "while", "until", "switch", "foreach", "for", "do", "try", "catch", "finally", "trap",
    "begin", "process", "end", "default",
];

const ASSIGNMENTS: &[&str] = &["=", "+=", "-=", "*=", "/=", "%=", "??="];

impl Finder {
    /// Tokens among which statements begin. In a hashtable they are values.
    fn statements(&mut self, tokens: &[Token], bracket: Bracket) {
        let mut rest = tokens;
        let mut piped = false;
        while let Some((first, after)) = rest.split_first() {
            let is_key = bracket == Bracket::Hash && after.first().is_some_and(|next| next.is_sign("="));
            rest = match &first.kind {
                Kind::End(end) => {
                    // A new line after `|` goes on.
                    piped = *end == "|" || (piped && *end == "\n");
                    rest = after;
                    continue;
                }
                Kind::Word(_) if is_key => after.get(1..).unwrap_or_default(),
                // After `|` it is an alias.
                Kind::Word(word) if !piped && word.eq_ignore_ascii_case("param") => {
                    self.up_to(after, |token| matches!(token.kind, Kind::Group(..)))
                }
                Kind::Word(word) if !piped && is_one_of(word, &["function", "filter"]) => self.function(after),
                Kind::Word(word) if !piped && is_one_of(word, LEADING) => after,
                Kind::Word(word) if !piped && is_one_of(word, BLOCKS) => self.up_to(after, Token::is_block),
                Kind::Word(word) if !word.starts_with(|c: char| c.is_ascii_digit()) => {
                    self.command(first, word, after, false)
                }
                Kind::Sign(sign) if sign == "?" || sign == "%" => self.command(first, sign, after, false),
                Kind::Sign(sign) if sign == "&" || sign == "." => self.call(after),
                _ => self.expression(rest),
            };
            piped = false;
        }
    }

    /// Up to where a statement begins anew: after an assignment or `in`, or at an end.
    fn expression<'a>(&mut self, tokens: &'a [Token]) -> &'a [Token] {
        let mut rest = tokens;
        let mut is_open = false;
        while let Some((first, after)) = rest.split_first() {
            match &first.kind {
                Kind::End("\n") if is_open => {}
                Kind::End(_) => return rest,
                Kind::Sign(sign) if ASSIGNMENTS.contains(&sign.as_str()) => return after,
                Kind::Word(word) if word.eq_ignore_ascii_case("in") && !first.glued => {
                    return after;
                }
                // After an attribute, or another case of a switch.
                Kind::Word(word) if !first.glued && is_one_of(word, &["param", "default"]) => {
                    return rest;
                }
                Kind::Word(word) if word == "Parameters.ContainsKey" => self.guard(after.first()),
                Kind::Word(word) if !first.glued => self.stray(first, word),
                _ => self.token(first),
            }
            // After an operator or a comma a new line ends nothing. A `-Name` never ends an expression.
            is_open = matches!(first.kind, Kind::Dash(_))
                || first.is_sign(",")
                || first.is_sign("+")
                || (is_open && first.is_end("\n"));
            rest = after;
        }
        rest
    }

    /// A word in an expression. A number is none.
    fn stray(&mut self, token: &Token, word: &str) {
        if !word.starts_with(|c: char| c.is_ascii_digit()) {
            let line = token.line;
            self.found.strays.push(format!("line {line}: `{word}` stands where no command can"));
        }
    }

    /// The name in brackets behind `Parameters.ContainsKey`.
    fn guard(&mut self, argument: Option<&Token>) {
        let Some(Kind::Group(_, inner)) = argument.map(|token| &token.kind) else {
            return;
        };
        if let [token] = inner.as_slice()
            && let Some(name) = literal(token)
        {
            self.found.items.push(Item::Guard(name));
        }
    }

    /// Up to and with the first token that `last` takes, or to an end.
    fn up_to<'a>(&mut self, tokens: &'a [Token], last: fn(&Token) -> bool) -> &'a [Token] {
        let mut rest = tokens;
        while let Some((first, after)) = rest.split_first() {
            if matches!(first.kind, Kind::End(_)) {
                return rest;
            }
            match &first.kind {
                // `else if`.
                Kind::Word(word) if !is_one_of(word, BLOCKS) => self.stray(first, word),
                _ => self.token(first),
            }
            rest = after;
            if last(first) {
                return rest;
            }
        }
        rest
    }

    /// The name, the parameters and the block behind `function`.
    fn function<'a>(&mut self, tokens: &'a [Token]) -> &'a [Token] {
        let block = tokens.iter().position(Token::is_block);
        let (Some(Kind::Word(name)), Some(block)) = (tokens.first().map(|token| &token.kind), block) else {
            return tokens;
        };
        let Kind::Group(_, body) = &tokens[block].kind else {
            return tokens;
        };
        self.found.functions.push(Function { name: name.clone(), parameters: parameters(&tokens[1..block], body) });
        let outer = self.within.replace(name.clone());
        self.statements(body, Bracket::Block);
        self.within = outer;
        &tokens[block + 1..]
    }

    /// A command by its name, and all that belongs to it.
    fn command<'a>(&mut self, first: &Token, name: &str, tokens: &'a [Token], called: bool) -> &'a [Token] {
        let (elements, rest) = self.elements(tokens);
        let (module, name) = match name.rsplit_once('\\') {
            Some((module, name)) => (Some(module.to_owned()), name),
            None => (None, name),
        };
        self.found.items.push(Item::Command(Command {
            line: first.line,
            module,
            name: name.to_owned(),
            elements,
            called,
            within: self.within.clone(),
        }));
        rest
    }

    /// After `&`: a name, or a value whose command nobody knows before it runs.
    fn call<'a>(&mut self, tokens: &'a [Token]) -> &'a [Token] {
        let Some((first, after)) = tokens.split_first() else {
            return tokens;
        };
        if let Some(name) = literal(first) {
            return self.command(first, &name, after, true);
        }
        self.token(first);
        self.elements(after).1
    }

    /// What follows a command's name, up to the end of the statement or pipe.
    fn elements<'a>(&mut self, tokens: &'a [Token]) -> (Vec<Element>, &'a [Token]) {
        let mut elements = Vec::new();
        let mut rest = tokens;
        let mut is_list = false;
        while let Some((first, after)) = rest.split_first() {
            let goes_on = is_list || (first.glued && matches!(elements.last(), Some(Element::Value(_))));
            match &first.kind {
                Kind::End("\n") if is_list => {}
                Kind::End(_) => break,
                Kind::Dash(name) if !first.glued => elements.push(Element::Parameter(name.clone())),
                Kind::Splat(name) => elements.push(Element::Splat(name.clone())),
                Kind::Sign(sign) if sign == "," => {}
                _ => {
                    self.token(first);
                    if goes_on {
                        elements.pop();
                    }
                    let value = literal(first).filter(|_| !goes_on);
                    elements.push(Element::Value(value));
                }
            }
            is_list = first.is_sign(",") || (is_list && first.is_end("\n"));
            rest = after;
        }
        (elements, rest)
    }

    fn token(&mut self, token: &Token) {
        match &token.kind {
            Kind::Group(Bracket::Square, inner) => self.data(inner),
            Kind::Group(bracket, inner) => self.statements(inner, *bracket),
            Kind::Text { code, .. } => code.iter().for_each(|token| self.token(token)),
            _ => {}
        }
    }

    /// A type, an attribute or an index: its words are no commands, nor are those of an attribute's arguments.
    fn data(&mut self, tokens: &[Token]) {
        for token in tokens {
            match &token.kind {
                Kind::Group(Bracket::Round, inner) if token.glued => self.data(inner),
                _ => self.token(token),
            }
        }
    }
}

fn literal(token: &Token) -> Option<String> {
    match &token.kind {
        Kind::Word(word) => Some(word.clone()),
        Kind::Text { value, code } if code.is_empty() => Some(value.clone()),
        _ => None,
    }
}
