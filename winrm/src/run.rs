//! A started command, from its input to its last output.

use std::time::Duration;

use tracing::debug;

use crate::command::{Command, Output};
use crate::deadline::{BackOff, Deadline};
use crate::error::{Error, ErrorKind};
use crate::shell::{Failure, Speaker, Target};
use crate::soap::response::CommandState;
use crate::soap::{Action, Fault};
use crate::transport::Transport;

/// The most input that goes into one message, in bytes. As base64 it stays well below the 500 KB
/// that a host takes.
const PIECE: usize = 200 * 1024;

/// The most output that is kept, in bytes.
const MOST_OUTPUT: usize = 16 * 1024 * 1024;

/// How long a sign of life is waited for when it is not known whether the last of the input has
/// arrived. A command that never got it would be waited for until the deadline.
const SIGN_OF_LIFE: Duration = Duration::from_secs(20);

/// A command that was started.
pub(crate) struct Run<'r, T> {
    speaker: &'r mut Speaker<T>,
    target: Target<'r>,
    command: &'r Command<'r>,
    deadline: Deadline,
    output: Output,
}

impl<'r, T: Transport> Run<'r, T> {
    pub(crate) fn new(
        speaker: &'r mut Speaker<T>,
        target: Target<'r>,
        command: &'r Command<'r>,
        deadline: Deadline,
    ) -> Self {
        Self { speaker, target, command, deadline, output: Output::default() }
    }

    /// Gives the command its input and takes in its output until it ends.
    ///
    /// # Errors
    ///
    /// An error that does not say that the outcome is unknown means that the last of the input was
    /// not sent.
    pub(crate) fn finish(mut self) -> Result<Output, Error> {
        if let Progress::Going = self.feed()? {
            self.collect(self.deadline, |_| false).map_err(Error::with_outcome_unknown)?;
        }
        Ok(self.output)
    }

    /// Sends the input, piece by piece.
    fn feed(&mut self) -> Result<Progress, Error> {
        let mut pieces = self.command.input.chunks(PIECE);
        while let Some(piece) = pieces.next() {
            let last = pieces.len() == 0;
            if let Err(failure) = self.send(piece, last) {
                return self.after_failed_send(failure, last);
            }
        }
        Ok(Progress::Going)
    }

    /// Sends one piece, again where the host is full: it says so before it looks at a message. Should it have taken the last
    /// piece all the same, the input has ended with that, and one command reads it once.
    fn send(&mut self, piece: &[u8], last: bool) -> Result<(), Failure> {
        let mut back_off = BackOff::default();
        let mut is_repeated = false;
        loop {
            // A host takes input at once or not at all. Of a short time half is left to find out what became of it.
            let wait = self.deadline.half().ok_or_else(|| Failure::too_slow(Action::Send))?;
            let failure = match self.speaker.send(self.target, piece, last, wait) {
                Ok(()) => return Ok(()),
                Err(failure) => failure,
            };
            if !failure.fault().is_some_and(Fault::is_quota) {
                let may_be_done = failure.may_be_done || (is_repeated && failure.is_answer());
                return Err(Failure { may_be_done, ..failure });
            }
            if !self.deadline.sleep(back_off.next(), self.speaker.interrupt()) {
                return Err(self.interrupted_or(failure));
            }
            is_repeated = true;
        }
    }

    /// A wait that did not last is over because nothing is to be waited for any more, or because the time is up.
    fn interrupted_or(&self, failure: Failure) -> Failure {
        match self.speaker.interrupt().is_raised() {
            true => Failure::interrupted(failure.action),
            false => failure,
        }
    }

    /// A failed Send is not always the last word. A host that refuses input says so because the
    /// command has ended, and its output tells why. An answer that was lost leaves open whether the
    /// input has arrived; a sign of life from the command decides that.
    fn after_failed_send(&mut self, failure: Failure, last: bool) -> Result<Progress, Error> {
        let answered = failure.is_answer() && !failure.is_turned_away();
        let gone = failure.fault().is_some_and(Fault::is_not_found);
        let unknown = last && (failure.may_be_done || (answered && !gone));
        if !answered && !unknown {
            return Err(failure.by(self.deadline));
        }
        let limit = self.deadline.or(Deadline::after(SIGN_OF_LIFE));
        let sign = self.command.sign;
        let progress = self.collect(limit, |output| unknown && has_sign(output, sign));
        match progress {
            Ok(progress) => Ok(progress),
            Err(error) => {
                debug!(%error, "No sign of life after a failed Send");
                let error = failure.by(self.deadline);
                Err(if unknown { error.with_outcome_unknown() } else { error })
            }
        }
    }

    /// Takes in output until the command ends or `enough` of it is there. A lost connection is made
    /// anew; what was on the way on the old one is gone, which the command's own end marker must
    /// show.
    fn collect(&mut self, until: Deadline, enough: impl Fn(&Output) -> bool) -> Result<Progress, Error> {
        let mut back_off = BackOff::default();
        loop {
            let wait = until.wait().ok_or_else(|| Failure::too_slow(Action::Receive).into_error())?;
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
                Err(failure) if failure.kind.may_pass() || failure.fault().is_some_and(Fault::is_quota) => {
                    debug!(error = %failure.kind, "Asking again for output");
                    if !until.sleep(back_off.next(), self.speaker.interrupt()) {
                        return Err(self.interrupted_or(failure).by(until));
                    }
                    continue;
                }
                Err(failure) => return Err(failure.into_error()),
            }
            back_off = BackOff::default();
            if self.output.stdout.len() + self.output.stderr.len() > MOST_OUTPUT {
                return Err(Error::new(ErrorKind::Protocol("more than 16 MiB of output".to_owned()), Action::Receive));
            }
        }
    }
}

/// How far a command is.
enum Progress {
    Going,
    Ended,
}

fn has_sign(output: &Output, sign: Option<&[u8]>) -> bool {
    match sign {
        None => !output.stdout.is_empty() || !output.stderr.is_empty(),
        Some([]) => true,
        Some(sign) => output.stdout.windows(sign.len()).any(|window| window == sign),
    }
}
