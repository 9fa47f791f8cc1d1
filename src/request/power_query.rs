//! How power states are asked for.

use super::field::{self, Levels};
use crate::error::Error;
use crate::payload::Payload;

/// The ways to ask.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum PowerQuery {
    /// WMI, and the script where the host refuses that.
    #[default]
    Auto,
    /// WMI alone: no process is ever started on the host.
    Wmi,
    /// The script alone.
    Script,
}

impl PowerQuery {
    /// Reads the host's `power_query`.
    ///
    /// # Errors
    /// Where it is another word.
    pub(super) fn new(payload: &Payload) -> Result<Self, Error> {
        const WORDS: [(&str, PowerQuery); 3] =
            [("auto", PowerQuery::Auto), ("wmi", PowerQuery::Wmi), ("script", PowerQuery::Script)];
        let query = Levels::of_host(payload).find(&["power_query"]).optional(field::word(&WORDS))?;
        Ok(query.unwrap_or_default())
    }
}
