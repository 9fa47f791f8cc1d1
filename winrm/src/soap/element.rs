//! XML into a tree, within bounds.
//!
//! A host's answer is small and flat, so it is read whole before anything in it is looked at. That
//! makes it simple to be strict: an element that may stand once is refused when it stands twice,
//! text is refused where it holds elements, and a name counts only in its own namespace. Only the
//! objects of an enumeration are many: those are handed out one by one and not kept.

use quick_xml::NsReader;
use quick_xml::XmlVersion;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::{NamespaceResolver, ResolveResult};
use thiserror::Error;

use super::namespace::SCHEMA_INSTANCE;
use super::one_line::one_line;

/// Deeper than any answer of a host; a real fault has ten levels.
const DEEPEST: usize = 32;

/// More than is kept of any answer of a host.
const MOST_ELEMENTS: usize = 50_000;

/// More than any element of a host's answer has; a real one has up to eight, with its namespaces.
const MOST_ATTRIBUTES: usize = 32;

/// More than any reason has why a text is no XML, if its names are those of a host's answer.
const LONGEST_REASON: usize = 200;

/// One element, with all that is in it.
#[derive(Debug)]
pub(crate) struct Element {
    namespace: String,
    name: String,
    attributes: Vec<(String, String)>,
    nil: bool,
    children: Vec<Self>,
    text: String,
}

impl Element {
    /// Reads a document and returns its root.
    pub(crate) fn parse(document: &[u8]) -> Result<Self, ReadError> {
        Self::parse_without(document, |_, _| false)
    }

    /// Reads a document and returns its root, without the elements that `take` takes: it is shown
    /// each one that has closed, and those that are open around it, outermost first.
    pub(crate) fn parse_without(
        document: &[u8],
        mut take: impl FnMut(&[Self], &Self) -> bool,
    ) -> Result<Self, ReadError> {
        let text = std::str::from_utf8(document).map_err(|_| ReadError::NotUtf8)?;
        let mut reader = NsReader::from_str(text);
        reader.config_mut().expand_empty_elements = true;
        let mut tree = Tree::default();
        loop {
            let event = reader.read_event().map_err(|error| no_xml(&error.to_string()))?;
            match event {
                Event::Start(start) => tree.open(&start, reader.resolver())?,
                Event::End(_) => tree.close(&mut take),
                Event::Text(text) => tree.text(&text.xml10_content())?,
                Event::CData(text) => tree.text(&text.xml10_content())?,
                Event::GeneralRef(reference) => match reference.resolve_char_ref() {
                    Ok(Some(c)) => tree.text(c.encode_utf8(&mut [0; 4]))?,
                    Ok(None) => match resolve_predefined_entity(&reference) {
                        Some(text) => tree.text(text)?,
                        None => return Err(ReadError::Entity),
                    },
                    Err(_) => return Err(ReadError::Entity),
                },
                Event::DocType(_) => return Err(ReadError::DocumentType),
                Event::PI(_) => return Err(ReadError::ProcessingInstruction),
                Event::Eof => return tree.finish(),
                Event::Comment(_) | Event::Decl(_) | Event::Empty(_) => {}
            }
        }
    }

    pub(crate) fn is(&self, namespace: &str, name: &str) -> bool {
        self.namespace == namespace && self.name == name
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn namespace(&self) -> &str {
        &self.namespace
    }

    pub(crate) fn elements(&self) -> &[Self] {
        &self.children
    }

    /// Whether the element says by `xsi:nil` that it has no value. DSP0230 9.2.1
    pub(crate) fn is_nil(&self) -> bool {
        self.nil
    }

    /// The value of an attribute that has no namespace.
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn all<'a>(&'a self, namespace: &'a str, name: &'a str) -> impl Iterator<Item = &'a Self> {
        self.children.iter().filter(move |child| child.is(namespace, name))
    }

    /// The child of that name, which may be missing but may not stand twice.
    pub(crate) fn optional(&self, namespace: &str, name: &'static str) -> Result<Option<&Self>, ReadError> {
        let mut found = self.children.iter().filter(|child| child.is(namespace, name));
        match (found.next(), found.next()) {
            (_, Some(_)) => Err(ReadError::Twice(name)),
            (child, None) => Ok(child),
        }
    }

    /// The child of that name, which must stand exactly once.
    pub(crate) fn required(&self, namespace: &str, name: &'static str) -> Result<&Self, ReadError> {
        self.optional(namespace, name)?.ok_or(ReadError::Missing(name))
    }

    /// The text of an element that has nothing but text, without the blanks around it.
    pub(crate) fn flat(&self) -> Result<&str, ReadError> {
        if self.children.is_empty() { Ok(self.text.trim()) } else { Err(ReadError::Nested(self.name.clone())) }
    }

    /// The text directly inside, whatever else is there.
    pub(crate) fn own_text(&self) -> &str {
        self.text.trim()
    }

    /// Itself and all that is in it; the depth is bounded.
    fn size(&self) -> usize {
        1 + self.children.iter().map(Self::size).sum::<usize>()
    }
}

