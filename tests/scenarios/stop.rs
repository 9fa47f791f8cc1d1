//! `stop`, from every state and after every kind of create.

use std::time::Duration;

use serde_json::{Value, json};
use simulated_host::{Mishap, PowerShell, PowerState, Windows};

use crate::Scenario;
use crate::case::Case;
use crate::scene::Scene;
use crate::world::{DISK, FOLDER, NAME, RECORD, create, edit_vm, finished, likeness, method, record, stop_unseen};

pub(crate) const SCENARIOS: &[Scenario] = &[
    ("stop::the_guest_is_asked_first", the_guest_is_asked_first),
    ("stop::a_guest_that_does_not_follow_is_turned_off", a_guest_that_does_not_follow_is_turned_off),
    ("stop::it_answers_before_cloudstack_kills_it", it_answers_before_cloudstack_kills_it),
    ("stop::off_and_saved_are_success", off_and_saved_are_success),
    ("stop::a_paused_vm_runs_only_on_its_own_network", a_paused_vm_runs_only_on_its_own_network),
    ("stop::a_vm_that_hangs_between_two_states_is_turned_off", a_vm_that_hangs_between_two_states_is_turned_off),
    ("stop::a_vm_without_marker_is_managed_by_its_name", a_vm_without_marker_is_managed_by_its_name),
    ("stop::what_is_foreign_is_not_touched", what_is_foreign_is_not_touched),
    ("stop::a_renamed_vm_is_stopped", a_renamed_vm_is_stopped),
    ("stop::a_first_record_that_was_torn_is_removed", a_first_record_that_was_torn_is_removed),
    ("stop::a_parked_vm_stays_parked_if_its_create_fails", a_parked_vm_stays_parked_if_its_create_fails),
    ("stop::a_stranger_with_the_name_is_not_touched", a_stranger_with_the_name_is_not_touched),
    ("stop::a_claimed_vm_is_not_parked", a_claimed_vm_is_not_parked),
    ("stop::what_cannot_be_seen_is_not_absent", what_cannot_be_seen_is_not_absent),
    (
        "stop::a_record_that_cannot_be_written_keeps_nothing_running",
        a_record_that_cannot_be_written_keeps_nothing_running,
    ),
    ("stop::the_name_of_a_vm_of_ours_that_is_gone_makes_no_other_ours", the_name_makes_no_other_ours),
    ("stop::it_is_found_by_its_notes_alone", it_is_found_by_its_notes_alone),
    ("stop::a_failed_start_whose_undoing_was_cut_short", a_failed_start_whose_undoing_was_cut_short),
];

fn stop(scene: &Scene) -> Case {
    Case::new("stop", "stop.json").on(&scene.host)
}

fn power(scene: &Scene) -> PowerState {
    scene.state().vms()[0].state
}

#[track_caller]
fn refused(scene: &Scene, words: &[&str]) {
    crate::world::refused(scene, &stop(scene), words);
}

fn the_guest_is_asked_first(powershell: &PowerShell) {
    let scene = finished(powershell);
    edit_vm(&scene, |vm| vm["Guest"] = json!({"Shutdown": "locked", "ShutdownSeconds": 2, "BootSeconds": 0}));
    assert_eq!(method(&stop(&scene)), "graceful");
    assert_eq!(power(&scene), PowerState::Off);
    assert!(!scene.changes().iter().any(|call| call.cmdlet == "Stop-VM"));
}

fn a_guest_that_does_not_follow_is_turned_off(powershell: &PowerShell) {
    for guest in ["ignores", "absent"] {
        let scene = finished(powershell);
        edit_vm(&scene, |vm| vm["Guest"] = json!({"Shutdown": guest, "ShutdownSeconds": 0, "BootSeconds": 0}));
        assert_eq!(method(&stop(&scene).vm_key("shutdown_timeout", json!("3"))), "turned_off", "{guest}");
        assert_eq!(power(&scene), PowerState::Off);
    }
}

