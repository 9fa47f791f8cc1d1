//! What becomes of the answers that come back, the wrong ones above all.

#![cfg(test)]

use proptest::prelude::*;
use winrm::soap::response::{self, Answer, CommandState};
use winrm::soap::{FaultDetail, ReadError};

const COMMAND: &str = "00000000-0000-4000-8000-00000000000B";

/// An answer as a host lays it out, around any body.
fn envelope(body: &str) -> String {
    format!(
        "<s:Envelope xml:lang=\"en-US\" xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\" \
         xmlns:a=\"http://schemas.xmlsoap.org/ws/2004/08/addressing\" \
         xmlns:x=\"http://schemas.xmlsoap.org/ws/2004/09/transfer\" \
         xmlns:w=\"http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd\" \
         xmlns:f=\"http://schemas.microsoft.com/wbem/wsman/1/wsmanfault\" \
         xmlns:rsp=\"http://schemas.microsoft.com/wbem/wsman/1/windows/shell\">\
         <s:Header><a:Action>x</a:Action></s:Header><s:Body>{body}</s:Body></s:Envelope>"
    )
}

fn output(inside: &str) -> String {
    envelope(&format!("<rsp:ReceiveResponse>{inside}</rsp:ReceiveResponse>"))
}

const DONE: &str = "State=\"http://schemas.microsoft.com/wbem/wsman/1/windows/shell/CommandState/Done\"";

fn received(document: &str) -> Result<Answer<response::Received>, ReadError> {
    response::received(document.as_bytes(), COMMAND)
}

#[test]
fn the_shell_is_found_wherever_hosts_write_it() {
    let selector = |name: &str| {
        format!(
            "<x:ResourceCreated><a:Address>x</a:Address><a:ReferenceParameters><w:SelectorSet>\
             <w:Selector Name=\"{name}\">uuid:S1</w:Selector></w:SelectorSet></a:ReferenceParameters></x:ResourceCreated>"
        )
    };
    let shell = "<rsp:Shell><rsp:ShellId>S1</rsp:ShellId><rsp:Owner>x</rsp:Owner></rsp:Shell>";
    let table = [
        (selector("ShellId"), "uuid:S1"),
        (selector("ShellID"), "uuid:S1"),
        (format!("{}{shell}", selector("ShellId")), "uuid:S1"),
        (shell.to_owned(), "S1"),
        (format!("<x:ResourceCreated/>{shell}"), "S1"),
    ];
    for (body, id) in table {
        let read = response::created(envelope(&body).as_bytes());
        assert_eq!(read, Ok(Answer::Content(id.to_owned())), "{body}");
    }
}

#[test]
fn output_is_put_together_by_stream() {
    let document = output(&format!(
        "<rsp:Stream Name=\"stdout\" CommandId=\"{COMMAND}\">w6Q=</rsp:Stream>\
         <rsp:Stream CommandId=\"{COMMAND}\" Name=\"stderr\">\n ZXJy\n </rsp:Stream>\
         <rsp:Stream Name=\"stdout\" CommandId=\"{COMMAND}\">IQ==</rsp:Stream>\
         <rsp:Stream Name=\"stdout\" CommandId=\"{COMMAND}\" End=\"true\"/>\
         <rsp:CommandState CommandId=\"{COMMAND}\" {DONE}><rsp:ExitCode>-1073741510</rsp:ExitCode></rsp:CommandState>"
    ));
    let Ok(Answer::Content(read)) = received(&document) else { panic!("{document}") };
    assert_eq!(read.stdout, "ä!".as_bytes());
    assert_eq!(read.stderr, b"err");
    assert_eq!(read.state, CommandState::Done { exit_code: Some(-1_073_741_510) });
}

#[test]
fn a_command_goes_on_or_ends_as_its_state_says() {
    let running = DONE.replace("Done", "Running");
    let pending = DONE.replace("Done", "Pending");
    let table = [
        (String::new(), CommandState::Running),
        (format!("<rsp:CommandState {running}/>"), CommandState::Running),
        (format!("<rsp:CommandState {pending}/>"), CommandState::Running),
        (format!("<rsp:CommandState {DONE}/>"), CommandState::Done { exit_code: None }),
        (
            format!("<rsp:CommandState {DONE}><rsp:ExitCode> 3221225786 </rsp:ExitCode></rsp:CommandState>"),
            CommandState::Done { exit_code: Some(3_221_225_786) },
        ),
    ];
    for (state, expected) in table {
        let Ok(Answer::Content(read)) = received(&output(&state)) else { panic!("{state}") };
        assert_eq!(read.state, expected, "{state}");
    }
}

