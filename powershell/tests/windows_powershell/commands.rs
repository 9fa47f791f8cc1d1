//! What a script calls and defines.

use crate::parameters::Parameter;

/// What was found, commands and guards in the order in which they stand. Inner commands come before the one they are an argument of.
#[derive(Debug, Default)]
pub(crate) struct Script {
    pub(crate) items: Vec<Item>,
    pub(crate) functions: Vec<Function>,
    /// Words that this scanner cannot place, each with its line. It must not pass over a command in silence.
    pub(crate) strays: Vec<String>,
}

#[derive(Debug)]
pub(crate) enum Item {
    Command(Command),
    /// `.Parameters.ContainsKey('Name')`.
    Guard(String),
}

#[derive(Debug)]
pub(crate) struct Command {
    pub(crate) line: usize,
    /// What stands before the backslash.
    pub(crate) module: Option<String>,
    pub(crate) name: String,
    pub(crate) elements: Vec<Element>,
    /// Whether `&` stands before it.
    pub(crate) called: bool,
    /// The function in whose body it stands.
    pub(crate) within: Option<String>,
}

#[derive(Debug)]
pub(crate) enum Element {
    /// The name without its dash.
    Parameter(String),
    /// A word or a quoted text of one token; nothing for every other value.
    Value(Option<String>),
    Splat(String),
}

#[derive(Debug)]
pub(crate) struct Function {
    pub(crate) name: String,
    pub(crate) parameters: Vec<Parameter>,
}

impl Command {
    pub(crate) fn parameters(&self) -> impl Iterator<Item = &str> {
        self.elements.iter().filter_map(|element| match element {
            Element::Parameter(name) => Some(name.as_str()),
            _ => None,
        })
    }

    pub(crate) fn values(&self) -> impl Iterator<Item = &str> {
        self.elements.iter().filter_map(|element| match element {
            Element::Value(value) => value.as_deref(),
            _ => None,
        })
    }

    pub(crate) fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    pub(crate) fn has(&self, parameter: &str) -> bool {
        self.parameters().any(|name| name.eq_ignore_ascii_case(parameter))
    }
}
