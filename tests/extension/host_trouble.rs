//! What hosts do to a `create`, each told apart by what the operator reads.

use std::net::TcpListener;
use std::thread;
use std::time::Duration;

use serde_json::json;
use simulated_host::{Action, ChannelBinding, Host, Noise, Options, Point, Rule, Verb, World};

use crate::case::Case;

fn create(host: &Host) -> Case {
    Case::new("create", "create.json").on(host)
}

#[test]
fn the_name_does_not_resolve() {
    // No such name exists anywhere (RFC 6761).
    let case = Case::new("create", "create.json").host_key("url", json!("hv1.invalid"));
    case.timeout("10").run().fails(&["hv1.invalid", "url"]);
}

#[test]
fn the_connection_is_refused() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let case = Case::new("create", "create.json").host_key("url", json!(format!("127.0.0.1:{port}")));
    case.timeout("4").run().fails(&["refuses the connection", &port.to_string()]);
}

#[test]
fn a_wrong_password_is_asked_once() {
    // Whatever else they would say to the host: several messages, or a question to WMI after a script that failed.
    for action in ["create", "start", "stop", "reboot", "delete", "status", "statuses", "prepare"] {
        let host = Host::start(Options::new()).unwrap();
        let ran = Case::new(action, &format!("{action}.json")).on(&host).host_key("password", json!("hunter2")).run();
        ran.fails(&["password", "username"]);
        assert_eq!(host.state().counters.logins, 1, "{action}");
        assert!(!ran.stdout.contains("hunter2") && !ran.log.contains("hunter2"), "{action}");
    }
}

#[test]
fn an_account_without_rights() {
    let host = Host::start(Options::new().deny()).unwrap();
    create(&host).run().fails(&["LocalAccountTokenFilterPolicy"]);
    assert_eq!(host.state().counters.powershell_starts, 0);
}

#[test]
fn what_is_missing_on_the_host_is_named() {
    let host = |world: World| Host::start(Options::new().world(world)).unwrap();
    let world = World::default;
    create(&host(world().without_switch("External vSwitch"))).run().fails(&["External vSwitch", "network_switch"]);
    create(&host(world().without_file(r"D:\Templates\ubuntu2404.vhdx")))
        .run()
        .fails(&[r"D:\Templates\ubuntu2404.vhdx", "template_path"]);
}

#[test]
fn too_little_memory_or_disk_is_told_apart_and_nothing_stays() {
    let trouble = [
        (World::default().with_memory(1 << 30), "memory", "0x8007000E"),
        (World::default().with_free_disk(4096), "disk is full", "0x80070070"),
    ];
    for (world, words, hresult) in trouble {
        let host = Host::start(Options::new().world(world)).unwrap();
        let before = host.state().inventory;
        let ran = create(&host).run();
        ran.fails(&[words]);
        assert!(ran.log.contains(hresult), "{}", ran.log);
        assert_eq!(host.state().inventory, before);
    }
}

#[test]
fn noise_around_the_answer_does_no_harm() {
    let noise = Noise { progress: true, stray_lines: true, byte_order_mark: true };
    let host = Host::start(Options::new().noise(noise)).unwrap();
    create(&host).run().succeeds("Instance created");
}

/// A busy machine may run a process late. No limit that is missed for another reason is missed by so little.
const SLACK: Duration = Duration::from_secs(1);

/// CloudStack kills a process at the timeout, and what it has printed until then is lost.
#[test]
fn a_host_that_falls_silent_is_given_up_in_time() {
    let verbs = [Verb::Create, Verb::Command, Verb::Send, Verb::Receive].map(Point::from);
    let points = verbs.into_iter().chain([Point::Connect, Point::Negotiate]);
    thread::scope(|scope| {
        for point in points {
            for seconds in [1, 2, 4] {
                scope.spawn(move || {
                    let host = Host::start(Options::new().rule(Rule::new(point, Action::Silence))).unwrap();
                    let ran = create(&host)
                        .timeout(&seconds.to_string())
                        .start()
                        .end_within(Duration::from_secs(seconds) + SLACK);
                    ran.unwrap_or_else(|| panic!("{point:?}: nothing within {seconds} s")).fails(&[]);
                });
            }
        }
    });
}

/// The VM runs and the answer is known; nothing may keep it back.
#[test]
fn a_shell_that_cannot_be_removed_costs_no_success() {
    for seconds in [2, 4] {
        let host = Host::start(Options::new().rule(Rule::new(Verb::Delete, Action::Silence))).unwrap();
        let ran = create(&host).timeout(&seconds.to_string()).start().end_within(Duration::from_secs(seconds) + SLACK);
        ran.unwrap_or_else(|| panic!("nothing within {seconds} s")).succeeds("Instance created");
    }
}

#[test]
fn an_answer_that_came_late_is_no_error() {
    let slow = Rule::new(Verb::Command, Action::Slow(Duration::from_millis(300)));
    let host = Host::start(Options::new().rule(slow)).unwrap();
    create(&host).run().succeeds("Instance created");
}

#[test]
fn channel_binding_can_be_left_out_but_is_not() {
    let host = Host::start(Options::new().channel_binding(ChannelBinding::Strict).mic_required(true)).unwrap();
    let case = create(&host).host_key("ntlm_workstation", json!("MGMT-01"));
    case.run().succeeds("Instance created");
    case.host_key("ntlm_channel_binding", json!("off")).run().fails(&["password"]);
}

#[test]
fn the_port_may_stand_beside_the_address() {
    let host = Host::start(Options::new()).unwrap();
    let case = create(&host).host_key("url", json!("127.0.0.1")).host_key("port", json!(host.port()));
    case.run().succeeds("Instance created");
}
