//! Looking a key up, and saying which key is wrong.

use std::borrow::Cow;

use crate::error::Error;
use crate::payload::{Details, Payload, Scalar};

/// What is wrong with a value, as the second half of a sentence that begins with the key: "must be ...".
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Problem(Cow<'static, str>);

/// A key's value and its full name, for messages.
#[derive(Debug)]
pub(super) struct Field<'a> {
    name: String,
    value: &'a Scalar,
}

/// The levels in which a key is looked up, the first that has it wins.
#[derive(Debug)]
pub(super) struct Levels<'a>(Vec<(&'static str, &'a Details)>);

impl<'a> Levels<'a> {
    /// For the keys of connection and placement: host, cluster registration, extension.
    pub(super) fn of_host(payload: &'a Payload) -> Self {
        Self(vec![("host", &payload.externaldetails.host), Self::resourcemap(payload), Self::extension(payload)])
    }

    /// For the keys of a VM: VM, cluster registration, extension.
    pub(super) fn of_vm(payload: &'a Payload) -> Self {
        Self(vec![
            ("virtualmachine", &payload.externaldetails.virtualmachine),
            Self::resourcemap(payload),
            Self::extension(payload),
        ])
    }

    /// For the keys that a VM may have of its own: VM, then as for the host.
    pub(super) fn of_vm_or_host(payload: &'a Payload) -> Self {
        let Self(mut levels) = Self::of_host(payload);
        levels.insert(0, ("virtualmachine", &payload.externaldetails.virtualmachine));
        Self(levels)
    }

    /// The first of these keys that is set to more than blanks. Where none is, it stands for the first key, missing.
    pub(super) fn find(&self, keys: &[&str]) -> Field<'a> {
        let candidates = self.0.iter().flat_map(|(level, details)| {
            keys.iter()
                .filter_map(move |key| Some(Field::new(format!("externaldetails.{level}.{key}"), details.get(*key)?)))
        });
        candidates.into_iter().find(|field| !field.is_missing()).unwrap_or_else(|| {
            let level = self.0.first().map_or("host", |(level, _)| level);
            Field::new(format!("externaldetails.{level}.{}", keys.first().unwrap_or(&"")), &Scalar::Missing)
        })
    }

    fn resourcemap(payload: &'a Payload) -> (&'static str, &'a Details) {
        ("resourcemap", &payload.externaldetails.resourcemap)
    }

    fn extension(payload: &'a Payload) -> (&'static str, &'a Details) {
        ("extension", &payload.externaldetails.extension)
    }
}

impl<'a> Field<'a> {
    /// A field outside the levels.
    pub(super) fn new(name: impl Into<String>, value: &'a Scalar) -> Self {
        Self { name: name.into(), value }
    }

    /// Whether it is absent, null or blank.
    pub(super) fn is_missing(&self) -> bool {
        match self.value {
            Scalar::Missing => true,
            Scalar::Text(_) => self.raw().is_some_and(|text| text.trim().is_empty()),
            Scalar::Compound => false,
        }
    }

    /// Its text to the letter, for passwords.
    pub(super) fn raw(&self) -> Option<&'a str> {
        self.value.text()
    }

    /// Its value, which must be there. `remedy` says what to set.
    ///
    /// # Errors
    /// Where it is missing, no single value, or not what `parse` wants.
    pub(super) fn required<T>(&self, remedy: &str, parse: impl FnOnce(&str) -> Result<T, Problem>) -> Result<T, Error> {
        self.optional(parse)?.ok_or_else(|| self.missing(remedy))
    }

    /// Its value with every blank that it has, which must be there. `remedy` says what to set.
    ///
    /// # Errors
    /// As [`Self::required`].
    pub(super) fn to_the_letter<T>(
        &self,
        remedy: &str,
        parse: impl FnOnce(&str) -> Result<T, Problem>,
    ) -> Result<T, Error> {
        match (self.value, self.raw()) {
            (Scalar::Missing, _) => Err(self.error(&Problem::from("is missing")).with_hint(remedy)),
            (_, Some(text)) => parse(text).map_err(|problem| self.error(&problem)),
            (_, None) => Err(self.error(&Problem::from("must be a text"))),
        }
    }

    /// Its value, if it is there.
    ///
    /// # Errors
    /// Where it is no single value, or not what `parse` wants.
    pub(super) fn optional<T>(&self, parse: impl FnOnce(&str) -> Result<T, Problem>) -> Result<Option<T>, Error> {
        match self.value {
            Scalar::Compound => Err(self.error(&Problem::from("must be a text or a number"))),
            _ if self.is_missing() => Ok(None),
            _ => parse(self.raw().unwrap_or_default().trim()).map(Some).map_err(|problem| self.error(&problem)),
        }
    }

    /// The error where it is missing. `remedy` says what to set.
    pub(super) fn missing(&self, remedy: &str) -> Error {
        self.error(&Problem::from("is missing")).with_hint(remedy)
    }

    /// An error that names this field.
    pub(super) fn error(&self, problem: &Problem) -> Error {
        let error = Error::new(format!("payload field `{}` {}", self.name, problem.0));
        match self.name.strip_prefix("parameters.") {
            // The tenant has written it himself.
            Some(parameter) => error.for_tenants(format!("the parameter {parameter} {}", problem.0)),
            None => error.for_tenants(
                "this extension is not set up correctly for the instance or its host; ask the administrator",
            ),
        }
    }
}

impl From<&'static str> for Problem {
    fn from(text: &'static str) -> Self {
        Self(text.into())
    }
}

impl From<String> for Problem {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

/// A whole number within bounds.
pub(super) fn number<T: std::str::FromStr + PartialOrd + std::fmt::Display>(
    least: T,
    most: T,
) -> impl FnOnce(&str) -> Result<T, Problem> {
    move |text| match text.parse::<T>() {
        Ok(number) if number >= least && number <= most && !text.starts_with('+') => Ok(number),
        _ => Err(Problem::from(format!("must be a whole number from {least} to {most}"))),
    }
}

/// One of a few words, in any letter case.
pub(super) fn word<T: Copy>(words: &'static [(&'static str, T)]) -> impl FnOnce(&str) -> Result<T, Problem> {
    move |text| {
        let found = words.iter().find(|(word, _)| word.eq_ignore_ascii_case(text));
        found.map(|(_, value)| *value).ok_or_else(|| {
            let names: Vec<_> = words.iter().map(|(word, _)| *word).collect();
            Problem::from(format!("must be one of: {}", names.join(", ")))
        })
    }
}

/// A value that is no secret, fit to be shown: escaped, and cut short.
pub(super) fn shown(text: &str) -> String {
    const LONGEST: usize = 80;
    let cut: String = text.chars().take(LONGEST).collect();
    let dots = if cut.len() < text.len() { "..." } else { "" };
    format!("`{}{dots}`", cut.escape_debug())
}
