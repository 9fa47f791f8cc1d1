//! Notes and sidecar, each torn, lost, or somebody else's. Neither makes a VM anyone's prey.

use serde_json::{Value, json};
use simulated_host::{PowerShell, PowerState, Windows};

use crate::Scenario;
use crate::scene::Scene;
use crate::world::{DISK, FOLDER, NAME, RECORD, create, edit_vm, finished, record};

pub(crate) const SCENARIOS: &[Scenario] = &[
    ("records::a_torn_record_is_an_error_and_nothing_is_touched", a_torn_record_is_an_error_and_nothing_is_touched),
    ("records::a_torn_record_beside_nothing_is_written_over", a_torn_record_beside_nothing_is_written_over),
    ("records::a_record_left_as_new_is_taken", a_record_left_as_new_is_taken),
    ("records::a_torn_new_record_is_not_looked_at", a_torn_new_record_is_not_looked_at),
    ("records::a_lost_record_is_written_again", a_lost_record_is_written_again),
    ("records::wiped_notes_are_written_again", wiped_notes_are_written_again),
    ("records::without_either_the_vm_is_foreign", without_either_the_vm_is_foreign),
    ("records::other_text_in_the_notes_is_kept_to_the_letter", other_text_in_the_notes_is_kept_to_the_letter),
    ("records::another_owner_is_named", another_owner_is_named),
    ("records::a_record_of_another_host_is_foreign", a_record_of_another_host_is_foreign),
    ("records::a_record_moves_with_vhd_path", a_record_moves_with_vhd_path),
    ("records::a_renamed_vm_is_named_by_both_names", a_renamed_vm_is_named_by_both_names),
    ("records::of_two_vms_of_one_name_the_marker_decides", of_two_vms_of_one_name_the_marker_decides),
    ("records::a_replica_copy_is_nobodys", a_replica_copy_is_nobodys),
    ("records::a_vm_that_ran_half_made_is_not_touched", a_vm_that_ran_half_made_is_not_touched),
    ("records::a_link_in_the_path_stops_a_deletion", a_link_in_the_path_stops_a_deletion),
];

const OTHER: &str = "99999999-aaaa-4bbb-8ccc-dddddddddddd";

fn notes(scene: &Scene) -> String {
    scene.state().vms()[0].notes.clone()
}

/// The create fails with these words and the host stays as it is.
#[track_caller]
fn refused(scene: &Scene, words: &[&str]) {
    let (before, record) = (scene.inventory().unwrap(), scene.read(RECORD).ok());
    create(scene).run().fails(words);
    assert_eq!(scene.inventory().unwrap(), before);
    assert_eq!(scene.read(RECORD).ok(), record);
}

fn a_torn_record_is_an_error_and_nothing_is_touched(powershell: &PowerShell) {
    let scene = finished(powershell);
    let whole = scene.read(RECORD).unwrap();
    for length in [0, 1, whole.len() / 3, whole.len() - 4] {
        scene.write(RECORD, &whole[..length]).unwrap();
        refused(&scene, &[RECORD, "cannot be read", "nothing was touched"]);
    }
}

fn a_torn_record_beside_nothing_is_written_over(powershell: &PowerShell) {
    let scene = Scene::new(powershell);
    scene.write(RECORD, "{\"uuid\":\"12").unwrap();
    create(&scene).run().succeeds("Instance created");
    assert_eq!(record(&scene)["phase"], "complete");
}

fn a_record_left_as_new_is_taken(powershell: &PowerShell) {
    let scene = finished(powershell);
    let before = record(&scene);
    scene.write(&format!("{RECORD}.new"), scene.read(RECORD).unwrap()).unwrap();
    scene.remove(RECORD).unwrap();
    create(&scene).run().succeeds("Instance created");
    let after = record(&scene);
    for key in ["uuid", "phase", "vm_id", "disks", "network", "vm_folder"] {
        assert_eq!(after[key], before[key], "{key}");
    }
    assert!(!scene.state().has_file(&format!("{RECORD}.new")));
}

fn a_torn_new_record_is_not_looked_at(powershell: &PowerShell) {
    let scene = finished(powershell);
    scene.write(&format!("{RECORD}.new"), "{\"uu").unwrap();
    create(&scene).run().succeeds("Instance created");
    assert!(!scene.state().has_file(&format!("{RECORD}.new")));
}

fn a_lost_record_is_written_again(powershell: &PowerShell) {
    let scene = finished(powershell);
    scene.remove(RECORD).unwrap();
    create(&scene).run().succeeds("Instance created");
    let record = record(&scene);
    assert_eq!((&record["phase"], &record["disks"]), (&json!("complete"), &json!([DISK])));
    assert_eq!(record["vm_id"], json!(scene.state().vms()[0].id));
}

fn wiped_notes_are_written_again(powershell: &PowerShell) {
    let scene = finished(powershell);
    let before = notes(&scene);
    edit_vm(&scene, |vm| vm["Notes"] = json!(""));
    create(&scene).run().succeeds("Instance created");
    assert_eq!(notes(&scene), before);
}

fn without_either_the_vm_is_foreign(powershell: &PowerShell) {
    let scene = finished(powershell);
    edit_vm(&scene, |vm| vm["Notes"] = json!("a VM of mine"));
    scene.remove(RECORD).unwrap();
    refused(&scene, &[NAME, "no CloudStack UUID", "nothing was touched"]);
}

