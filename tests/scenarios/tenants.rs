//! `Suspend` and `Resume`, and what tenants may read of any custom action that fails.

use serde_json::{Value, json};
use simulated_host::{Mishap, PowerShell, PowerState, Windows};

use crate::Scenario;
use crate::case::Case;
use crate::matrix::unmarked;
use crate::scene::Scene;
use crate::snapshots::{custom, done, holds_nothing_of_the_host, snapshot};
use crate::world::{NAME, RECORD, edit_vm, finished, likeness};

pub(crate) const SCENARIOS: &[Scenario] = &[
    ("tenants::suspend_and_resume", suspend_and_resume),
    ("tenants::resume_refuses_another_network", resume_refuses_another_network),
    ("tenants::what_is_not_theirs_is_not_touched", what_is_not_theirs_is_not_touched),
    ("tenants::no_failure_tells_anything_of_the_host", no_failure_tells_anything_of_the_host),
    ("tenants::the_console_by_the_hosts_own_id", the_console_by_the_hosts_own_id),
];

const ACTIONS: [&str; 6] =
    ["Suspend", "Resume", "CreateSnapshot", "ListSnapshots", "RestoreSnapshot", "DeleteSnapshot"];

fn power(scene: &Scene) -> PowerState {
    scene.state().vms()[0].state
}

fn suspend_and_resume(powershell: &PowerShell) {
    for scene in [finished(powershell), unmarked(powershell, "Running")] {
        for _ in 0..2 {
            custom(&scene, "Suspend").run().succeeds("Instance suspended");
            assert_eq!(power(&scene), PowerState::Paused);
        }
        for _ in 0..2 {
            custom(&scene, "Resume").run().succeeds("Instance resumed");
            assert_eq!(power(&scene), PowerState::Running);
        }
        for state in ["Off", "Saved"] {
            edit_vm(&scene, |vm| vm["State"] = json!(state));
            for action in ["Suspend", "Resume"] {
                custom(&scene, action).run().fails(&["not running"]);
            }
        }
    }
}

fn resume_refuses_another_network(powershell: &PowerShell) {
    let changes: [fn(&mut Value); 3] = [
        |vm| vm["Adapters"][0]["Vlan"]["AccessVlanId"] = json!(666),
        |vm| vm["Adapters"][0]["SwitchId"] = Value::Null,
        |vm| vm["Adapters"][0]["Isolation"]["IsolationMode"] = json!("Vlan"),
    ];
    for change in changes {
        let scene = finished(powershell);
        edit_vm(&scene, |vm| {
            vm["State"] = json!("Paused");
            change(vm);
        });
        custom(&scene, "Resume").run().fails(&["network"]);
        assert_eq!(power(&scene), PowerState::Paused);
        // CloudStack's own start sets it; only what it cannot see stays in the way.
        let started = Case::new("start", "start.json").on(&scene.host).run().code == Some(0);
        assert_eq!(
            started,
            scene.world().unwrap()["Machines"][0]["Adapters"][0]["Isolation"]["IsolationMode"] == "None"
        );
    }
}

fn what_is_not_theirs_is_not_touched(powershell: &PowerShell) {
    let foreign = finished(powershell);
    edit_vm(&foreign, |vm| vm["Notes"] = json!("cloudstack-vm-id: 99999999-aaaa-4bbb-8ccc-dddddddddddd"));
    let renamed = finished(powershell);
    edit_vm(&renamed, |vm| vm["Name"] = json!("accounting"));
    let parked = finished(powershell);
    assert_eq!(crate::world::method(&crate::world::stop_unseen(&parked)), "parked");
    for scene in [foreign, renamed, parked, Scene::new(powershell)] {
        let (before, file) = (likeness(&scene.inventory().unwrap()), scene.read(RECORD).ok());
        for action in ACTIONS {
            let ran = custom(&scene, action).run();
            assert_eq!(ran.code, Some(1), "{action}: {}", ran.stdout);
            holds_nothing_of_the_host(&ran);
        }
        assert_eq!((likeness(&scene.inventory().unwrap()), scene.read(RECORD).ok()), (before, file));
    }
}

/// The reply names an entry of the log, and that one tells all.
fn no_failure_tells_anything_of_the_host(powershell: &PowerShell) {
    let cmdlets = [
        ("Suspend", "Suspend-VM"),
        ("CreateSnapshot", "Checkpoint-VM"),
        ("ListSnapshots", "Get-VMSnapshot"),
        ("RestoreSnapshot", "Stop-VM"),
        ("RestoreSnapshot", "Restore-VMSnapshot"),
        ("RestoreSnapshot", "Start-VM"),
        ("DeleteSnapshot", "Remove-VMSnapshot"),
        ("DeleteSnapshot", "Set-Content"),
    ];
    for (action, cmdlet) in cmdlets {
        let scene = finished(powershell);
        done(&snapshot(&scene, "CreateSnapshot", "s"));
        let message = r"the lamp is broken at D:\Hyper-V\Virtual Hard Disks on HV01";
        scene.fail(Mishap::error("Unspecified").category("NotSpecified").message(message).cmdlet(cmdlet)).unwrap();
        let name = if action == "CreateSnapshot" { "t" } else { "s" };
        let case = if matches!(action, "Suspend" | "ListSnapshots") {
            custom(&scene, action)
        } else {
            snapshot(&scene, action, name)
        };
        let ran = case.run();
        assert_eq!(ran.code, Some(1), "{action} {cmdlet}: {}", ran.stdout);
        holds_nothing_of_the_host(&ran);
        let error = ran.reply()["error"].as_str().unwrap().to_owned();
        let id = error
            .split(|c: char| !c.is_ascii_hexdigit())
            .find(|word| word.len() == 8)
            .unwrap_or_else(|| panic!("{error}"));
        let entry: Vec<_> = ran.log.lines().filter(|line| line.contains(id)).collect();
        assert!(entry.iter().any(|line| line.contains("the lamp is broken")), "{entry:?}");
    }
    let small = Scene::with(powershell, Windows::new().vmms_dead());
    for action in ACTIONS {
        let ran = custom(&small, action).run();
        assert_eq!(ran.code, Some(1));
        holds_nothing_of_the_host(&ran);
    }
}

fn the_console_by_the_hosts_own_id(powershell: &PowerShell) {
    let scene = finished(powershell);
    let id = scene.state().vm(NAME).unwrap().id.clone();
    let console =
        |url: &str| Case::new("getconsole", "getconsole.json").on(&scene.host).host_key("console_url", json!(url));
    let reply = done(&console("https://gateway.example/#/vm/{vm_id}?name={vm_name}"));
    assert_eq!(
        reply["console"],
        json!({"url": format!("https://gateway.example/#/vm/{id}?name={NAME}"), "protocol": "direct"})
    );
}
