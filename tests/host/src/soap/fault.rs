//! Faults that a host answers with: [MS-WSMV] 3.1.4.1.21, [DSP0226] 14.

use crate::soap::known_fault;

/// A SOAP fault that the host answers with HTTP status 500.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Fault {
    pub(crate) code: u32,
    pub(crate) blame: Blame,
    /// With its prefix: `w:TimedOut`.
    pub(crate) subcode: &'static str,
    pub(crate) reason: String,
    /// The tail of `w:FaultDetail`, where the host sends one.
    pub(crate) detail: Option<&'static str>,
    pub(crate) form: FaultForm,
}

/// Which side of the conversation the fault blames.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Blame {
    Sender,
    Receiver,
    /// A header that must be understood and was not; it has no subcode.
    MustUnderstand,
}

/// The forms in which hosts put a number into a fault.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum FaultForm {
    /// `f:WSManFault` with the number as attribute.
    #[default]
    WsManFault,
    /// `f:WSManFault` whose message is a `f:ProviderFault`.
    ProviderFault,
    /// `MSFT_WmiError`, as quota faults sometimes come.
    WmiError,
    /// No detail at all.
    Bare,
}

impl Fault {
    /// The fault of that Windows number, with the words a host of English language uses where this program has them.
    pub fn with_code(code: u32) -> Self {
        let known = known_fault::find(code);
        let (blame, subcode, detail, reason) = match known {
            Some(known) => (known.blame, known.subcode, known.detail, known.reason),
            None => (Blame::Receiver, "w:InternalError", None, "The service met an error of its own. "),
        };
        Self { code, blame, subcode, reason: reason.to_owned(), detail, form: FaultForm::default() }
    }

    /// The account has no rights here (code 5).
    pub fn access_denied() -> Self {
        Self::with_code(5)
    }

    /// The user has as many shells open as he may (code 2150859173).
    pub fn too_many_shells() -> Self {
        Self::with_code(2_150_859_173)
    }

    /// Nothing came within OperationTimeout (code 2150858793).
    pub fn timed_out() -> Self {
        Self::with_code(2_150_858_793)
    }

    /// No such shell or no such command (code 2150858843).
    pub fn not_found() -> Self {
        Self::with_code(2_150_858_843)
    }

    /// The message is not what the schema says (code 2150858817).
    pub fn schema(reason: &str) -> Self {
        Self::with_code(2_150_858_817).because(reason)
    }

    /// The same fault in another form.
    #[must_use]
    pub fn in_form(mut self, form: FaultForm) -> Self {
        self.form = form;
        self
    }

    /// The same fault with other words, such as those of another language.
    #[must_use]
    pub fn because(mut self, reason: impl Into<String>) -> Self {
        self.reason = reason.into();
        self
    }

    pub(crate) fn missing_header() -> Self {
        Self {
            code: 0,
            blame: Blame::Sender,
            subcode: "a:MessageInformationHeaderRequired",
            reason: "A required header was missing from the message. ".to_owned(),
            detail: None,
            form: FaultForm::Bare,
        }
    }

    pub(crate) fn repeated_header() -> Self {
        let reason = "A header that may stand once stands more often, or its value is not valid. ".to_owned();
        Self { subcode: "a:InvalidMessageInformationHeader", reason, ..Self::missing_header() }
    }

    pub(crate) fn must_understand() -> Self {
        let reason = "The service does not understand a header that must be understood. ".to_owned();
        Self { blame: Blame::MustUnderstand, subcode: "", reason, ..Self::missing_header() }
    }
}
