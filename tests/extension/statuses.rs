//! `statuses` against the model of Hyper-V: all VMs of the host or an error.

use serde_json::{Value, json};
use simulated_host::{Host, Options, PowerState, ScriptError, World};

use crate::case::{Case, Ran};

/// By WMI as by the script: what one answers, the other does.
fn statuses(host: &Host) -> Ran {
    let case = || Case::new("statuses", "statuses.json").on(host);
    let ran = case().run();
    if ran.code == Some(0) {
        let script = case().host_key("power_query", json!("script")).run();
        assert_eq!((ran.stdout.as_str(), ran.code), (script.stdout.as_str(), script.code), "log:\n{}", script.log);
    }
    ran
}

fn map(states: Value) -> Value {
    json!({"status": "success", "power_state": states})
}

/// So many VMs with the names that CloudStack gives.
fn many(count: usize) -> World {
    (0..count).fold(World::default(), |world, number| world.with_unmarked_vm(name(number)))
}

fn name(number: usize) -> String {
    format!("i-2-{number}-VM")
}

#[test]
fn every_vm_by_name_in_order() {
    let world = World::default()
        .with_unmarked_vm("web-01")
        .with_foreign_vm("i-2-46-VM")
        .with_changed("i-2-46-VM", |vm| vm.state = PowerState::Off)
        .with_unmarked_vm("i-2-45-VM");
    let host = Host::start(Options::new().world(world)).unwrap();
    let ran = statuses(&host);
    // To the letter: the order counts here.
    let line =
        r#"{"status":"success","power_state":{"i-2-45-VM":"poweron","i-2-46-VM":"poweroff","web-01":"poweron"}}"#;
    assert_eq!((ran.stdout.trim_end(), ran.code), (line, Some(0)), "log:\n{}", ran.log);
    let counters = host.state().counters;
    // Two requests and no process by WMI, six and one by the script.
    assert_eq!((counters.powershell_starts, counters.http_requests, counters.connections), (1, 2 + 6, 2));
}

#[test]
fn none_and_one() {
    statuses(&Host::start(Options::new()).unwrap()).answers(&map(json!({})));
    let host = Host::start(Options::new().world(many(1))).unwrap();
    statuses(&host).answers(&map(json!({"i-2-0-VM": "poweron"})));
}

#[test]
fn two_thousand_are_complete_on_one_line() {
    let host = Host::start(Options::new().world(many(2000))).unwrap();
    let ran = statuses(&host);
    let expected: serde_json::Map<_, _> = (0..2000).map(|number| (name(number), json!("poweron"))).collect();
    ran.answers(&map(Value::Object(expected)));
    assert!(ran.stdout.len() < 60 * 1024, "{}", ran.stdout.len());
}

#[test]
fn more_than_fit_are_an_error_and_never_a_part() {
    let host = Host::start(Options::new().world(many(4000))).unwrap();
    let ran = statuses(&host);
    ran.fails(&["bytes", "60 KiB"]);
    assert!(ran.log.contains("ERROR"), "{}", ran.log);
}

#[test]
fn a_replica_is_left_out_before_names_are_compared() {
    let row = |name: &str| json!({"Name": name, "State": 3, "ReplicationMode": 2, "ReplicationState": 4});
    let world = many(2).with_state_row(row("i-2-1-VM")).with_state_row(row("i-2-9-VM"));
    let host = Host::start(Options::new().world(world)).unwrap();
    statuses(&host).answers(&map(json!({"i-2-0-VM": "poweron", "i-2-1-VM": "poweron"})));
}

#[test]
fn two_of_one_name_are_unknown() {
    let host = Host::start(Options::new().world(many(2).with_foreign_vm(name(1)))).unwrap();
    statuses(&host).answers(&map(json!({"i-2-0-VM": "poweron", "i-2-1-VM": "unknown"})));
}

#[test]
fn names_beyond_ascii_are_escaped() {
    let host = Host::start(Options::new().world(World::default().with_unmarked_vm("B\u{fc}ro \"1\""))).unwrap();
    let ran = statuses(&host);
    ran.answers(&map(json!({"B\u{fc}ro \"1\"": "poweron"})));
    assert!(ran.stdout.contains(r#""B\u00fcro \"1\"""#), "{}", ran.stdout);
}

/// An account without rights sees no VM at all. The script asks for the host itself then, and fails.
#[test]
fn an_empty_list_without_rights_is_an_error() {
    let host = Host::start(Options::new()).unwrap();
    host.fail_script(ScriptError::new("access_denied", "no rights on HV01").with_hresult(0x8007_0005));
    statuses(&host).fails(&["rights", "administrator"]);
}

#[test]
fn nothing_of_a_vm_is_needed_and_the_answer_has_no_message() {
    let host = Host::start(Options::new().world(many(1))).unwrap();
    let case = Case::new("STATUSES", "statuses.json").on(&host);
    let bare = ["vhd_path", "vm_path", "network_switch"].iter().fold(case, |case, key| case.host_key(key, json!(null)));
    bare.run().answers(&map(json!({"i-2-0-VM": "poweron"})));
}
