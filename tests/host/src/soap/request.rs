//! One request, read into its parts: [MS-WSMV] 3.1.4.1, [DSP0226] 5.

use crate::soap::duration;
use crate::soap::element::Element;
use crate::soap::fault::Fault;
use crate::soap::namespace::{ADDRESSING, ENUMERATION, MANAGEMENT, MICROSOFT, SHELL, SOAP, TRANSFER};
use std::time::Duration;

/// The longest that the host holds one message (MaxTimeoutms).
const MAX_OPERATION_TIMEOUT: Duration = Duration::from_secs(60);
/// The largest envelope in either direction, in bytes (MaxEnvelopeSizekb 500).
pub(crate) const MAX_ENVELOPE_SIZE: usize = 512_000;
const MIN_ENVELOPE_SIZE: usize = 8_192;
const MAX_MESSAGE_ID: usize = 256;

/// What a client asks the host to do.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum Verb {
    /// Opens a shell.
    Create,
    /// Starts a command in a shell.
    Command,
    /// Brings bytes to a command's standard input.
    Send,
    /// Fetches what a command wrote.
    Receive,
    /// Ends or interrupts a command.
    Signal,
    /// Closes a shell.
    Delete,
    /// Asks for objects of WMI.
    Enumerate,
    /// Asks for the next of them.
    Pull,
}

impl Verb {
    /// Every verb, in the order of a conversation.
    pub const ALL: [Self; 8] = [
        Self::Create,
        Self::Command,
        Self::Send,
        Self::Receive,
        Self::Signal,
        Self::Delete,
        Self::Enumerate,
        Self::Pull,
    ];

    /// The verb in lower case, as the counters name it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Command => "command",
            Self::Send => "send",
            Self::Receive => "receive",
            Self::Signal => "signal",
            Self::Delete => "delete",
            Self::Enumerate => "enumerate",
            Self::Pull => "pull",
        }
    }

    /// The verb of a request of which no more than its beginning has arrived.
    pub(crate) fn in_beginning(body: &[u8]) -> Option<Self> {
        let text = String::from_utf8_lossy(body);
        let (_, behind) = text.split_once("Action")?;
        let (action, _) = behind.split_once('>')?.1.split_once('<')?;
        Self::from_action(action.trim())
    }

    fn from_action(action: &str) -> Option<Self> {
        let local = action.rsplit('/').next()?;
        let namespace = action.strip_suffix(local)?.strip_suffix('/')?;
        match (namespace, local) {
            (TRANSFER, "Create") => Some(Self::Create),
            (TRANSFER, "Delete") => Some(Self::Delete),
            (SHELL, "Command") => Some(Self::Command),
            (SHELL, "Send") => Some(Self::Send),
            (SHELL, "Receive") => Some(Self::Receive),
            (SHELL, "Signal") => Some(Self::Signal),
            (ENUMERATION, "Enumerate") => Some(Self::Enumerate),
            (ENUMERATION, "Pull") => Some(Self::Pull),
            _ => None,
        }
    }
}

/// A request whose headers have been checked. The body is still a tree.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) verb: Verb,
    pub(crate) message_id: String,
    pub(crate) to: String,
    pub(crate) resource: String,
    /// The shell, from the selectors.
    pub(crate) shell_id: Option<String>,
    pub(crate) options: Vec<(String, String)>,
    /// What one answer may measure at most, in bytes.
    pub(crate) max_envelope: usize,
    pub(crate) timeout: Duration,
    pub(crate) body: Element,
}

/// A fault, and the message it answers so far as that could be read.
#[derive(Debug)]
pub(crate) struct Rejected {
    pub(crate) message_id: Option<String>,
    pub(crate) fault: Fault,
}

impl Request {
    pub(crate) fn read(body: &[u8]) -> Result<Self, Rejected> {
        let envelope = std::str::from_utf8(body)
            .ok()
            .and_then(|text| Element::parse(text).ok())
            .filter(|root| root.is(SOAP, "Envelope"))
            .ok_or_else(|| Rejected { message_id: None, fault: Fault::schema("The message is no SOAP envelope. ") })?;
        let message_id = envelope
            .child(SOAP, "Header")
            .and_then(|header| header.child(ADDRESSING, "MessageID"))
            .map(|id| id.trimmed().to_owned())
            .filter(|id| id.len() <= MAX_MESSAGE_ID);
        Self::from_envelope(envelope).map_err(|fault| Rejected { message_id, fault })
    }

