//! What a host says instead of an answer.

use std::fmt;

use super::element::Element;
use super::namespace::{FAULT, SOAP, WMI_ERROR, WSMAN};
use super::one_line::one_line;

/// Longer than any sentence of a host that is worth showing.
const LONGEST_TEXT: usize = 500;

/// A fault, as data. [MS-WSMV] 2.2.4.43, 3.1.4.1.32
///
/// Decide by [`wsman_code`](Self::wsman_code) and [`subcode`](Self::subcode) alone: hosts speak
/// every language. All texts are one line and of bounded length.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Fault {
    /// Who is to blame: `Sender`, `Receiver`, `MustUnderstand`.
    pub code: Option<String>,
    /// What kind of fault, without its prefix: `TimedOut`, `AccessDenied`, `InvalidSelectors`.
    pub subcode: Option<String>,
    /// The code of Windows or of WinRM, the most deeply nested one where there are several.
    pub wsman_code: Option<u32>,
    /// What the host says, for people.
    pub reason: String,
    /// What the innermost part of the fault says, where it says anything.
    pub message: Option<String>,
    /// The machine that the fault comes from, by its own account.
    pub machine: Option<String>,
    /// The plug-in that it comes from.
    pub provider: Option<String>,
    /// The last part of `w:FaultDetail`: `UnexpectedSelectors`.
    pub fault_detail: Option<String>,
    /// Where the code was found.
    pub detail: FaultDetail,
}

/// The form that the details of a fault have.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum FaultDetail {
    /// `f:WSManFault`, the usual one.
    WsManFault,
    /// `MSFT_WmiError`, seen for quotas.
    WmiError,
    /// `w:FaultDetail` alone.
    Uri,
    /// None.
    #[default]
    None,
}

impl Fault {
    /// Reads `s:Fault`. Whatever is missing or makes no sense is left out: a fault must be told in
    /// any case.
    pub(crate) fn read(fault: &Element) -> Self {
        let code = fault.all(SOAP, "Code").next();
        let subcode = code.and_then(|code| code.all(SOAP, "Subcode").next());
        let mut read = Self {
            code: code.and_then(value),
            subcode: subcode.and_then(value),
            reason: reason(fault),
            ..Self::default()
        };
        for detail in fault.all(SOAP, "Detail") {
            for element in detail.elements() {
                read.add_detail(element);
            }
        }
        read
    }

    /// Nothing happened within the OperationTimeout of the message. To a Receive or a Pull that is no
    /// error: ask again.
    pub fn is_timed_out(&self) -> bool {
        self.has_code(&[2_150_858_780, 2_150_858_793])
            || (self.wsman_code.is_none() && self.subcode.as_deref() == Some("TimedOut"))
    }

    /// A limit of the host is reached, for shells, users, operations or memory. It passes.
    pub fn is_quota(&self) -> bool {
        matches!(
            self.wsman_code,
            Some(2_150_858_815 | 2_150_859_173..=2_150_859_176 | 2_150_859_179 | 2_150_859_236..=2_150_859_242)
        )
    }

    /// The profile of the account was just being unloaded; the next shell works.
    pub fn is_profile_race(&self) -> bool {
        self.has_code(&[1018, 2_147_943_418])
    }

    /// The account may not do this.
    pub fn is_access_denied(&self) -> bool {
        self.has_code(&[5, 2_147_942_405, 2_147_749_891, 2_150_859_012, 2_150_859_013, 2_150_859_014])
            || (self.wsman_code.is_none() && self.subcode.as_deref() == Some("AccessDenied"))
    }

    /// There is no such shell or command, or no longer.
    pub fn is_not_found(&self) -> bool {
        self.has_code(&[2_150_858_843])
    }

    /// WMI has no such namespace or class: the role or feature that brings it is not installed.
    pub fn is_class_missing(&self) -> bool {
        self.has_code(&[2_147_749_902, 2_147_749_904, 2_150_858_752])
    }

    /// The host does not take the query: its words, its dialect, or a query at this place.
    pub fn is_filter_refused(&self) -> bool {
        self.has_code(&[2_147_749_911, 2_147_749_912, 2_150_858_776, 2_150_858_777, 2_150_858_778, 2_150_859_003])
            || (self.wsman_code.is_none()
                && matches!(
                    self.subcode.as_deref(),
                    Some("CannotProcessFilter" | "FilterDialectRequestedUnavailable" | "FilteringNotSupported")
                ))
    }

    /// The host no longer knows how an enumeration went on. [MS-WSMV] 3.1.5.1
    pub fn is_context_gone(&self) -> bool {
        self.has_code(&[2_150_858_779])
            || (self.wsman_code.is_none() && self.subcode.as_deref() == Some("InvalidEnumerationContext"))
    }

