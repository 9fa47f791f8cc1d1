//! The client: a shell for every command, and what is tried again.
//!
//! Until the last of its input is on the way a command has done nothing, so everything may begin
//! anew in another shell. From then on nothing does: its output is asked for until it ends or the
//! time is up, and whatever fails then leaves it open what the command did.

use std::time::{Duration, Instant};

use tracing::debug;

use crate::command::{Command, Output};
use crate::deadline::{BackOff, Deadline};
use crate::error::{Error, ErrorKind};
use crate::ids::{Ids, RandomIds};
use crate::interrupt::Interrupt;
use crate::run::Run;
use crate::settings::{Settings, Timeouts};
use crate::shell::{Failure, Shell, Speaker, Target};
use crate::soap::{Action, Fault};
use crate::transport::{Https, SettingsError, Transport, Unreachable};

mod enumerate;

/// The longest that a command's end and its shell's removal are each waited for.
const REMOVAL: Duration = Duration::from_secs(5);

/// The longest that a shell's removal holds up an answer that is already here.
const REMOVAL_BEFORE_ANSWER: Duration = Duration::from_secs(2);

/// A client of one host.
pub struct Client<T: Transport = Https> {
    speaker: Speaker<T>,
    timeouts: Timeouts,
}

impl Client {
    /// A client over HTTPS. No connection is made before the first command.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Settings`] where the authorities that shall be trusted cannot be had.
    pub fn connect(settings: Settings) -> Result<Self, Error> {
        let refused = |error: SettingsError| Error::new(error, Action::Create);
        let ids = RandomIds::new().map_err(|error| refused(SettingsError::Client(error.to_string())))?;
        let (to, timeouts, interrupt) = (settings.endpoint.url(), settings.timeouts, settings.interrupt.clone());
        let transport = Https::new(settings).map_err(refused)?;
        Ok(Self::over(transport, to, Box::new(ids), timeouts).interrupted_by(interrupt))
    }
}

impl<T: Transport> Client<T> {
    /// A client over any transport. `to` is the address that stands in every message.
    pub fn over(transport: T, to: String, ids: Box<dyn Ids + Send>, timeouts: Timeouts) -> Self {
        Self { speaker: Speaker::new(transport, to, ids), timeouts }
    }

    /// Ends all waiting once `interrupt` is raised.
    #[must_use]
    pub fn interrupted_by(mut self, interrupt: Interrupt) -> Self {
        self.speaker.interrupted_by(interrupt);
        self
    }

    /// Runs a command in a shell of its own and returns what it printed.
    ///
    /// Work ends at `deadline`: then the command is ended on the host, for which
    /// [`Timeouts::clean_up`] is kept on top.
    ///
    /// # Errors
    ///
    /// [`Error`] says what failed, and by [`Error::outcome_unknown`] whether the command may have
    /// run. A command that ends with an exit code other than 0 is no error.
    pub fn run(&mut self, command: &Command<'_>, deadline: Instant) -> Result<Output, Error> {
        self.again(deadline, |client, deadline| client.attempt(command, deadline))
    }

    /// Tries until it works, as long as nothing has happened on the host and it may yet work.
    fn again<R>(
        &mut self,
        deadline: Instant,
        mut attempt: impl FnMut(&mut Self, Deadline) -> Result<R, Error>,
    ) -> Result<R, Error> {
        let deadline = Deadline::at(deadline);
        let mut patience = None;
        let mut back_off = BackOff::default();
        loop {
            let error = match attempt(self, deadline) {
                Ok(result) => return Ok(result),
                Err(error) => error,
            };
            let until = match Again::after(&error) {
                Again::Never => return Err(error),
                Again::UntilTheDeadline => deadline,
                Again::WithPatience => {
                    deadline.or(*patience.get_or_insert_with(|| Deadline::after(self.timeouts.patience)))
                }
            };
            debug!(%error, "Trying again");
            if !until.sleep(back_off.next(), self.speaker.interrupt()) {
                return Err(match self.speaker.interrupt().is_raised() {
                    true => Failure::interrupted(error.step()).into_error(),
                    false => error,
                });
            }
        }
    }

    fn attempt(&mut self, command: &Command<'_>, deadline: Deadline) -> Result<Output, Error> {
        let mut shell = self.open(deadline)?;
        let result = self.run_in(&mut shell, command, deadline);
        let deadline = result.as_ref().map_or_else(|error| self.clean_up_begins(error.kind(), deadline), |_| deadline);
        if result.as_ref().is_err_and(|error| error.is_interrupted() || error.is_too_slow()) {
            self.end(&shell, deadline);
        }
        let patience = match &result {
            Ok(_) => REMOVAL_BEFORE_ANSWER,
            Err(_) => REMOVAL,
        };
        self.remove(&shell.id, false, patience, deadline);
        result
    }

