//! Snapshots: taken, listed, brought back and deleted, each by its very name or its id.

use serde_json::{Value, json};
use simulated_host::{Mishap, PowerShell, PowerState};

use crate::Scenario;
use crate::case::{Case, Ran};
use crate::matrix::unmarked;
use crate::scene::Scene;
use crate::world::{NAME, RECORD, edit_vm, finished, likeness, method, record, refused};

pub(crate) const SCENARIOS: &[Scenario] = &[
    ("snapshots::a_tree_is_restored_in_any_order_running", |it| a_tree_is_restored_in_any_order(it, "Running")),
    ("snapshots::a_tree_is_restored_in_any_order_off", |it| a_tree_is_restored_in_any_order(it, "Off")),
    ("snapshots::a_tree_is_restored_in_any_order_paused", |it| a_tree_is_restored_in_any_order(it, "Paused")),
    ("snapshots::a_tree_is_restored_in_any_order_saved", |it| a_tree_is_restored_in_any_order(it, "Saved")),
    ("snapshots::the_network_is_cloudstacks_not_the_snapshots", the_network_is_cloudstacks_not_the_snapshots),
    ("snapshots::an_adapter_that_the_snapshot_lacks_is_added", an_adapter_that_the_snapshot_lacks_is_added),
    ("snapshots::what_cannot_run_stays_down", what_cannot_run_stays_down),
    ("snapshots::a_failed_restore_leaves_it_running", a_failed_restore_leaves_it_running),
    ("snapshots::of_an_unmarked_vm", of_an_unmarked_vm),
    ("snapshots::a_restore_that_was_cut_short_ends_with_any_action", a_restore_that_was_cut_short_ends_with_any_action),
    ("snapshots::names_are_taken_to_the_letter", names_are_taken_to_the_letter),
    ("snapshots::two_of_one_name_are_told_by_their_ids", two_of_one_name_are_told_by_their_ids),
    ("snapshots::fifty_are_the_most_and_fit", fifty_are_the_most_and_fit),
    ("snapshots::those_of_backup_products_are_not_shown", those_of_backup_products_are_not_shown),
    ("snapshots::where_checkpoints_are_switched_off", where_checkpoints_are_switched_off),
    ("snapshots::a_merge_that_takes_a_while_is_told", a_merge_that_takes_a_while_is_told),
];

pub(crate) fn custom(scene: &Scene, action: &str) -> Case {
    Case::new(action, &format!("{action}.json")).on(&scene.host)
}

/// One of the three actions on a snapshot of that name or id.
pub(crate) fn snapshot(scene: &Scene, action: &str, name: &str) -> Case {
    custom(scene, action).set(&["parameters", "snapshot_name"], json!(name))
}

/// The reply of an action that must succeed.
#[track_caller]
pub(crate) fn done(case: &Case) -> Value {
    let ran = case.run();
    let reply = ran.reply();
    assert_eq!(ran.code, Some(0), "{reply}\nlog:\n{}", ran.log);
    reply
}

#[track_caller]
fn rows(scene: &Scene) -> Vec<Value> {
    done(&custom(scene, "ListSnapshots"))["message"].as_array().unwrap().clone()
}

fn names(scene: &Scene) -> Vec<String> {
    rows(scene).iter().map(|row| row["Name"].as_str().unwrap().to_owned()).collect()
}

fn start(scene: &Scene) -> Case {
    custom(scene, "start")
}

fn power(scene: &Scene) -> PowerState {
    scene.state().vm(NAME).unwrap().state
}

/// `a`, and from it `b` and `c`.
fn with_tree(powershell: &PowerShell, kind: &str) -> Scene {
    let scene = finished(powershell);
    edit_vm(&scene, |vm| vm["CheckpointType"] = json!(kind));
    for name in ["a", "b"] {
        done(&snapshot(&scene, "CreateSnapshot", name));
    }
    done(&snapshot(&scene, "RestoreSnapshot", "a"));
    done(&snapshot(&scene, "CreateSnapshot", "c"));
    scene
}

