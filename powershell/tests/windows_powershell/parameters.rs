//! The parameters that a function of a script declares.

use crate::tokens::{Bracket, Kind, Token};

#[derive(Debug)]
pub(crate) struct Parameter {
    pub(crate) name: String,
    pub(crate) mandatory: bool,
    pub(crate) switch: bool,
}

/// The parameters of a function: in brackets behind its name, or in the `param` block of its body.
pub(crate) fn parameters(header: &[Token], body: &[Token]) -> Vec<Parameter> {
    let block = header.first().or_else(|| param_block(body));
    let Some(Kind::Group(_, tokens)) = block.map(|token| &token.kind) else {
        return Vec::new();
    };
    tokens.split(|token| token.is_sign(",")).filter_map(parameter).collect()
}

/// What stands in a `param` block, as one token, if the body begins with one.
fn param_block(body: &[Token]) -> Option<&Token> {
    let is_head = |token: &Token| matches!(token.kind, Kind::End(_) | Kind::Group(Bracket::Square, _));
    let start = body.iter().position(|token| !is_head(token)).unwrap_or(0);
    is_word(body.get(start), "param").then(|| body.get(start + 1))?
}

/// Attributes and type, then the name.
fn parameter(tokens: &[Token]) -> Option<Parameter> {
    let name = tokens.iter().find_map(|token| match &token.kind {
        Kind::Variable(name) => Some(name.clone()),
        _ => None,
    })?;
    let in_squares = |wanted: fn(&[Token]) -> bool| {
        tokens.iter().any(|token| match &token.kind {
            Kind::Group(Bracket::Square, inner) => wanted(inner),
            _ => false,
        })
    };
    Some(Parameter {
        name,
        mandatory: in_squares(is_mandatory),
        switch: in_squares(|inner| is_word(inner.first(), "switch")),
    })
}

/// `Parameter(Mandatory = $true)` or `Parameter(Mandatory)`.
fn is_mandatory(attribute: &[Token]) -> bool {
    let [name, Token { kind: Kind::Group(_, arguments), .. }] = attribute else {
        return false;
    };
    is_word(Some(name), "Parameter")
        && arguments.split(|token| token.is_sign(",")).any(|argument| {
            let is_false = argument
                .last()
                .is_some_and(|value| matches!(&value.kind, Kind::Variable(name) if name.eq_ignore_ascii_case("false")));
            is_word(argument.first(), "Mandatory") && !is_false
        })
}

fn is_word(token: Option<&Token>, wanted: &str) -> bool {
    matches!(token.map(|token| &token.kind), Some(Kind::Word(word)) if word.eq_ignore_ascii_case(wanted))
}