#[test]
fn answers_that_make_no_sense_are_refused_with_their_reason() {
    use ReadError as No;
    let state = format!("<rsp:CommandState {DONE}/>");
    let table = [
        ("nothing in the body", envelope(""), No::Missing("ReceiveResponse")),
        ("another answer", envelope("<rsp:SendResponse/>"), No::Missing("ReceiveResponse")),
        (
            "a foreign namespace",
            envelope("<x:ReceiveResponse/><ReceiveResponse xmlns=\"urn:x\"/>"),
            No::Missing("ReceiveResponse"),
        ),
        ("two answers", envelope("<rsp:ReceiveResponse/><rsp:ReceiveResponse/>"), No::Twice("ReceiveResponse")),
        ("two states", output(&format!("{state}{state}")), No::Twice("CommandState")),
        ("a state of its own", output("<rsp:CommandState State=\"Done\"/>"), No::Value("CommandState")),
        ("no state in the state", output("<rsp:CommandState/>"), No::Value("CommandState")),
        (
            "two exit codes",
            output(&format!(
                "<rsp:CommandState {DONE}><rsp:ExitCode>0</rsp:ExitCode><rsp:ExitCode>1</rsp:ExitCode></rsp:CommandState>"
            )),
            No::Twice("ExitCode"),
        ),
        (
            "an exit code that is no number",
            output(&format!("<rsp:CommandState {DONE}><rsp:ExitCode>none</rsp:ExitCode></rsp:CommandState>")),
            No::Value("ExitCode"),
        ),
        ("an unknown stream", output("<rsp:Stream Name=\"stdlog\">aGk=</rsp:Stream>"), No::Value("Stream")),
        ("a stream without a name", output("<rsp:Stream>aGk=</rsp:Stream>"), No::Value("Stream")),
        ("a stream that is not base64", output("<rsp:Stream Name=\"stdout\">a</rsp:Stream>"), No::Value("Stream")),
        (
            "elements in a stream",
            output("<rsp:Stream Name=\"stdout\">aGk=<b>aGk=</b></rsp:Stream>"),
            No::Nested("Stream".to_owned()),
        ),
        (
            "output of another command",
            output("<rsp:Stream Name=\"stdout\" CommandId=\"OTHER\">aGk=</rsp:Stream>"),
            No::OtherCommand,
        ),
        ("a document type", format!("<!DOCTYPE x>{}", output("")), No::DocumentType),
        ("no envelope", "<rsp:ReceiveResponse xmlns:rsp=\"urn:x\"/>".to_owned(), No::Missing("Envelope")),
        (
            "an envelope of SOAP 1.1",
            output("").replace("http://www.w3.org/2003/05/soap-envelope", "http://schemas.xmlsoap.org/soap/envelope/"),
            No::Missing("Envelope"),
        ),
        ("two bodies", output("").replace("</s:Envelope>", "<s:Body/></s:Envelope>"), No::Twice("Body")),
    ];
    for (name, document, reason) in table {
        assert_eq!(received(&document), Err(reason), "{name}");
    }
}

#[test]
fn a_refusal_is_one_short_line_whatever_stands_in_the_document() {
    let long = "x".repeat(10_000);
    let table = [
        "<html><title></b\0tle></html>".to_owned(),
        "<a></b\r\nc>".to_owned(),
        format!("<a></{long}>"),
        format!("<{long}:a/>"),
        "<a\u{1b}:b/>".to_owned(),
        format!("<a {long}=\"1\" {long}=\"2\"/>"),
    ];
    for document in table {
        let refusal = received(&document).unwrap_err().to_string();
        assert!(refusal.starts_with("it is not XML: "), "{refusal}");
        assert!(refusal.len() < 300 && !refusal.contains(char::is_control), "{refusal:?}");
    }
}

#[test]
fn identifiers_that_could_break_a_request_are_refused() {
    let long = "x".repeat(200);
    for id in ["", "a b", "a&lt;b", long.as_str()] {
        let body = envelope(&format!("<rsp:CommandResponse><rsp:CommandId>{id}</rsp:CommandId></rsp:CommandResponse>"));
        assert_eq!(response::started(body.as_bytes()), Err(ReadError::Value("CommandId")), "{id}");
    }
}

