//! What becomes of the answers to an enumeration, in the forms that hosts have for them, and of the wrong ones.

#![cfg(test)]

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use proptest::prelude::*;
use winrm::soap::enumeration::{Page, Rest, page};
use winrm::soap::response::Answer;
use winrm::soap::{Instance, ReadError};

fn envelope(body: &str) -> String {
    format!(
        "<s:Envelope xml:lang=\"en-US\" xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\" \
         xmlns:w=\"http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd\" \
         xmlns:n=\"http://schemas.xmlsoap.org/ws/2004/09/enumeration\" \
         xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" \
         xmlns:f=\"http://schemas.microsoft.com/wbem/wsman/1/wsmanfault\">\
         <s:Header/><s:Body>{body}</s:Body></s:Envelope>"
    )
}

fn first(items: &str, rest: &str) -> String {
    envelope(&format!("<n:EnumerateResponse>{rest}<w:Items>{items}</w:Items></n:EnumerateResponse>"))
}

const END: &str = "<n:EnumerationContext/><w:EndOfSequence/>";

/// What is made of each object, and what is left.
fn read<R>(document: &str, at: Page, make: impl Fn(&Instance<'_>) -> R) -> Result<(Vec<R>, Answer<Rest>), ReadError> {
    let mut rows = Vec::new();
    let rest = page(document.as_bytes(), at, |object| rows.push(make(object)))?;
    Ok((rows, rest))
}

fn one<R>(item: &str, make: impl Fn(&Instance<'_>) -> R) -> R {
    let (mut rows, rest) = read(&first(item, END), Page::First, make).unwrap();
    assert_eq!((rows.len(), rest), (1, Answer::Content(Rest::End)), "{item}");
    rows.remove(0)
}

#[test]
fn a_projection_and_a_whole_object_read_the_same() {
    let table = [
        (
            "<w:XmlFragment><Name>web &amp; 1</Name><State>2</State><Time><Datetime>1970-01-01T00:00:05Z</Datetime></Time>\
             <Nothing xsi:nil=\"true\"/><Empty></Empty><List>2</List><List>32772</List></w:XmlFragment>",
            "XmlFragment",
        ),
        (
            "<p:Thing xmlns:p=\"urn:wmi/Thing\" xmlns:cim=\"http://schemas.dmtf.org/wbem/wscim/1/common\" \
             xsi:type=\"p:Thing_Type\"><p:List>2</p:List><p:State> 2 </p:State><p:List>32772</p:List><p:Nothing \
             xsi:nil=\"1\"/><p:Time><cim:Datetime>1970-01-01T01:00:05+01:00</cim:Datetime></p:Time><p:Empty/>\
             <p:Name>web &amp; 1</p:Name></p:Thing>",
            "Thing",
        ),
    ];
    for (item, class) in table {
        one(item, |object| {
            assert_eq!(object.class(), class);
            assert_eq!(object.text("Name"), Some("web & 1"));
            assert_eq!(object.text("name"), Some("web & 1"), "letter case does not count in WMI");
            assert_eq!((object.number("State"), object.number("Name")), (Some(2), None));
            assert_eq!(object.time("Time"), Some(UNIX_EPOCH + Duration::from_secs(5)));
            assert_eq!((object.text("Nothing"), object.has("Nothing")), (None, true));
            assert_eq!((object.text("Missing"), object.has("Missing")), (None, false));
            assert_eq!(object.text("Empty"), Some(""));
            assert_eq!(object.values("List").collect::<Vec<_>>(), ["2", "32772"]);
            assert_eq!(object.values("Nothing").count(), 0);
        });
    }
}

#[test]
fn a_point_in_time_may_stand_directly_in_its_property() {
    let time = |text: &str| -> Option<SystemTime> {
        one(&format!("<w:XmlFragment><T>{text}</T></w:XmlFragment>"), |object| object.time("T"))
    };
    let five = Some(UNIX_EPOCH + Duration::from_secs(5));
    assert_eq!(time("1970-01-01T00:00:05Z"), five);
    assert_eq!(time("19700101010005.000000+060"), five);
    assert_eq!(time("00000000000005.000000:000"), None, "an interval is no point in time");
    assert_eq!(time("<Other>1970-01-01T00:00:05Z</Other>"), None);
}

#[test]
fn an_attribute_that_is_only_called_nil_is_none() {
    let item = "<w:XmlFragment xmlns:o=\"urn:o\"><A nil=\"true\">a</A><B o:nil=\"true\">b</B><C \
                xsi:nil=\"false\">c</C></w:XmlFragment>";
    one(item, |object| {
        assert_eq!([object.text("A"), object.text("B"), object.text("C")], [Some("a"), Some("b"), Some("c")]);
    });
}

#[test]
fn there_is_more_until_the_host_says_that_there_is_not() {
    let context = |text: &str| Answer::Content(Rest::Context(text.to_owned()));
    let end = Answer::Content(Rest::End);
    let enumerated = |inside: &str| envelope(&format!("<n:EnumerateResponse>{inside}</n:EnumerateResponse>"));
    let pulled = |inside: &str| envelope(&format!("<n:PullResponse>{inside}</n:PullResponse>"));
    let given = "<n:EnumerationContext>\n uuid:C \n</n:EnumerationContext>";
    let item = "<w:XmlFragment/>";
    let table = [
        (Page::First, enumerated(given), 0, context("uuid:C")),
        (Page::First, enumerated(&format!("{given}<w:Items>{item}{item}</w:Items>")), 2, context("uuid:C")),
        (Page::First, enumerated(&format!("{END}<w:Items/>")), 0, end.clone()),
        (Page::First, enumerated(&format!("<w:Items>{item}</w:Items><w:EndOfSequence/>")), 1, end.clone()),
        (Page::Next, pulled(&format!("{given}<n:Items>{item}</n:Items>")), 1, context("uuid:C")),
        (Page::Next, pulled(&format!("<n:Items>{item}</n:Items><n:EndOfSequence/>")), 1, end.clone()),
        // Some hosts mix the two namespaces, and tell the context to the last.
        (Page::Next, pulled(&format!("{given}<w:Items>{item}</w:Items><w:EndOfSequence/>")), 1, end.clone()),
        (Page::Next, pulled("<n:EndOfSequence/>"), 0, end),
    ];
    for (at, document, count, expected) in table {
        let (rows, rest) = read(&document, at, |_| ()).unwrap();
        assert_eq!((rows.len(), rest), (count, expected), "{document}");
    }
}

#[test]
fn answers_that_make_no_sense_are_refused_with_their_reason() {
    use ReadError as No;
    let long = "x".repeat(5000);
    let table = [
        ("nothing", envelope(""), No::Missing("EnumerateResponse")),
        (
            "the other answer",
            envelope("<n:PullResponse><n:EndOfSequence/></n:PullResponse>"),
            No::Missing("EnumerateResponse"),
        ),
        ("a foreign namespace", envelope("<w:EnumerateResponse/>"), No::Missing("EnumerateResponse")),
        ("neither end nor context", first("", ""), No::Missing("EnumerationContext")),
        ("a context of nothing", first("", "<n:EnumerationContext/>"), No::Value("EnumerationContext")),
        (
            "a context without end",
            first("", &format!("<n:EnumerationContext>{long}</n:EnumerationContext>")),
            No::Value("EnumerationContext"),
        ),
        (
            "two contexts",
            first("", "<n:EnumerationContext>a</n:EnumerationContext><n:EnumerationContext>b</n:EnumerationContext>"),
            No::Twice("EnumerationContext"),
        ),
        (
            "two answers",
            first("", END).replace("</s:Body>", "<n:EnumerateResponse/></s:Body>"),
            No::Twice("EnumerateResponse"),
        ),
        ("no envelope", "<a/>".to_owned(), No::Missing("Envelope")),
        ("a document type", format!("<!DOCTYPE a>{}", first("", END)), No::DocumentType),
    ];
    for (name, document, reason) in table {
        assert_eq!(read(&document, Page::First, |_| ()).unwrap_err(), reason, "{name}");
    }
    let cut = first("<w:XmlFragment/>", END);
    let cut = cut.get(..cut.len() - 20).unwrap();
    assert!(matches!(read(cut, Page::First, |_| ()), Err(No::Xml(_))));
}

#[test]
fn objects_elsewhere_are_none() {
    let elsewhere = [
        envelope(&format!("<n:EnumerateResponse>{END}<w:Other><w:XmlFragment/></w:Other></n:EnumerateResponse>")),
        envelope(&format!("<n:EnumerateResponse>{END}<Items><a/></Items></n:EnumerateResponse>")),
        envelope(&format!("<w:Items><a/></w:Items><n:EnumerateResponse>{END}</n:EnumerateResponse>")),
        first("", END).replace(
            "<s:Header/>",
            "<s:Header><n:EnumerateResponse><w:Items><a/></w:Items></n:EnumerateResponse></s:Header>",
        ),
        first("", END).replace("<w:Items>", "<w:Items xmlns:w=\"urn:w\"><a/>"),
    ];
    for document in elsewhere {
        assert_eq!(read(&document, Page::First, |_| ()).unwrap().0.len(), 0, "{document}");
    }
}

#[test]
fn a_fault_is_told_whatever_came_before_it() {
    let fault = "<s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value>n:CannotProcessFilter</s:Value></s:Subcode>\
                 </s:Code></s:Fault>";
    let (_, answer) = read(&envelope(fault), Page::First, |_| ()).unwrap();
    let Answer::Fault(fault) = answer else { panic!("{answer:?}") };
    assert!(fault.is_filter_refused() && !fault.is_access_denied() && !fault.is_class_missing());
}

/// Which way out a fault leaves.
#[test]
fn the_faults_of_queries_are_told_apart() {
    let table: [(u32, [bool; 4]); 12] = [
        (5, [true, false, false, false]),
        (0x8004_1003, [true, false, false, false]),
        (2_150_859_012, [true, false, false, false]),
        (2_150_859_014, [true, false, false, false]),
        (0x8004_100e, [false, true, false, false]),
        (0x8004_1010, [false, true, false, false]),
        (2_150_858_752, [false, true, false, false]),
        (2_150_858_778, [false, false, true, false]),
        (2_150_859_003, [false, false, true, false]),
        (0x8004_1017, [false, false, true, false]),
        (2_150_858_779, [false, false, false, true]),
        (2_150_858_843, [false, false, false, false]),
    ];
    for (code, expected) in table {
        let fault = format!("<s:Fault><s:Detail><f:WSManFault Code=\"{code}\"/></s:Detail></s:Fault>");
        let (_, answer) = read(&envelope(&fault), Page::First, |_| ()).unwrap();
        let Answer::Fault(fault) = answer else { panic!("{answer:?}") };
        let told =
            [fault.is_access_denied(), fault.is_class_missing(), fault.is_filter_refused(), fault.is_context_gone()];
        assert_eq!(told, expected, "{code}");
    }
}

#[test]
fn more_objects_than_may_be_kept_pass_all_the_same() {
    let items = "<w:XmlFragment><A>1</A><B>2</B></w:XmlFragment>".repeat(40_000);
    let (rows, rest) = read(&first(&items, END), Page::First, |object| object.number("B")).unwrap();
    assert_eq!((rows.len(), rest), (40_000, Answer::Content(Rest::End)));
    assert!(rows.iter().all(|row| *row == Some(2)));
    // One object is bounded like any other answer.
    let large = format!("<w:XmlFragment>{}</w:XmlFragment>", "<A/>".repeat(60_000));
    assert_eq!(read(&first(&large, END), Page::First, |_| ()).unwrap_err(), ReadError::TooMany("elements"));
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(item in "[<>/a-cw:=\"' &;0-9]{0,80}", rest in "[<>/a-cn:=\"' &;]{0,40}") {
        let document = first(&format!("<w:XmlFragment>{item}</w:XmlFragment>"), &rest);
        let _ = read(&document, Page::First, |object| (object.text("a").map(str::to_owned), object.time("b")));
    }
}
