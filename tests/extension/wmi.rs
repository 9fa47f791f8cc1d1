//! Power states without PowerShell: what is asked of the host, and what is done where it does not like to be asked so.

use std::time::Duration;

use serde_json::json;
use simulated_host::{Action, Host, Options, PowerState, Rule, ScriptError, Verb, Wmi, World};

use crate::case::{Case, Ran};

const NAME: &str = "i-2-45-VM";

/// Running, off and paused.
fn world() -> World {
    let state = |state| move |vm: &mut simulated_host::Vm| vm.state = state;
    World::default()
        .with_unmarked_vm(NAME)
        .with_unmarked_vm("i-2-46-VM")
        .with_changed("i-2-46-VM", state(PowerState::Off))
        .with_unmarked_vm("i-2-47-VM")
        .with_changed("i-2-47-VM", state(PowerState::Paused))
}

fn host(wmi: Wmi) -> Host {
    Host::start(Options::new().world(world()).wmi(wmi)).unwrap()
}

fn ask(host: &Host, action: &str, query: &str) -> Ran {
    Case::new(action, &format!("{action}.json")).on(host).host_key("power_query", json!(query)).run()
}

fn is_right(ran: &Ran) {
    let states = json!({NAME: "poweron", "i-2-46-VM": "poweroff", "i-2-47-VM": "poweron"});
    let expected = if ran.reply()["power_state"].is_string() { json!("poweron") } else { states };
    assert_eq!((ran.reply()["power_state"].clone(), ran.code), (expected, Some(0)), "{}", ran.log);
}

/// Requests and PowerShell starts.
fn cost(host: &Host) -> (u64, u64) {
    let counters = host.state().counters;
    (counters.http_requests, counters.powershell_starts)
}

#[test]
fn two_requests_and_no_process() {
    let forms = [
        Wmi::new(),
        Wmi::new().documented_states(),
        Wmi::new().localized(),
        Wmi::new().whole_instances(),
        Wmi::new().plain_times(),
    ];
    for form in forms {
        for action in ["status", "statuses"] {
            let host = host(form.clone());
            let ran = ask(&host, action, "auto");
            is_right(&ran);
            assert_eq!(cost(&host), (2, 0), "{action}");
            assert!(ran.log.contains(r#"way="wmi""#), "{}", ran.log);
        }
    }
}

#[test]
fn what_wmi_refuses_a_script_answers() {
    let refusals =
        [Wmi::new().denied(), Wmi::new().without_namespace(), Wmi::new().filter_refused(), Wmi::new().empty()];
    for refusal in refusals {
        for action in ["status", "statuses"] {
            let host = host(refusal.clone());
            let ran = ask(&host, action, "auto");
            is_right(&ran);
            assert_eq!(host.state().counters.powershell_starts, 1);
            assert!(ran.log.contains(r#"way="script""#), "{}", ran.log);
            // Nothing is remembered: it is asked again, for the host may have changed.
            is_right(&ask(&host, action, "auto"));
            let counters = host.state().counters;
            assert_eq!((counters.of(Verb::Enumerate), counters.powershell_starts), (2, 2));
            // And alone it is an error.
            let alone = ask(&host, action, "wmi");
            assert_eq!(alone.code, Some(1), "{}", alone.stdout);
            assert_eq!(host.state().counters.powershell_starts, 2);
        }
    }
}

#[test]
fn the_key_decides() {
    let host = host(Wmi::new());
    is_right(&ask(&host, "statuses", "script"));
    let counters = host.state().counters;
    assert_eq!((counters.of(Verb::Enumerate), counters.powershell_starts), (0, 1));
    is_right(&ask(&host, "status", "WMI"));
    assert_eq!(host.state().counters.powershell_starts, 1);
    ask(&host, "status", "cim").fails(&["power_query", "auto, wmi, script"]);
}

/// The account sees none. That is no empty host.
#[test]
fn an_empty_answer_is_worth_nothing() {
    let host = host(Wmi::new().empty());
    host.fail_script(ScriptError::new("access_denied", "no"));
    ask(&host, "statuses", "auto").fails(&["rights"]);
    ask(&host, "statuses", "wmi").fails(&["may see none", "power_query"]);
}

#[test]
fn two_thousand_vms_come_in_several_envelopes() {
    let many = (0..2000).fold(World::default(), |world, number| world.with_unmarked_vm(format!("i-2-{number}-VM")));
    let host = Host::start(Options::new().world(many)).unwrap();
    let ran = ask(&host, "statuses", "auto");
    assert_eq!(ran.reply()["power_state"].as_object().unwrap().len(), 2000);
    assert!(ran.stdout.len() < 60 * 1024);
    let counters = host.state().counters;
    let pulls = counters.of(Verb::Pull);
    assert!(pulls > 0, "500 KB hold fewer");
    assert_eq!((counters.http_requests, counters.powershell_starts, counters.connections), (2 + pulls, 0, 1));
    // In pages of fifty as well, all of them or none.
    let host = Host::start(Options::new().world(world()).wmi(Wmi::new().page(2))).unwrap();
    is_right(&ask(&host, "statuses", "auto"));
    assert_eq!(host.state().counters.of(Verb::Pull), 1);
}

#[test]
fn an_answer_that_breaks_off_is_asked_for_again() {
    for action in [Action::Slow(Duration::from_millis(50)), Action::status(503)] {
        let host = host(Wmi::new().page(2));
        host.fail(Rule::new(Verb::Pull, action).first(1));
        is_right(&ask(&host, "statuses", "auto"));
        assert_eq!(host.state().counters.powershell_starts, 0);
    }
}

/// Fifty hosts, polled at the same moment by fifty processes.
#[test]
fn fifty_hosts_at_once() {
    let hosts: Vec<Host> = (0..50).map(|_| host(Wmi::new())).collect();
    let running: Vec<_> = hosts.iter().map(|host| Case::new("statuses", "statuses.json").on(host).start()).collect();
    for (running, host) in running.into_iter().zip(&hosts) {
        is_right(&running.end());
        assert_eq!(cost(host), (2, 0));
    }
}
