//! Takes the steps one after the other, asks the questions in between, and cleans up whatever happens.

use std::time::{Duration, Instant};

use powershell::{Probe, Probed};

use super::line::{self, Line};
use super::protocol;
use super::questions;
use super::report::{Fact, Report, Tried, Verdict};
use super::steps::{Answered, END, LIFE, Needs, Step};
use super::subject::Subject;
use super::wire::Wire;
use crate::deadline::Deadline;
use crate::error::Error;
use crate::remote;
use crate::request::{Action, ActionName, Connection, Request};

/// How long the host's part of the questions may take.
const PROBE: Duration = Duration::from_secs(300);

/// By then a script whose shell is gone has come to its own deadline, or was killed.
const PROBE_ENDS: Duration = Duration::from_secs(20);

/// A selftest under way.
pub(super) struct Suite<'s> {
    pub(super) line: Line,
    pub(super) subject: &'s Subject,
    pub(super) report: &'s mut Report,
    pub(super) say: &'s mut dyn FnMut(String),
    /// The host has answered as it should.
    is_host_there: bool,
    /// The VM was made.
    is_vm_there: bool,
    /// The VM may be on the host.
    is_vm_open: bool,
    /// What the host's script makes may be there.
    is_probe_open: bool,
    /// All questions were asked.
    has_asked: bool,
    /// Its script may go on, unheard, and make what was removed already.
    is_probe_lost: bool,
}

impl<'s> Suite<'s> {
    pub(super) fn new(
        line: Line,
        subject: &'s Subject,
        report: &'s mut Report,
        say: &'s mut dyn FnMut(String),
    ) -> Self {
        Self {
            line,
            subject,
            report,
            say,
            is_host_there: false,
            is_vm_there: false,
            is_vm_open: false,
            is_probe_open: false,
            has_asked: false,
            is_probe_lost: false,
        }
    }

    /// All of it.
    pub(super) fn run(&mut self, long: bool) {
        LIFE.iter().for_each(|step| self.take(step));
        self.ask(long);
        END.iter().for_each(|step| self.take(step));
        self.clean_up();
        let has_failed = self.report.steps.iter().any(|step| step.verdict != Verdict::Passed);
        self.report.passed = !has_failed && self.has_asked && self.report.left.is_empty();
    }

    fn take(&mut self, step: &Step) {
        if !self.can(step.needs) {
            return self.note(step, Verdict::Skipped, 0.0, None);
        }
        self.is_vm_open |= step.action == ActionName::Create;
        let begun = Instant::now();
        let answered = self.line.call(step.action, step.payload(self.subject));
        let passed = step.is_as_expected(self.subject, &answered);
        match step.action {
            _ if step.needs == Needs::Nothing => self.is_host_there = passed,
            ActionName::Prepare => self.is_host_there &= passed,
            ActionName::Create => self.is_vm_there |= passed,
            ActionName::Delete if passed => self.is_vm_open = false,
            _ => {}
        }
        let verdict = if passed { Verdict::Passed } else { Verdict::Failed };
        self.note(step, verdict, begun.elapsed().as_secs_f64(), Some(answered));
    }

    fn can(&self, needs: Needs) -> bool {
        let there = match needs {
            Needs::Nothing => true,
            Needs::Host => self.is_host_there,
            Needs::Vm => self.is_vm_there,
        };
        there && !self.line.is_interrupted()
    }

    fn note(&mut self, step: &Step, verdict: Verdict, seconds: f64, answered: Option<Answered>) {
        let name = step.name;
        let line = match verdict {
            Verdict::Passed => format!("passed   {name} ({seconds:.1} s)"),
            Verdict::Skipped => format!("skipped  {name}"),
            Verdict::Failed => {
                let told = match &answered {
                    Some(Ok(reply)) => format!("it answered {reply}"),
                    Some(Err(error)) => error.to_string(),
                    None => String::new(),
                };
                format!("FAILED   {name} ({seconds:.1} s): {told}; expected was {}", step.expected)
            }
        };
        (self.say)(line);
        let (reply, error, causes) = match answered {
            Some(Ok(reply)) => (Some(reply), None, String::new()),
            Some(Err(error)) => (None, Some(error.to_string()), error.causes()),
            None => (None, None, String::new()),
        };
        let expected = step.expected.to_owned();
        self.report.steps.push(Tried { name: name.to_owned(), verdict, seconds, expected, reply, error, causes });
    }

