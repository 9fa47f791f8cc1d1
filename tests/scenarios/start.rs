//! `start` and `reboot`: a VM runs on the network that CloudStack gives, and on no other.

use serde_json::json;
use simulated_host::{Mishap, PowerShell, PowerState};

use crate::Scenario;
use crate::case::Case;
use crate::matrix::unmarked;
use crate::scene::Scene;
use crate::world::{FOLDER, NAME, RECORD, edit_vm, finished, method, record, refused};

pub(crate) const SCENARIOS: &[Scenario] = &[
    ("start::a_vlan_that_changed_since_the_stop_is_set_in_every_state", a_vlan_that_changed_since_the_stop_is_set),
    ("start::what_cannot_be_set_is_refused_and_named", what_cannot_be_set_is_refused_and_named),
    ("start::what_cloudstack_gave_is_recorded_before_it_is_set", what_cloudstack_gave_is_recorded_before_it_is_set),
    ("start::only_our_own_vms_are_resized", only_our_own_vms_are_resized),
    ("start::a_failed_undo_leaves_it_unconnected", a_failed_undo_leaves_it_unconnected),
    ("start::the_record_follows_vhd_path", the_record_follows_vhd_path),
    ("start::a_renamed_vm_is_named_by_both_names", a_renamed_vm_is_named_by_both_names),
    ("start::of_two_vms_of_one_name_the_marker_decides", of_two_vms_of_one_name_the_marker_decides),
    ("start::a_parked_vm_is_claimed", a_parked_vm_is_claimed),
    ("start::a_failed_over_replica_and_its_old_primary", a_failed_over_replica_and_its_old_primary),
    ("reboot::a_guest_that_is_still_booting_is_asked_again", a_guest_that_is_still_booting_is_asked_again),
    ("reboot::without_the_method_it_goes_off_and_on", without_the_method_it_goes_off_and_on),
    ("reboot::a_deaf_guest_is_reset", a_deaf_guest_is_reset),
    ("reboot::a_start_that_fails_says_that_the_vm_is_off", a_start_that_fails_says_that_the_vm_is_off),
];

fn start(scene: &Scene) -> Case {
    Case::new("start", "start.json").on(&scene.host)
}

fn reboot(scene: &Scene) -> Case {
    Case::new("reboot", "reboot.json").on(&scene.host)
}

fn vlan(scene: &Scene) -> Option<u16> {
    scene.state().vm(NAME).unwrap().nics[0].vlan
}

fn power(scene: &Scene) -> PowerState {
    scene.state().vm(NAME).unwrap().state
}

fn a_vlan_that_changed_since_the_stop_is_set(powershell: &PowerShell) {
    for state in ["Off", "Saved", "Paused", "Running"] {
        let scene = finished(powershell);
        edit_vm(&scene, |vm| vm["State"] = json!(state));
        scene.forget_calls().unwrap();
        start(&scene).nic_key(0, "broadcastUri", json!("vlan://200")).run().succeeds("Instance started");
        assert_eq!((power(&scene), vlan(&scene)), (PowerState::Running, Some(200)), "{state}");
        assert_eq!(record(&scene)["network"][0]["VlanId"], 200);
        // Set before it runs.
        let calls: Vec<_> = scene.changes().into_iter().map(|call| call.cmdlet).collect();
        let at = |name: &str| calls.iter().position(|cmdlet| cmdlet == name);
        if state != "Running" {
            assert!(at("Set-VMNetworkAdapterVlan") < at("Start-VM").or_else(|| at("Resume-VM")), "{calls:?}");
        }
    }
    let scene = finished(powershell);
    assert_eq!(method(&reboot(&scene).nic_key(0, "broadcastUri", json!("vlan://300"))), "guest_reboot");
    assert_eq!((vlan(&scene), &record(&scene)["network"][0]["VlanId"]), (Some(300), &json!(300)));
}

fn what_cannot_be_set_is_refused_and_named(powershell: &PowerShell) {
    let other_mac = || json!("02:01:00:cc:00:99");
    for state in ["Saved", "Paused", "Running"] {
        let scene = finished(powershell);
        edit_vm(&scene, |vm| vm["State"] = json!(state));
        let remedy = if state == "Saved" { "Remove-VMSavedState" } else { "stop the VM and start it" };
        let words = ["020100CC0001", "020100CC0099", state, remedy];
        refused(&scene, &start(&scene).nic_key(0, "mac", other_mac()), &words);
        refused(&scene, &reboot(&scene).nic_key(0, "mac", other_mac()), &words);
    }
    let scene = finished(powershell);
    edit_vm(&scene, |vm| vm["Adapters"][0]["Isolation"]["IsolationMode"] = json!("Vlan"));
    refused(&scene, &start(&scene), &["NIC1", "isolation mode"]);
    let scene = finished(powershell);
    refused(&scene, &start(&scene).host_key("network_switch", json!("None")), &["None", "External vSwitch"]);
    // Off, everything can be set.
    edit_vm(&scene, |vm| vm["State"] = json!("Off"));
    start(&scene).nic_key(0, "mac", other_mac()).run().succeeds("Instance started");
    assert_eq!(scene.state().vm(NAME).unwrap().nics[0].mac, "020100CC0099");
}

