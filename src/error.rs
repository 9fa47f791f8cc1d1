//! The error that leaves the process: one line for the operator, the whole chain for the log.

use std::fmt;

/// Says who is to blame and what to do. Neither the message nor the hint ever holds a secret.
#[derive(Debug)]
pub struct Error {
    message: String,
    hint: Option<String>,
    source: Option<anyhow::Error>,
    tenant: Option<String>,
    is_outcome_unknown: bool,
}

/// What a tenant reads of an error of which nothing may be told.
const NOTHING_TOLD: &str = "the host could not do this; ask the administrator";

impl Error {
    /// What went wrong: lower case, no full stop.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), hint: None, source: None, tenant: None, is_outcome_unknown: false }
    }

    /// Says that the action may have been done, in part or whole.
    #[must_use]
    pub const fn with_outcome_unknown(mut self) -> Self {
        self.is_outcome_unknown = true;
        self
    }

    /// Whether the action may have been done.
    pub const fn is_outcome_unknown(&self) -> bool {
        self.is_outcome_unknown
    }

    /// What was learnt afterwards, behind what went wrong.
    #[must_use]
    pub fn with_finding(mut self, finding: &str) -> Self {
        self.message = format!("{}; {finding}", self.message);
        self
    }

    /// What to do about it.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The cause, for the log.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<anyhow::Error>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// What a tenant may read of it: no host path, address, account or message of the host. Without it he reads nothing but that
    /// it failed.
    #[must_use]
    pub fn for_tenants(mut self, sentence: impl Into<String>) -> Self {
        self.tenant = Some(sentence.into());
        self
    }

    /// The same error as a tenant reads it, with the id under which the log tells all.
    #[must_use]
    pub fn hidden(&self, id: &str) -> Self {
        let told = self.tenant.as_deref().unwrap_or(NOTHING_TOLD);
        Self::new(told).with_hint(format!("the log has more under {id}"))
    }

    /// Every cause below it, for the operator.
    pub fn causes(&self) -> String {
        self.source.as_ref().map(|source| format!("{source:#}")).unwrap_or_default()
    }

    /// Writes the message and every cause below it to the log, escaped: a line of the log is one event.
    pub fn log(&self) {
        tracing::error!(error = ?self.to_string(), causes = ?self.causes(), "Failed");
    }
}

/// Message and hint.
impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        self.hint.iter().try_for_each(|hint| write!(f, "; {hint}"))
    }
}
