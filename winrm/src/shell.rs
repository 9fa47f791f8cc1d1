//! The verbs of a remote shell: one message there and its answer back. What to make of a failure is
//! the client's matter.

use std::time::Instant;

use tracing::debug;

use crate::deadline::{Deadline, Wait};
use crate::error::{Error, ErrorKind, HttpError};
use crate::ids::Ids;
use crate::interrupt::Interrupt;
use crate::soap::request::{self, Header, Request};
use crate::soap::response::{self, Answer, Received};
use crate::soap::{Action, Fault, ReadError};
use crate::transport::{Reply, Transport};

/// A shell on a host, or one that was asked for, and the command that was started in it.
#[derive(Clone, Debug)]
pub(crate) struct Shell {
    pub(crate) id: String,
    pub(crate) command_id: Option<String>,
}

/// A message without the answer that was wanted.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) kind: ErrorKind,
    pub(crate) action: Action,
    /// Whether the host may have done what was asked.
    pub(crate) may_be_done: bool,
}

impl Failure {
    pub(crate) fn fault(&self) -> Option<&Fault> {
        match &self.kind {
            ErrorKind::Fault(fault) => Some(fault),
            _ => None,
        }
    }

    /// Whether the host has looked at the message and answered. With 503 the HTTP service of
    /// Windows turns messages away.
    pub(crate) fn is_answer(&self) -> bool {
        match &self.kind {
            ErrorKind::Fault(_) => true,
            ErrorKind::Http(error) => error.status != 503,
            _ => false,
        }
    }

    /// Whether the host has answered without a look at what the message is: it is full, or the message too large.
    pub(crate) fn is_turned_away(&self) -> bool {
        match &self.kind {
            ErrorKind::Fault(fault) => fault.is_quota(),
            ErrorKind::Http(error) => error.status == 413,
            _ => false,
        }
    }

    /// There was no time left to send it.
    pub(crate) fn too_slow(action: Action) -> Self {
        Self { kind: ErrorKind::TooSlow, action, may_be_done: false }
    }

    pub(crate) fn into_error(self) -> Error {
        Error::new(self.kind, self.action)
    }

    /// Nothing is to be waited for any more, so it was not sent.
    pub(crate) fn interrupted(action: Action) -> Self {
        Self { kind: ErrorKind::Interrupted, action, may_be_done: false }
    }

    /// As an error; silence up to the deadline is no more than the deadline.
    pub(crate) fn by(mut self, deadline: Deadline) -> Error {
        if matches!(self.kind, ErrorKind::Silent) && deadline.wait().is_none() {
            self.kind = ErrorKind::TooSlow;
        }
        self.into_error()
    }
}

/// Speaks the verbs over a transport.
pub(crate) struct Speaker<T> {
    transport: T,
    to: String,
    ids: Box<dyn Ids + Send>,
    interrupt: Interrupt,
}

impl<T: Transport> Speaker<T> {
    /// `to` is the address that stands in every message.
    pub(crate) fn new(transport: T, to: String, ids: Box<dyn Ids + Send>) -> Self {
        Self { transport, to, ids, interrupt: Interrupt::default() }
    }

    pub(crate) fn interrupted_by(&mut self, interrupt: Interrupt) {
        self.interrupt = interrupt;
    }

    /// What ends all waiting.
    pub(crate) fn interrupt(&self) -> &Interrupt {
        &self.interrupt
    }

    pub(crate) fn next_id(&mut self) -> String {
        self.ids.next()
    }

    /// Asks for a shell with the identifier `wanted`; returns the one that it got.
    pub(crate) fn create(&mut self, wanted: &str, utf8: bool, wait: Wait) -> Result<String, Failure> {
        self.say(&Request::Create { shell_id: wanted, utf8 }, wait, response::created)
    }

    /// Starts a command with the identifier `wanted`; returns the one that it got.
    pub(crate) fn command(&mut self, shell: &str, wanted: &str, line: &str, wait: Wait) -> Result<String, Failure> {
        let request = Request::Command { shell_id: shell, command_id: wanted, command_line: line };
        self.say(&request, wait, response::started)
    }

