//! `hyperv selftest`, against the model.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use serde_json::json;
use simulated_host::{Action, Host, Options, Rule, ScriptError, Verb, Vm};
use tempfile::TempDir;

use crate::case::{Case, Ran, hyperv};
use crate::selftested::Selftest;

fn host() -> Host {
    Host::start(Options::new()).unwrap()
}

/// Machines and files.
fn inventory(host: &Host) -> (Vec<Vm>, Vec<String>) {
    let state = host.state();
    (state.vms().to_vec(), state.files().to_vec())
}

#[test]
fn every_step_passes_and_the_host_is_as_it_was() {
    let host = host();
    Case::new("create", "create-three-nics.json").on(&host).run().succeeds("Instance created");
    let before = inventory(&host);
    let tested = Selftest::on(&host, &["--yes"]).run();
    tested.passes();
    assert_eq!(inventory(&host), before);
    assert_eq!(host.state().counters.shells_open, 0);
    assert_eq!(tested.steps("passed").len(), 25);
    let report = tested.report();
    assert!(report["vm"].as_str().unwrap().starts_with("hyperv-selftest-"));
    for id in ["hyperv 8.1", "hyperv 8.9", "protocol G.1", "protocol G.8"] {
        assert!(report["questions"].as_array().unwrap().iter().any(|answer| answer["id"] == id), "{id}");
    }
    assert_eq!(tested.facts("ShellId of the client"), ["kept to the letter"]);
    assert_eq!(tested.facts("Create of a ShellId in use"), ["fault 2147942583 AlreadyExists"]);
    assert_eq!(tested.facts("Command of a CommandId in use"), ["fault 2147942583 AlreadyExists"]);
    assert_eq!(tested.facts("idle time of 60 s"), ["accepted; the host answers PT60.000S"]);
    let projection = tested.facts("projection");
    assert!(projection[0].starts_with("<w:XmlFragment>") && projection[0].ends_with("XmlFragment>"), "{projection:?}");
    assert!(tested.facts("os")[0].contains("model"), "{:?}", tested.facts("os"));
}

#[test]
fn the_folder_is_for_its_owner_and_holds_no_secret() {
    let host = host();
    let tested = Selftest::on(&host, &["--yes"]).run();
    for name in ["selftest.json", "selftest.txt"] {
        let text = fs::read_to_string(tested.file(name)).unwrap();
        for secret in [host.password(), "qWI23VL8vzAYpeKcdMF_Kw", "Negotiate"] {
            assert!(!text.contains(secret), "{name} holds {secret}");
        }
        assert_eq!(fs::metadata(tested.file(name)).unwrap().permissions().mode() & 0o777, 0o600);
    }
    assert_eq!(fs::metadata(tested.file("")).unwrap().permissions().mode() & 0o777, 0o700);
    assert!(!tested.ran.log.contains(host.password()) && !tested.ran.stdout.contains(host.password()));
}

#[test]
fn without_a_person_it_wants_yes() {
    let host = host();
    let tested = Selftest::on(&host, &[]).run();
    assert_eq!((tested.ran.code, host.state().counters.connections), (Some(1), 0));
    assert!(tested.ran.stdout.contains("--yes") && tested.ran.stdout.contains("hyperv-selftest-"));
    assert!(!tested.file("").exists());
}

/// `script` gives it a terminal.
#[test]
fn a_person_is_asked_first() {
    for (answer, connects) in [("n", false), ("", false), ("y", true)] {
        let host = host();
        let folder = TempDir::new().unwrap();
        fs::write(folder.path().join("payload.json"), Case::new("create", "create.json").on(&host).text()).unwrap();
        let program = env!("CARGO_BIN_EXE_hyperv");
        let line = format!("(sleep 1; echo '{answer}') | script -qec '{program} selftest payload.json' /dev/null");
        let output = Command::new("sh").args(["-c", &line]).current_dir(folder.path()).output().unwrap();
        let told = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(told.contains("Go on? [y/N]"), "{told}");
        assert_eq!(told.contains("nothing was done"), !connects, "{told}");
        assert_eq!(host.state().counters.connections > 0, connects, "{told}");
        assert_eq!(output.status.success(), connects);
    }
}

