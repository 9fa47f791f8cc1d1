//! Takes the steps one after the other, asks the questions in between, and cleans up whatever happens.

use std::time::{Duration, Instant};

use powershell::Probe;
use serde_json::json;

use super::line::{self, Line};
use super::protocol;
use super::questions;
use super::report::{Fact, Report, Tried, Verdict};
use super::steps::{Answered, END, LIFE, Needs, Step};
use super::subject::{Subject, set};
use super::wire::Wire;
use crate::deadline::Deadline;
use crate::error::Error;
use crate::remote;
use crate::request::{Action, ActionName, Connection, Request};

/// How long the host's part of the questions may take.
const PROBE: Duration = Duration::from_secs(300);

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
    /// What may be on the host: name and UUID.
    open: Vec<(String, String)>,
}

impl<'s> Suite<'s> {
    pub(super) fn new(
        line: Line,
        subject: &'s Subject,
        report: &'s mut Report,
        say: &'s mut dyn FnMut(String),
    ) -> Self {
        Self { line, subject, report, say, is_host_there: false, is_vm_there: false, open: Vec::new() }
    }

    /// All of it.
    pub(super) fn run(&mut self, long: bool) {
        LIFE.iter().for_each(|step| self.take(step));
        self.ask(long);
        END.iter().for_each(|step| self.take(step));
        self.clean_up();
        let has_failed = self.report.steps.iter().any(|step| step.verdict != Verdict::Passed);
        self.report.passed = !has_failed && self.report.left.is_empty();
    }

    fn take(&mut self, step: &Step) {
        if !self.can(step.needs) {
            return self.note(step, Verdict::Skipped, 0.0, None);
        }
        if step.action == ActionName::Create && !self.is_vm_there {
            self.open.push((self.subject.name.clone(), self.subject.uuid.clone()));
        }
        let begun = Instant::now();
        let answered = self.line.call(step.action, step.payload(self.subject));
        let passed = step.is_as_expected(self.subject, &answered);
        match step.action {
            _ if step.needs == Needs::Nothing => self.is_host_there = passed,
            ActionName::Prepare => self.is_host_there &= passed,
            ActionName::Create => self.is_vm_there |= passed,
            ActionName::Delete if passed => self.open.retain(|(name, _)| *name != self.subject.name),
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
            let asked = self.connection().and_then(|(connection, paths)| {
                self.ask_winrm(&connection, long);
                self.ask_host(&connection, paths)
            });
            if let Err(error) = asked {
                error.log();
                (self.say)(format!("FAILED   the questions: {error}"));
                self.report.facts.push(Fact::new("the host's script", format!("not answered: {error}")));
            }
        }
        self.report.questions = questions::answers(&self.report.facts);
    }

    /// Where the host is, and its two folders.
    fn connection(&self) -> Result<(Connection, (String, String)), Error> {
        let payload = line::read(self.subject.payload(ActionName::Create))?;
        let request = Request::new(ActionName::Create, &payload, Deadline::new(Instant::now(), PROBE))?;
        match (request.connection, request.action) {
            (Some(connection), Action::Create(create)) => {
                let placement = create.placement;
                Ok((connection, (placement.vhd_path.to_string(), placement.vm_path.to_string())))
            }
            _ => Err(Error::new("the payload names no host")),
        }
    }

    fn ask_winrm(&mut self, connection: &Connection, long: bool) {
        self.report.facts.push(protocol::binding(connection));
        let wire = self
            .line
            .wire(connection)
            .and_then(|transport| Wire::new(transport, connection.endpoint.url(), self.line.interrupt()));
        match wire {
            Ok(mut wire) => {
                let line = self.line.clone();
                let facts = protocol::ask(&mut wire, &self.subject.name, long, &|| line.is_interrupted());
                self.report.facts.extend(facts);
            }
            Err(error) => self.report.facts.push(Fact::new("WinRM", format!("not answered: {error}"))),
        }
    }

    fn ask_host(&mut self, connection: &Connection, (vhd_path, vm_path): (String, String)) -> Result<(), Error> {
        let name = self.subject.probe_name();
        let entry = (name.clone(), self.subject.strange_uuid.clone());
        self.open.push(entry.clone());
        let mut host = self.line.remote(connection, Deadline::new(Instant::now(), PROBE))?;
        let probed = remote::run(&mut host, &Probe { name, vhd_path, vm_path })?;
        self.report.facts.extend(questions::facts(&probed));
        match probed.left.is_empty() {
            true => self.open.retain(|open| *open != entry),
            false => self.report.left.extend(probed.left),
        }
        Ok(())
    }

    /// Deletes what may be there, also after the program was told to end.
    fn clean_up(&mut self) {
        let line = self.line.undisturbed();
        for (name, uuid) in std::mem::take(&mut self.open) {
            (self.say)(format!("cleaning up: delete {name}"));
            let mut payload = self.subject.payload(ActionName::Delete);
            for key in ["virtualmachinename", "cloudstack.vm.details/name"] {
                set(&mut payload, &key.split('/').collect::<Vec<_>>(), json!(name));
            }
            for key in ["virtualmachineid", "cloudstack.vm.details/uuid"] {
                set(&mut payload, &key.split('/').collect::<Vec<_>>(), json!(uuid));
            }
            let delete = || line.call(ActionName::Delete, payload.clone());
            if let Err(error) = delete().or_else(|_| delete()) {
                self.report.left.push(format!("the VM {name} with the CloudStack UUID {uuid}: {error}"));
            }
        }
        for left in &self.report.left {
            (self.say)(format!("LEFT ON THE HOST: {left}"));
        }
    }
}
