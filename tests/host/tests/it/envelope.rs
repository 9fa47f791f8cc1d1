//! Requests as text.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

const SHELL: &str = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell";
const TRANSFER: &str = "http://schemas.xmlsoap.org/ws/2004/09/transfer";

/// A request that a test may bend before it becomes text.
#[derive(Clone, Debug)]
pub(crate) struct Envelope {
    pub(crate) action: String,
    pub(crate) resource: String,
    pub(crate) shell: Option<String>,
    pub(crate) timeout: String,
    pub(crate) max_size: String,
    pub(crate) more_headers: String,
    pub(crate) body: String,
}

impl Envelope {
    fn new(action: String, shell: Option<&str>, body: String) -> Self {
        Self {
            action,
            resource: format!("{SHELL}/cmd"),
            shell: shell.map(str::to_owned),
            timeout: "PT20S".to_owned(),
            max_size: "512000".to_owned(),
            more_headers: String::new(),
            body,
        }
    }

    pub(crate) fn text(&self) -> String {
        let Self { action, resource, timeout, max_size, more_headers, body, .. } = self;
        let selectors = self.shell.as_ref().map_or(String::new(), |shell| {
            format!(r#"<w:SelectorSet><w:Selector Name="ShellId">{shell}</w:Selector></w:SelectorSet>"#)
        });
        format!(
            concat!(
                r#"<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" "#,
                r#"xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" "#,
                r#"xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd" "#,
                r#"xmlns:rsp="http://schemas.microsoft.com/wbem/wsman/1/windows/shell"><s:Header>"#,
                r#"<a:To>https://host/wsman</a:To><a:ReplyTo><a:Address s:mustUnderstand="true">"#,
                r#"http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</a:Address></a:ReplyTo>"#,
                r#"<a:Action s:mustUnderstand="true">{}</a:Action><a:MessageID>uuid:1</a:MessageID>"#,
                r#"<w:ResourceURI s:mustUnderstand="true">{}</w:ResourceURI>"#,
                r#"<w:MaxEnvelopeSize s:mustUnderstand="true">{}</w:MaxEnvelopeSize>"#,
                r#"<w:OperationTimeout>{}</w:OperationTimeout>{}{}</s:Header><s:Body>{}</s:Body></s:Envelope>"#,
            ),
            action, resource, max_size, timeout, selectors, more_headers, body
        )
    }
}

pub(crate) fn create() -> Envelope {
    let body = "<rsp:Shell><rsp:IdleTimeOut>PT180S</rsp:IdleTimeOut><rsp:InputStreams>stdin</rsp:InputStreams>\
                <rsp:OutputStreams>stdout stderr</rsp:OutputStreams></rsp:Shell>";
    Envelope::new(format!("{TRANSFER}/Create"), None, body.to_owned())
}

pub(crate) fn command(shell: &str, line: &str) -> Envelope {
    let body = format!("<rsp:CommandLine><rsp:Command>{line}</rsp:Command></rsp:CommandLine>");
    Envelope::new(format!("{SHELL}/Command"), Some(shell), body)
}

pub(crate) fn send(shell: &str, command: &str, bytes: &[u8], end: bool) -> Envelope {
    let bytes = BASE64_STANDARD.encode(bytes);
    let body = format!(
        r#"<rsp:Send><rsp:Stream Name="stdin" CommandId="{command}" End="{end}">{bytes}</rsp:Stream></rsp:Send>"#
    );
    Envelope::new(format!("{SHELL}/Send"), Some(shell), body)
}

pub(crate) fn receive(shell: &str, command: &str) -> Envelope {
    let body = format!(
        r#"<rsp:Receive><rsp:DesiredStream CommandId="{command}">stdout stderr</rsp:DesiredStream></rsp:Receive>"#
    );
    Envelope::new(format!("{SHELL}/Receive"), Some(shell), body)
}

pub(crate) fn signal(shell: &str, command: &str, code: &str) -> Envelope {
    let body = format!(r#"<rsp:Signal CommandId="{command}"><rsp:Code>{SHELL}/signal/{code}</rsp:Code></rsp:Signal>"#);
    Envelope::new(format!("{SHELL}/Signal"), Some(shell), body)
}

pub(crate) fn delete(shell: &str) -> Envelope {
    Envelope::new(format!("{TRANSFER}/Delete"), Some(shell), String::new())
}
