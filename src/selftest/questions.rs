//! The questions that only a real host can answer, and which of the facts found answer each.

use powershell::{Finding, Probed};
use serde::Serialize;

use super::report::Fact;

/// One question, with what was found.
#[derive(Debug, Serialize)]
pub(super) struct Answer {
    pub(super) id: &'static str,
    pub(super) question: &'static str,
    pub(super) facts: Vec<Fact>,
    /// What it leaves open, or all of it.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub(super) open: &'static str,
}

/// Number in the references, question, the names of the facts that belong to it (`*` at the end: all that begin so), what they
/// leave open.
type Question = (&'static str, &'static str, &'static [&'static str], &'static str);

const QUESTIONS: [Question; 17] = [
    (
        "hyperv 8.1",
        "identifiers of errors of Suspend-VM, Resume-VM and Remove-VM in a wrong state",
        &[
            "suspend while off",
            "resume while off",
            "resume while running",
            "remove while running",
            "suspend while paused",
            "remove while paused",
            "suspend while saved",
            "resume while saved",
        ],
        "",
    ),
    ("hyperv 8.2", "Restore-VMSnapshot on a running VM: does it stop it, or fail?", &["restore while running"], ""),
    (
        "hyperv 8.3",
        "InitiateReboot: is there the method, and what does it return?",
        &["reboot method", "reboot without a guest"],
        "what it returns for a guest that answers: that needs a guest system",
    ),
    (
        "hyperv 8.4",
        "generation 1: does an empty disk fall through to the CD?",
        &[],
        "all of it: that needs a look at a console",
    ),
    (
        "hyperv 8.5",
        "turning off a clustered VM, and its restart policy",
        &["clustered"],
        "all of it: no VM of a cluster is touched",
    ),
    ("hyperv 8.6", "static memory that is no multiple of 2 MB", &["memory of *"], ""),
    (
        "hyperv 8.7",
        "is a saved VM removed in one go?",
        &["save", "remove while saved", "left after remove while saved"],
        "",
    ),
    ("hyperv 8.8", "command lines beyond the limit of cmd.exe", &["command line beyond cmd.exe"], ""),
    (
        "hyperv 8.9",
        "rights of a file that Copy-Item made",
        &["copy", "rights of *"],
        "the same from one volume to another, where these two folders are on one",
    ),
    (
        "protocol G.1",
        "are ShellId and CommandId of the client kept?",
        &["ShellId of the client", "CommandId of the client"],
        "",
    ),
    (
        "protocol G.2",
        "NEGOTIATE without SPNEGO, with an empty body",
        &["login with an empty type-1 message", "os_version", "lm_compatibility"],
        "",
    ),
    (
        "protocol G.3",
        "CbtHardeningLevel Strict with our channel binding",
        &["channel binding", "winrm Service\\Auth\\CbtHardeningLevel"],
        "where the level is not Strict: run it again after setting it",
    ),
    (
        "protocol G.4",
        "the shortest idle time, also during a long Receive",
        &["idle time of 60 s", "receive held for 65 s"],
        "",
    ),
    ("protocol G.5", "an environment variable beyond 8 KB", &["environment variable of 9,000 characters"], ""),
    ("protocol G.6", "the shape of a projection of WMI", &["projection"], ""),
    (
        "protocol G.7",
        "what the host says to an identifier in use",
        &["Create of a ShellId in use", "Command of a CommandId in use"],
        "",
    ),
    (
        "protocol G.8",
        "how long PowerShell, the Hyper-V module and WMI take",
        &[
            "milliseconds of powershell.exe",
            "milliseconds of powershell.exe with the Hyper-V module",
            "milliseconds of the WMI query",
            "module_milliseconds",
        ],
        "",
    ),
];

/// Puts the facts to their questions.
pub(super) fn answers(facts: &[Fact]) -> Vec<Answer> {
    let answer = |(id, question, names, open): Question| {
        let mut found: Vec<Fact> = Vec::new();
        for name in names {
            let belongs = |fact: &&Fact| match name.strip_suffix('*') {
                Some(beginning) => fact.name.starts_with(beginning),
                None => fact.name == *name,
            };
            let before = found.len();
            found.extend(facts.iter().filter(belongs).cloned());
            if found.len() == before {
                found.push(Fact::new(*name, "not answered: this host said nothing of it"));
            }
        }
        Answer { id, question, facts: found, open }
    };
    QUESTIONS.into_iter().map(answer).collect()
}

/// What the host's script found, as facts.
pub(super) fn facts(probed: &Probed) -> Vec<Fact> {
    probed.findings.iter().map(|finding| Fact::new(&finding.name, told(finding))).collect()
}

fn told(finding: &Finding) -> String {
    let states = match (finding.before.as_str(), finding.after.as_str()) {
        ("", "") => String::new(),
        (before, after) => format!("{before} -> {after}: "),
    };
    let what = match &finding.problem {
        Some(problem) if problem.code == "deadline" => "not answered: there was no time left".to_owned(),
        Some(problem) => {
            format!("error {}, category {}, hresult {}", problem.fqeid, problem.category, or_none(&problem.hresult))
        }
        None if finding.value.is_empty() => "done".to_owned(),
        None => finding.value.clone(),
    };
    format!("{states}{what}")
}

fn or_none(text: &str) -> &str {
    if text.is_empty() { "none" } else { text }
}

#[cfg(test)]
mod tests {
    use super::{Fact, answers};

    #[test]
    fn what_was_not_found_is_said() {
        let answers = answers(&[Fact::new("memory of 33 MB", "a"), Fact::new("memory of 34 MB", "b")]);
        let of = |id| answers.iter().find(|answer| answer.id == id).unwrap();
        assert_eq!(of("hyperv 8.6").facts.len(), 2);
        assert!(of("hyperv 8.2").facts[0].value.contains("not answered"));
        assert!(of("hyperv 8.4").facts.is_empty() && !of("hyperv 8.4").open.is_empty());
    }
}
