//! Windows' numbers for what goes wrong in WS-Management, and how hosts put each into a fault.

use crate::soap::fault::Blame;

/// What a host says along with a number.
pub(crate) struct Known {
    code: u32,
    pub(crate) blame: Blame,
    pub(crate) subcode: &'static str,
    /// The tail of `w:FaultDetail`.
    pub(crate) detail: Option<&'static str>,
    pub(crate) reason: &'static str,
}

/// The number's entry, where there is one.
pub(crate) fn find(code: u32) -> Option<&'static Known> {
    KNOWN.iter().find(|known| known.code == code)
}

const fn sender(code: u32, subcode: &'static str, detail: Option<&'static str>, reason: &'static str) -> Known {
    Known { code, blame: Blame::Sender, subcode, detail, reason }
}

const fn receiver(code: u32, subcode: &'static str, reason: &'static str) -> Known {
    Known { code, blame: Blame::Receiver, subcode, detail: None, reason }
}

/// Numbers of protocol level; the sentences are this program's own.
static KNOWN: [Known; 28] = [
    sender(5, "w:AccessDenied", None, "Access is denied. "),
    sender(50, "w:UnsupportedFeature", None, "The request is not supported. "),
    sender(87, "w:InvalidParameter", Some("InvalidValue"), "The parameter is incorrect. "),
    receiver(109, "w:InternalError", "The pipe has been ended. "),
    receiver(995, "w:InternalError", "The operation was aborted because its shell or its command ended. "),
    receiver(2_147_942_402, "w:InternalError", "The system cannot find the file specified. "),
    sender(2_147_942_583, "w:AlreadyExists", None, "There is one of that identifier already. "),
    receiver(2_147_943_418, "w:InternalError", "The registry key is marked for deletion. "),
    sender(2_150_858_771, "a:ActionNotSupported", None, "The resource does not support this action. "),
    sender(2_150_858_778, "n:CannotProcessFilter", None, "The filter cannot be processed. "),
    sender(
        2_150_858_777,
        "n:FilterDialectRequestedUnavailable",
        None,
        "The resource does not support filters of this dialect. ",
    ),
    receiver(2_150_858_779, "n:InvalidEnumerationContext", "The enumeration has ended, or it never was. "),
    sender(2_150_859_003, "n:CannotProcessFilter", None, "A query goes to the resource of all classes. "),
    sender(
        2_150_858_790,
        "w:EncodingLimit",
        Some("MaxEnvelopeSize"),
        "The answer is larger than the envelope may be. ",
    ),
    receiver(2_150_858_793, "w:TimedOut", "The operation did not end within its OperationTimeout. "),
    sender(2_150_858_813, "w:InvalidSelectors", None, "The selectors of the request fit no resource. "),
    receiver(2_150_858_815, "w:QuotaLimit", "A quota of the service is used up. "),
    sender(2_150_858_817, "w:SchemaValidationError", None, "The message does not follow its schema. "),
    sender(
        2_150_858_843,
        "w:InvalidSelectors",
        Some("UnexpectedSelectors"),
        "There is no shell or no command of that identifier. It has ended, or it never was. ",
    ),
    sender(2_150_859_072, "w:InvalidOptions", Some("InvalidValue"), "The code page is not installed. "),
    sender(2_150_859_173, "w:QuotaLimit", None, "This user has the largest number of shells that he may have open. "),
    sender(2_150_859_174, "w:QuotaLimit", None, "This user has the largest number of operations under way. "),
    sender(2_150_859_175, "w:QuotaLimit", None, "This user has used up his quota of operations. "),
    sender(2_150_859_176, "w:QuotaLimit", None, "The quota of operations of the whole service is used up. "),
    sender(2_150_859_179, "w:QuotaLimit", None, "As many users have shells open as may. "),
    sender(2_150_859_180, "w:AccessDenied", None, "Remote shells are not allowed on this host. "),
    sender(2_150_859_250, "w:InvalidParameter", Some("InvalidValue"), "IdleTimeOut lies outside what is allowed. "),
    sender(2_150_858_752, "a:DestinationUnreachable", Some("InvalidResourceURI"), "There is no resource of that URI. "),
];
