//! Messages to a host.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use quick_xml::Writer;
use quick_xml::events::{BytesEnd, BytesStart, BytesText, Event};

use super::Action;
use super::duration::xs_duration;
use super::namespace;

/// The largest answer that is asked for, in bytes: what servers from 2012 on allow. [MS-WSMV]
/// 3.1.4.1.9
const MAX_ENVELOPE_SIZE: &str = "512000";

/// How long a shell lives when nobody asks for it any more, so that a client that was killed costs
/// the host three minutes and not two hours. The least that is allowed is 60 s. [MS-WSMV] 2.2.4.38
const IDLE_TIME_OUT: Duration = Duration::from_secs(180);

/// The most objects that one answer may have: a server's own limit (MaxBatchItems), so that only the
/// size of the envelope ends an answer. [MS-WSMV] 3.1.4.1.14
const MAX_ELEMENTS: &str = "32000";

const ENUMERATION: [(&str, &str); 1] = [("xmlns:n", namespace::ENUMERATION)];

/// What stands in the header of a message beside its action.
#[derive(Clone, Copy, Debug)]
pub struct Header<'a> {
    /// The address that the message goes to.
    pub to: &'a str,
    /// An identifier that no other message has, without `uuid:`.
    pub message_id: &'a str,
    /// How long the host may hold this message before it answers.
    pub operation_timeout: Duration,
}

/// A message of a remote shell or of an enumeration.
#[derive(Clone, Copy, Debug)]
pub enum Request<'a> {
    /// [MS-WSMV] 3.1.4.5.2
    Create {
        /// The identifier that the shell shall have; a host may choose another.
        shell_id: &'a str,
        /// Whether output shall be UTF-8 (code page 65001). A host without that code page refuses
        /// the shell.
        utf8: bool,
    },
    /// [MS-WSMV] 3.1.4.11
    Command {
        /// The shell.
        shell_id: &'a str,
        /// The identifier that the command shall have; a host may choose another.
        command_id: &'a str,
        /// What cmd.exe runs, up to 8191 characters.
        command_line: &'a str,
    },
    /// [MS-WSMV] 3.1.4.13
    Send {
        /// The shell.
        shell_id: &'a str,
        /// The command.
        command_id: &'a str,
        /// A piece of its input.
        data: &'a [u8],
        /// Whether this is the last piece.
        end: bool,
    },
    /// [MS-WSMV] 3.1.4.14
    Receive {
        /// The shell.
        shell_id: &'a str,
        /// The command.
        command_id: &'a str,
    },
    /// Ends the command at once. [MS-WSMV] 3.1.4.12
    Signal {
        /// The shell.
        shell_id: &'a str,
        /// The command.
        command_id: &'a str,
    },
    /// [MS-WSMV] 3.1.4.4
    Delete {
        /// The shell.
        shell_id: &'a str,
    },
    /// [MS-WSMV] 3.1.4.8; with its first answers, DSP0226 8.2.3
    Enumerate {
        /// What is queried.
        resource: &'a str,
        /// The query, in WQL.
        wql: &'a str,
    },
    /// [MS-WSMV] 3.1.4.9
    Pull {
        /// As in the Enumerate.
        resource: &'a str,
        /// What the last answer gave to go on with.
        context: &'a str,
    },
}

impl Request<'_> {
    /// What the message asks for.
    pub fn action(&self) -> Action {
        match self {
            Self::Create { .. } => Action::Create,
            Self::Command { .. } => Action::Command,
            Self::Send { .. } => Action::Send,
            Self::Receive { .. } => Action::Receive,
            Self::Signal { .. } => Action::Signal,
            Self::Delete { .. } => Action::Delete,
            Self::Enumerate { .. } => Action::Enumerate,
            Self::Pull { .. } => Action::Pull,
        }
    }

    fn resource(&self) -> &str {
        match self {
            Self::Enumerate { resource, .. } | Self::Pull { resource, .. } => resource,
            _ => namespace::SHELL_RESOURCE,
        }
    }

    /// The shell that the message is for; none has been made yet for Create.
    fn selector(&self) -> Option<&str> {
        match self {
            Self::Create { .. } | Self::Enumerate { .. } | Self::Pull { .. } => None,
            Self::Command { shell_id, .. }
            | Self::Send { shell_id, .. }
            | Self::Receive { shell_id, .. }
            | Self::Signal { shell_id, .. }
            | Self::Delete { shell_id } => Some(shell_id),
        }
    }

    /// `w:OptionSet`. [MS-WSMV] 2.2.4.38 and 3.1.4.11
    ///
    /// Servers from 2012 R2 on ignore both options of Command, but with input to the command this
    /// is the form that Ansible has sent to every Windows host for years.
    fn options(&self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Create { utf8: true, .. } => &[("WINRS_NOPROFILE", "TRUE"), ("WINRS_CODEPAGE", "65001")],
            Self::Create { utf8: false, .. } => &[("WINRS_NOPROFILE", "TRUE")],
            Self::Command { .. } => &[("WINRS_CONSOLEMODE_STDIN", "FALSE"), ("WINRS_SKIP_CMD_SHELL", "FALSE")],
            _ => &[],
        }
    }
}