/// Why an answer makes no sense.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum ReadError {
    /// The bytes are not UTF-8.
    #[error("it is not UTF-8")]
    NotUtf8,
    /// The text is not well-formed XML.
    #[error("it is not XML: {0}")]
    Xml(String),
    /// A document type, which SOAP forbids.
    #[error("it has a document type")]
    DocumentType,
    /// A processing instruction, which SOAP forbids.
    #[error("it has a processing instruction")]
    ProcessingInstruction,
    /// A reference to something other than a character.
    #[error("it has an entity that XML does not define")]
    Entity,
    /// More levels, elements or attributes than any answer has.
    #[error("it has too many {0}")]
    TooMany(&'static str),
    /// An element that must be there is not, or is in a foreign namespace.
    #[error("it has no `{0}`")]
    Missing(&'static str),
    /// An element that may stand once stands twice.
    #[error("it has more than one `{0}`")]
    Twice(&'static str),
    /// An element that has text alone has elements in it.
    #[error("its `{0}` has elements inside")]
    Nested(String),
    /// An element or attribute has a value that it cannot have.
    #[error("its `{0}` has a value that makes no sense")]
    Value(&'static str),
    /// It is about another command than the one that was asked about.
    #[error("it is about another command")]
    OtherCommand,
}

/// The elements that are still open, outermost first, and the root once it has closed.
#[derive(Default)]
struct Tree {
    open: Vec<Element>,
    root: Option<Element>,
    elements: usize,
}

impl Tree {
    fn open(&mut self, start: &BytesStart<'_>, resolver: &NamespaceResolver) -> Result<(), ReadError> {
        self.elements += 1;
        if self.elements > MOST_ELEMENTS {
            return Err(ReadError::TooMany("elements"));
        }
        if self.open.len() >= DEEPEST {
            return Err(ReadError::TooMany("levels"));
        }
        if self.open.is_empty() && self.root.is_some() {
            return Err(ReadError::TooMany("roots"));
        }
        let (namespace, name) = resolver.resolve_element(start.name());
        let (attributes, nil) = attributes(start, resolver)?;
        self.open.push(Element {
            namespace: uri(namespace)?,
            name: name.as_ref().to_owned(),
            attributes,
            nil,
            children: Vec::new(),
            text: String::new(),
        });
        Ok(())
    }

    fn close(&mut self, take: &mut impl FnMut(&[Element], &Element) -> bool) {
        // The reader has checked that the end belongs to the innermost element.
        let Some(element) = self.open.pop() else {
            return;
        };
        if take(&self.open, &element) {
            self.elements -= element.size();
            return;
        }
        match self.open.last_mut() {
            Some(parent) => parent.children.push(element),
            None => self.root = Some(element),
        }
    }

    fn text(&mut self, text: &str) -> Result<(), ReadError> {
        match self.open.last_mut() {
            Some(element) => element.text.push_str(text),
            None if text.trim_matches(['\u{feff}', ' ', '\t', '\r', '\n']).is_empty() => {}
            None => {
                return Err(ReadError::Xml("text outside of the root element".to_owned()));
            }
        }
        Ok(())
    }

    fn finish(self) -> Result<Element, ReadError> {
        match self.root {
            Some(root) if self.open.is_empty() => Ok(root),
            _ => Err(ReadError::Xml("the document ends too early".to_owned())),
        }
    }
}

/// The reader's own sentence may have a name of the document in it, of any length and with any characters.
fn no_xml(reason: &str) -> ReadError {
    ReadError::Xml(one_line(reason, LONGEST_REASON))
}

fn uri(namespace: ResolveResult<'_>) -> Result<String, ReadError> {
    match namespace {
        ResolveResult::Bound(namespace) => Ok(namespace.0.to_owned()),
        ResolveResult::Unbound => Ok(String::new()),
        ResolveResult::Unknown(prefix) => Err(no_xml(&format!("the prefix `{prefix}` has no namespace"))),
    }
}

/// The attributes that belong to no namespace, and whether there is a true `xsi:nil`; no other has a
/// meaning here.
fn attributes(
    start: &BytesStart<'_>,
    resolver: &NamespaceResolver,
) -> Result<(Vec<(String, String)>, bool), ReadError> {
    let mut found = Vec::new();
    let mut nil = false;
    for (count, attribute) in start.attributes().enumerate() {
        if count >= MOST_ATTRIBUTES {
            return Err(ReadError::TooMany("attributes"));
        }
        let attribute = attribute.map_err(|error| no_xml(&error.to_string()))?;
        let (namespace, name) = resolver.resolve_attribute(attribute.key);
        if attribute.key.as_namespace_binding().is_some() {
            continue;
        }
        let namespace = uri(namespace)?;
        if !namespace.is_empty() && namespace != SCHEMA_INSTANCE {
            continue;
        }
        let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|_| ReadError::Entity)?;
        if namespace.is_empty() {
            found.push((name.as_ref().to_owned(), value.into_owned()));
        } else if name.as_ref() == "nil" {
            nil = matches!(value.trim(), "true" | "1");
        }
    }
    Ok((found, nil))
}

#[cfg(test)]
mod tests;