    /// What was asked for was given up half way: shell or service has ended.
    pub fn is_aborted(&self) -> bool {
        self.has_code(&[995])
    }

    /// The host does not have the code page that was asked for.
    pub fn is_code_page(&self) -> bool {
        self.has_code(&[2_150_859_072])
    }

    fn has_code(&self, codes: &[u32]) -> bool {
        self.wsman_code.is_some_and(|code| codes.contains(&code))
    }

    /// What an operator can do, where that is known.
    fn remedy(&self) -> Option<&'static str> {
        if self.is_access_denied() {
            return Some(
                "the account must be an administrator of the host or have rights of its own in WinRM (winrm configSDDL \
                 default); a local account other than the built-in Administrator also needs the registry value \
                 LocalAccountTokenFilterPolicy=1",
            );
        }
        match self.wsman_code? {
            2_150_858_771 => Some("the address is not that of a WinRM listener with remote shells"),
            2_150_859_173 => Some("raise MaxShellsPerUser on the host, or wait until other commands have ended"),
            2_150_859_180 => Some(
                "remote shells are off on the host: winrm set winrm/config/winrs @{AllowRemoteShellAccess=\"true\"}",
            ),
            2_150_859_229 => Some("remote access is off on the host: winrm quickconfig"),
            _ => None,
        }
    }

    fn add_detail(&mut self, element: &Element) {
        if element.is(WSMAN, "FaultDetail") {
            let uri = element.own_text();
            self.fault_detail = non_empty(uri.rsplit('/').next().unwrap_or(uri));
            if self.detail == FaultDetail::None {
                self.detail = FaultDetail::Uri;
            }
        } else if element.is(FAULT, "WSManFault") {
            self.detail = FaultDetail::WsManFault;
            self.add_wsman(element);
        } else if element.name() == "MSFT_WmiError" && element.namespace().ends_with(WMI_ERROR) {
            self.detail = FaultDetail::WmiError;
            self.add_wmi(element);
        }
    }

    /// `f:WSManFault`, and whatever is nested in its message: what lies deeper tells more, so it
    /// comes last and stays.
    fn add_wsman(&mut self, element: &Element) {
        if element.namespace() == FAULT {
            match element.name() {
                "WSManFault" => {
                    replace(&mut self.wsman_code, element.attribute("Code").and_then(parse_code));
                    replace(&mut self.machine, element.attribute("Machine").and_then(non_empty));
                }
                "ProviderFault" => {
                    replace(&mut self.provider, element.attribute("provider").and_then(non_empty));
                    replace(&mut self.message, non_empty(element.own_text()));
                }
                "Message" => replace(&mut self.message, non_empty(element.own_text())),
                _ => {}
            }
        }
        for child in element.elements() {
            self.add_wsman(child);
        }
    }

    fn add_wmi(&mut self, element: &Element) {
        let text = |name| element.all(element.namespace(), name).next().map(Element::own_text);
        self.wsman_code = text("error_Code").and_then(parse_code);
        self.message = text("Message").and_then(non_empty);
    }
}

/// One line: what the host says, the code to look it up by, and what to do.
impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let said = match (&self.message, self.reason.as_str()) {
            (Some(message), _) => message,
            (None, "") => "no reason given",
            (None, reason) => reason,
        };
        write!(f, "{}", said.trim_end_matches('.'))?;
        match (self.wsman_code, &self.subcode) {
            (Some(code), Some(subcode)) => write!(f, " (code {code}, {subcode})")?,
            (Some(code), None) => write!(f, " (code {code})")?,
            (None, Some(subcode)) => write!(f, " ({subcode})")?,
            (None, None) => {}
        }
        match self.remedy() {
            Some(remedy) => write!(f, ": {remedy}"),
            None => Ok(()),
        }
    }
}

fn replace<T>(old: &mut Option<T>, new: Option<T>) {
    if new.is_some() {
        *old = new;
    }
}

/// The local part of `s:Value`, a qualified name.
fn value(element: &Element) -> Option<String> {
    let value = element.all(SOAP, "Value").next()?.own_text();
    non_empty(value.rsplit(':').next().unwrap_or(value))
}

fn reason(fault: &Element) -> String {
    let texts = fault.all(SOAP, "Reason").flat_map(|reason| reason.all(SOAP, "Text"));
    texts.map(|text| one_line(text.own_text(), LONGEST_TEXT)).find(|text| !text.is_empty()).unwrap_or_default()
}

fn non_empty(text: &str) -> Option<String> {
    Some(one_line(text, LONGEST_TEXT)).filter(|text| !text.is_empty())
}

/// Codes are unsigned; some hosts write them as if they were signed.
fn parse_code(text: &str) -> Option<u32> {
    let text = text.trim();
    text.parse::<u32>().ok().or_else(|| text.parse::<i32>().ok().map(i32::cast_unsigned))
}