    pub(crate) fn send(&mut self, target: Target<'_>, data: &[u8], end: bool, wait: Wait) -> Result<(), Failure> {
        let Target { shell_id, command_id } = target;
        self.say(&Request::Send { shell_id, command_id, data, end }, wait, response::sent)
    }

    pub(crate) fn receive(&mut self, target: Target<'_>, wait: Wait) -> Result<Received, Failure> {
        let Target { shell_id, command_id } = target;
        self.say(&Request::Receive { shell_id, command_id }, wait, |document| response::received(document, command_id))
    }

    pub(crate) fn signal(&mut self, target: Target<'_>, wait: Wait) -> Result<(), Failure> {
        let Target { shell_id, command_id } = target;
        self.say(&Request::Signal { shell_id, command_id }, wait, response::signalled)
    }

    pub(crate) fn delete(&mut self, shell: &str, wait: Wait) -> Result<(), Failure> {
        self.say(&Request::Delete { shell_id: shell }, wait, response::deleted)
    }

    fn say<R>(
        &mut self,
        request: &Request<'_>,
        wait: Wait,
        read: impl FnOnce(&[u8]) -> Result<Answer<R>, ReadError>,
    ) -> Result<R, Failure> {
        self.ask(request, wait, |reply| read(&reply.body))
    }

    /// As the verbs, for an answer of which more counts than its body.
    pub(crate) fn ask<R>(
        &mut self,
        request: &Request<'_>,
        wait: Wait,
        read: impl FnOnce(&Reply) -> Result<Answer<R>, ReadError>,
    ) -> Result<R, Failure> {
        let action = request.action();
        // What ends and removes must be said even so.
        let interrupt = match action {
            Action::Signal | Action::Delete => self.interrupt.ignored(),
            _ => self.interrupt.clone(),
        };
        if interrupt.is_raised() {
            return Err(Failure::interrupted(action));
        }
        let message_id = self.ids.next();
        let header = Header { to: &self.to, message_id: &message_id, operation_timeout: wait.operation };
        let message = request::write(&header, request);
        let begun = Instant::now();
        let sent = message.len();
        let result = self.transport.send(message, wait.answer, &interrupt);
        let milliseconds = begun.elapsed().as_millis();
        match &result {
            Ok(reply) => {
                debug!(step = %action, sent, received = reply.body.len(), reply.status, milliseconds, "Answered")
            }
            Err(error) => debug!(step = %action, sent, %error, milliseconds, "Not answered"),
        }
        match result {
            Ok(reply) => answer(&reply, read).map_err(|(kind, may_be_done)| Failure { kind, action, may_be_done }),
            Err(error) => {
                let may_be_done = error.may_have_arrived();
                Err(Failure { kind: error.into(), action, may_be_done })
            }
        }
    }
}

/// What a message inside a shell is for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Target<'a> {
    pub(crate) shell_id: &'a str,
    pub(crate) command_id: &'a str,
}

/// What was wanted, or what else came and whether the host may have done what was asked.
///
/// A fault comes with any status, as a rule with 500. A status without a fault was often not
/// written by WinRM; 5xx leaves open what happened behind it, except 503.
fn answer<R>(reply: &Reply, read: impl FnOnce(&Reply) -> Result<Answer<R>, ReadError>) -> Result<R, (ErrorKind, bool)> {
    if reply.status != 200 {
        return Err(match response::fault(&reply.body) {
            Some(fault) => refused(fault),
            None => {
                let may_be_done = (500..600).contains(&reply.status) && reply.status != 503;
                (HttpError::new(reply.status, &reply.body).into(), may_be_done)
            }
        });
    }
    match read(reply) {
        Ok(Answer::Content(content)) => Ok(content),
        Ok(Answer::Fault(fault)) => Err(refused(fault)),
        Err(_) if !reply.is_of_winrm() => Err((HttpError::new(reply.status, &reply.body).into(), true)),
        Err(error) => Err((error.into(), true)),
    }
}

/// A host that says no has not done it, unless it stopped in the middle.
fn refused(fault: Fault) -> (ErrorKind, bool) {
    let may_be_done = fault.is_timed_out() || fault.is_aborted();
    (ErrorKind::Fault(Box::new(fault)), may_be_done)
}