#[test]
fn a_host_that_refuses_the_account_is_asked_once() {
    let host = host();
    host.fail_script(ScriptError::new("access_denied", "no").with_hresult(0x8007_0005));
    let tested = Selftest::on(&host, &["--yes"]).run();
    assert_eq!(tested.ran.code, Some(1));
    assert!(tested.text().contains("FAILED   status of an absent VM"), "{}", tested.text());
    assert_eq!(tested.steps("failed"), ["status of an absent VM"]);
    assert_eq!(tested.steps("skipped").len(), 24, "what means nothing is not tried");
    assert!(tested.report()["steps"][0]["causes"].as_str().unwrap().contains("hresult 0x80070005"));
    assert_eq!((inventory(&host).0, host.state().counters.scripts_run), (Vec::new(), 1));
}

/// It has the right password and may do nothing.
#[test]
fn an_account_without_rights_changes_nothing() {
    let host = Host::start(Options::new().deny()).unwrap();
    let tested = Selftest::on(&host, &["--yes"]).run();
    assert_eq!((tested.ran.code, tested.steps("failed").len(), tested.steps("skipped").len()), (Some(1), 1, 24));
    assert_eq!(host.state().counters.scripts_run, 0);
}

#[test]
fn a_connection_that_breaks_is_named_and_cleaned_up_after() {
    for nth in 1..12 {
        let host = host();
        host.fail(Rule::new(Verb::Receive, Action::ResetAfter).nth(nth));
        let before = inventory(&host);
        let tested = Selftest::on(&host, &["--yes"]).run();
        // The script's output is gone with the answer that was lost.
        let failed = tested.steps("failed");
        assert_eq!((tested.ran.code, failed.len()), (Some(1), 1), "{nth}: {failed:?}");
        assert!(tested.ran.stdout.contains(&format!("FAILED   {} (", failed[0])), "{}", tested.ran.stdout);
        assert_eq!(inventory(&host), before, "{nth}: {}", tested.ran.stdout);
        assert_eq!(tested.report()["left"], json!([]));
    }
}

#[test]
fn told_to_end_it_cleans_up() {
    let host = host();
    // Of the Suspend: the VM is there by then.
    host.fail(Rule::new(Verb::Receive, Action::Silence).nth(6));
    let tested = Selftest::on(&host, &["--yes"]).terminated(|| host.state().counters.of(Verb::Receive) == 6);
    assert_eq!(tested.ran.code, Some(1));
    assert!(tested.text().contains("cleaning up: delete hyperv-selftest-"), "{}", tested.text());
    assert!(tested.ran.stdout.contains("told to end;"), "{}", tested.ran.stdout);
    assert_eq!(inventory(&host).0, []);
    assert_eq!(tested.report()["left"], json!([]));
}

#[test]
fn what_is_left_is_said() {
    let host = host();
    host.fail(Rule::new(Verb::Receive, Action::Silence).nth(6));
    let tested = Selftest::on(&host, &["--yes"]).terminated(|| {
        let is_there = host.state().counters.of(Verb::Receive) == 6;
        if is_there {
            host.fail(Rule::new(Verb::Create, Action::status(404)));
        }
        is_there
    });
    assert_eq!(tested.ran.code, Some(1));
    assert!(tested.text().contains("LEFT ON THE HOST: the VM hyperv-selftest-"), "{}", tested.text());
    assert_eq!(tested.report()["left"].as_array().unwrap().len(), 1);
    assert_eq!(host.state().vms().len(), 1);
}

#[test]
fn results_are_never_written_over() {
    let host = host();
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("payload.json"), Case::new("create", "create.json").on(&host).text()).unwrap();
    fs::write(folder.path().join("selftest.txt"), "of last week").unwrap();
    let ran = Ran::from(&mut hyperv(folder.path(), &["selftest", "payload.json", "--yes", "--folder", "."]));
    assert_eq!((ran.code, host.state().counters.connections), (Some(1), 0));
    assert!(ran.stdout.contains("--folder") && ran.stderr.is_empty(), "{}", ran.stdout);
}

#[test]
fn a_payload_that_is_not_enough_is_refused() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("payload.json"), Case::new("statuses", "statuses.json").text()).unwrap();
    for (arguments, words) in [
        (&["selftest", "payload.json", "--yes"][..], "payload of a create"),
        (&["selftest"], "hyperv selftest <payload.json>"),
        (&["selftest", "nowhere.json", "--yes"], "cannot be read"),
    ] {
        let ran = Ran::from(&mut hyperv(folder.path(), arguments));
        assert!(ran.code == Some(1) && ran.stdout.contains("error") && ran.stdout.contains(words), "{}", ran.stdout);
    }
    let ran = Ran::from(&mut hyperv(folder.path(), &["selftest", "--help"]));
    assert!(ran.code == Some(0) && ran.stdout.contains("--long"), "{}", ran.stdout);
}