/// CloudStack kills without a warning, and then nobody learns what came of it.
fn it_answers_before_cloudstack_kills_it(powershell: &PowerShell) {
    let scene = finished(powershell);
    edit_vm(&scene, |vm| vm["Guest"] = json!({"Shutdown": "ignores", "ShutdownSeconds": 0, "BootSeconds": 0}));
    let ran = stop(&scene).timeout("20").start().end_within(Duration::from_secs(20)).expect("no answer in 20 s");
    assert_eq!((ran.code, &ran.reply()["method"]), (Some(0), &json!("turned_off")), "{}", ran.log);
    assert_eq!(power(&scene), PowerState::Off);
    for seconds in [1, 2, 5] {
        edit_vm(&scene, |vm| vm["State"] = json!("Running"));
        let running = stop(&scene).timeout(&seconds.to_string()).start();
        let ran =
            running.end_within(Duration::from_secs(seconds)).unwrap_or_else(|| panic!("no answer in {seconds} s"));
        // What can be done in so short a time depends on the host; the answer says what was done.
        assert!(ran.reply()["method"] == "turned_off" || ran.code == Some(1), "{}", ran.log);
    }
}

fn off_and_saved_are_success(powershell: &PowerShell) {
    let scene = finished(powershell);
    edit_vm(&scene, |vm| vm["State"] = json!("Saved"));
    assert_eq!(method(&stop(&scene)), "saved");
    assert_eq!(power(&scene), PowerState::Saved);
    edit_vm(&scene, |vm| vm["State"] = json!("Off"));
    assert_eq!(method(&stop(&scene)), "off");
}

fn a_paused_vm_runs_only_on_its_own_network(powershell: &PowerShell) {
    let resumed = |scene: &Scene| scene.changes().iter().any(|call| call.cmdlet == "Resume-VM");
    let scene = finished(powershell);
    edit_vm(&scene, |vm| vm["State"] = json!("Paused"));
    assert_eq!(method(&stop(&scene)), "graceful");
    assert!(resumed(&scene));
    let changes: [fn(&mut Value); 3] = [
        |vm| vm["Adapters"][0]["Vlan"]["AccessVlanId"] = json!(666),
        |vm| vm["Adapters"][0]["Isolation"]["IsolationMode"] = json!("Vlan"),
        |vm| {
            let mut second = vm["Adapters"][0].clone();
            (second["Name"], second["MacAddress"]) = (json!("NIC2"), json!("020100CC0077"));
            vm["Adapters"].as_array_mut().unwrap().push(second);
        },
    ];
    for change in changes {
        let scene = finished(powershell);
        edit_vm(&scene, |vm| {
            vm["State"] = json!("Paused");
            change(vm);
        });
        assert_eq!(method(&stop(&scene)), "turned_off");
        assert!(!resumed(&scene));
    }
}

fn a_vm_that_hangs_between_two_states_is_turned_off(powershell: &PowerShell) {
    let scene = finished(powershell);
    edit_vm(&scene, |vm| vm["State"] = json!("Stopping"));
    assert_eq!(method(&stop(&scene).vm_key("shutdown_timeout", json!("2"))), "turned_off");
    assert_eq!(power(&scene), PowerState::Off);
}

/// As CloudStack's own script made it.
fn a_vm_without_marker_is_managed_by_its_name(powershell: &PowerShell) {
    let machine = json!({"Name": NAME, "State": "Running", "Drives": [{"Path": DISK}]});
    let scene = Scene::settled(powershell, Windows::new().with_disk(DISK, 1 << 30).with_machine(machine));
    assert_eq!(method(&stop(&scene)), "graceful");
    let state = scene.state();
    assert_eq!((state.vms()[0].notes.as_str(), state.has_file(RECORD)), ("", false));
}

fn what_is_foreign_is_not_touched(powershell: &PowerShell) {
    let other = "99999999-aaaa-4bbb-8ccc-dddddddddddd";
    let scene = finished(powershell);
    edit_vm(&scene, |vm| vm["Notes"] = json!(format!("cloudstack-vm-id: {other}")));
    refused(&scene, &[other, "nothing was touched"]);
    // Without a marker, beside a record that another host wrote, or that says that it was never finished.
    edit_vm(&scene, |vm| vm["Notes"] = json!(""));
    let mut foreign = record(&scene);
    (foreign["host"], foreign["vm_id"]) = (json!("HV99"), json!(other));
    scene.write(RECORD, foreign.to_string()).unwrap();
    refused(&scene, &["HV99", "nothing was touched"]);
    (foreign["host"], foreign["phase"]) = (json!("HV01"), json!("creating"));
    scene.write(RECORD, foreign.to_string()).unwrap();
    refused(&scene, &["half made", "nothing was touched"]);
}

