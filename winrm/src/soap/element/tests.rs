use super::*;

fn refused(document: &str) -> ReadError {
    Element::parse(document.as_bytes()).unwrap_err()
}

#[test]
fn text_is_put_together_from_all_its_pieces() {
    let root =
        Element::parse("\u{feff}<?xml version=\"1.0\"?>\n<r> a&lt;<!-- x -->&#98;<![CDATA[<c>]]> </r>\n".as_bytes());
    assert_eq!(root.unwrap().flat(), Ok("a<b<c>"));
}

#[test]
fn what_soap_forbids_is_refused() {
    assert_eq!(refused("<!DOCTYPE r [<!ENTITY x 'y'>]><r>&x;</r>"), ReadError::DocumentType);
    assert_eq!(refused("<r><?php ?></r>"), ReadError::ProcessingInstruction);
    assert_eq!(refused("<r>&nbsp;</r>"), ReadError::Entity);
    assert_eq!(refused("<r>&#0;</r>"), ReadError::Entity);
    assert_eq!(refused("<r a='&nbsp;'/>"), ReadError::Entity);
    assert_eq!(Element::parse(b"<r>\xff</r>").unwrap_err(), ReadError::NotUtf8);
}

#[test]
fn what_is_not_one_whole_document_is_refused() {
    for document in ["", "  ", "text", "<r>", "<r></s>", "</r>", "<r/>text", "<a:r/>", "<r a='1' a='2'/>", "<r"] {
        assert!(matches!(refused(document), ReadError::Xml(_)), "{document}");
    }
    assert_eq!(refused("<r/><r/>"), ReadError::TooMany("roots"));
}

#[test]
fn what_is_too_large_is_refused() {
    let deep = "<r>".repeat(DEEPEST + 1);
    assert_eq!(refused(&deep), ReadError::TooMany("levels"));
    let many = format!("<r>{}</r>", "<e/>".repeat(MOST_ELEMENTS));
    assert_eq!(refused(&many), ReadError::TooMany("elements"));
    let attributes: String = (0..=MOST_ATTRIBUTES).map(|n| format!(" a{n}=''")).collect();
    assert_eq!(refused(&format!("<r{attributes}/>")), ReadError::TooMany("attributes"));
}

#[test]
fn an_attribute_of_a_foreign_namespace_is_not_ours() {
    let root = Element::parse(b"<r xmlns:x='urn:x' x:Code='1' Code='2'/>").unwrap();
    assert_eq!(root.attribute("Code"), Some("2"));
    let root = Element::parse(b"<r xmlns:x='urn:x' x:Code='1'/>").unwrap();
    assert_eq!(root.attribute("Code"), None);
}

#[test]
fn what_is_taken_is_not_kept_and_is_shown_with_what_is_around_it() {
    let mut taken = Vec::new();
    let document = b"<r><i><e>1</e></i><k/><i><e>2</e><e>3</e></i></r>";
    let root = Element::parse_without(document, |open, element| {
        let around: Vec<&str> = open.iter().map(Element::name).collect();
        let is_item = element.name() == "i";
        if is_item {
            taken.push((around.join("/"), element.elements().len()));
        }
        is_item
    });
    assert_eq!(taken, [("r".to_owned(), 1), ("r".to_owned(), 2)]);
    assert_eq!(root.unwrap().elements().iter().map(Element::name).collect::<Vec<_>>(), ["k"]);
}