/// Writes a message: a SOAP envelope in UTF-8, without spaces between its elements.
pub fn write(header: &Header<'_>, request: &Request<'_>) -> Vec<u8> {
    let mut xml = Xml(Writer::new(Vec::new()));
    xml.element(
        "s:Envelope",
        &[
            ("xmlns:s", namespace::SOAP),
            ("xmlns:a", namespace::ADDRESSING),
            ("xmlns:w", namespace::WSMAN),
            ("xmlns:p", namespace::MICROSOFT_WSMAN),
            ("xmlns:rsp", namespace::SHELL),
        ],
        |xml| {
            xml.element("s:Header", &[], |xml| write_header(xml, header, request));
            xml.element("s:Body", &[], |xml| write_body(xml, request));
        },
    );
    xml.0.into_inner()
}

/// The resource of all classes of a namespace of WMI: a query names its class itself. [MS-WSMV]
/// 3.1.4.1.1
pub fn wmi_resource(name: &str) -> String {
    format!("{}{}/*", namespace::WMI_RESOURCE, name.replace('\\', "/"))
}

const MUST: (&str, &str) = ("s:mustUnderstand", "true");
const MAY: (&str, &str) = ("s:mustUnderstand", "false");
/// Fixes the language of fault texts. A host must refuse a locale that must be understood.
const ENGLISH: (&str, &str) = ("xml:lang", "en-US");

/// [MS-WSMV] 3.1.4.1
fn write_header(xml: &mut Xml, header: &Header<'_>, request: &Request<'_>) {
    xml.text("a:To", &[], header.to);
    xml.element("a:ReplyTo", &[], |xml| xml.text("a:Address", &[MUST], namespace::ANONYMOUS));
    xml.text("a:Action", &[MUST], request.action().uri());
    xml.text("a:MessageID", &[], &format!("uuid:{}", header.message_id));
    xml.text("w:ResourceURI", &[MUST], request.resource());
    xml.text("w:MaxEnvelopeSize", &[MUST], MAX_ENVELOPE_SIZE);
    xml.text("w:OperationTimeout", &[], &xs_duration(header.operation_timeout));
    xml.element("w:Locale", &[ENGLISH, MAY], |_| {});
    xml.element("p:DataLocale", &[ENGLISH, MAY], |_| {});
    if let Some(shell_id) = request.selector() {
        xml.element("w:SelectorSet", &[], |xml| xml.text("w:Selector", &[("Name", "ShellId")], shell_id));
    }
    let options = request.options();
    if !options.is_empty() {
        xml.element("w:OptionSet", &[MUST], |xml| {
            for (name, value) in options {
                xml.text("w:Option", &[("Name", name)], value);
            }
        });
    }
}

fn write_body(xml: &mut Xml, request: &Request<'_>) {
    match *request {
        Request::Create { shell_id, .. } => xml.element("rsp:Shell", &[("ShellId", shell_id)], |xml| {
            xml.text("rsp:IdleTimeOut", &[], &xs_duration(IDLE_TIME_OUT));
            xml.text("rsp:InputStreams", &[], "stdin");
            xml.text("rsp:OutputStreams", &[], "stdout stderr");
        }),
        Request::Command { command_id, command_line, .. } => {
            xml.element("rsp:CommandLine", &[("CommandId", command_id)], |xml| {
                xml.text("rsp:Command", &[], command_line);
            });
        }
        Request::Send { command_id, data, end, .. } => xml.element("rsp:Send", &[], |xml| {
            let mut attributes = vec![("Name", "stdin"), ("CommandId", command_id)];
            if end {
                attributes.push(("End", "true"));
            }
            xml.text("rsp:Stream", &attributes, &STANDARD.encode(data));
        }),
        Request::Receive { command_id, .. } => xml.element("rsp:Receive", &[], |xml| {
            xml.text("rsp:DesiredStream", &[("CommandId", command_id)], "stdout stderr");
        }),
        Request::Signal { command_id, .. } => xml.element("rsp:Signal", &[("CommandId", command_id)], |xml| {
            xml.text("rsp:Code", &[], namespace::TERMINATE);
        }),
        Request::Delete { .. } => {}
        Request::Enumerate { wql, .. } => xml.element("n:Enumerate", &ENUMERATION, |xml| {
            xml.element("w:OptimizeEnumeration", &[], |_| {});
            xml.text("w:MaxElements", &[], MAX_ELEMENTS);
            xml.text("w:Filter", &[("Dialect", namespace::WQL)], wql);
        }),
        Request::Pull { context, .. } => xml.element("n:Pull", &ENUMERATION, |xml| {
            xml.text("n:EnumerationContext", &[], context);
            xml.text("n:MaxElements", &[], MAX_ELEMENTS);
        }),
    }
}

/// The writer of quick-xml, which escapes, with elements that close themselves.
struct Xml(Writer<Vec<u8>>);

impl Xml {
    fn element(&mut self, name: &str, attributes: &[(&str, &str)], content: impl FnOnce(&mut Self)) {
        let start = BytesStart::new(name).with_attributes(attributes.iter().copied());
        self.event(Event::Start(start));
        content(self);
        self.event(Event::End(BytesEnd::new(name)));
    }

    fn text(&mut self, name: &str, attributes: &[(&str, &str)], text: &str) {
        self.element(name, attributes, |xml| xml.event(Event::Text(BytesText::new(text))));
    }

    fn event(&mut self, event: Event<'_>) {
        // A Vec takes every write; there is no error to pass on.
        let _ = self.0.write_event(event);
    }
}