fn fault(detail: &str) -> winrm::soap::Fault {
    let document = envelope(&format!(
        "<s:Fault><s:Code><s:Value>s:Receiver</s:Value><s:Subcode><s:Value>w:TimedOut</s:Value></s:Subcode></s:Code>\
         <s:Reason><s:Text xml:lang=\"de-DE\"> Die Zeit\r\n ist um. </s:Text></s:Reason>{detail}</s:Fault>"
    ));
    match received(&document) {
        Ok(Answer::Fault(fault)) => fault,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_fault_is_read_in_every_form_that_hosts_write() {
    let read = fault("");
    assert_eq!((read.code.as_deref(), read.subcode.as_deref()), (Some("Receiver"), Some("TimedOut")));
    assert_eq!((read.reason.as_str(), read.detail), ("Die Zeit ist um.", FaultDetail::None));
    assert!(read.is_timed_out(), "by its subcode, where there is no code");

    let read = fault(
        "<s:Detail><w:FaultDetail>http://schemas.dmtf.org/wbem/wsman/1/wsman/faultDetail/UnexpectedSelectors\
         </w:FaultDetail></s:Detail>",
    );
    assert_eq!((read.fault_detail.as_deref(), read.detail), (Some("UnexpectedSelectors"), FaultDetail::Uri));

    let read = fault(
        "<s:Detail><f:WSManFault Code=\"-2144108503\" Machine=\"hv1\"><f:Message>too late</f:Message></f:WSManFault></s:Detail>",
    );
    assert_eq!((read.wsman_code, read.machine.as_deref()), (Some(2_150_858_793), Some("hv1")));
    assert_eq!((read.message.as_deref(), read.detail), (Some("too late"), FaultDetail::WsManFault));

    let read = fault(
        "<s:Detail><f:WSManFault Code=\"2150858778\" Machine=\"hv1\"><f:Message>\
         <f:ProviderFault provider=\"WMI Provider\" path=\"x\">outer<f:WSManFault Code=\"5\" Machine=\"hv2\">\
         <f:Message>inner</f:Message></f:WSManFault></f:ProviderFault></f:Message></f:WSManFault></s:Detail>",
    );
    assert_eq!((read.wsman_code, read.message.as_deref()), (Some(5), Some("inner")), "the deepest tells most");
    assert_eq!((read.machine.as_deref(), read.provider.as_deref()), (Some("hv2"), Some("WMI Provider")));
    assert!(read.is_access_denied());
    assert!(!read.is_timed_out(), "a code counts more than a subcode");

    for beginning in [
        "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2",
        "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/microsoft/windows/management",
    ] {
        let read = fault(&format!(
            "<s:Detail><q:MSFT_WmiError xmlns:q=\"{beginning}/MSFT_WmiError\">\
             <q:error_Code>2150859173</q:error_Code><q:Message>30 shells</q:Message></q:MSFT_WmiError></s:Detail>"
        ));
        assert_eq!((read.wsman_code, read.detail), (Some(2_150_859_173), FaultDetail::WmiError));
        assert!(read.is_quota());
    }
    let read = fault(
        "<s:Detail><q:MSFT_WmiError xmlns:q=\"urn:x\"><q:error_Code>5</q:error_Code></q:MSFT_WmiError></s:Detail>",
    );
    assert_eq!(read.wsman_code, None, "a foreign namespace");

    let read = fault("<s:Detail><f:WSManFault Code=\"99999999999\"/></s:Detail>");
    assert_eq!(read.wsman_code, None, "a code that is none is left out");
}

#[test]
fn a_fault_is_told_in_one_line_with_its_code_and_what_to_do() {
    let read = fault(
        "<s:Detail><f:WSManFault Code=\"5\"><f:Message>Zugriff\nverweigert. </f:Message></f:WSManFault></s:Detail>",
    );
    let told = read.to_string();
    assert!(told.starts_with("Zugriff verweigert (code 5, TimedOut): the account must be an administrator"), "{told}");
    assert!(!told.contains('\n'));
}

/// Every reader on any bytes.
fn read_all(document: &[u8]) {
    let _ = response::created(document);
    let _ = response::started(document);
    let _ = response::sent(document);
    let _ = response::received(document, COMMAND);
    let _ = response::signalled(document);
    let _ = response::deleted(document);
    if let Some(fault) = response::fault(document) {
        let _ = fault.to_string();
    }
}

fn good_answers() -> Vec<String> {
    vec![
        envelope("<rsp:Shell><rsp:ShellId>S1</rsp:ShellId></rsp:Shell>"),
        output(&format!(
            "<rsp:Stream Name=\"stdout\" CommandId=\"{COMMAND}\">aGk=</rsp:Stream><rsp:CommandState {DONE}>\
             <rsp:ExitCode>0</rsp:ExitCode></rsp:CommandState>"
        )),
        envelope(
            "<s:Fault><s:Code><s:Value>s:Sender</s:Value></s:Code><s:Detail><f:WSManFault Code=\"5\"><f:Message>\
             <f:ProviderFault provider=\"p\">&#x41;&amp;</f:ProviderFault></f:Message></f:WSManFault></s:Detail></s:Fault>",
        ),
    ]
}

proptest! {
    #[test]
    fn any_bytes_are_read_without_a_panic(document in proptest::collection::vec(any::<u8>(), 0..400)) {
        read_all(&document);
    }

    #[test]
    fn anything_like_xml_is_read_without_a_panic(document in "(<[/!?a-z:\" =&;#0-9]{0,12}>?|[ -~]){0,40}") {
        read_all(document.as_bytes());
    }

    #[test]
    fn good_answers_with_changed_bytes_are_read_without_a_panic(
        which in 0usize..3,
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in any::<prop::sample::Index>(),
    ) {
        let mut document = good_answers()[which].clone().into_bytes();
        for (place, byte) in changes {
            let place = place.index(document.len());
            document[place] = byte;
        }
        read_all(&document);
        document.truncate(cut.index(document.len()));
        read_all(&document);
    }
}