fn a_renamed_vm_is_stopped(powershell: &PowerShell) {
    for notes_are_lost in [false, true] {
        let scene = finished(powershell);
        edit_vm(&scene, |vm| {
            vm["Name"] = json!("accounting");
            if notes_are_lost {
                vm["Notes"] = json!("");
            }
        });
        assert_eq!(method(&stop(&scene)), "graceful");
        assert_eq!(power(&scene), PowerState::Off);
        assert!(scene.state().vms()[0].notes.contains("cloudstack-phase: complete"));
    }
}

fn a_first_record_that_was_torn_is_removed(powershell: &PowerShell) {
    let scene = Scene::new(powershell);
    let before = likeness(&scene.inventory().unwrap());
    scene.fail(Mishap::kill().cmdlet("Set-Content").occurrence(1).during_after_bytes(9)).unwrap();
    create(&scene).run().fails(&[]);
    scene.recover().unwrap();
    assert_eq!(method(&stop_unseen(&scene)), "cleaned");
    assert_eq!(likeness(&scene.inventory().unwrap()), before);
}

fn a_parked_vm_stays_parked_if_its_create_fails(powershell: &PowerShell) {
    let scene = finished(powershell);
    assert_eq!(method(&stop_unseen(&scene)), "parked");
    let parked = scene.inventory().unwrap();
    let memory = Mishap::error("OutOfMemory").category("FromStdErr").hresult("0x8007000E");
    scene.fail(memory.cmdlet("Start-VM")).unwrap();
    create(&scene).run().fails(&["memory"]);
    scene.recover().unwrap();
    assert_eq!(scene.inventory().unwrap(), parked);
    assert_eq!(record(&scene)["phase"], "unclaimed");
    create(&scene).host_key("network_switch", json!("None")).run().fails(&["None"]);
    assert_eq!(scene.inventory().unwrap(), parked);
    // Killed when it had its name back already, and then it fails.
    scene.fail(Mishap::kill().cmdlet("Rename-VM").after()).unwrap();
    create(&scene).run().fails(&[]);
    scene.recover().unwrap();
    let memory = Mishap::error("OutOfMemory").category("FromStdErr").hresult("0x8007000E");
    scene.fail(memory.cmdlet("Start-VM")).unwrap();
    create(&scene).run().fails(&["memory"]);
    scene.recover().unwrap();
    assert!(scene.state().vms()[0].name.starts_with("i-2-45-VM.unclaimed-"));
    create(&scene).run().succeeds("Instance created");
    assert_eq!(scene.state().vm(NAME).unwrap().state, PowerState::Running);
}

/// An administrator has renamed ours, and another VM has its name now.
fn a_stranger_with_the_name_is_not_touched(powershell: &PowerShell) {
    let scene = finished(powershell);
    edit_vm(&scene, |vm| vm["Name"] = json!("accounting"));
    scene
        .edit(|world| {
            let mut stranger = world["Machines"][0].clone();
            stranger["Id"] = json!("99999999-aaaa-4bbb-8ccc-dddddddddddd");
            (stranger["Name"], stranger["Notes"], stranger["Drives"]) = (json!(NAME), json!(""), json!([]));
            world["Machines"].as_array_mut().unwrap().push(stranger);
        })
        .unwrap();
    refused(&scene, &["carries no CloudStack UUID", "names another VM"]);
}

/// CloudStack has seen it: another action came after the create.
fn a_claimed_vm_is_not_parked(powershell: &PowerShell) {
    let scene = finished(powershell);
    create(&scene).run().succeeds("Instance created");
    assert_eq!(record(&scene)["claimed"], true);
    assert_eq!(method(&stop_unseen(&scene)), "graceful");
    assert!(scene.state().vm(NAME).is_some());
}

/// An account without rights sees no VMs, and gets no error for it.
fn what_cannot_be_seen_is_not_absent(powershell: &PowerShell) {
    let scene = finished(powershell);
    scene.edit(|world| world["Host"]["Rights"] = json!("none")).unwrap();
    stop(&scene).run().fails(&["rights"]);
    Case::new("delete", "delete.json").on(&scene.host).run().fails(&["rights"]);
    scene.edit(|world| world["Host"]["Rights"] = json!("full")).unwrap();
    assert!(scene.state().has_file(DISK) && scene.state().has_file(RECORD));
}

