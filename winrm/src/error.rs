//! What goes wrong, by who is to blame.

use std::fmt;

use thiserror::Error as ThisError;

use crate::auth::LoginError;
use crate::soap::{Action, Fault, ReadError};
use crate::transport::{CertificateError, SettingsError, TransportError, Unreachable};

/// A command that did not run, or of which it is not known what it did.
#[derive(Debug)]
pub struct Error {
    kind: ErrorKind,
    step: Action,
    outcome_unknown: bool,
}

impl Error {
    pub(crate) fn new(kind: impl Into<ErrorKind>, step: Action) -> Self {
        Self { kind: kind.into(), step, outcome_unknown: false }
    }

    pub(crate) fn with_outcome_unknown(mut self) -> Self {
        self.outcome_unknown = true;
        self
    }

    /// What went wrong.
    pub fn kind(&self) -> &ErrorKind {
        &self.kind
    }

    /// What was being done.
    pub fn step(&self) -> Action {
        self.step
    }

    /// Whether the command may have run, in part or whole. Where this is false it has done nothing:
    /// the last of its input was never sent.
    pub fn outcome_unknown(&self) -> bool {
        self.outcome_unknown
    }

    /// The host's fault, if it answered with one.
    pub fn fault(&self) -> Option<&Fault> {
        match &self.kind {
            ErrorKind::Fault(fault) => Some(fault),
            _ => None,
        }
    }

    /// Whether the host has looked at the password and said no.
    pub fn is_login_refused(&self) -> bool {
        matches!(self.kind, ErrorKind::Login(LoginError::Refused { .. }))
    }

    /// Whether the host said no a while ago, and was not asked this time.
    pub fn is_login_withheld(&self) -> bool {
        matches!(self.kind, ErrorKind::Login(LoginError::Withheld { .. }))
    }

    /// Whether time ran out.
    pub fn is_too_slow(&self) -> bool {
        matches!(self.kind, ErrorKind::TooSlow)
    }

    /// Whether [`Interrupt::raise`](crate::Interrupt::raise) was called.
    pub fn is_interrupted(&self) -> bool {
        matches!(self.kind, ErrorKind::Interrupted)
    }
}

/// One line for an operator.
impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            // These speak for themselves, whatever was being done.
            ErrorKind::Settings(_)
            | ErrorKind::Unreachable(_)
            | ErrorKind::Certificate(_)
            | ErrorKind::Tls(_)
            | ErrorKind::Login(_) => write!(f, "{}", self.kind)?,
            ErrorKind::TooSlow | ErrorKind::Interrupted => write!(f, "{} while {}", self.kind, doing(self.step))?,
            kind => write!(f, "{} failed: {kind}", doing(self.step))?,
        }
        if self.outcome_unknown {
            write!(f, "; whether the command did its work is not known")?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}

/// Who is to blame, and for what.
#[derive(Debug, ThisError)]
#[non_exhaustive]
pub enum ErrorKind {
    /// This side: it is not set up to speak to any host.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// The network, or a host that is down.
    #[error(transparent)]
    Unreachable(#[from] Unreachable),
    /// The host's certificate, or the settings that should name it.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// The host's TLS.
    #[error("no TLS connection with the host: {0}")]
    Tls(String),
    /// The account.
    #[error(transparent)]
    Login(#[from] LoginError),
    /// The host answers no.
    #[error("the host answers: {0}")]
    Fault(Box<Fault>),
    /// Something answers no that may not even be WinRM.
    #[error(transparent)]
    Http(#[from] HttpError),
    /// The host answers what makes no sense.
    #[error("the host's answer makes no sense: {0}")]
    Protocol(String),
    /// The connection broke.
    #[error("the connection to the host broke: {0}")]
    Lost(String),
    /// No answer to a message, long after the host should have given one.
    #[error("the host does not answer")]
    Silent,
    /// The deadline has passed.
    #[error("the time is up")]
    TooSlow,
    /// [`Interrupt::raise`](crate::Interrupt::raise) was called.
    #[error("the program was told to end")]
    Interrupted,
}

impl ErrorKind {
    /// Whether the next connection may do better.
    pub(crate) fn may_pass(&self) -> bool {
        match self {
            Self::Unreachable(_) | Self::Lost(_) | Self::Silent => true,
            Self::Http(error) => error.status == 503,
            _ => false,
        }
    }
}

impl From<TransportError> for ErrorKind {
    fn from(error: TransportError) -> Self {
        match error {
            TransportError::Settings(error) => Self::Settings(error),
            TransportError::Unreachable(error) => Self::Unreachable(error),
            TransportError::Certificate(error) => Self::Certificate(error),
            TransportError::Tls(reason) => Self::Tls(reason),
            TransportError::Login(error) => Self::Login(error),
            TransportError::Lost { reason, .. } => Self::Lost(reason),
            TransportError::TimedOut { .. } => Self::Silent,
            TransportError::Interrupted { .. } => Self::Interrupted,
            TransportError::Nonsense(reason) => Self::Protocol(reason),
        }
    }
}

impl From<ReadError> for ErrorKind {
    fn from(error: ReadError) -> Self {
        Self::Protocol(error.to_string())
    }
}

/// An HTTP status without a fault of SOAP.
#[derive(Clone, Debug, Eq, PartialEq, ThisError)]
#[error("HTTP status {status}{}{}", self.remedy(), self.shown())]
pub struct HttpError {
    /// The status.
    pub status: u16,
    /// The beginning of the body: whatever is between here and the host may have written it.
    pub text: String,
}

impl HttpError {
    /// Longer than the first sentence of any error page.
    const LONGEST_TEXT: usize = 200;

    pub(crate) fn new(status: u16, body: &[u8]) -> Self {
        let text = String::from_utf8_lossy(body.get(..4096).unwrap_or(body)).into_owned();
        let words: Vec<&str> =
            text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()).collect();
        Self { status, text: words.join(" ").chars().take(Self::LONGEST_TEXT).collect() }
    }

    fn remedy(&self) -> &'static str {
        match self.status {
            200 => ": what answers is not WinRM, but perhaps a proxy in between",
            400 => ": the host takes the message as malformed",
            401 => ": the host wants another login",
            403 => ": an IP filter of the host, a client certificate that it wants, or a proxy in between",
            404 => ": there is no WinRM at this path",
            405 => ": what listens there is not WinRM",
            413 => ": the host's MaxEnvelopeSizekb is below 500",
            500 => ": the WinRM service is not well, or what listens there is not WinRM",
            503 => ": the WinRM service is starting, stopping or overloaded",
            _ => "",
        }
    }

    fn shown(&self) -> String {
        match self.text.as_str() {
            "" => String::new(),
            text => format!(" (it says: {text})"),
        }
    }
}

/// What is being done, as in "while …" and "… failed".
fn doing(step: Action) -> &'static str {
    match step {
        // Connecting and logging in share their requests with it.
        Action::Create => "opening a shell",
        Action::Command => "starting the command",
        Action::Send => "sending its input",
        Action::Receive => "waiting for its output",
        Action::Signal => "ending the command",
        Action::Delete => "removing the shell",
        Action::Enumerate => "querying WMI",
        Action::Pull => "fetching the rest of what WMI found",
    }
}
