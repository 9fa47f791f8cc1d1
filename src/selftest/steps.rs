//! The steps of a selftest: one VM's life, and what is expected of each answer.

use serde_json::{Value, json};

use super::subject::{Subject, set};
use crate::error::Error;
use crate::request::ActionName;

/// A name that would do harm wherever a value became code, and is spoilt wherever a code page is wrong.
pub(super) const HOSTILE: &str = "'; \"$(1)\" & <x> \u{fc}";

/// What one step did.
pub(super) type Answered = Result<Value, Error>;

/// One call.
pub(super) struct Step {
    pub(super) name: &'static str,
    pub(super) action: ActionName,
    pub(super) needs: Needs,
    /// What is expected, for whoever reads that it was not so.
    pub(super) expected: &'static str,
    change: fn(&Subject, &mut Value),
    judge: fn(&Subject, &Answered) -> bool,
}

/// What must have gone well before, or the step means nothing.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Needs {
    Nothing,
    /// The host answers.
    Host,
    /// The VM was made.
    Vm,
}

impl Step {
    const fn new(name: &'static str, action: ActionName) -> Self {
        let judge = |_: &Subject, answered: &Answered| is_success(answered);
        Self { name, action, needs: Needs::Vm, expected: "success", change: |_, _| {}, judge }
    }

    const fn needs(self, needs: Needs) -> Self {
        Self { needs, ..self }
    }

    const fn with(self, change: fn(&Subject, &mut Value)) -> Self {
        Self { change, ..self }
    }

    const fn expects(self, expected: &'static str, judge: fn(&Subject, &Answered) -> bool) -> Self {
        Self { expected, judge, ..self }
    }

    const fn expects_absence(self) -> Self {
        self.expects("an error that the host has no such VM", |_, answered| says(answered, "the host has no VM"))
    }

    const fn expects_on(self) -> Self {
        self.expects("poweron", |_, answered| power(answered) == Some("poweron"))
    }

    const fn with_snapshot(self) -> Self {
        self.with(|_, payload| set(payload, &["parameters", "snapshot_name"], json!(HOSTILE)))
    }

    /// The payload of the call.
    pub(super) fn payload(&self, subject: &Subject) -> Value {
        let mut payload = subject.payload(self.action);
        (self.change)(subject, &mut payload);
        payload
    }

    /// Whether the answer is the expected one.
    pub(super) fn is_as_expected(&self, subject: &Subject, answered: &Answered) -> bool {
        (self.judge)(subject, answered)
    }
}

/// Until the VM runs and nothing is left to try but its end.
pub(super) const LIFE: [Step; 22] = [
    Step::new("status of an absent VM", ActionName::Status).needs(Needs::Nothing).expects_absence(),
    Step::new("prepare", ActionName::Prepare)
        .needs(Needs::Host)
        .expects("an empty object", |_, answered| answered.as_ref().is_ok_and(|reply| *reply == json!({}))),
    Step::new("create", ActionName::Create).needs(Needs::Host),
    Step::new("create again", ActionName::Create),
    Step::new("status", ActionName::Status).expects_on(),
    Step::new("statuses has it", ActionName::Statuses).expects(
        "the VM among the others, poweron",
        |subject, answered| {
            answered.as_ref().is_ok_and(|reply| reply["power_state"].get(&subject.name) == Some(&json!("poweron")))
        },
    ),
    Step::new("create with another UUID", ActionName::Create)
        .with(|subject, payload| {
            set(payload, &["virtualmachineid"], json!(subject.strange_uuid));
            set(payload, &["cloudstack.vm.details", "uuid"], json!(subject.strange_uuid));
        })
        .expects("an error that it is another VM's", |_, answered| {
            answered.as_ref().is_err_and(|error| error.causes().contains("vm_foreign"))
        }),
    Step::new("status after that", ActionName::Status).expects_on(),
    Step::new("Suspend", ActionName::Suspend),
    Step::new("status while paused", ActionName::Status).expects_on(),
    Step::new("Resume", ActionName::Resume),
    Step::new("CreateSnapshot of a hostile name", ActionName::CreateSnapshot).with_snapshot(),
    Step::new("ListSnapshots", ActionName::ListSnapshots)
        .expects("one row of that name, to the letter", |_, answered| lists(answered, &[HOSTILE])),
    Step::new("RestoreSnapshot", ActionName::RestoreSnapshot).with_snapshot(),
    Step::new("status after the restore", ActionName::Status).expects_on(),
    Step::new("DeleteSnapshot", ActionName::DeleteSnapshot).with_snapshot(),
    Step::new("ListSnapshots of none", ActionName::ListSnapshots).expects("no row", |_, answered| lists(answered, &[])),
    Step::new("reboot", ActionName::Reboot),
    Step::new("stop", ActionName::Stop),
    // Off for less than 90 seconds it may not be called off.
    Step::new("status after the stop", ActionName::Status)
        .expects("poweroff or unknown", |_, answered| matches!(power(answered), Some("poweroff" | "unknown"))),
    Step::new("start", ActionName::Start),
    Step::new("status after the start", ActionName::Status).expects_on(),
];

/// After the questions.
pub(super) const END: [Step; 3] = [
    Step::new("delete of the running VM", ActionName::Delete),
    Step::new("delete again", ActionName::Delete).needs(Needs::Host),
    Step::new("status of the deleted VM", ActionName::Status).needs(Needs::Host).expects_absence(),
];

fn is_success(answered: &Answered) -> bool {
    answered.as_ref().is_ok_and(|reply| reply["status"] == "success")
}

fn power(answered: &Answered) -> Option<&str> {
    answered.as_ref().ok()?["power_state"].as_str()
}

fn says(answered: &Answered, words: &str) -> bool {
    answered.as_ref().is_err_and(|error| error.to_string().contains(words))
}

fn lists(answered: &Answered, names: &[&str]) -> bool {
    let Some(rows) = answered.as_ref().ok().and_then(|reply| reply["message"].as_array()) else {
        return false;
    };
    rows.iter().map(|row| row["Name"].as_str()).eq(names.iter().copied().map(Some))
}