/// Else a paused VM could be resumed on a network that CloudStack has taken back by then.
fn what_cloudstack_gave_is_recorded_before_it_is_set(powershell: &PowerShell) {
    let scene = finished(powershell);
    edit_vm(&scene, |vm| vm["State"] = json!("Paused"));
    let broken = Mishap::error("Unspecified").message("the lamp is broken").cmdlet("Set-VMNetworkAdapterVlan");
    scene.fail(broken).unwrap();
    start(&scene).nic_key(0, "broadcastUri", json!("vlan://200")).run().fails(&["the lamp is broken"]);
    scene.recover().unwrap();
    assert_eq!((power(&scene), vlan(&scene)), (PowerState::Paused, Some(100)));
    assert_eq!(record(&scene)["network"][0]["VlanId"], 200);
    // A polite stop would let it run.
    assert_eq!(method(&Case::new("stop", "stop.json").on(&scene.host)), "turned_off");
    assert!(!scene.changes().iter().any(|call| call.cmdlet == "Resume-VM"));
}

fn only_our_own_vms_are_resized(powershell: &PowerShell) {
    let larger = |scene: &Scene| {
        start(scene).change(|payload| {
            let vm = &mut payload["cloudstack.vm.details"];
            (vm["cpus"], vm["maxRam"]) = (json!(4), json!(4_u64 << 30));
        })
    };
    let size = |scene: &Scene| scene.state().vm(NAME).map(|vm| (vm.processors, vm.memory_bytes >> 20)).unwrap();
    let scene = finished(powershell);
    larger(&scene).run().succeeds("Instance started");
    assert_eq!(size(&scene), (2, 2048), "while it runs");
    edit_vm(&scene, |vm| vm["State"] = json!("Off"));
    larger(&scene).run().succeeds("Instance started");
    assert_eq!(size(&scene), (4, 4096));
    let scene = finished(powershell);
    edit_vm(&scene, |vm| (vm["State"], vm["Memory"]["Dynamic"]) = (json!("Off"), json!(true)));
    larger(&scene).run().succeeds("Instance started");
    assert_eq!(size(&scene), (4, 2048), "with dynamic memory");
    let scene = unmarked(powershell, "Off");
    let before = size(&scene);
    larger(&scene).run().succeeds("Instance started");
    assert_eq!(size(&scene), before, "of CloudStack's own script");
    let adopted = record(&scene);
    assert_eq!((&adopted["phase"], &adopted["network"][0]["VlanId"]), (&json!("adopted"), &json!(100)));
    assert_eq!(scene.state().vm(NAME).unwrap().notes, "");
    // And so it stays.
    start(&scene).run().succeeds("Instance started");
    assert_eq!(
        (record(&scene)["phase"].clone(), scene.state().vm(NAME).unwrap().notes.as_str()),
        (json!("adopted"), "")
    );
}

/// The old switch with the new VLAN would be a network of nobody's, or of another tenant's.
fn a_failed_undo_leaves_it_unconnected(powershell: &PowerShell) {
    let scene = finished(powershell);
    scene
        .edit(|world| {
            let mut second = world["Switches"][0].clone();
            (second["Name"], second["Id"]) = (json!("Second"), json!("22222222-0000-4000-8000-000000000000"));
            world["Switches"].as_array_mut().unwrap().push(second);
        })
        .unwrap();
    let broken = || Mishap::error("Unspecified").message("the lamp is broken");
    scene.fail(broken().cmdlet("Connect-VMNetworkAdapter").occurrence(1)).unwrap();
    scene.fail(broken().cmdlet("Set-VMNetworkAdapterVlan").occurrence(2)).unwrap();
    let moved =
        start(&scene).host_key("network_switch", json!("Second")).nic_key(0, "broadcastUri", json!("vlan://200"));
    moved.run().fails(&["the lamp is broken", "could be undone"]);
    assert_eq!(scene.state().vm(NAME).unwrap().nics[0].switch, None);
    scene.recover().unwrap();
    moved.run().succeeds("Instance started");
    let nic = scene.state().vm(NAME).unwrap().nics[0].clone();
    assert_eq!((nic.switch.as_deref(), nic.vlan), (Some("Second"), Some(200)));
}

fn the_record_follows_vhd_path(powershell: &PowerShell) {
    let scene = finished(powershell);
    edit_vm(&scene, |vm| vm["State"] = json!("Off"));
    let folder = r"D:\Fast";
    scene.write(&format!(r"{folder}\readme.txt"), "").unwrap();
    start(&scene).host_key("vhd_path", json!(folder)).run().succeeds("Instance started");
    let moved = format!(r"{folder}\{NAME}.cloudstack.json");
    let text = String::from_utf8(scene.read(&moved).unwrap()).unwrap();
    assert!(text.contains(&FOLDER.replace('\\', r"\\")), "the disk is where it was: {text}");
    assert!(!scene.state().has_file(RECORD));
    assert!(scene.state().vm(NAME).unwrap().notes.contains(&moved));
}

