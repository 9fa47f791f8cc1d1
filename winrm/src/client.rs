//! Runs a command from its start to its end, and decides what is tried again.
//!
//! Until the last of its input is on the way a command has done nothing, so everything may begin anew in another shell.
//! From then on nothing does: its output is asked for until it ends or the time is up, and whatever fails then leaves it open
//! what the command did.

use std::time::{Duration, Instant};

use tracing::debug;

use crate::deadline::{BackOff, Deadline};
use crate::error::{Error, ErrorKind};
use crate::ids::{Ids, RandomIds};
use crate::settings::{Settings, Timeouts};
use crate::shell::{Failure, Shell, Speaker, Target};
use crate::soap::response::CommandState;
use crate::soap::{Action, Fault};
use crate::transport::{Https, SettingsError, Transport, Unreachable};

/// The most input that goes into one message, in bytes. As base64 it stays well below the 500 KB that a host takes.
const PIECE: usize = 200 * 1024;

/// The most output that is kept, in bytes.
const MOST_OUTPUT: usize = 16 * 1024 * 1024;

/// How long a sign of life is waited for when it is not known whether the last of the input has arrived. A command that
/// never got it would be waited for until the deadline.
const SIGN_OF_LIFE: Duration = Duration::from_secs(20);

/// The longest that a shell's removal is waited for. The result is known by then.
const REMOVAL: Duration = Duration::from_secs(5);

/// What runs on the host.
#[derive(Clone, Copy, Debug)]
pub struct Command<'a> {
    /// What cmd.exe runs: 8191 characters at most.
    pub line: &'a str,
    /// Its standard input; empty for none.
    ///
    /// A command that is given input must do nothing before it has all of it: only then may it be started again.
    pub input: &'a [u8],
    /// What it prints as soon as it has all of its input. Without this any output is taken as that sign.
    pub sign: Option<&'a [u8]>,
}

impl<'a> Command<'a> {
    /// A command without input.
    pub fn new(line: &'a str) -> Self {
        Self {
            line,
            input: &[],
            sign: None,
        }
    }
}

/// What a command left behind.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Output {
    /// All that it printed.
    pub stdout: Vec<u8>,
    /// All that it printed as errors.
    pub stderr: Vec<u8>,
    /// What it ended with; missing where it could not be started or was killed.
    pub exit_code: Option<i64>,
}

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
        let ids =
            RandomIds::new().map_err(|error| refused(SettingsError::Client(error.to_string())))?;
        let (to, timeouts) = (settings.endpoint.url(), settings.timeouts);
        let transport = Https::new(settings).map_err(refused)?;
        Ok(Self::over(transport, to, Box::new(ids), timeouts))
    }
}

impl<T: Transport> Client<T> {
    /// A client over any transport. `to` is the address that stands in every message.
    pub fn over(transport: T, to: String, ids: Box<dyn Ids + Send>, timeouts: Timeouts) -> Self {
        Self {
            speaker: Speaker::new(transport, to, ids),
            timeouts,
        }
    }

    /// Runs a command in a shell of its own and returns what it printed.
    ///
    /// Work ends at `deadline`: then the command is ended on the host, for which [`Timeouts::clean_up`] is kept on top.
    ///
    /// # Errors
    ///
    /// [`Error`] says what failed, and by [`Error::outcome_unknown`] whether the command may have run. A command that ends
    /// with an exit code other than 0 is no error.
    pub fn run(&mut self, command: &Command<'_>, deadline: Instant) -> Result<Output, Error> {
        let deadline = Deadline::at(deadline);
        let mut patience = None;
        let mut back_off = BackOff::default();
        loop {
            let error = match self.attempt(command, deadline) {
                Ok(output) => return Ok(output),
                Err(error) => error,
            };
            let until = match Again::after(&error) {
                Again::Never => return Err(error),
                Again::UntilTheDeadline => deadline,
                Again::WithPatience => deadline
                    .or(*patience.get_or_insert_with(|| Deadline::after(self.timeouts.patience))),
            };
            debug!(%error, "Trying again");
            if !until.sleep(back_off.next()) {
                return Err(error);
            }
        }
    }