    /// The value of an option, whose name counts in any letter case.
    pub(crate) fn option(&self, name: &str) -> Option<&str> {
        self.options.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    fn from_envelope(mut envelope: Element) -> Result<Self, Fault> {
        let header = take_child(&mut envelope, "Header")?;
        let body = take_child(&mut envelope, "Body")?;
        check_understood(&header)?;
        let required = |namespace, name| once(&header, namespace, name)?.ok_or_else(Fault::missing_header);
        let action = required(ADDRESSING, "Action")?;
        let message_id = required(ADDRESSING, "MessageID")?;
        let to = required(ADDRESSING, "To")?;
        if required(ADDRESSING, "ReplyTo")?.child(ADDRESSING, "Address").is_none() {
            return Err(Fault::missing_header());
        }
        if message_id.trimmed().is_empty() || message_id.text.len() > MAX_MESSAGE_ID {
            return Err(Fault::repeated_header());
        }
        let resource = once(&header, MANAGEMENT, "ResourceURI")?.ok_or_else(|| Fault::with_code(2_150_858_752))?;
        Ok(Self {
            verb: Verb::from_action(action.trimmed()).ok_or_else(|| Fault::with_code(2_150_858_771))?,
            message_id: message_id.trimmed().to_owned(),
            to: to.trimmed().to_owned(),
            resource: resource.trimmed().to_owned(),
            shell_id: shell_id(&header)?,
            options: options(&header)?,
            max_envelope: max_envelope(&header)?,
            timeout: timeout(&header)?,
            body,
        })
    }
}

fn take_child(envelope: &mut Element, name: &str) -> Result<Element, Fault> {
    if envelope.children_named(SOAP, name).count() != 1 {
        return Err(Fault::schema("The envelope needs one header and one body. "));
    }
    let at = envelope.children.iter().position(|child| child.is(SOAP, name));
    at.map(|at| envelope.children.swap_remove(at)).ok_or_else(Fault::missing_header)
}

/// [SOAP 1.2 part 1] 5.2.3: what must be understood and is not known stops the message.
fn check_understood(header: &Element) -> Result<(), Fault> {
    let known = |element: &Element| match element.namespace() {
        ADDRESSING => matches!(element.name(), "Action" | "MessageID" | "To" | "ReplyTo"),
        MANAGEMENT => matches!(
            element.name(),
            "ResourceURI" | "MaxEnvelopeSize" | "OperationTimeout" | "SelectorSet" | "OptionSet"
        ),
        MICROSOFT => matches!(element.name(), "SessionId" | "OperationID" | "SequenceId"),
        _ => false,
    };
    let must = |element: &Element| matches!(element.attribute_of(SOAP, "mustUnderstand"), Some("true" | "1"));
    match header.children.iter().find(|element| must(element) && !known(element)) {
        Some(_) => Err(Fault::must_understand()),
        None => Ok(()),
    }
}

fn once<'e>(header: &'e Element, namespace: &'e str, name: &'e str) -> Result<Option<&'e Element>, Fault> {
    let mut found = header.children_named(namespace, name);
    match (found.next(), found.next()) {
        (element, None) => Ok(element),
        _ => Err(Fault::repeated_header()),
    }
}

fn shell_id(header: &Element) -> Result<Option<String>, Fault> {
    let Some(set) = once(header, MANAGEMENT, "SelectorSet")? else {
        return Ok(None);
    };
    let mut selectors = set.children_named(MANAGEMENT, "Selector");
    let (Some(selector), None) = (selectors.next(), selectors.next()) else {
        return Err(Fault::with_code(2_150_858_813));
    };
    let name = selector.attribute("Name").unwrap_or_default();
    if name.eq_ignore_ascii_case("ShellId") {
        Ok(Some(selector.trimmed().to_owned()))
    } else {
        Err(Fault::with_code(2_150_858_813))
    }
}

fn options(header: &Element) -> Result<Vec<(String, String)>, Fault> {
    let Some(set) = once(header, MANAGEMENT, "OptionSet")? else {
        return Ok(Vec::new());
    };
    let option = |option: &Element| {
        let name = option.attribute("Name").ok_or_else(|| Fault::schema("An option has no name. "))?;
        Ok((name.to_owned(), option.text.clone()))
    };
    set.children_named(MANAGEMENT, "Option").map(option).collect()
}

fn max_envelope(header: &Element) -> Result<usize, Fault> {
    let Some(element) = once(header, MANAGEMENT, "MaxEnvelopeSize")? else {
        return Ok(MAX_ENVELOPE_SIZE);
    };
    let asked: u64 = element.trimmed().parse().map_err(|_| Fault::schema("MaxEnvelopeSize is no number. "))?;
    let asked = usize::try_from(asked).unwrap_or(MAX_ENVELOPE_SIZE).min(MAX_ENVELOPE_SIZE);
    if asked < MIN_ENVELOPE_SIZE {
        return Err(Fault::with_code(2_150_858_790).because("MaxEnvelopeSize is below 8192 bytes. "));
    }
    Ok(asked)
}

fn timeout(header: &Element) -> Result<Duration, Fault> {
    let Some(element) = once(header, MANAGEMENT, "OperationTimeout")? else {
        return Ok(MAX_OPERATION_TIMEOUT);
    };
    let asked = duration::parse(element.trimmed()).ok_or_else(|| Fault::schema("OperationTimeout is no duration. "))?;
    Ok(asked.min(MAX_OPERATION_TIMEOUT))
}