    /// Makes a shell. One that may have been made without our knowing is removed.
    fn open(&mut self, deadline: Deadline) -> Result<Shell, Error> {
        let wanted = self.speaker.next_id();
        let mut result = self.create(&wanted, true, deadline);
        if result.as_ref().is_err_and(|failure| failure.fault().is_some_and(Fault::is_code_page)) {
            result = self.create(&wanted, false, deadline);
        }
        match result {
            Ok(id) => Ok(Shell { id, command_id: None }),
            Err(failure) => {
                if failure.may_be_done {
                    // A host that is still making it does not know it yet.
                    let not_yet = matches!(failure.kind, ErrorKind::Silent | ErrorKind::Interrupted);
                    self.remove(&wanted, not_yet, REMOVAL, self.clean_up_begins(&failure.kind, deadline));
                }
                Err(failure.by(deadline))
            }
        }
    }

    fn create(&mut self, wanted: &str, utf8: bool, deadline: Deadline) -> Result<String, Failure> {
        let wait = deadline.wait().ok_or_else(|| Failure::too_slow(Action::Create))?;
        self.speaker.create(wanted, utf8, wait)
    }

    fn run_in(&mut self, shell: &mut Shell, command: &Command<'_>, deadline: Deadline) -> Result<Output, Error> {
        let command_id = self.start(&shell.id, command, deadline)?;
        let command_id = shell.command_id.insert(command_id);
        let target = Target { shell_id: &shell.id, command_id };
        Run::new(&mut self.speaker, target, command, deadline).finish()
    }

    fn start(&mut self, shell_id: &str, command: &Command<'_>, deadline: Deadline) -> Result<String, Error> {
        let wait = deadline.wait().ok_or_else(|| Failure::too_slow(Action::Command).into_error())?;
        let wanted = self.speaker.next_id();
        self.speaker.command(shell_id, &wanted, command.line, wait).map_err(|failure| {
            let unknown = failure.may_be_done && command.input.is_empty();
            let error = failure.by(deadline);
            if unknown { error.with_outcome_unknown() } else { error }
        })
    }

    /// From when the time counts that is kept for cleaning up: the deadline, or now where nothing is to be waited for any more.
    fn clean_up_begins(&self, kind: &ErrorKind, deadline: Deadline) -> Deadline {
        match kind {
            ErrorKind::Interrupted => deadline.or(Deadline::after(Duration::ZERO)),
            _ => deadline,
        }
    }

    /// Ends a command that ran out of time, within half of what is kept for that.
    fn end(&mut self, shell: &Shell, deadline: Deadline) {
        let Some(command_id) = &shell.command_id else {
            return;
        };
        let half = deadline.later(self.timeouts.clean_up / 2).or(Deadline::after(REMOVAL));
        let Some(wait) = half.wait() else { return };
        let target = Target { shell_id: &shell.id, command_id };
        if let Err(failure) = self.speaker.signal(target, wait) {
            debug!(error = %failure.kind, "The command could not be ended");
        }
    }

    /// Removes a shell; again where the connection broke or the host is full, and where there is none yet if that may be so.
    /// A failure changes nothing about the result: the host removes it after its
    /// idle time-out.
    fn remove(&mut self, shell_id: &str, not_yet: bool, patience: Duration, deadline: Deadline) {
        let whole = deadline.later(self.timeouts.clean_up).or(Deadline::after(patience));
        let mut back_off = BackOff::default();
        while let Some(wait) = whole.wait() {
            let Err(failure) = self.speaker.delete(shell_id, wait) else { return };
            debug!(error = %failure.kind, "The shell could not be removed");
            let may_work_yet = match failure.fault() {
                Some(fault) => fault.is_quota() || (not_yet && fault.is_not_found()),
                None => failure.kind.may_pass() && !matches!(failure.kind, ErrorKind::Silent),
            };
            if !may_work_yet || !whole.sleep(back_off.next(), &Interrupt::default()) {
                return;
            }
        }
    }
}

/// Whether, and for how long, a command that has done nothing yet is tried again.
enum Again {
    Never,
    WithPatience,
    UntilTheDeadline,
}

impl Again {
    fn after(error: &Error) -> Self {
        if error.outcome_unknown() {
            return Self::Never;
        }
        match error.kind() {
            ErrorKind::Fault(fault) if fault.is_quota() => Self::UntilTheDeadline,
            ErrorKind::Fault(fault) if fault.is_profile_race() || fault.is_not_found() => Self::WithPatience,
            ErrorKind::Fault(fault) if fault.is_context_gone() => Self::WithPatience,
            // These have been waited for long enough.
            ErrorKind::Unreachable(
                Unreachable::Name { .. } | Unreachable::NameService { .. } | Unreachable::TimedOut { .. },
            ) => Self::Never,
            kind if kind.may_pass() => Self::WithPatience,
            _ => Self::Never,
        }
    }
}