fn a_tree_is_restored_in_any_order(powershell: &PowerShell, state: &str) {
    for (kind, order) in [("Production", "cabac"), ("Standard", "bcaab")] {
        let scene = with_tree(powershell, kind);
        let tree: Vec<_> = rows(&scene);
        let id = |name: &str| tree.iter().find(|row| row["Name"] == name).unwrap()["Id"].clone();
        assert_eq!([&tree[0]["Parent"], &tree[1]["Parent"], &tree[2]["Parent"]], [&json!(""), &id("a"), &id("a")]);
        for name in order.chars().map(String::from) {
            edit_vm(&scene, |vm| vm["State"] = json!(state));
            let reply = done(&snapshot(&scene, "RestoreSnapshot", &name));
            assert_eq!((&reply["message"], &reply["id"]), (&json!(format!("Snapshot '{name}' restored")), &id(&name)));
            let expected = match (state, kind) {
                ("Running", _) => PowerState::Running,
                ("Paused", _) => PowerState::Paused,
                // A snapshot with memory comes back as a saved VM.
                (_, "Standard") => PowerState::Saved,
                _ => PowerState::Off,
            };
            assert_eq!(power(&scene), expected, "{kind} {name}");
            let current: Vec<_> = rows(&scene).into_iter().filter(|row| row["Current"] == true).collect();
            assert_eq!((current.len(), &current[0]["Id"]), (1, &id(&name)));
            assert_eq!((names(&scene).len(), record(&scene)["phase"].clone()), (3, json!("complete")));
        }
    }
}

fn the_network_is_cloudstacks_not_the_snapshots(powershell: &PowerShell) {
    for kind in ["Production", "Standard"] {
        let scene = finished(powershell);
        edit_vm(&scene, |vm| vm["CheckpointType"] = json!(kind));
        done(&snapshot(&scene, "CreateSnapshot", "old"));
        edit_vm(&scene, |vm| vm["Notes"] = json!(format!("a remark\r\n{}", vm["Notes"].as_str().unwrap())));
        start(&scene).nic_key(0, "broadcastUri", json!("vlan://200")).run().succeeds("Instance started");
        let before = scene.state().vm(NAME).unwrap().clone();
        scene.forget_calls().unwrap();
        done(&snapshot(&scene, "RestoreSnapshot", "old"));
        let after = scene.state().vm(NAME).unwrap().clone();
        assert_eq!((after.state, after.nics, after.notes), (PowerState::Running, before.nics, before.notes), "{kind}");
        let calls: Vec<_> = scene.changes().into_iter().map(|call| call.cmdlet).collect();
        let at = |name: &str| calls.iter().position(|cmdlet| cmdlet == name).unwrap();
        assert!(at("Restore-VMSnapshot") < at("Set-VMNetworkAdapterVlan"), "{calls:?}");
        assert!(at("Set-VMNetworkAdapterVlan") < at("Start-VM"), "{calls:?}");
    }
}

fn an_adapter_that_the_snapshot_lacks_is_added(powershell: &PowerShell) {
    let two = |scene: &Scene| {
        edit_vm(scene, |vm| vm["State"] = json!("Off"));
        let second = |payload: &mut Value| {
            let nics = payload["cloudstack.vm.details"]["nics"].as_array_mut().unwrap();
            let mut nic = nics[0].clone();
            (nic["mac"], nic["deviceId"], nic["broadcastUri"]) =
                (json!("02:01:00:cc:00:02"), json!(1), json!("vlan://201"));
            nics.push(nic);
        };
        start(scene).change(second).run().succeeds("Instance started");
    };
    let scene = finished(powershell);
    done(&snapshot(&scene, "CreateSnapshot", "one adapter"));
    two(&scene);
    done(&snapshot(&scene, "RestoreSnapshot", "one adapter"));
    let vm = scene.state().vm(NAME).unwrap().clone();
    let nics: Vec<_> = vm.nics.iter().map(|nic| (nic.mac.as_str(), nic.vlan)).collect();
    assert_eq!((vm.state, nics), (PowerState::Running, vec![("020100CC0001", Some(100)), ("020100CC0002", Some(201))]));
    // With its memory it would come back saved, and then none can be added: told before anything is done.
    let scene = finished(powershell);
    edit_vm(&scene, |vm| vm["CheckpointType"] = json!("Standard"));
    done(&snapshot(&scene, "CreateSnapshot", "one adapter"));
    two(&scene);
    refused(&scene, &snapshot(&scene, "RestoreSnapshot", "one adapter"), &["network"]);
    assert_eq!(record(&scene)["phase"], "complete");
}

fn what_cannot_run_stays_down(powershell: &PowerShell) {
    let scene = finished(powershell);
    done(&snapshot(&scene, "CreateSnapshot", "s"));
    start(&scene).nic_key(0, "broadcastUri", json!("vlan://200")).run().succeeds("Instance started");
    scene.fail(Mishap::error("Unspecified").message("the lamp is broken").cmdlet("Set-VMNetworkAdapterVlan")).unwrap();
    let ran = snapshot(&scene, "RestoreSnapshot", "s").run();
    ran.fails(&["down"]);
    scene.recover().unwrap();
    assert_eq!((power(&scene), record(&scene)["phase"].clone()), (PowerState::Off, json!("restoring")));
    // A second try finishes it.
    done(&snapshot(&scene, "RestoreSnapshot", "s"));
    let vm = scene.state().vm(NAME).unwrap().clone();
    assert_eq!((vm.state, vm.nics[0].vlan), (PowerState::Running, Some(200)));
}

