//! How a host answers queries, and what it gets wrong.

use crate::soap::fault::Fault;
use std::time::Duration;

/// How long an enumeration waits for the next Pull (EnumerationTimeoutms). [MS-WSMV] 2.2.4.36
const LIFETIME: Duration = Duration::from_secs(60);

/// What queries of WMI meet. The default is healthy: a projection, as many objects to an answer as its envelope holds,
/// `EnabledState` by the older table.
#[derive(Clone, Debug)]
pub struct Wmi {
    pub(crate) page: Option<usize>,
    pub(crate) fault: Option<Fault>,
    pub(crate) documented_states: bool,
    pub(crate) localized: bool,
    pub(crate) whole: bool,
    pub(crate) plain_times: bool,
    pub(crate) empty: bool,
    pub(crate) lifetime: Duration,
}

impl Default for Wmi {
    fn default() -> Self {
        Self {
            page: None,
            fault: None,
            documented_states: false,
            localized: false,
            whole: false,
            plain_times: false,
            empty: false,
            lifetime: LIFETIME,
        }
    }
}

impl Wmi {
    /// Healthy.
    pub fn new() -> Self {
        Self::default()
    }

    /// Puts at most so many objects into one answer.
    #[must_use]
    pub fn page(mut self, objects: usize) -> Self {
        self.page = Some(objects);
        self
    }

    /// Denies every query.
    #[must_use]
    pub fn denied(mut self) -> Self {
        self.fault = Some(Fault::access_denied());
        self
    }

    /// There is no Hyper-V, and so no namespace of it.
    #[must_use]
    pub fn without_namespace(mut self) -> Self {
        self.fault = Some(super::service::no_such_resource());
        self
    }

    /// Takes no filter.
    #[must_use]
    pub fn filter_refused(mut self) -> Self {
        self.fault = Some(super::service::cannot_process_filter());
        self
    }

    /// Writes `EnabledState` as the newer table has it: saved is 6, paused 9, starting 10, stopping 4.
    #[must_use]
    pub fn documented_states(mut self) -> Self {
        self.documented_states = true;
        self
    }

    /// Captions and descriptions are German.
    #[must_use]
    pub fn localized(mut self) -> Self {
        self.localized = true;
        self
    }

    /// Answers with whole objects, whatever was selected.
    #[must_use]
    pub fn whole_instances(mut self) -> Self {
        self.whole = true;
        self
    }

    /// Writes points in time directly into their property, in the form of CIM.
    #[must_use]
    pub fn plain_times(mut self) -> Self {
        self.plain_times = true;
        self
    }

    /// Tells of no machine but the host itself.
    #[must_use]
    pub fn empty(mut self) -> Self {
        self.empty = true;
        self
    }

    /// Forgets an enumeration that was not asked to go on for this time; Windows waits a minute.
    #[must_use]
    pub fn context_lifetime(mut self, time: Duration) -> Self {
        self.lifetime = time;
        self
    }
}
