//! Messages as people read them: XML into a tree that keeps its prefixes, and out again with one element per line.

use std::collections::BTreeMap;

use quick_xml::Reader;
use quick_xml::XmlVersion;
use quick_xml::escape::{escape, partial_escape, resolve_predefined_entity};
use quick_xml::events::{BytesStart, Event};

/// No message of WS-Management is nested deeper, and none has more elements. What is beyond is kept as it came.
const DEEPEST: usize = 64;
const MOST_ELEMENTS: usize = 200_000;

/// One element. Blanks between elements are not kept, those in a text are.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Element {
    /// With its prefix.
    pub(super) name: String,
    /// With their prefixes; those that bind a prefix are among them.
    pub(super) attributes: Vec<(String, String)>,
    pub(super) content: Vec<Content>,
}

#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Content {
    Element(Element),
    Text(String),
}

impl Element {
    /// Reads a document; nothing where it is no XML that a host would write.
    pub(super) fn parse(document: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(document).ok()?.trim_start_matches('\u{feff}');
        let mut reader = Reader::from_str(text);
        reader.config_mut().expand_empty_elements = true;
        let (mut open, mut root, mut elements) = (Vec::<Self>::new(), None, 0);
        loop {
            match reader.read_event().ok()? {
                Event::Start(start) => {
                    elements += 1;
                    if open.len() >= DEEPEST || elements > MOST_ELEMENTS || root.is_some() {
                        return None;
                    }
                    open.push(Self::from_start(&start)?);
                }
                Event::End(_) => {
                    let mut element = open.pop()?;
                    element.drop_blanks();
                    match open.last_mut() {
                        Some(parent) => parent.content.push(Content::Element(element)),
                        None => root = Some(element),
                    }
                }
                Event::Text(text) => push_text(&mut open, &text.xml10_content())?,
                Event::CData(text) => push_text(&mut open, &text.xml10_content())?,
                Event::GeneralRef(reference) => match reference.resolve_char_ref().ok()? {
                    Some(character) => push_text(&mut open, character.encode_utf8(&mut [0; 4]))?,
                    None => push_text(&mut open, resolve_predefined_entity(&reference)?)?,
                },
                Event::DocType(_) | Event::PI(_) => return None,
                Event::Eof => return root.filter(|_| open.is_empty()),
                Event::Comment(_) | Event::Decl(_) | Event::Empty(_) => {}
            }
        }
    }

    fn from_start(start: &BytesStart<'_>) -> Option<Self> {
        let mut attributes = Vec::new();
        for attribute in start.attributes() {
            let attribute = attribute.ok()?;
            let value = attribute.normalized_value(XmlVersion::Implicit1_0).ok()?;
            attributes.push((attribute.key.as_ref().to_owned(), value.into_owned()));
        }
        Some(Self { name: start.name().as_ref().to_owned(), attributes, content: Vec::new() })
    }

    fn drop_blanks(&mut self) {
        if self.elements().next().is_some() {
            self.content.retain(|content| match content {
                Content::Element(_) => true,
                Content::Text(text) => !text.trim().is_empty(),
            });
        }
    }