fn other_text_in_the_notes_is_kept_to_the_letter(powershell: &PowerShell) {
    let scene = finished(powershell);
    let ours = notes(&scene);
    let others = "#CLUSTER-INVARIANT#:{1-2}#CLUSTER-INVARIANT#\n  caf\u{e9} \u{1f600}\r\n\r\nlast";
    edit_vm(&scene, |vm| vm["Notes"] = json!(format!("{others}\r\n{}", ours.replace("complete", "unclaimed"))));
    create(&scene).run().succeeds("Instance created");
    assert_eq!(notes(&scene), format!("{others}\r\n{ours}"));
}

fn another_owner_is_named(powershell: &PowerShell) {
    let scene = finished(powershell);
    let ours = notes(&scene);
    edit_vm(&scene, |vm| vm["Notes"] = json!(format!("cloudstack-vm-id: {OTHER}")));
    refused(&scene, &[OTHER, "nothing was touched"]);
    edit_vm(&scene, |vm| vm["Notes"] = json!(ours));
    let mut foreign = record(&scene);
    foreign["uuid"] = json!(OTHER);
    scene.write(RECORD, foreign.to_string()).unwrap();
    refused(&scene, &[RECORD, OTHER, "nothing was touched"]);
}

fn a_record_of_another_host_is_foreign(powershell: &PowerShell) {
    let scene = Scene::new(powershell);
    let foreign = json!({"uuid": "126f4562-1f0f-4313-875e-6150cabeb72f", "phase": "creating", "host": "HV02",
        "written": "2026-01-01 00:00:00.0000000", "disks": [DISK]});
    scene.write(RECORD, foreign.to_string()).unwrap();
    scene.write(DISK, "another host's").unwrap();
    refused(&scene, &["HV02", "nothing was touched"]);
}

fn a_record_moves_with_vhd_path(powershell: &PowerShell) {
    let folder = r"D:\Other Disks";
    let windows = Windows::new().with_folder(folder);
    let scene = Scene::with(powershell, windows);
    create(&scene).run().succeeds("Instance created");
    create(&scene).host_key("vhd_path", json!(folder)).run().succeeds("Instance created");
    let state = scene.state();
    assert!(!state.has_file(RECORD) && state.has_file(DISK), "{:?}", state.files());
    let moved = format!(r"{folder}\{NAME}.cloudstack.json");
    let record: Value = serde_json::from_slice(&scene.read(&moved).unwrap()).unwrap();
    assert_eq!(record["disks"], json!([DISK]));
    assert!(notes(&scene).contains(&moved));
}

fn a_renamed_vm_is_named_by_both_names(powershell: &PowerShell) {
    let scene = finished(powershell);
    edit_vm(&scene, |vm| vm["Name"] = json!("accounting"));
    refused(&scene, &[NAME, "accounting"]);
}

fn of_two_vms_of_one_name_the_marker_decides(powershell: &PowerShell) {
    let scene = Scene::with(powershell, Windows::new().with_machine(json!({"Name": "other", "State": "Off"})));
    create(&scene).run().succeeds("Instance created");
    scene.edit(|world| world["Machines"][0]["Name"] = json!(NAME)).unwrap();
    create(&scene).run().succeeds("Instance created");
    assert_eq!(scene.state().vms()[0].state, PowerState::Off);
    for machine in 0..2 {
        scene.edit(|world| world["Machines"][machine]["Notes"] = json!("")).unwrap();
    }
    scene.remove(RECORD).unwrap();
    refused(&scene, &["2 VMs", "nothing was touched"]);
}

fn a_replica_copy_is_nobodys(powershell: &PowerShell) {
    let copy = json!({"Name": NAME, "State": "Off", "ReplicationMode": 2, "ReplicationState": 3});
    let scene = Scene::with(powershell, Windows::new().with_machine(copy.clone()));
    create(&scene).run().succeeds("Instance created");
    assert_eq!(scene.state().vms().len(), 2);
    assert_eq!(scene.state().vms()[0].state, PowerState::Off);
    // One that was failed over is a VM like any other, and it is not ours.
    let mut failed_over = copy;
    failed_over["ReplicationState"] = json!(6);
    let scene = Scene::settled(powershell, Windows::new().with_machine(failed_over));
    refused(&scene, &["no CloudStack UUID"]);
}

fn a_vm_that_ran_half_made_is_not_touched(powershell: &PowerShell) {
    let scene = finished(powershell);
    let ours = notes(&scene);
    edit_vm(&scene, |vm| vm["Notes"] = json!(ours.replace("complete", "creating")));
    refused(&scene, &["never finished", "nothing was touched"]);
    edit_vm(&scene, |vm| vm["State"] = json!("Saved"));
    refused(&scene, &["never finished", "nothing was touched"]);
}

fn a_link_in_the_path_stops_a_deletion(powershell: &PowerShell) {
    let scene = Scene::new(powershell);
    scene.fail(simulated_host::Mishap::kill().cmdlet("New-VM").after()).unwrap();
    create(&scene).run().fails(&[]);
    scene.recover().unwrap();
    scene.edit(|world| world["Attributes"][FOLDER.to_lowercase()] = json!("ReparsePoint")).unwrap();
    create(&scene).run().fails(&["is a link"]);
    assert!(scene.state().has_file(DISK) && scene.state().has_file(RECORD));
}
