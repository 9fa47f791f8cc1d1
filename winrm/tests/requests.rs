//! Every message that goes out, to the byte.

#![cfg(test)]

use std::time::Duration;

use expect_test::{Expect, expect};
use proptest::prelude::*;
use winrm::soap::request::{Header, Request, write};

const MESSAGE: &str = "00000000-0000-4000-8000-000000000001";
const SHELL: &str = "00000000-0000-4000-8000-00000000000A";
const COMMAND: &str = "00000000-0000-4000-8000-00000000000B";

fn check(request: &Request<'_>, expected: &Expect) {
    let header =
        Header { to: "https://hv1:5986/wsman", message_id: MESSAGE, operation_timeout: Duration::from_secs(60) };
    let written = String::from_utf8(write(&header, request)).unwrap();
    expected.assert_eq(&written.replace("><", ">\n<"));
}

#[test]
fn create() {
    let expected = expect![[r#"
        <s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd" xmlns:p="http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd" xmlns:rsp="http://schemas.microsoft.com/wbem/wsman/1/windows/shell">
        <s:Header>
        <a:To>https://hv1:5986/wsman</a:To>
        <a:ReplyTo>
        <a:Address s:mustUnderstand="true">http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</a:Address>
        </a:ReplyTo>
        <a:Action s:mustUnderstand="true">http://schemas.xmlsoap.org/ws/2004/09/transfer/Create</a:Action>
        <a:MessageID>uuid:00000000-0000-4000-8000-000000000001</a:MessageID>
        <w:ResourceURI s:mustUnderstand="true">http://schemas.microsoft.com/wbem/wsman/1/windows/shell/cmd</w:ResourceURI>
        <w:MaxEnvelopeSize s:mustUnderstand="true">512000</w:MaxEnvelopeSize>
        <w:OperationTimeout>PT60S</w:OperationTimeout>
        <w:Locale xml:lang="en-US" s:mustUnderstand="false">
        </w:Locale>
        <p:DataLocale xml:lang="en-US" s:mustUnderstand="false">
        </p:DataLocale>
        <w:OptionSet s:mustUnderstand="true">
        <w:Option Name="WINRS_NOPROFILE">TRUE</w:Option>
        <w:Option Name="WINRS_CODEPAGE">65001</w:Option>
        </w:OptionSet>
        </s:Header>
        <s:Body>
        <rsp:Shell ShellId="00000000-0000-4000-8000-00000000000A">
        <rsp:IdleTimeOut>PT180S</rsp:IdleTimeOut>
        <rsp:InputStreams>stdin</rsp:InputStreams>
        <rsp:OutputStreams>stdout stderr</rsp:OutputStreams>
        </rsp:Shell>
        </s:Body>
        </s:Envelope>"#]];
    check(&Request::Create { shell_id: SHELL, utf8: true }, &expected);
}

#[test]
fn enumerate() {
    let resource = winrm::soap::request::wmi_resource(r"root\virtualization/v2");
    let wql = "SELECT Name FROM Thing WHERE Name <> 'a'";
    check(
        &Request::Enumerate { resource: &resource, wql },
        &expect![[r#"
        <s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd" xmlns:p="http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd" xmlns:rsp="http://schemas.microsoft.com/wbem/wsman/1/windows/shell">
        <s:Header>
        <a:To>https://hv1:5986/wsman</a:To>
        <a:ReplyTo>
        <a:Address s:mustUnderstand="true">http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</a:Address>
        </a:ReplyTo>
        <a:Action s:mustUnderstand="true">http://schemas.xmlsoap.org/ws/2004/09/enumeration/Enumerate</a:Action>
        <a:MessageID>uuid:00000000-0000-4000-8000-000000000001</a:MessageID>
        <w:ResourceURI s:mustUnderstand="true">http://schemas.microsoft.com/wbem/wsman/1/wmi/root/virtualization/v2/*</w:ResourceURI>
        <w:MaxEnvelopeSize s:mustUnderstand="true">512000</w:MaxEnvelopeSize>
        <w:OperationTimeout>PT60S</w:OperationTimeout>
        <w:Locale xml:lang="en-US" s:mustUnderstand="false">
        </w:Locale>
        <p:DataLocale xml:lang="en-US" s:mustUnderstand="false">
        </p:DataLocale>
        </s:Header>
        <s:Body>
        <n:Enumerate xmlns:n="http://schemas.xmlsoap.org/ws/2004/09/enumeration">
        <w:OptimizeEnumeration>
        </w:OptimizeEnumeration>
        <w:MaxElements>32000</w:MaxElements>
        <w:Filter Dialect="http://schemas.microsoft.com/wbem/wsman/1/WQL">SELECT Name FROM Thing WHERE Name &lt;&gt; &apos;a&apos;</w:Filter>
        </n:Enumerate>
        </s:Body>
        </s:Envelope>"#]],
    );
}

#[test]
fn pull() {
    let resource = winrm::soap::request::wmi_resource("root/cimv2");
    check(
        &Request::Pull { resource: &resource, context: "uuid:<C>" },
        &expect![[r#"
        <s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd" xmlns:p="http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd" xmlns:rsp="http://schemas.microsoft.com/wbem/wsman/1/windows/shell">
        <s:Header>
        <a:To>https://hv1:5986/wsman</a:To>
        <a:ReplyTo>
        <a:Address s:mustUnderstand="true">http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</a:Address>
        </a:ReplyTo>
        <a:Action s:mustUnderstand="true">http://schemas.xmlsoap.org/ws/2004/09/enumeration/Pull</a:Action>
        <a:MessageID>uuid:00000000-0000-4000-8000-000000000001</a:MessageID>
        <w:ResourceURI s:mustUnderstand="true">http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2/*</w:ResourceURI>
        <w:MaxEnvelopeSize s:mustUnderstand="true">512000</w:MaxEnvelopeSize>
        <w:OperationTimeout>PT60S</w:OperationTimeout>
        <w:Locale xml:lang="en-US" s:mustUnderstand="false">
        </w:Locale>
        <p:DataLocale xml:lang="en-US" s:mustUnderstand="false">
        </p:DataLocale>
        </s:Header>
        <s:Body>
        <n:Pull xmlns:n="http://schemas.xmlsoap.org/ws/2004/09/enumeration">
        <n:EnumerationContext>uuid:&lt;C&gt;</n:EnumerationContext>
        <n:MaxElements>32000</n:MaxElements>
        </n:Pull>
        </s:Body>
        </s:Envelope>"#]],
    );
}

#[test]
fn create_without_a_code_page() {
    let expected = expect![[r#"
        <s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd" xmlns:p="http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd" xmlns:rsp="http://schemas.microsoft.com/wbem/wsman/1/windows/shell">
        <s:Header>
        <a:To>https://hv1:5986/wsman</a:To>
        <a:ReplyTo>
        <a:Address s:mustUnderstand="true">http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</a:Address>
        </a:ReplyTo>
        <a:Action s:mustUnderstand="true">http://schemas.xmlsoap.org/ws/2004/09/transfer/Create</a:Action>
        <a:MessageID>uuid:00000000-0000-4000-8000-000000000001</a:MessageID>
        <w:ResourceURI s:mustUnderstand="true">http://schemas.microsoft.com/wbem/wsman/1/windows/shell/cmd</w:ResourceURI>
        <w:MaxEnvelopeSize s:mustUnderstand="true">512000</w:MaxEnvelopeSize>
        <w:OperationTimeout>PT60S</w:OperationTimeout>
        <w:Locale xml:lang="en-US" s:mustUnderstand="false">
        </w:Locale>
        <p:DataLocale xml:lang="en-US" s:mustUnderstand="false">
        </p:DataLocale>
        <w:OptionSet s:mustUnderstand="true">
        <w:Option Name="WINRS_NOPROFILE">TRUE</w:Option>
        </w:OptionSet>
        </s:Header>
        <s:Body>
        <rsp:Shell ShellId="00000000-0000-4000-8000-00000000000A">
        <rsp:IdleTimeOut>PT180S</rsp:IdleTimeOut>
        <rsp:InputStreams>stdin</rsp:InputStreams>
        <rsp:OutputStreams>stdout stderr</rsp:OutputStreams>
        </rsp:Shell>
        </s:Body>
        </s:Envelope>"#]];
    check(&Request::Create { shell_id: SHELL, utf8: false }, &expected);
}

#[test]
fn command() {
    let expected = expect![[r#"
        <s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd" xmlns:p="http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd" xmlns:rsp="http://schemas.microsoft.com/wbem/wsman/1/windows/shell">
        <s:Header>
        <a:To>https://hv1:5986/wsman</a:To>
        <a:ReplyTo>
        <a:Address s:mustUnderstand="true">http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</a:Address>
        </a:ReplyTo>
        <a:Action s:mustUnderstand="true">http://schemas.microsoft.com/wbem/wsman/1/windows/shell/Command</a:Action>
        <a:MessageID>uuid:00000000-0000-4000-8000-000000000001</a:MessageID>
        <w:ResourceURI s:mustUnderstand="true">http://schemas.microsoft.com/wbem/wsman/1/windows/shell/cmd</w:ResourceURI>
        <w:MaxEnvelopeSize s:mustUnderstand="true">512000</w:MaxEnvelopeSize>
        <w:OperationTimeout>PT60S</w:OperationTimeout>
        <w:Locale xml:lang="en-US" s:mustUnderstand="false">
        </w:Locale>
        <p:DataLocale xml:lang="en-US" s:mustUnderstand="false">
        </p:DataLocale>
        <w:SelectorSet>
        <w:Selector Name="ShellId">00000000-0000-4000-8000-00000000000A</w:Selector>
        </w:SelectorSet>
        <w:OptionSet s:mustUnderstand="true">
        <w:Option Name="WINRS_CONSOLEMODE_STDIN">FALSE</w:Option>
        <w:Option Name="WINRS_SKIP_CMD_SHELL">FALSE</w:Option>
        </w:OptionSet>
        </s:Header>
        <s:Body>
        <rsp:CommandLine CommandId="00000000-0000-4000-8000-00000000000B">
        <rsp:Command>echo &quot;a &amp; b&quot; &lt;nul &gt;nul</rsp:Command>
        </rsp:CommandLine>
        </s:Body>
        </s:Envelope>"#]];
    let command_line = r#"echo "a & b" <nul >nul"#;
    check(&Request::Command { shell_id: SHELL, command_id: COMMAND, command_line }, &expected);
}

#[test]
fn send_a_first_piece() {
    let expected = expect![[r#"
        <s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd" xmlns:p="http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd" xmlns:rsp="http://schemas.microsoft.com/wbem/wsman/1/windows/shell">
        <s:Header>
        <a:To>https://hv1:5986/wsman</a:To>
        <a:ReplyTo>
        <a:Address s:mustUnderstand="true">http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</a:Address>
        </a:ReplyTo>
        <a:Action s:mustUnderstand="true">http://schemas.microsoft.com/wbem/wsman/1/windows/shell/Send</a:Action>
        <a:MessageID>uuid:00000000-0000-4000-8000-000000000001</a:MessageID>
        <w:ResourceURI s:mustUnderstand="true">http://schemas.microsoft.com/wbem/wsman/1/windows/shell/cmd</w:ResourceURI>
        <w:MaxEnvelopeSize s:mustUnderstand="true">512000</w:MaxEnvelopeSize>
        <w:OperationTimeout>PT60S</w:OperationTimeout>
        <w:Locale xml:lang="en-US" s:mustUnderstand="false">
        </w:Locale>
        <p:DataLocale xml:lang="en-US" s:mustUnderstand="false">
        </p:DataLocale>
        <w:SelectorSet>
        <w:Selector Name="ShellId">00000000-0000-4000-8000-00000000000A</w:Selector>
        </w:SelectorSet>
        </s:Header>
        <s:Body>
        <rsp:Send>
        <rsp:Stream Name="stdin" CommandId="00000000-0000-4000-8000-00000000000B">Zmlyc3QK</rsp:Stream>
        </rsp:Send>
        </s:Body>
        </s:Envelope>"#]];
    check(&Request::Send { shell_id: SHELL, command_id: COMMAND, data: b"first\n", end: false }, &expected);
}

#[test]
fn send_the_last_piece() {
    let expected = expect![[r#"
        <s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd" xmlns:p="http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd" xmlns:rsp="http://schemas.microsoft.com/wbem/wsman/1/windows/shell">
        <s:Header>
        <a:To>https://hv1:5986/wsman</a:To>
        <a:ReplyTo>
        <a:Address s:mustUnderstand="true">http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</a:Address>
        </a:ReplyTo>
        <a:Action s:mustUnderstand="true">http://schemas.microsoft.com/wbem/wsman/1/windows/shell/Send</a:Action>
        <a:MessageID>uuid:00000000-0000-4000-8000-000000000001</a:MessageID>
        <w:ResourceURI s:mustUnderstand="true">http://schemas.microsoft.com/wbem/wsman/1/windows/shell/cmd</w:ResourceURI>
        <w:MaxEnvelopeSize s:mustUnderstand="true">512000</w:MaxEnvelopeSize>
        <w:OperationTimeout>PT60S</w:OperationTimeout>
        <w:Locale xml:lang="en-US" s:mustUnderstand="false">
        </w:Locale>
        <p:DataLocale xml:lang="en-US" s:mustUnderstand="false">
        </p:DataLocale>
        <w:SelectorSet>
        <w:Selector Name="ShellId">00000000-0000-4000-8000-00000000000A</w:Selector>
        </w:SelectorSet>
        </s:Header>
        <s:Body>
        <rsp:Send>
        <rsp:Stream Name="stdin" CommandId="00000000-0000-4000-8000-00000000000B" End="true">I2VuZCAxCg==</rsp:Stream>
        </rsp:Send>
        </s:Body>
        </s:Envelope>"#]];
    check(&Request::Send { shell_id: SHELL, command_id: COMMAND, data: b"#end 1\n", end: true }, &expected);
}

#[test]
fn receive() {
    let expected = expect![[r#"
        <s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd" xmlns:p="http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd" xmlns:rsp="http://schemas.microsoft.com/wbem/wsman/1/windows/shell">
        <s:Header>
        <a:To>https://hv1:5986/wsman</a:To>
        <a:ReplyTo>
        <a:Address s:mustUnderstand="true">http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</a:Address>
        </a:ReplyTo>
        <a:Action s:mustUnderstand="true">http://schemas.microsoft.com/wbem/wsman/1/windows/shell/Receive</a:Action>
        <a:MessageID>uuid:00000000-0000-4000-8000-000000000001</a:MessageID>
        <w:ResourceURI s:mustUnderstand="true">http://schemas.microsoft.com/wbem/wsman/1/windows/shell/cmd</w:ResourceURI>
        <w:MaxEnvelopeSize s:mustUnderstand="true">512000</w:MaxEnvelopeSize>
        <w:OperationTimeout>PT60S</w:OperationTimeout>
        <w:Locale xml:lang="en-US" s:mustUnderstand="false">
        </w:Locale>
        <p:DataLocale xml:lang="en-US" s:mustUnderstand="false">
        </p:DataLocale>
        <w:SelectorSet>
        <w:Selector Name="ShellId">00000000-0000-4000-8000-00000000000A</w:Selector>
        </w:SelectorSet>
        </s:Header>
        <s:Body>
        <rsp:Receive>
        <rsp:DesiredStream CommandId="00000000-0000-4000-8000-00000000000B">stdout stderr</rsp:DesiredStream>
        </rsp:Receive>
        </s:Body>
        </s:Envelope>"#]];
    check(&Request::Receive { shell_id: SHELL, command_id: COMMAND }, &expected);
}

#[test]
fn signal() {
    let expected = expect![[r#"
        <s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd" xmlns:p="http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd" xmlns:rsp="http://schemas.microsoft.com/wbem/wsman/1/windows/shell">
        <s:Header>
        <a:To>https://hv1:5986/wsman</a:To>
        <a:ReplyTo>
        <a:Address s:mustUnderstand="true">http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</a:Address>
        </a:ReplyTo>
        <a:Action s:mustUnderstand="true">http://schemas.microsoft.com/wbem/wsman/1/windows/shell/Signal</a:Action>
        <a:MessageID>uuid:00000000-0000-4000-8000-000000000001</a:MessageID>
        <w:ResourceURI s:mustUnderstand="true">http://schemas.microsoft.com/wbem/wsman/1/windows/shell/cmd</w:ResourceURI>
        <w:MaxEnvelopeSize s:mustUnderstand="true">512000</w:MaxEnvelopeSize>
        <w:OperationTimeout>PT60S</w:OperationTimeout>
        <w:Locale xml:lang="en-US" s:mustUnderstand="false">
        </w:Locale>
        <p:DataLocale xml:lang="en-US" s:mustUnderstand="false">
        </p:DataLocale>
        <w:SelectorSet>
        <w:Selector Name="ShellId">00000000-0000-4000-8000-00000000000A</w:Selector>
        </w:SelectorSet>
        </s:Header>
        <s:Body>
        <rsp:Signal CommandId="00000000-0000-4000-8000-00000000000B">
        <rsp:Code>http://schemas.microsoft.com/wbem/wsman/1/windows/shell/signal/terminate</rsp:Code>
        </rsp:Signal>
        </s:Body>
        </s:Envelope>"#]];
    check(&Request::Signal { shell_id: SHELL, command_id: COMMAND }, &expected);
}

#[test]
fn delete() {
    let expected = expect![[r#"
        <s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd" xmlns:p="http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd" xmlns:rsp="http://schemas.microsoft.com/wbem/wsman/1/windows/shell">
        <s:Header>
        <a:To>https://hv1:5986/wsman</a:To>
        <a:ReplyTo>
        <a:Address s:mustUnderstand="true">http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</a:Address>
        </a:ReplyTo>
        <a:Action s:mustUnderstand="true">http://schemas.xmlsoap.org/ws/2004/09/transfer/Delete</a:Action>
        <a:MessageID>uuid:00000000-0000-4000-8000-000000000001</a:MessageID>
        <w:ResourceURI s:mustUnderstand="true">http://schemas.microsoft.com/wbem/wsman/1/windows/shell/cmd</w:ResourceURI>
        <w:MaxEnvelopeSize s:mustUnderstand="true">512000</w:MaxEnvelopeSize>
        <w:OperationTimeout>PT60S</w:OperationTimeout>
        <w:Locale xml:lang="en-US" s:mustUnderstand="false">
        </w:Locale>
        <p:DataLocale xml:lang="en-US" s:mustUnderstand="false">
        </p:DataLocale>
        <w:SelectorSet>
        <w:Selector Name="ShellId">00000000-0000-4000-8000-00000000000A</w:Selector>
        </w:SelectorSet>
        </s:Header>
        <s:Body>
        </s:Body>
        </s:Envelope>"#]];
    check(&Request::Delete { shell_id: SHELL }, &expected);
}

proptest! {
    #[test]
    fn what_is_written_into_a_request_comes_out_of_it(line in "\\PC{0,60}", data in proptest::collection::vec(any::<u8>(), 0..60)) {
        use base64::Engine as _;
        let header = Header { to: "https://hv1:5986/wsman", message_id: MESSAGE, operation_timeout: Duration::from_secs(1) };
        let command = write(&header, &Request::Command { shell_id: SHELL, command_id: COMMAND, command_line: &line });
        let text = |document: &[u8], name: &str| -> String {
            let mut reader = quick_xml::Reader::from_reader(document);
            let (mut inside, mut text) = (false, String::new());
            loop {
                use quick_xml::events::Event;
                match reader.read_event().unwrap() {
                    Event::Start(start) => inside = start.name().as_ref() == name,
                    Event::End(_) => inside = false,
                    Event::Text(piece) if inside => text.push_str(&piece),
                    Event::GeneralRef(piece) if inside => {
                        let c = piece.resolve_char_ref().unwrap().map(String::from);
                        let c = c.unwrap_or_else(|| quick_xml::escape::resolve_predefined_entity(&piece).unwrap().to_owned());
                        text.push_str(&c);
                    }
                    Event::Eof => return text,
                    _ => {}
                }
            }
        };
        prop_assert_eq!(text(&command, "rsp:Command"), line);
        let send = write(&header, &Request::Send { shell_id: SHELL, command_id: COMMAND, data: &data, end: true });
        let sent = base64::engine::general_purpose::STANDARD.decode(text(&send, "rsp:Stream")).unwrap();
        prop_assert_eq!(sent, data);
    }
}
