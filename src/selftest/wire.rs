//! Messages to the host as they are, without what the client makes of the answers: for questions about WinRM itself.

use std::time::{Duration, Instant};

use winrm::soap::request::{Header, Request, write};
use winrm::soap::response::{self, Answer, CommandState};
use winrm::soap::{Fault, ReadError};
use winrm::{Ids as _, Interrupt, RandomIds, Reply, Transport};

use crate::error::Error;

/// How long the host may hold a message, if nothing else is said.
pub(super) const HOLD: Duration = Duration::from_secs(20);

/// How long an answer may take on top.
const SLACK: Duration = Duration::from_secs(15);

/// No command here takes longer.
const LONGEST_COMMAND: Duration = Duration::from_secs(120);

/// A conversation.
pub(super) struct Wire {
    transport: Box<dyn Transport>,
    to: String,
    ids: RandomIds,
    interrupt: Interrupt,
}

/// What a command printed, what it ended with, and how long it took from its start to its end.
pub(super) struct Ran {
    pub(super) printed: String,
    pub(super) code: Option<i64>,
    pub(super) took: Duration,
}

impl Wire {
    /// # Errors
    /// Where the system has no random numbers.
    pub(super) fn new(transport: Box<dyn Transport>, to: String, interrupt: Interrupt) -> Result<Self, Error> {
        let ids = RandomIds::new()
            .map_err(|source| Error::new("this machine gives no random numbers").with_source(source))?;
        Ok(Self { transport, to, ids, interrupt })
    }

    /// An identifier that nothing has yet.
    pub(super) fn new_id(&mut self) -> String {
        self.ids.next()
    }

    /// Sends a message, changed as text where the client knows no such form, and takes whatever answer comes.
    ///
    /// # Errors
    /// Where no answer came.
    pub(super) fn say(
        &mut self,
        request: &Request<'_>,
        hold: Duration,
        change: impl FnOnce(String) -> String,
    ) -> Result<Reply, Error> {
        let message_id = self.ids.next();
        let header = Header { to: &self.to, message_id: &message_id, operation_timeout: hold };
        let text = String::from_utf8_lossy(&write(&header, request)).into_owned();
        self.transport
            .send(change(text).into_bytes(), hold + SLACK, &self.interrupt)
            .map_err(|error| Error::new(format!("no answer to {:?}: {error}", request.action())).with_source(error))
    }

    /// Makes a shell and gives its identifier.
    ///
    /// # Errors
    /// Where there is none.
    pub(super) fn open(&mut self, change: impl FnOnce(String) -> String) -> Result<(String, Reply), Error> {
        let wanted = self.new_id();
        let reply = self.say(&Request::Create { shell_id: &wanted, utf8: true }, HOLD, change)?;
        let id = content(&reply, response::created).map_err(|no| Error::new(format!("no shell: {}", no.told())))?;
        Ok((id, reply))
    }

    /// Removes a shell. A failure changes nothing: the host removes it after its idle time.
    pub(super) fn close(&mut self, shell_id: &str) {
        if let Err(error) = self.say(&Request::Delete { shell_id }, HOLD, unchanged) {
            tracing::debug!(%error, "A shell could not be removed");
        }
    }

    /// Starts a command in a shell and gives its identifier.
    ///
    /// # Errors
    /// Where it did not start.
    pub(super) fn start(
        &mut self,
        shell_id: &str,
        command_line: &str,
        change: impl FnOnce(String) -> String,
    ) -> Result<String, Error> {
        let wanted = self.new_id();
        let request = Request::Command { shell_id, command_id: &wanted, command_line };
        let reply = self.say(&request, HOLD, change)?;
        content(&reply, response::started).map_err(|no| Error::new(format!("no command: {}", no.told())))
    }

    /// Runs a command in a shell to its end.
    ///
    /// # Errors
    /// Where it did not start or did not end.
    pub(super) fn run(
        &mut self,
        shell_id: &str,
        command_line: &str,
        change: impl FnOnce(String) -> String,
    ) -> Result<Ran, Error> {
        let begun = Instant::now();
        let command_id = self.start(shell_id, command_line, change)?;
        let mut printed = Vec::new();
        while begun.elapsed() < LONGEST_COMMAND {
            let reply = self.say(&Request::Receive { shell_id, command_id: &command_id }, HOLD, unchanged)?;
            match content(&reply, |body| response::received(body, &command_id)) {
                Ok(received) => {
                    printed.extend(received.stdout);
                    printed.extend(received.stderr);
                    if let CommandState::Done { exit_code } = received.state {
                        let printed = String::from_utf8_lossy(&printed).trim().to_owned();
                        return Ok(Ran { printed, code: exit_code, took: begun.elapsed() });
                    }
                }
                Err(NoContent::Fault(fault)) if fault.is_timed_out() => {}
                Err(no) => return Err(Error::new(format!("no output: {}", no.told()))),
            }
        }
        Err(Error::new("the command did not end in two minutes"))
    }
}

/// An answer without what was asked for.
pub(super) enum NoContent {
    Fault(Box<Fault>),
    Nonsense(String),
}

impl NoContent {
    /// By numbers: sentences are of the host's language.
    pub(super) fn told(&self) -> String {
        match self {
            Self::Fault(fault) => {
                let code = fault.wsman_code.map_or_else(|| "without a code".to_owned(), |code| code.to_string());
                let parts = [fault.subcode.as_deref(), fault.fault_detail.as_deref()];
                let parts: Vec<&str> = parts.into_iter().flatten().collect();
                format!("fault {code} {}", parts.join(" ")).trim_end().to_owned()
            }
            Self::Nonsense(why) => why.clone(),
        }
    }
}

/// What was asked for, whatever the HTTP status.
pub(super) fn content<T>(
    reply: &Reply,
    read: impl FnOnce(&[u8]) -> Result<Answer<T>, ReadError>,
) -> Result<T, NoContent> {
    if reply.status != 200 {
        return Err(match response::fault(&reply.body) {
            Some(fault) => NoContent::Fault(Box::new(fault)),
            None => NoContent::Nonsense(format!("HTTP status {}", reply.status)),
        });
    }
    match read(&reply.body) {
        Ok(Answer::Content(content)) => Ok(content),
        Ok(Answer::Fault(fault)) => Err(NoContent::Fault(Box::new(fault))),
        Err(error) => Err(NoContent::Nonsense(error.to_string())),
    }
}

/// Leaves a message as it is.
pub(super) fn unchanged(text: String) -> String {
    text
}
