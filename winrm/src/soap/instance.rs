//! One object of WMI, as an answer writes it.

use std::time::SystemTime;

use super::datetime;
use super::element::Element;

/// One object, or the part of one that a query selected.
///
/// A projection (`SELECT a, b`) has its properties in `w:XmlFragment`, in the order of the alphabet
/// and in no namespace ([MS-WSMV] 3.1.4.1.13, notes 58 and 59); a whole object has them in the
/// namespace of its class (DSP0230 9). Both are read by local names, in any order.
#[derive(Clone, Copy, Debug)]
pub struct Instance<'a>(&'a Element);

impl<'a> Instance<'a> {
    pub(crate) fn new(element: &'a Element) -> Self {
        Self(element)
    }

    /// The class, or `XmlFragment` for a projection.
    pub fn class(&self) -> &'a str {
        self.0.name()
    }

    /// The value of a property, as text; `None` where the property is null or is not there. Of an
    /// array it is the first value.
    pub fn text(&self, property: &str) -> Option<&'a str> {
        self.values(property).next()
    }

    /// The values of an array: the property stands once for each. None for an array that is null.
    /// [MS-WSMV] 3.1.4.1.26
    pub fn values(&self, property: &str) -> impl Iterator<Item = &'a str> {
        let is_it = move |element: &&Element| element.name().eq_ignore_ascii_case(property);
        self.0.elements().iter().filter(is_it).filter(|element| !element.is_nil()).map(value)
    }

    /// Whether the property stands there, be it null.
    pub fn has(&self, property: &str) -> bool {
        self.0.elements().iter().any(|element| element.name().eq_ignore_ascii_case(property))
    }

    /// The value of a property that is a number; `None` where it is null, is not there or is none.
    pub fn number(&self, property: &str) -> Option<u64> {
        self.text(property)?.parse().ok()
    }

    /// The value of a property that is a point in time, in either form that one may have; `None`
    /// where it is null, is not there or is none.
    pub fn time(&self, property: &str) -> Option<SystemTime> {
        datetime::parse(self.text(property)?)
    }
}

/// A point in time stands in an element of its own, `cim:Datetime` or, in a projection, `Datetime`;
/// all else directly in the property. DSP0230 6.2
fn value(property: &Element) -> &str {
    match property.elements() {
        [inner] if inner.name() == "Datetime" => inner.own_text(),
        _ => property.own_text(),
    }
}