    fn attempt(&mut self, command: &Command<'_>, deadline: Deadline) -> Result<Output, Error> {
        let mut shell = self.open(deadline)?;
        let result = self.run_in(&mut shell, command, deadline);
        if result.as_ref().is_err_and(Error::is_too_slow) {
            self.end(&shell, deadline);
        }
        self.remove(&shell.id, deadline);
        result
    }

    /// Makes a shell. One that may have been made without our knowing is removed.
    fn open(&mut self, deadline: Deadline) -> Result<Shell, Error> {
        let wanted = self.speaker.next_id();
        let mut result = self.create(&wanted, true, deadline);
        if result
            .as_ref()
            .is_err_and(|failure| failure.fault().is_some_and(Fault::is_code_page))
        {
            result = self.create(&wanted, false, deadline);
        }
        match result {
            Ok(id) => Ok(Shell {
                id,
                command_id: None,
            }),
            Err(failure) => {
                if failure.may_be_done {
                    self.remove(&wanted, deadline);
                }
                Err(in_time(failure, deadline))
            }
        }
    }

    fn create(&mut self, wanted: &str, utf8: bool, deadline: Deadline) -> Result<String, Failure> {
        let wait = deadline.wait().ok_or_else(|| too_slow(Action::Create))?;
        self.speaker.create(wanted, utf8, wait)
    }

    fn run_in(
        &mut self,
        shell: &mut Shell,
        command: &Command<'_>,
        deadline: Deadline,
    ) -> Result<Output, Error> {
        let command_id = self.start(&shell.id, command, deadline)?;
        let command_id = shell.command_id.insert(command_id);
        let mut run = Run {
            speaker: &mut self.speaker,
            target: Target {
                shell_id: &shell.id,
                command_id,
            },
            command,
            deadline,
            output: Output::default(),
        };
        match run.feed()? {
            Progress::Ended => {}
            Progress::Going => {
                run.collect(deadline, |_| false)
                    .map_err(Error::with_outcome_unknown)?;
            }
        }
        Ok(run.output)
    }

    fn start(
        &mut self,
        shell_id: &str,
        command: &Command<'_>,
        deadline: Deadline,
    ) -> Result<String, Error> {
        let wait = deadline
            .wait()
            .ok_or_else(|| too_slow(Action::Command).into_error())?;
        let wanted = self.speaker.next_id();
        self.speaker
            .command(shell_id, &wanted, command.line, wait)
            .map_err(|failure| {
                let unknown = failure.may_be_done && command.input.is_empty();
                let error = in_time(failure, deadline);
                if unknown {
                    error.with_outcome_unknown()
                } else {
                    error
                }
            })
    }

    /// Ends a command that ran out of time, within half of what is kept for that.
    fn end(&mut self, shell: &Shell, deadline: Deadline) {
        let Some(command_id) = &shell.command_id else {
            return;
        };
        let half = deadline
            .later(self.timeouts.clean_up / 2)
            .or(Deadline::after(REMOVAL));
        let Some(wait) = half.wait() else { return };
        let target = Target {
            shell_id: &shell.id,
            command_id,
        };
        if let Err(failure) = self.speaker.signal(target, wait) {
            debug!(error = %failure.kind, "The command could not be ended");
        }
    }

    /// Removes a shell. A failure changes nothing about the result: the host removes it after its idle time-out.
    fn remove(&mut self, shell_id: &str, deadline: Deadline) {
        let whole = deadline
            .later(self.timeouts.clean_up)
            .or(Deadline::after(REMOVAL));
        let Some(wait) = whole.wait() else { return };
        if let Err(failure) = self.speaker.delete(shell_id, wait) {
            debug!(error = %failure.kind, "The shell could not be removed");
        }
    }
}

/// How far a command is.
enum Progress {
    Going,
    Ended,
}

/// A command that was started.
struct Run<'r, T> {
    speaker: &'r mut Speaker<T>,
    target: Target<'r>,
    command: &'r Command<'r>,
    deadline: Deadline,
    output: Output,
}