    /// The questions, while the VM runs.
    fn ask(&mut self, long: bool) {
        if self.can(Needs::Host) {
            (self.say)("asking the host what only a real one can answer".to_owned());
            match self.ask_both(long) {
                Ok(()) => self.has_asked = true,
                Err(error) => {
                    error.log();
                    (self.say)(format!("FAILED   the questions: {error}"));
                    self.report.facts.push(Fact::new("the host's script", format!("not answered: {error}")));
                }
            }
        }
        self.report.questions = questions::answers(&self.report.facts);
    }

    fn ask_both(&mut self, long: bool) -> Result<(), Error> {
        let (connection, probe) = self.probe()?;
        self.report.facts.push(protocol::binding(&connection));
        let transport = self.line.wire(&connection)?;
        let mut wire = Wire::new(transport, connection.endpoint.url(), self.line.interrupt())?;
        let facts = protocol::ask(&mut wire, &self.subject.name, long, &|| self.line.is_interrupted());
        self.report.facts.extend(facts);
        self.is_probe_open = true;
        let probed = send(&self.line, &connection, &probe);
        self.is_probe_lost = probed.as_ref().is_err_and(Error::is_outcome_unknown);
        let probed = probed?;
        self.report.facts.extend(questions::facts(&probed));
        self.is_probe_open = !probed.left.is_empty();
        Ok(())
    }

    /// Deletes what may be there, also after the program was told to end; again if the first try fails.
    fn clean_up(&mut self) {
        let line = self.line.undisturbed();
        let Subject { name, uuid, .. } = self.subject;
        if self.is_vm_open {
            (self.say)(format!("cleaning up: delete {name}"));
            let delete = || line.call(ActionName::Delete, self.subject.payload(ActionName::Delete));
            if let Err(error) = delete().or_else(|_| delete()) {
                self.report.left.push(format!("the VM {name} with the CloudStack UUID {uuid}: {error}"));
            }
        }
        if self.is_probe_open {
            let name = self.subject.probe_name();
            (self.say)(format!("cleaning up: what the questions made as {name}"));
            let clean = || {
                let (connection, probe) = self.probe()?;
                send(&line, &connection, &Probe { clean_up_only: true, ..probe })
            };
            let mut cleaned = clean().or_else(|_| clean());
            if self.is_probe_lost && line.interrupt().sleep(PROBE_ENDS) {
                cleaned = clean();
            }
            match cleaned {
                Ok(probed) => self.report.left.extend(probed.left),
                Err(error) => self.report.left.push(format!("the VM {name} and files of that name: {error}")),
            }
        }
        for left in &self.report.left {
            (self.say)(format!("LEFT ON THE HOST: {left}"));
        }
    }

    /// Where the host is, and what its script is to make there.
    fn probe(&self) -> Result<(Connection, Probe), Error> {
        let payload = line::read(self.subject.payload(ActionName::Create))?;
        let request = Request::new(ActionName::Create, &payload, Deadline::new(Instant::now(), PROBE))?;
        let (Some(connection), Action::Create(create)) = (request.connection, request.action) else {
            return Err(Error::new("the payload names no host"));
        };
        let probe = Probe {
            name: self.subject.probe_name(),
            vhd_path: create.placement.vhd_path.to_string(),
            vm_path: create.placement.vm_path.to_string(),
            clean_up_only: false,
        };
        Ok((connection, probe))
    }
}

fn send(line: &Line, connection: &Connection, probe: &Probe) -> Result<Probed, Error> {
    let mut host = line.remote(connection, Deadline::new(Instant::now(), PROBE))?;
    remote::run(&mut host, probe)
}
