//! A small tree of XML elements with their namespaces resolved.

use quick_xml::NsReader;
use quick_xml::XmlVersion;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::ResolveResult;

/// No message of WS-Management is nested deeper, and none has more elements than a hostile one would.
const MAX_DEPTH: usize = 32;
const MAX_ELEMENTS: usize = 10_000;

/// One element. Its text is all text directly inside it.
#[derive(Debug, Default)]
pub(crate) struct Element {
    namespace: String,
    name: String,
    attributes: Vec<Attribute>,
    pub(crate) text: String,
    pub(crate) children: Vec<Self>,
}

#[derive(Debug)]
struct Attribute {
    /// Empty for an attribute without prefix.
    namespace: String,
    name: String,
    value: String,
}

/// Why bytes are no document that this host reads.
#[derive(Debug, Eq, PartialEq)]
pub(crate) enum Malformed {
    Xml,
    DocumentType,
    TooDeep,
    TooMany,
    UnknownPrefix,
}

impl Element {
    /// Reads a whole document.
    pub(crate) fn parse(document: &str) -> Result<Self, Malformed> {
        let mut reader = NsReader::from_str(document);
        let mut open: Vec<Self> = Vec::new();
        let mut root = None;
        let mut elements = 0;
        loop {
            let event = reader.read_event().map_err(|_| Malformed::Xml)?;
            match event {
                Event::Start(start) => {
                    elements += 1;
                    if open.len() >= MAX_DEPTH {
                        return Err(Malformed::TooDeep);
                    }
                    if elements > MAX_ELEMENTS {
                        return Err(Malformed::TooMany);
                    }
                    open.push(Self::from_start(&reader, &start)?);
                }
                Event::Empty(start) => {
                    elements += 1;
                    if elements > MAX_ELEMENTS {
                        return Err(Malformed::TooMany);
                    }
                    close(Self::from_start(&reader, &start)?, &mut open, &mut root)?;
                }
                Event::End(_) => close(open.pop().ok_or(Malformed::Xml)?, &mut open, &mut root)?,
                Event::Text(text) => push_text(&mut open, &text.xml10_content())?,
                Event::CData(text) => push_text(&mut open, &text.xml10_content())?,
                Event::GeneralRef(reference) => {
                    if let Some(character) = reference.resolve_char_ref().map_err(|_| Malformed::Xml)? {
                        push_text(&mut open, character.encode_utf8(&mut [0; 4]))?;
                    } else {
                        let name = reference.xml10_content();
                        push_text(&mut open, resolve_predefined_entity(&name).ok_or(Malformed::Xml)?)?;
                    }
                }
                Event::DocType(_) => return Err(Malformed::DocumentType),
                Event::Decl(_) | Event::Comment(_) | Event::PI(_) => {}
                Event::Eof => break,
            }
        }
        if open.is_empty() { root.ok_or(Malformed::Xml) } else { Err(Malformed::Xml) }
    }

    /// Whether this is the element of that namespace and name.
    pub(crate) fn is(&self, namespace: &str, name: &str) -> bool {
        self.namespace == namespace && self.name == name
    }

    /// The first child of that namespace and name.
    pub(crate) fn child(&self, namespace: &str, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.is(namespace, name))
    }

    pub(crate) fn children_named<'e>(&'e self, namespace: &'e str, name: &'e str) -> impl Iterator<Item = &'e Self> {
        self.children.iter().filter(move |child| child.is(namespace, name))
    }

    /// The value of an attribute without prefix.
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        self.attribute_of("", name)
    }

    pub(crate) fn attribute_of(&self, namespace: &str, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|a| a.namespace == namespace && a.name == name);
        found.map(|attribute| attribute.value.as_str())
    }

    pub(crate) fn trimmed(&self) -> &str {
        self.text.trim()
    }

    pub(crate) fn namespace(&self) -> &str {
        &self.namespace
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    fn from_start(reader: &NsReader<&[u8]>, start: &BytesStart<'_>) -> Result<Self, Malformed> {
        let (namespace, name) = reader.resolver().resolve_element(start.name());
        let mut element = Self { namespace: bound(namespace)?, name: name.into_inner().to_owned(), ..Self::default() };
        for attribute in start.attributes() {
            let attribute = attribute.map_err(|_| Malformed::Xml)?;
            if attribute.key.as_namespace_binding().is_some() {
                continue;
            }
            let (namespace, name) = reader.resolver().resolve_attribute(attribute.key);
            let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|_| Malformed::Xml)?;
            element.attributes.push(Attribute {
                namespace: bound(namespace)?,
                name: name.into_inner().to_owned(),
                value: value.into_owned(),
            });
        }
        Ok(element)
    }
}

fn bound(namespace: ResolveResult<'_>) -> Result<String, Malformed> {
    match namespace {
        ResolveResult::Bound(namespace) => Ok(namespace.0.to_owned()),
        ResolveResult::Unbound => Ok(String::new()),
        ResolveResult::Unknown(_) => Err(Malformed::UnknownPrefix),
    }
}

fn close(element: Element, open: &mut [Element], root: &mut Option<Element>) -> Result<(), Malformed> {
    match (open.last_mut(), &root) {
        (Some(parent), _) => parent.children.push(element),
        (None, None) => *root = Some(element),
        (None, Some(_)) => return Err(Malformed::Xml),
    }
    Ok(())
}

fn push_text(open: &mut [Element], text: &str) -> Result<(), Malformed> {
    match open.last_mut() {
        Some(element) => element.text.push_str(text),
        None if text.trim_start_matches('\u{feff}').trim().is_empty() => {}
        None => return Err(Malformed::Xml),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn namespaces_count_and_prefixes_do_not() {
        let root = Element::parse(r#"<a:x xmlns:a="n"><b:y xmlns:b="n" c="&lt;1">t&amp;<!-- no -->u&#65;</b:y></a:x>"#)
            .unwrap();
        let child = root.child("n", "y").unwrap();
        assert!(root.is("n", "x"));
        assert_eq!(child.attribute("c"), Some("<1"));
        assert_eq!(child.text, "t&uA");
        assert!(root.child("m", "y").is_none());
    }

    #[test]
    fn hostile_documents_are_refused() {
        for (document, why) in [
            ("", Malformed::Xml),
            ("<a>", Malformed::Xml),
            ("<a/><b/>", Malformed::Xml),
            ("<a>&other;</a>", Malformed::Xml),
            ("<p:a/>", Malformed::UnknownPrefix),
            ("<!DOCTYPE a><a/>", Malformed::DocumentType),
            (&"<a>".repeat(40), Malformed::TooDeep),
            (&format!("<a>{}</a>", "<b/>".repeat(MAX_ELEMENTS)), Malformed::TooMany),
        ] {
            assert_eq!(Element::parse(document).unwrap_err(), why, "{document:.40}");
        }
    }
}