    /// The name without its prefix.
    pub(super) fn local(&self) -> &str {
        local(&self.name)
    }

    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }

    pub(super) fn elements(&self) -> impl Iterator<Item = &Self> {
        self.content.iter().filter_map(|content| match content {
            Content::Element(element) => Some(element),
            Content::Text(_) => None,
        })
    }

    /// All text directly inside.
    pub(super) fn text(&self) -> String {
        self.content
            .iter()
            .filter_map(|content| match content {
                Content::Text(text) => Some(text.as_str()),
                Content::Element(_) => None,
            })
            .collect()
    }

    pub(super) fn set_text(&mut self, text: impl Into<String>) {
        let text = text.into();
        self.content = if text.is_empty() { Vec::new() } else { vec![Content::Text(text)] };
    }

    /// The first element of that local name, itself included, in the order of the document.
    pub(super) fn find(&self, name: &str) -> Option<&Self> {
        match self.local() == name {
            true => Some(self),
            false => self.elements().find_map(|element| element.find(name)),
        }
    }

    /// Shows itself and every element in it.
    pub(super) fn walk(&self, look: &mut impl FnMut(&Self)) {
        look(self);
        self.elements().for_each(|element| element.walk(look));
    }

    /// As [`Self::walk`], to change them.
    pub(super) fn walk_mut(&mut self, change: &mut impl FnMut(&mut Self)) {
        change(self);
        for content in &mut self.content {
            if let Content::Element(element) = content {
                element.walk_mut(change);
            }
        }
    }

    /// Whether both say the same: prefixes, the order of attributes and blanks between elements do not count.
    pub(super) fn says_the_same_as(&self, other: &Self) -> bool {
        let known = BTreeMap::from([("xml".to_owned(), "http://www.w3.org/XML/1998/namespace".to_owned())]);
        self.resolved(&known) == other.resolved(&known)
    }

    /// With namespaces in place of prefixes, and attributes in order.
    fn resolved(&self, outer: &BTreeMap<String, String>) -> Self {
        let mut scope = outer.clone();
        for (name, value) in &self.attributes {
            if let Some(prefix) = bound_prefix(name) {
                scope.insert(prefix.to_owned(), value.clone());
            }
        }
        let plain = self.attributes.iter().filter(|(name, _)| bound_prefix(name).is_none());
        let mut attributes: Vec<_> = plain
            .map(|(name, value)| {
                // The default namespace is not that of attributes.
                let name = if name.contains(':') { full_name(name, &scope) } else { name.clone() };
                (name, value.clone())
            })
            .collect();
        attributes.sort();
        let mut content: Vec<_> = self.elements().map(|element| Content::Element(element.resolved(&scope))).collect();
        let text = self.text();
        if !text.trim().is_empty() {
            content.push(Content::Text(text));
        }
        Self { name: full_name(&self.name, &scope), attributes, content }
    }

    /// One element per line; an element that has a text of its own is one line with all that is in it.
    pub(super) fn pretty(&self) -> String {
        let mut out = String::new();
        self.write(&mut out, 0);
        out
    }

    fn write(&self, out: &mut String, depth: usize) {
        indent(out, depth);
        if self.content.iter().any(|content| matches!(content, Content::Text(_))) || self.content.is_empty() {
            self.write_flat(out);
        } else {
            self.write_start(out, depth);
            out.push_str(">\n");
            self.elements().for_each(|element| element.write(out, depth + 1));
            indent(out, depth);
            out.push_str(&format!("</{}>", self.name));
        }
        out.push('\n');
    }

    fn write_flat(&self, out: &mut String) {
        self.write_start(out, 0);
        if self.content.is_empty() {
            out.push_str("/>");
            return;
        }
        out.push('>');
        for content in &self.content {
            match content {
                Content::Element(element) => element.write_flat(out),
                // A line end of Windows would come back as one character.
                Content::Text(text) => out.push_str(&partial_escape(text).replace('\r', "&#13;")),
            }
        }
        out.push_str(&format!("</{}>", self.name));
    }

    /// The many namespaces of an envelope stand on lines of their own.
    fn write_start(&self, out: &mut String, depth: usize) {
        const FEW: usize = 3;
        out.push('<');
        out.push_str(&self.name);
        for (name, value) in &self.attributes {
            if self.attributes.len() > FEW && bound_prefix(name).is_some() {
                out.push('\n');
                indent(out, depth + 2);
            } else {
                out.push(' ');
            }
            let value = escape(value).replace('\r', "&#13;").replace('\n', "&#10;").replace('\t', "&#9;");
            out.push_str(&format!("{name}=\"{value}\""));
        }
    }
}

fn push_text(open: &mut [Element], text: &str) -> Option<()> {
    match open.last_mut().map(|element| &mut element.content) {
        Some(content) => match content.last_mut() {
            Some(Content::Text(before)) => before.push_str(text),
            _ => content.push(Content::Text(text.to_owned())),
        },
        None if text.trim().is_empty() => {}
        None => return None,
    }
    Some(())
}

fn indent(out: &mut String, depth: usize) {
    out.push_str(&"  ".repeat(depth));
}

fn local(name: &str) -> &str {
    name.split_once(':').map_or(name, |(_, local)| local)
}

/// The prefix that an attribute binds, if it is one of those; empty for the default namespace.
fn bound_prefix(name: &str) -> Option<&str> {
    if name == "xmlns" { Some("") } else { name.strip_prefix("xmlns:") }
}

fn full_name(name: &str, scope: &BTreeMap<String, String>) -> String {
    let (prefix, local) = name.split_once(':').unwrap_or(("", name));
    match scope.get(prefix) {
        Some(namespace) => format!("{{{namespace}}}{local}"),
        None => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::Element;

    fn parse(text: &str) -> Element {
        Element::parse(text.as_bytes()).unwrap()
    }

    #[test]
    fn what_is_printed_reads_back() {
        let text = "<s:a xmlns:s=\"n\" b=\"&lt;&quot;\"><c>x &amp; y\r</c><d/><e> </e><f>text <g/> more</f></s:a>";
        let text = &text.replace('\r', "&#13;&#10;");
        let tree = parse(text);
        let pretty = tree.pretty();
        assert_eq!(parse(&pretty), tree);
        let lines = ["<s:a xmlns:s=\"n\" b=\"&lt;&quot;\">", "  <c>x &amp; y&#13;", "</c>", "  <d/>", "  <e> </e>"];
        assert!(pretty.starts_with(&lines.join("\n")), "{pretty}");
        assert!(pretty.ends_with("  <f>text <g/> more</f>\n</s:a>\n"), "{pretty}");
    }

    #[test]
    fn prefixes_order_and_blanks_say_nothing() {
        let one = parse("<a:x xmlns:a=\"n\" b=\"1\" c=\"2\"><a:y>t</a:y></a:x>");
        let other = parse("<x xmlns=\"n\" c=\"2\" b=\"1\">\n  <y>t</y>\n</x>");
        assert!(one.says_the_same_as(&other));
        for different in ["<x xmlns=\"m\" c=\"2\" b=\"1\"><y>t</y></x>", "<x xmlns=\"n\" c=\"2\" b=\"1\"><y>u</y></x>"]
        {
            assert!(!one.says_the_same_as(&parse(different)), "{different}");
        }
    }

    #[test]
    fn what_is_no_message_is_none() {
        for text in ["", "<a>", "<a/><b/>", "text", "<!DOCTYPE a><a/>", "<a>&other;</a>", &"<a>".repeat(100)] {
            assert_eq!(Element::parse(text.as_bytes()), None, "{text:.40}");
        }
    }
}
