//! `status` against the model of Hyper-V.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use simulated_host::{Action, Host, Options, Point, PowerState, Rule, ScriptError, Verb, World};

use crate::case::{Case, Ran};

const NAME: &str = "i-2-45-VM";

fn status(host: &Host) -> Ran {
    Case::new("status", "status.json").on(host).run()
}

fn state(word: &str) -> Value {
    json!({"status": "success", "power_state": word})
}

fn host(world: World) -> Host {
    Host::start(Options::new().world(world)).unwrap()
}

#[test]
fn every_state_of_the_model() {
    for (power, word) in [
        (PowerState::Running, "poweron"),
        (PowerState::Paused, "poweron"),
        (PowerState::Starting, "poweron"),
        (PowerState::Stopping, "poweron"),
        (PowerState::Saving, "poweron"),
        (PowerState::Off, "poweroff"),
        (PowerState::Saved, "poweroff"),
        (PowerState::Other, "unknown"),
    ] {
        let host = host(World::default().with_unmarked_vm(NAME).with_changed(NAME, |vm| vm.state = power));
        status(&host).answers(&state(word));
    }
}

#[test]
fn age_and_replication_count() {
    for (row, word) in [
        (json!({"State": 3, "Age": 30.5}), "unknown"),
        (json!({"State": 3, "Age": 120}), "poweroff"),
        (json!({"State": 6, "Age": -5.0}), "unknown"),
        (json!({"State": 3, "ReplicationMode": 1, "ReplicationState": 4}), "unknown"),
        (json!({"State": 3, "ReplicationMode": 2, "ReplicationState": 6}), "poweroff"),
        (json!({"State": 2, "ReplicationMode": 2, "ReplicationState": 4}), "poweron"),
    ] {
        let host = host(World::default().with_state_row(named(row)));
        status(&host).answers(&state(word));
    }
    let two = World::default().with_unmarked_vm(NAME).with_state_row(named(json!({"State": 3})));
    status(&host(two)).answers(&state("unknown"));
}

fn named(mut row: Value) -> Value {
    row["Name"] = json!(NAME);
    row
}

#[test]
fn a_vm_that_is_not_there_is_an_error_and_never_off() {
    status(&host(World::default().with_unmarked_vm("i-2-4-VM"))).fails(&[NAME, "no VM", "moved"]);
    let replica = named(json!({"State": 3, "ReplicationMode": 2, "ReplicationState": 4}));
    status(&host(World::default().with_state_row(replica))).fails(&[NAME, "replica"]);
}

#[test]
fn a_foreign_vm_has_a_power_state_too() {
    status(&host(World::default().with_foreign_vm(NAME))).answers(&state("poweron"));
}

#[test]
fn the_log_names_the_vm() {
    let ran = status(&host(World::default().with_unmarked_vm(NAME)));
    assert!(ran.log.lines().all(|line| !line.contains("Ended") || line.contains(NAME)), "{}", ran.log);
    assert!(ran.log.contains("Ended"));
}

#[test]
fn no_rights_are_an_error() {
    let host = host(World::default());
    host.fail_script(ScriptError::new("access_denied", "Sie besitzen nicht die erforderlichen Berechtigungen."));
    status(&host).fails(&["rights", "administrator"]);
}

/// The ping of every host waits for this one, whatever the timeout.
#[test]
fn a_dead_host_is_given_up_after_five_seconds() {
    let silent = Host::start(Options::new().rule(Rule::new(Point::Connect, Action::Silence))).unwrap();
    let began = Instant::now();
    Case::new("status", "status.json").on(&silent).timeout("1800").run().fails(&["within 5 s"]);
    let took = began.elapsed();
    assert!(took > Duration::from_secs(4) && took < Duration::from_secs(8), "{took:?}");
}

#[test]
fn a_host_that_refuses_is_not_asked_for_long() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let case = Case::new("status", "status.json").host_key("url", json!(format!("127.0.0.1:{port}")));
    let began = Instant::now();
    case.timeout("1800").run().fails(&["refuses the connection"]);
    assert!(began.elapsed() < Duration::from_secs(4), "{:?}", began.elapsed());
}

/// A power state that comes after half a minute helps nobody; an action may take the half hour that CloudStack gives it.
#[test]
fn half_a_minute_is_the_longest_whatever_the_timeout() {
    let longest_wait = |action: &str, fixture: &str| {
        let host = host(World::default().with_unmarked_vm(NAME));
        Case::new(action, fixture).on(&host).timeout("1800").run();
        let first = host.requests().swap_remove(0).body;
        let (_, rest) = first.split_once("OperationTimeout>PT").unwrap();
        rest.split_once('S').unwrap().0.parse::<f64>().unwrap()
    };
    assert!(longest_wait("status", "status.json") < 27.0);
    assert!(longest_wait("statuses", "statuses.json") < 27.0);
    assert!(longest_wait("start", "start.json") > 50.0);
}

#[test]
fn a_host_that_falls_silent_is_given_up_and_no_longer_timeout_is_advised() {
    let host = Host::start(Options::new().rule(Rule::new(Verb::Receive, Action::Silence))).unwrap();
    let running = Case::new("status", "status.json").on(&host).timeout("3").start();
    let ran = running.end_within(Duration::from_secs(4)).expect("nothing within 3 s");
    ran.fails(&["the time is up", "no longer than 30 s"]);
    assert!(!ran.stdout.contains("raise the timeout"), "{}", ran.stdout);
}
