//! The process contract, whatever the action: one line, an exit code, nothing on standard error.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;
use std::time::Duration;

use simulated_host::{Host, Options};
use tempfile::TempDir;

use crate::case::{Case, Ran, hyperv};

#[test]
fn an_unknown_action_fails_before_anything_is_read() {
    let folder = TempDir::new().unwrap();
    let verbs = ["check", "help", "list", "replay", "register", "selftest", "--help", "-h"];
    for action in ["com.cloud.agent.api.ModifyStoragePoolCommand", "create2", "", "a b\n\"c\""].iter().chain(&verbs) {
        let ran = Ran::from(&mut hyperv(folder.path(), &[action, "/nowhere/payload.json", "5"]));
        ran.fails(&["unknown", "prepare, create, deploy, start, stop, reboot, delete, status, statuses"]);
    }
}

/// CloudStack sends the class name of every command that it has no action for, with that name in the payload and no more.
#[test]
fn a_java_class_name_is_refused_without_a_connection() {
    let host = Host::start(Options::new()).unwrap();
    let class = "com.cloud.agent.api.ModifyStoragePoolCommand";
    let only_its_name = Case::new(class, "statuses.json").text_of_payload(|_| format!(r#"{{"action":"{class}"}}"#));
    let with_a_host = Case::new(class, "create.json").on(&host);
    for case in [only_its_name, with_a_host] {
        let ran = case.timeout("5").start().end_within(Duration::from_secs(2)).expect("it waits for something");
        ran.fails(&[class, "unknown"]);
    }
    assert_eq!(host.state().counters.connections, 0);
}

#[test]
fn bad_operands_are_an_error_reply() {
    let folder = TempDir::new().unwrap();
    let bad: [&[&str]; 5] =
        [&[], &["create"], &["create", "p.json", "60", "more"], &["--wrong"], &["create", "--wrong", "p.json"]];
    for arguments in bad {
        Ran::from(&mut hyperv(folder.path(), arguments)).fails(&["hyperv <action> <payload.json> <timeout_seconds>"]);
    }
}

#[test]
fn help_and_version_are_for_people() {
    let folder = TempDir::new().unwrap();
    for (argument, words) in [("--help", "<PAYLOAD>"), ("--version", env!("CARGO_PKG_VERSION"))] {
        let ran = Ran::from(&mut hyperv(folder.path(), &[argument]));
        assert!(ran.code == Some(0) && ran.stderr.is_empty() && ran.stdout.contains(words), "{}", ran.stdout);
    }
}

#[test]
fn an_odd_timeout_is_no_error() {
    let host = Host::start(Options::new()).unwrap();
    for timeout in ["abc", "0", "", "-1"] {
        Case::new("create", "create.json").on(&host).timeout(timeout).run().succeeds("Instance created");
    }
}

#[test]
fn the_log_is_for_its_owner_alone_and_holds_no_secret() {
    let host = Host::start(Options::new()).unwrap();
    let folder = TempDir::new().unwrap();
    let ran = Case::new("create", "create.json").on(&host).host_key("log_level", "trace".into()).run();
    ran.succeeds("Instance created");
    assert!(ran.log.contains("i-2-45-VM") && ran.log.contains("action=\"create\""), "{}", ran.log);
    for secret in [host.password(), "qWI23VL8vzAYpeKcdMF_Kw", "Negotiate"] {
        assert!(!ran.log.contains(secret), "the log holds {secret}");
    }
    Ran::from(&mut hyperv(folder.path(), &["nothing", "p.json", "5"])).fails(&[]);
    let mode = fs::metadata(folder.path().join("log")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn a_log_that_cannot_be_written_fails_nothing() {
    let host = Host::start(Options::new()).unwrap();
    let folder = TempDir::new().unwrap();
    let payload = folder.path().join("payload.json");
    fs::write(&payload, Case::new("create", "create.json").on(&host).text()).unwrap();
    let mut command = hyperv(folder.path(), &["create", payload.to_str().unwrap(), "60"]);
    Ran::from(command.env("HYPERV_LOG", "/nowhere/at/all")).succeeds("Instance created");
}

#[test]
fn nobody_reads_what_it_prints() {
    let folder = TempDir::new().unwrap();
    let program = env!("CARGO_BIN_EXE_hyperv");
    let status = Command::new("sh")
        .args(["-c", "\"$0\" nothing p.json 5 2>err | true; exit 0", program])
        .current_dir(folder.path())
        .status()
        .unwrap();
    assert!(status.success());
    assert_eq!(fs::read_to_string(folder.path().join("err")).unwrap(), "");
}