fn a_renamed_vm_is_named_by_both_names(powershell: &PowerShell) {
    let scene = finished(powershell);
    edit_vm(&scene, |vm| vm["Name"] = json!("accounting"));
    refused(&scene, &start(&scene), &[NAME, "accounting", "nothing was touched"]);
    refused(&scene, &reboot(&scene), &[NAME, "accounting", "nothing was touched"]);
}

fn of_two_vms_of_one_name_the_marker_decides(powershell: &PowerShell) {
    let scene = finished(powershell);
    scene
        .edit(|world| {
            world["Machines"][0]["State"] = json!("Off");
            let mut twin = world["Machines"][0].clone();
            (twin["Id"], twin["Notes"], twin["Drives"]) =
                (json!("99999999-aaaa-4bbb-8ccc-dddddddddddd"), json!(""), json!([]));
            world["Machines"].as_array_mut().unwrap().push(twin);
        })
        .unwrap();
    start(&scene).run().succeeds("Instance started");
    let states: Vec<_> = scene.state().vms().iter().map(|vm| vm.state).collect();
    assert_eq!(states, [PowerState::Running, PowerState::Off]);
    edit_vm(&scene, |vm| vm["Notes"] = json!(""));
    refused(&scene, &start(&scene), &["2 VMs named", "nothing was touched"]);
}

fn a_parked_vm_is_claimed(powershell: &PowerShell) {
    let scene = finished(powershell);
    assert_eq!(method(&crate::world::stop_unseen(&scene)), "parked");
    start(&scene).run().succeeds("Instance started");
    assert_eq!((power(&scene), record(&scene)["claimed"].clone()), (PowerState::Running, json!(true)));
}

/// The copy that an administrator failed over to is the VM now, and the old primary is an ordinary one that is off.
fn a_failed_over_replica_and_its_old_primary(powershell: &PowerShell) {
    for (mode, state) in [(2, 5), (2, 6), (4, 6), (1, 0)] {
        let scene = finished(powershell);
        edit_vm(&scene, |vm| {
            (vm["ReplicationMode"], vm["ReplicationState"], vm["State"]) = (json!(mode), json!(state), json!("Off"));
        });
        // The record lies on the other host.
        scene.remove(RECORD).unwrap();
        start(&scene).run().succeeds("Instance started");
        assert_eq!(power(&scene), PowerState::Running);
        assert_eq!(method(&Case::new("stop", "stop.json").on(&scene.host)), "graceful");
    }
}

fn a_guest_that_is_still_booting_is_asked_again(powershell: &PowerShell) {
    let scene = finished(powershell);
    edit_vm(&scene, |vm| {
        vm["State"] = json!("Off");
        vm["Guest"] = json!({"Shutdown": "polite", "ShutdownSeconds": 0, "BootSeconds": 6});
    });
    start(&scene).run().succeeds("Instance started");
    assert_eq!(method(&reboot(&scene)), "guest_reboot");
}

fn without_the_method_it_goes_off_and_on(powershell: &PowerShell) {
    let scene = finished(powershell);
    edit_vm(&scene, |vm| {
        vm["Guest"] = json!({"Shutdown": "polite", "ShutdownSeconds": 1, "BootSeconds": 0, "Reboot": "absent"})
    });
    assert_eq!(method(&reboot(&scene)), "shutdown_and_start");
    assert_eq!(power(&scene), PowerState::Running);
    // And one that does not follow then is off for a moment only.
    edit_vm(&scene, |vm| {
        vm["Guest"] = json!({"Shutdown": "ignores", "ShutdownSeconds": 0, "BootSeconds": 0, "Reboot": "absent"})
    });
    assert_eq!(method(&reboot(&scene).vm_key("shutdown_timeout", json!("2"))), "hard_reset");
    assert_eq!(power(&scene), PowerState::Running);
}

fn a_deaf_guest_is_reset(powershell: &PowerShell) {
    let scene = finished(powershell);
    edit_vm(&scene, |vm| vm["Guest"] = json!({"Shutdown": "absent", "ShutdownSeconds": 0, "BootSeconds": 0}));
    scene.forget_calls().unwrap();
    assert_eq!(method(&reboot(&scene).vm_key("shutdown_timeout", json!("3"))), "hard_reset");
    assert!(scene.changes().iter().any(|call| call.cmdlet == "Restart-VM"));
    assert_eq!(power(&scene), PowerState::Running);
}

fn a_start_that_fails_says_that_the_vm_is_off(powershell: &PowerShell) {
    let scene = finished(powershell);
    edit_vm(&scene, |vm| {
        vm["Guest"] = json!({"Shutdown": "polite", "ShutdownSeconds": 0, "BootSeconds": 0, "Reboot": "absent"})
    });
    let memory = Mishap::error("OutOfMemory").category("FromStdErr").hresult("0x8007000E");
    scene.fail(memory.cmdlet("Start-VM")).unwrap();
    reboot(&scene).run().fails(&["was shut down for the restart and could not be started again", "0x8007000E"]);
    scene.recover().unwrap();
    assert_eq!(method(&reboot(&scene)), "started");
}
