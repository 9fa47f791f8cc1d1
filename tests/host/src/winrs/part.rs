//! Parts of a message's body, each of which may stand once.

use crate::soap::element::Element;
use crate::soap::fault::Fault;
use crate::soap::namespace::SHELL;

/// The one element of a body, which must be this one: options and selectors belong into the header.
pub(crate) fn only_part<'e>(body: &'e Element, name: &str) -> Result<&'e Element, Fault> {
    match body.children.as_slice() {
        [element] if element.is(SHELL, name) => Ok(element),
        _ => Err(Fault::schema("The body does not hold the one element that belongs there. ")),
    }
}

/// A child that must be there, once.
pub(crate) fn part<'e>(parent: &'e Element, name: &'static str) -> Result<&'e Element, Fault> {
    let mut found = parent.children_named(SHELL, name);
    match (found.next(), found.next()) {
        (Some(element), None) => Ok(element),
        _ => Err(Fault::schema("An element of the body is missing or stands twice. ")),
    }
}

/// Refuses children of any other name, and repeated ones of those that may stand once.
pub(crate) fn check_children(parent: &Element, once: &[&str], often: &[&str]) -> Result<(), Fault> {
    let known =
        |child: &Element| child.namespace() == SHELL && (once.contains(&child.name()) || often.contains(&child.name()));
    let repeated = once.iter().any(|name| parent.children_named(SHELL, name).count() > 1);
    if repeated || !parent.children.iter().all(known) {
        return Err(Fault::schema("An element of the body is unknown or stands twice. "));
    }
    Ok(())
}
