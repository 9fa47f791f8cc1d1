//! Faults as a Windows host writes them: [MS-WSMV] 3.1.4.1.21, [DSP0226] 14.

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
        let known = KNOWN.iter().find(|known| known.code == code);
        let (blame, subcode, detail, reason) = match known {
            Some(known) => (known.blame, known.subcode, known.detail, known.reason),
            None => (
                Blame::Receiver,
                "w:InternalError",
                None,
                "The service met an error of its own. ",
            ),
        };
        Self {
            code,
            blame,
            subcode,
            reason: reason.to_owned(),
            detail,
            form: FaultForm::default(),
        }
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
        let reason = "A header that may stand once stands more often, or its value is not valid. "
            .to_owned();
        Self {
            subcode: "a:InvalidMessageInformationHeader",
            reason,
            ..Self::missing_header()
        }
    }

    pub(crate) fn must_understand() -> Self {
        let reason =
            "The service does not understand a header that must be understood. ".to_owned();
        Self {
            blame: Blame::MustUnderstand,
            subcode: "",
            reason,
            ..Self::missing_header()
        }
    }
}

struct Known {
    code: u32,
    blame: Blame,
    subcode: &'static str,
    detail: Option<&'static str>,
    reason: &'static str,
}

const fn sender(
    code: u32,
    subcode: &'static str,
    detail: Option<&'static str>,
    reason: &'static str,
) -> Known {
    Known {
        code,
        blame: Blame::Sender,
        subcode,
        detail,
        reason,
    }
}

const fn receiver(code: u32, subcode: &'static str, reason: &'static str) -> Known {
    Known {
        code,
        blame: Blame::Receiver,
        subcode,
        detail: None,
        reason,
    }
}

/// Numbers of protocol level; the sentences are this program's own.
static KNOWN: [Known; 25] = [
    sender(5, "w:AccessDenied", None, "Access is denied. "),
    sender(
        50,
        "w:UnsupportedFeature",
        None,
        "The request is not supported. ",
    ),
    sender(
        87,
        "w:InvalidParameter",
        Some("InvalidValue"),
        "The parameter is incorrect. ",
    ),
    receiver(109, "w:InternalError", "The pipe has been ended. "),
    receiver(
        995,
        "w:InternalError",
        "The operation was aborted because its shell or its command ended. ",
    ),
    receiver(
        2_147_942_402,
        "w:InternalError",
        "The system cannot find the file specified. ",
    ),
    sender(
        2_147_942_583,
        "w:AlreadyExists",
        None,
        "There is one of that identifier already. ",
    ),
    receiver(
        2_147_943_418,
        "w:InternalError",
        "The registry key is marked for deletion. ",
    ),
    sender(
        2_150_858_771,
        "a:ActionNotSupported",
        None,
        "The resource does not support this action. ",
    ),
    sender(
        2_150_858_778,
        "n:CannotProcessFilter",
        None,
        "The filter cannot be processed. ",
    ),
    sender(
        2_150_858_790,
        "w:EncodingLimit",
        Some("MaxEnvelopeSize"),
        "The answer is larger than the envelope may be. ",
    ),
    receiver(
        2_150_858_793,
        "w:TimedOut",
        "The operation did not end within its OperationTimeout. ",
    ),
    sender(
        2_150_858_813,
        "w:InvalidSelectors",
        None,
        "The selectors of the request fit no resource. ",
    ),
    receiver(
        2_150_858_815,
        "w:QuotaLimit",
        "A quota of the service is used up. ",
    ),
    sender(
        2_150_858_817,
        "w:SchemaValidationError",
        None,
        "The message does not follow its schema. ",
    ),
    sender(
        2_150_858_843,
        "w:InvalidSelectors",
        Some("UnexpectedSelectors"),
        "There is no shell or no command of that identifier. It has ended, or it never was. ",
    ),
    sender(
        2_150_859_072,
        "w:InvalidOptions",
        Some("InvalidValue"),
        "The code page is not installed. ",
    ),
    sender(
        2_150_859_173,
        "w:QuotaLimit",
        None,
        "This user has the largest number of shells that he may have open. ",
    ),
    sender(
        2_150_859_174,
        "w:QuotaLimit",
        None,
        "This user has the largest number of operations under way. ",
    ),
    sender(
        2_150_859_175,
        "w:QuotaLimit",
        None,
        "This user has used up his quota of operations. ",
    ),
    sender(
        2_150_859_176,
        "w:QuotaLimit",
        None,
        "The quota of operations of the whole service is used up. ",
    ),
    sender(
        2_150_859_179,
        "w:QuotaLimit",
        None,
        "As many users have shells open as may. ",
    ),
    sender(
        2_150_859_180,
        "w:AccessDenied",
        None,
        "Remote shells are not allowed on this host. ",
    ),
    sender(
        2_150_859_250,
        "w:InvalidParameter",
        Some("InvalidValue"),
        "IdleTimeOut lies outside what is allowed. ",
    ),
    sender(
        2_150_858_752,
        "a:DestinationUnreachable",
        Some("InvalidResourceURI"),
        "There is no resource of that URI. ",
    ),
];