fn a_failed_restore_leaves_it_running(powershell: &PowerShell) {
    let scene = finished(powershell);
    done(&snapshot(&scene, "CreateSnapshot", "s"));
    let before = likeness(&scene.inventory().unwrap());
    scene.fail(Mishap::error("Unspecified").message("the lamp is broken").cmdlet("Restore-VMSnapshot")).unwrap();
    snapshot(&scene, "RestoreSnapshot", "s").run().fails(&[]);
    assert_eq!(likeness(&scene.inventory().unwrap()), before);
    assert_eq!(record(&scene)["phase"], "complete");
}

fn of_an_unmarked_vm(powershell: &PowerShell) {
    let scene = unmarked(powershell, "Running");
    edit_vm(&scene, |vm| vm["Notes"] = json!("made by hand"));
    done(&snapshot(&scene, "CreateSnapshot", "s"));
    assert!(!scene.state().has_file(RECORD));
    edit_vm(&scene, |vm| {
        (vm["Notes"], vm["Adapters"][0]["Vlan"]["AccessVlanId"]) = (json!("changed by hand"), json!(777));
    });
    done(&snapshot(&scene, "RestoreSnapshot", "s"));
    let vm = scene.state().vm(NAME).unwrap().clone();
    assert_eq!((vm.state, vm.nics[0].vlan, vm.notes.as_str()), (PowerState::Running, Some(777), "changed by hand"));
    let adopted = record(&scene);
    assert_eq!((&adopted["phase"], &adopted["network"][0]["VlanId"]), (&json!("adopted"), &json!(777)));
}

fn a_restore_that_was_cut_short_ends_with_any_action(powershell: &PowerShell) {
    let cut_short = |cmdlet: &str| {
        let scene = finished(powershell);
        done(&snapshot(&scene, "CreateSnapshot", "s"));
        start(&scene).nic_key(0, "broadcastUri", json!("vlan://200")).run().succeeds("Instance started");
        scene.fail(Mishap::kill().cmdlet(cmdlet).after()).unwrap();
        snapshot(&scene, "RestoreSnapshot", "s").run().fails(&[]);
        scene.recover().unwrap();
        assert_eq!(record(&scene)["phase"], "restoring");
        scene
    };
    let scene = cut_short("Restore-VMSnapshot");
    refused(&scene, &snapshot(&scene, "CreateSnapshot", "t"), &["restore"]);
    refused(&scene, &custom(&scene, "Resume"), &[]);
    start(&scene).nic_key(0, "broadcastUri", json!("vlan://300")).run().succeeds("Instance started");
    let vm = scene.state().vm(NAME).unwrap().clone();
    assert_eq!(
        (vm.state, vm.nics[0].vlan, record(&scene)["phase"].clone()),
        (PowerState::Running, Some(300), json!("complete"))
    );
    // Stopped, it stays off, whatever it was before the restore.
    let scene = cut_short("Stop-VM");
    assert_eq!(method(&Case::new("stop", "stop.json").on(&scene.host)), "off");
    assert_eq!(record(&scene)["phase"], "complete");
    done(&snapshot(&scene, "RestoreSnapshot", "s"));
    assert_eq!(power(&scene), PowerState::Off);
    let scene = cut_short("Restore-VMSnapshot");
    assert_eq!(Case::new("delete", "delete.json").on(&scene.host).run().code, Some(0));
    assert_eq!(scene.state().vms().len(), 0);
}

fn names_are_taken_to_the_letter(powershell: &PowerShell) {
    let scene = finished(powershell);
    let longest = "x".repeat(98) + "\u{1f600}";
    let all = ["*", "[a]", "?", "a", "'", "\u{2019}", "$(x)", "\u{1f600}", "a\u{200d}", "A", "\"", "`", &longest];
    for name in all {
        let reply = done(&snapshot(&scene, "CreateSnapshot", name));
        assert_eq!(reply["message"], json!(format!("Snapshot '{name}' created")));
    }
    assert_eq!(names(&scene), all);
    for (number, name) in all.iter().enumerate() {
        refused(&scene, &snapshot(&scene, "CreateSnapshot", name), &["already"]);
        done(&snapshot(&scene, "DeleteSnapshot", name));
        assert_eq!(names(&scene), all[number + 1..], "after {name}");
    }
    for name in ["*", "%", "[a]", "00000000-0000-0000-0000-000000000000"] {
        refused(&scene, &snapshot(&scene, "DeleteSnapshot", name), &["no snapshot"]);
    }
}

