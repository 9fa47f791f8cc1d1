//! `status` and `statuses`, by WMI and by the script: what is reported off, and what never is.

use serde_json::{Map, Value, json};
use simulated_host::{PowerShell, Windows};

use crate::Scenario;
use crate::case::{Case, Ran};
use crate::matrix::{NEW_YEAR, set_clock};
use crate::scene::Scene;
use crate::world::{NAME, finished};

pub(crate) const SCENARIOS: &[Scenario] = &[
    ("states::off_counts_after_ninety_seconds", off_counts_after_ninety_seconds),
    ("states::every_vm_of_the_host", every_vm_of_the_host),
    ("states::hundreds_of_vms", hundreds_of_vms),
    ("states::an_empty_host_and_one_that_hides_its_vms", an_empty_host_and_one_that_hides_its_vms),
];

fn status(scene: &Scene) -> Case {
    Case::new("status", "status.json").on(&scene.host)
}

fn statuses(scene: &Scene) -> Case {
    Case::new("statuses", "statuses.json").on(&scene.host)
}

/// The power state that both actions give in both ways; they must agree.
#[track_caller]
fn power(scene: &Scene) -> Value {
    let one = in_both_ways(status(scene)).reply()["power_state"].clone();
    let all = in_both_ways(statuses(scene));
    assert_eq!(all.code, Some(0), "{}", all.log);
    assert_eq!(all.reply()["power_state"][NAME], one);
    one
}

/// By WMI, if the host allows it, and by the script.
#[track_caller]
fn in_both_ways(case: Case) -> Ran {
    let ran = case.run();
    let script = case.host_key("power_query", json!("script")).run();
    assert_eq!((ran.reply(), ran.code), (script.reply(), script.code), "{}\n{}", ran.log, script.log);
    ran
}

fn off_counts_after_ninety_seconds(powershell: &PowerShell) {
    let scene = finished(powershell);
    for state in ["Off", "Saved"] {
        // A new year began when it went off.
        scene
            .edit(|world| {
                let vm = &mut world["Machines"][0];
                (vm["State"], vm["StateChanged"]) = (json!(state), json!("2030-01-01T00:00:00Z"));
            })
            .unwrap();
        for (seconds, expected) in [(30, "unknown"), (120, "poweroff")] {
            set_clock(&scene, NEW_YEAR + seconds);
            assert_eq!(power(&scene), expected, "{state} for {seconds} s");
        }
    }
    scene.edit(|world| world["Machines"][0]["StateChanged"] = json!("")).unwrap();
    assert_eq!(power(&scene), "poweroff", "since the host does not know when");
}

fn every_vm_of_the_host(powershell: &PowerShell) {
    let since = "2026-01-01T00:00:00Z";
    let vm = |name: &str, state: &str| json!({"Name": name, "State": state, "StateChanged": since});
    let replicated = |name: &str, state: &str, mode: u8, replication: u8| json!({"Name": name, "State": state, "StateChanged": since, "ReplicationMode": mode, "ReplicationState": replication});
    let machines = [
        vm("i-2-1-VM", "Running"),
        vm("i-2-2-VM", "Paused"),
        vm("i-2-3-VM", "Saving"),
        vm("i-2-4-VM", "FastSaved"),
        vm("b\u{fc}ro \"1\"", "Off"),
        vm("i-2-5-VM", "Off"),
        vm("i-2-5-VM", "Running"),
        vm("i-2-6-VM", "Running"),
        replicated("i-2-6-VM", "Off", 2, 4),
        replicated("i-2-7-VM", "Off", 3, 4),
        replicated("i-2-8-VM", "Off", 2, 6),
        replicated("i-2-9-VM", "Off", 1, 4),
        replicated("i-2-10-VM", "Running", 1, 4),
    ];
    let windows = machines.into_iter().fold(Windows::new(), Windows::with_machine);
    let scene = Scene::settled(powershell, windows);
    let expected = json!({
        "b\u{fc}ro \"1\"": "poweroff",
        "i-2-1-VM": "poweron",
        "i-2-10-VM": "poweron",
        "i-2-2-VM": "poweron",
        "i-2-3-VM": "poweron",
        "i-2-4-VM": "poweroff",
        "i-2-5-VM": "unknown",
        "i-2-6-VM": "poweron",
        "i-2-8-VM": "poweroff",
        "i-2-9-VM": "unknown",
    });
    assert_eq!(in_both_ways(statuses(&scene)).reply(), json!({"status": "success", "power_state": expected}));
    let one = |name: &str| {
        let named = |case: Case, key: &[&str]| case.set(key, json!(name));
        let case = named(named(status(&scene), &["virtualmachinename"]), &["cloudstack.vm.details", "name"]);
        in_both_ways(case)
    };
    for (name, state) in [("i-2-5-VM", "unknown"), ("i-2-6-VM", "poweron"), ("i-2-9-VM", "unknown")] {
        assert_eq!(one(name).reply(), json!({"status": "success", "power_state": state}), "{name}");
    }
    // Two spellings are one name to Windows, but not to CloudStack.
    scene.edit(|world| world["Machines"][4]["Name"] = json!("i-2-1-vm")).unwrap();
    assert_eq!(one("i-2-1-VM").reply()["power_state"], "unknown");
    // A mere copy is nobody's, and letter case counts.
    for name in ["i-2-7-VM", "I-2-2-VM"] {
        let ran = one(name);
        assert_eq!((ran.code, &ran.reply()["status"]), (Some(1), &json!("error")), "{name}");
    }
}

fn hundreds_of_vms(powershell: &PowerShell) {
    let name = |number: u32| format!("i-{}-{}-VM", number % 97, 10_000 + number);
    let machines = (0..400).map(|number| json!({"Name": name(number), "State": "Running"}));
    let scene = Scene::with(powershell, machines.fold(Windows::new(), Windows::with_machine));
    let expected: Map<String, Value> = (0..400).map(|number| (name(number), json!("poweron"))).collect();
    let ran = in_both_ways(statuses(&scene));
    assert_eq!(ran.reply()["power_state"], Value::Object(expected), "{}", ran.log);
}

fn an_empty_host_and_one_that_hides_its_vms(powershell: &PowerShell) {
    let empty = Scene::new(powershell);
    assert_eq!(in_both_ways(statuses(&empty)).reply(), json!({"status": "success", "power_state": {}}));
    status(&empty).run().fails(&[NAME]);
    let vm = || json!({"Name": NAME, "State": "Running"});
    let hidden = Windows::new().with_machine(vm()).without_rights();
    let dead = Windows::new().with_machine(vm()).vmms_dead();
    for windows in [hidden, dead] {
        let scene = Scene::with(powershell, windows);
        for case in [status(&scene), statuses(&scene)] {
            let ran = in_both_ways(case);
            assert_eq!((ran.code, &ran.reply()["status"]), (Some(1), &json!("error")), "{}", ran.log);
        }
    }
}