impl<T: Transport> Run<'_, T> {
    /// Sends the input, piece by piece.
    fn feed(&mut self) -> Result<Progress, Error> {
        let mut pieces = self.command.input.chunks(PIECE);
        while let Some(piece) = pieces.next() {
            let last = pieces.len() == 0;
            let wait = self
                .deadline
                .wait()
                .ok_or_else(|| too_slow(Action::Send).into_error())?;
            if let Err(failure) = self.speaker.send(self.target, piece, last, wait) {
                return self.after_failed_send(failure, last);
            }
        }
        Ok(Progress::Going)
    }

    /// A failed Send is not always the last word. A host that refuses input says so because the command has ended, and its
    /// output tells why. An answer that was lost leaves open whether the input has arrived; a sign of life from the command
    /// decides that.
    fn after_failed_send(&mut self, failure: Failure, last: bool) -> Result<Progress, Error> {
        let answered = failure.is_answer();
        let gone = failure.fault().is_some_and(Fault::is_not_found);
        let unknown = last && !gone && (answered || failure.may_be_done);
        if !answered && !unknown {
            return Err(in_time(failure, self.deadline));
        }
        let limit = self.deadline.or(Deadline::after(SIGN_OF_LIFE));
        let sign = self.command.sign;
        let progress = self.collect(limit, |output| unknown && has_sign(output, sign));
        match progress {
            Ok(progress) => Ok(progress),
            Err(error) => {
                debug!(%error, "No sign of life after a failed Send");
                let error = in_time(failure, self.deadline);
                Err(if unknown {
                    error.with_outcome_unknown()
                } else {
                    error
                })
            }
        }
    }

    /// Takes in output until the command ends or `enough` of it is there. A lost connection is made anew; what was on the
    /// way on the old one is gone, which the command's own end marker must show.
    fn collect(
        &mut self,
        until: Deadline,
        enough: impl Fn(&Output) -> bool,
    ) -> Result<Progress, Error> {
        let mut back_off = BackOff::default();
        loop {
            let wait = until
                .wait()
                .ok_or_else(|| too_slow(Action::Receive).into_error())?;
            match self.speaker.receive(self.target, wait) {
                Ok(received) => {
                    self.output.stdout.extend(received.stdout);
                    self.output.stderr.extend(received.stderr);
                    if let CommandState::Done { exit_code } = received.state {
                        self.output.exit_code = exit_code;
                        return Ok(Progress::Ended);
                    }
                    if enough(&self.output) {
                        return Ok(Progress::Going);
                    }
                }
                Err(failure) if failure.fault().is_some_and(Fault::is_timed_out) => {}
                Err(failure) if connection_failed(&failure.kind) => {
                    debug!(error = %failure.kind, "Asking again for output");
                    if !until.sleep(back_off.next()) {
                        return Err(in_time(failure, until));
                    }
                    continue;
                }
                Err(failure) => return Err(failure.into_error()),
            }
            back_off = BackOff::default();
            if self.output.stdout.len() + self.output.stderr.len() > MOST_OUTPUT {
                return Err(Error::new(
                    ErrorKind::Protocol("more than 16 MiB of output".to_owned()),
                    Action::Receive,
                ));
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
            ErrorKind::Fault(fault) if fault.is_profile_race() || fault.is_not_found() => {
                Self::WithPatience
            }
            ErrorKind::Unreachable(Unreachable::Name { .. } | Unreachable::TimedOut { .. }) => {
                Self::Never
            }
            kind if connection_failed(kind) => Self::WithPatience,
            _ => Self::Never,
        }
    }
}

/// Whether the next connection may do better.
fn connection_failed(kind: &ErrorKind) -> bool {
    match kind {
        ErrorKind::Unreachable(_) | ErrorKind::Lost(_) | ErrorKind::Silent => true,
        ErrorKind::Http(error) => error.status == 503,
        _ => false,
    }
}

fn too_slow(action: Action) -> Failure {
    Failure {
        kind: ErrorKind::TooSlow,
        action,
        may_be_done: false,
    }
}

/// The failure as an error; silence up to the deadline is no more than the deadline.
fn in_time(mut failure: Failure, deadline: Deadline) -> Error {
    if matches!(failure.kind, ErrorKind::Silent) && deadline.wait().is_none() {
        failure.kind = ErrorKind::TooSlow;
    }
    failure.into_error()
}

fn has_sign(output: &Output, sign: Option<&[u8]>) -> bool {
    match sign {
        None => !output.stdout.is_empty() || !output.stderr.is_empty(),
        Some([]) => true,
        Some(sign) => output
            .stdout
            .windows(sign.len())
            .any(|window| window == sign),
    }
}