fn two_of_one_name_are_told_by_their_ids(powershell: &PowerShell) {
    let scene = finished(powershell);
    for name in ["one", "two"] {
        done(&snapshot(&scene, "CreateSnapshot", name));
    }
    edit_vm(&scene, |vm| vm["Snapshots"][1]["Name"] = json!("one"));
    let ids: Vec<_> = rows(&scene).iter().map(|row| row["Id"].as_str().unwrap().to_owned()).collect();
    for action in ["RestoreSnapshot", "DeleteSnapshot"] {
        refused(&scene, &snapshot(&scene, action, "one"), &[&ids[0], &ids[1]]);
    }
    done(&snapshot(&scene, "RestoreSnapshot", &ids[0]));
    done(&snapshot(&scene, "DeleteSnapshot", &ids[1].to_uppercase()));
    assert_eq!(rows(&scene)[0]["Id"], json!(ids[0]));
    // One that is named as another's id.
    done(&snapshot(&scene, "CreateSnapshot", "three"));
    edit_vm(&scene, |vm| vm["Snapshots"][1]["Name"] = json!(ids[0]));
    refused(&scene, &snapshot(&scene, "DeleteSnapshot", &ids[0]), &["2 snapshots"]);
}

fn fifty_are_the_most_and_fit(powershell: &PowerShell) {
    let scene = finished(powershell);
    done(&snapshot(&scene, "CreateSnapshot", "s0"));
    edit_vm(&scene, |vm| {
        let first = vm["Snapshots"][0].clone();
        for number in 1..50 {
            let mut next = first.clone();
            next["Id"] = json!(format!("{number:08}-0000-4000-8000-000000000000"));
            next["Name"] = json!("\u{1f600}".repeat(100) + &number.to_string());
            vm["Snapshots"].as_array_mut().unwrap().push(next);
        }
    });
    refused(&scene, &snapshot(&scene, "CreateSnapshot", "one more"), &["50"]);
    let shown = names(&scene);
    assert_eq!((shown.len(), shown[0].as_str()), (50, "s0"));
    let cut: std::collections::HashSet<_> = shown.iter().filter(|name| name.ends_with('\u{2026}')).collect();
    assert!(cut.len() > 20, "{cut:?}");
}

fn those_of_backup_products_are_not_shown(powershell: &PowerShell) {
    let scene = finished(powershell);
    for name in ["one", "backup", "two"] {
        done(&snapshot(&scene, "CreateSnapshot", name));
    }
    edit_vm(&scene, |vm| vm["Snapshots"][1]["Type"] = json!("Recovery"));
    let shown = rows(&scene);
    assert_eq!(names(&scene), ["one", "two"]);
    assert_eq!(shown[1]["Parent"], shown[0]["Id"]);
    for action in ["RestoreSnapshot", "DeleteSnapshot"] {
        refused(&scene, &snapshot(&scene, action, "backup"), &["no snapshot"]);
    }
}

fn where_checkpoints_are_switched_off(powershell: &PowerShell) {
    let scene = finished(powershell);
    edit_vm(&scene, |vm| vm["CheckpointType"] = json!("Disabled"));
    let kind = |scene: &Scene| scene.world().unwrap()["Machines"][0]["CheckpointType"].clone();
    done(&snapshot(&scene, "CreateSnapshot", "s"));
    assert_eq!((names(&scene).len(), kind(&scene)), (1, json!("Disabled")));
    scene.fail(Mishap::error("OperationFailed").message("the lamp is broken").cmdlet("Checkpoint-VM")).unwrap();
    refused(&scene, &snapshot(&scene, "CreateSnapshot", "t"), &[]);
    assert_eq!(kind(&scene), "Disabled");
}

fn a_merge_that_takes_a_while_is_told(powershell: &PowerShell) {
    for (seconds, expected) in [(4, "done"), (600, "running")] {
        let scene = finished(powershell);
        for name in ["one", "two"] {
            done(&snapshot(&scene, "CreateSnapshot", name));
        }
        scene.edit(|world| world["Host"]["MergeSeconds"] = json!(seconds)).unwrap();
        let reply = done(&snapshot(&scene, "DeleteSnapshot", "one").timeout("30"));
        assert_eq!((&reply["merge"], names(&scene)), (&json!(expected), vec!["two".to_owned()]));
    }
}

/// What a tenant must not read, whatever failed.
pub(crate) fn holds_nothing_of_the_host(ran: &Ran) {
    for secret in
        [r":\", "127.0.0.1", "HV01", "Administrator", "the lamp is broken", "Virtual Hard Disks", "accounting"]
    {
        let error = ran.reply()["error"].as_str().unwrap_or_default().to_owned();
        assert!(!error.contains(secret), "{error}");
    }
}