fn a_record_that_cannot_be_written_keeps_nothing_running(powershell: &PowerShell) {
    let scene = finished(powershell);
    let used: usize = scene
        .inventory()
        .unwrap()
        .files
        .iter()
        .filter(|path| path.starts_with('D'))
        .map(|path| scene.read(path).unwrap().len())
        .sum();
    scene.edit(|world| world["Capacities"] = json!({"D": used})).unwrap();
    assert_eq!(method(&stop(&scene)), "graceful");
    // A delete makes room.
    assert_eq!(Case::new("delete", "delete.json").on(&scene.host).run().code, Some(0));
    assert!(!scene.state().has_file(DISK) && !scene.state().has_file(RECORD));
    // A backup holds the record for long.
    let scene = finished(powershell);
    scene.edit(|world| world["Held"] = json!([{"Path": RECORD, "Share": "read"}])).unwrap();
    assert_eq!(method(&stop(&scene)), "graceful");
    // Its Notes were lost too, and it hangs.
    let scene = finished(powershell);
    edit_vm(&scene, |vm| (vm["Notes"], vm["State"]) = (json!(""), json!("Stopping")));
    assert_eq!(method(&stop(&scene).vm_key("shutdown_timeout", json!("1"))), "turned_off");
}

/// An administrator has removed ours and made one of his own under its name.
fn the_name_makes_no_other_ours(powershell: &PowerShell) {
    let scene = finished(powershell);
    edit_vm(&scene, |vm| {
        (vm["Id"], vm["Notes"], vm["Drives"]) = (json!("99999999-aaaa-4bbb-8ccc-dddddddddddd"), json!(""), json!([]));
    });
    refused(&scene, &["names another VM", "nothing was touched"]);
    Case::new("delete", "delete.json").on(&scene.host).run().fails(&["names another VM"]);
    assert_eq!(scene.state().vms().len(), 1);
}

/// It was renamed, and the folder of its record has changed as well.
fn it_is_found_by_its_notes_alone(powershell: &PowerShell) {
    let scene = finished(powershell);
    edit_vm(&scene, |vm| vm["Name"] = json!("accounting"));
    scene.write(r"D:\Fast\readme.txt", "").unwrap();
    assert_eq!(method(&stop(&scene).host_key("vhd_path", json!(r"D:\Fast"))), "graceful");
    assert!(scene.state().has_file(r"D:\Fast\i-2-45-VM.cloudstack.json"));
}

/// The commonest failure of all: there is no memory for it. And then the disk cannot be removed at once.
fn a_failed_start_whose_undoing_was_cut_short(powershell: &PowerShell) {
    let scene = Scene::new(powershell);
    let before = likeness(&scene.inventory().unwrap());
    let memory = || Mishap::error("OutOfMemory").category("FromStdErr").hresult("0x8007000E").cmdlet("Start-VM");
    scene.fail(memory()).unwrap();
    scene
        .fail(
            Mishap::error("RemoveFileSystemItemUnAuthorizedAccess")
                .category("PermissionDenied")
                .cmdlet("Remove-Item")
                .containing("i-2-45-VM.vhdx"),
        )
        .unwrap();
    create(&scene).run().fails(&["memory", "could be undone", FOLDER]);
    scene.recover().unwrap();
    assert_eq!(method(&stop_unseen(&scene)), "cleaned");
    assert_eq!(likeness(&scene.inventory().unwrap()), before);
    scene.fail(memory()).unwrap();
    scene.fail(Mishap::kill().cmdlet("Remove-VM").after()).unwrap();
    create(&scene).run().fails(&[]);
    scene.recover().unwrap();
    create(&scene).run().succeeds("Instance created");
    // Hyper-V refuses the Notes of a VM between two states.
    let scene = Scene::new(powershell);
    scene.fail(memory()).unwrap();
    let refused = Mishap::error("InvalidState").cmdlet("Set-VM").containing("phase: creating").occurrence(2);
    scene.fail(refused).unwrap();
    create(&scene).run().fails(&["memory"]);
    scene.recover().unwrap();
    create(&scene).run().succeeds("Instance created");
}
