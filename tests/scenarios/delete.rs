//! `delete`: nothing is left of a VM, and nothing else is lost.

use serde_json::{Value, json};
use simulated_host::{Mishap, PowerShell, Windows};

use crate::Scenario;
use crate::case::Case;
use crate::matrix::{CONFIGURATIONS, unmarked};
use crate::scene::Scene;
use crate::world::{DISK, FOLDER, NAME, RECORD, edit_vm, finished, likeness, method, record};

pub(crate) const SCENARIOS: &[Scenario] = &[
    ("delete::checkpoints_and_their_disks_go_even_while_they_are_merged", checkpoints_and_their_disks_go),
    ("delete::a_template_an_iso_and_foreign_disks_are_kept_and_listed", what_is_not_its_own_is_kept_and_listed),
    ("delete::a_linked_parent_is_kept", a_linked_parent_is_kept),
    ("delete::a_disk_that_another_vm_uses_is_kept", a_disk_that_another_vm_uses_is_kept),
    ("delete::a_disk_on_which_another_rests_is_kept", a_disk_on_which_another_rests_is_kept),
    ("delete::nothing_is_deleted_behind_a_junction", nothing_is_deleted_behind_a_junction),
    ("delete::a_record_changed_by_hand_leads_nowhere", a_record_changed_by_hand_leads_nowhere),
    ("delete::a_disk_that_is_held_is_an_error_until_it_is_free", a_disk_that_is_held_is_an_error_until_it_is_free),
    ("delete::a_disk_that_was_moved_goes", a_disk_that_was_moved_goes),
    ("delete::after_vhd_path_changed_the_old_disk_goes", after_vhd_path_changed_the_old_disk_goes),
    ("delete::of_an_unmarked_vm_only_the_disk_of_its_name", of_an_unmarked_vm_only_the_disk_of_its_name),
    ("delete::a_renamed_and_a_parked_vm_go", a_renamed_and_a_parked_vm_go),
    ("delete::replicas_and_primaries", replicas_and_primaries),
    ("delete::without_its_vm_the_record_decides", without_its_vm_the_record_decides),
    ("delete::a_guest_that_never_obeys_is_turned_off", a_guest_that_never_obeys_is_turned_off),
];

const TEMPLATE: &str = r"D:\Templates\ubuntu2404.vhdx";

fn delete(scene: &Scene) -> Case {
    Case::new("delete", "delete.json").on(&scene.host)
}

/// What was kept; the delete must succeed, and leave no VM.
#[track_caller]
fn kept(case: &Case, scene: &Scene) -> Vec<String> {
    let ran = case.run();
    let reply = ran.reply();
    assert_eq!((ran.code, &reply["message"]), (Some(0), &json!("Instance deleted")), "log:\n{}", ran.log);
    assert!(!scene.state().vms().iter().any(|vm| vm.name.contains(NAME)));
    let lines = reply["kept"].as_array().cloned().unwrap_or_default();
    lines.iter().map(|line| line.as_str().unwrap().to_owned()).collect()
}

#[track_caller]
fn refused(scene: &Scene, words: &[&str]) {
    crate::world::refused(scene, &delete(scene), words);
}

/// Files that could be this VM's.
fn own_files(scene: &Scene) -> Vec<String> {
    let is_own = |file: &&String| file.rsplit('\\').next().is_some_and(|name| name.starts_with(NAME));
    scene.state().files().iter().filter(is_own).cloned().collect()
}

fn drive(path: &str) -> Value {
    json!({"Kind": "Disk", "ControllerType": "SCSI", "ControllerNumber": 0, "ControllerLocation": 7, "Path": path})
}

/// Three checkpoints in a tree, as an administrator's cmdlets would leave them.
pub(crate) fn with_checkpoints(scene: &Scene) {
    let base = format!(r"{FOLDER}\{NAME}");
    let name = |digit: char| {
        format!("{base}_{}.avhdx", "00000000-0000-4000-8000-00000000000X".replace('X', &digit.to_string()))
    };
    let (first, second, third) = (name('1'), name('2'), name('3'));
    for (file, parent) in [(&first, DISK), (&second, &first), (&third, &first)] {
        let facts = json!({"Size": 1 << 30, "Type": "Differencing", "Parent": parent});
        scene.write(file, format!("vhdxfile {facts}\nchanges")).unwrap();
    }
    edit_vm(scene, |vm| {
        let mut snapshots = Vec::new();
        for (digit, parent, disk) in [('1', None, DISK), ('2', Some('1'), &*first), ('3', Some('1'), &*first)] {
            let id = |digit: char| format!("{digit}1111111-1111-4111-8111-111111111111");
            let mut configuration = vm.clone();
            let object = configuration.as_object_mut().unwrap();
            for key in ["Snapshots", "Pending", "Guest"] {
                object.shift_remove(key);
            }
            configuration["Drives"][0]["Path"] = json!(disk);
            configuration["State"] = json!("Off");
            snapshots.push(json!({"Id": id(digit), "Name": format!("s{digit}"), "Type": "Standard",
                "CreationTime": "2026-01-01T00:00:00Z", "ParentId": parent.map(id), "Configuration": configuration}));
        }
        vm["ParentSnapshotId"] = snapshots[2]["Id"].clone();
        vm["Snapshots"] = json!(snapshots);
        vm["Drives"][0]["Path"] = json!(third);
    });
}

fn checkpoints_and_their_disks_go(powershell: &PowerShell) {
    for merge_seconds in [0, 4] {
        let scene = finished(powershell);
        with_checkpoints(&scene);
        scene.edit(|world| world["Host"]["MergeSeconds"] = json!(merge_seconds)).unwrap();
        assert_eq!(own_files(&scene).iter().filter(|file| file.ends_with(".avhdx")).count(), 3);
        assert_eq!(kept(&delete(&scene), &scene), [""; 0]);
        assert_eq!(own_files(&scene), [""; 0]);
    }
}

fn what_is_not_its_own_is_kept_and_listed(powershell: &PowerShell) {
    let scene = finished(powershell);
    let data = r"D:\Data\accounting.vhdx";
    scene.write(data, "someone's data").unwrap();
    edit_vm(&scene, |vm| {
        let dvd = json!({"Kind": "Dvd", "ControllerType": "SCSI", "ControllerNumber": 0, "ControllerLocation": 1, "Path": r"D:\ISO\alma9.iso"});
        vm["Drives"].as_array_mut().unwrap().extend([drive(TEMPLATE), drive(data), dvd]);
    });
    let expected = [
        format!("{TEMPLATE}: another name than this VM's disk"),
        format!("{data}: another name than this VM's disk"),
        r"D:\ISO\alma9.iso: an ISO".to_owned(),
    ];
    assert_eq!(kept(&delete(&scene), &scene), expected);
    assert_eq!(own_files(&scene), [""; 0]);
    for file in [TEMPLATE, data, r"D:\ISO\alma9.iso"] {
        assert!(scene.state().has_file(file), "{file}");
    }
}

fn a_linked_parent_is_kept(powershell: &PowerShell) {
    let scene = finished(powershell);
    let facts = json!({"Size": 1 << 30, "Type": "Differencing", "Parent": TEMPLATE});
    scene.write(DISK, format!("vhdxfile {facts}\nchanges")).unwrap();
    assert_eq!(kept(&delete(&scene), &scene), [format!("{TEMPLATE}: another name than this VM's disk")]);
    assert_eq!(own_files(&scene), [""; 0]);
    assert!(scene.state().has_file(TEMPLATE));
}

fn a_disk_that_another_vm_uses_is_kept(powershell: &PowerShell) {
    let scene = finished(powershell);
    scene
        .edit(|world| {
            let mut other = world["Machines"][0].clone();
            (other["Id"], other["Name"]) = (json!("99999999-aaaa-4bbb-8ccc-dddddddddddd"), json!("other"));
            (other["Notes"], other["State"]) = (json!(""), json!("Off"));
            world["Machines"].as_array_mut().unwrap().push(other);
        })
        .unwrap();
    assert_eq!(kept(&delete(&scene), &scene), [format!("{DISK}: attached to another VM")]);
    assert_eq!(own_files(&scene), [DISK]);
}

/// A linked clone: another VM's disk holds only the differences to ours.
fn a_disk_on_which_another_rests_is_kept(powershell: &PowerShell) {
    let scene = finished(powershell);
    let clone = r"D:\Clones\clone.vhdx";
    let facts = json!({"Size": 1 << 30, "Type": "Differencing", "Parent": DISK});
    scene.write(clone, format!("vhdxfile {facts}\nchanges")).unwrap();
    scene.write(&format!("{DISK}.rct"), "").unwrap();
    scene
        .edit(|world| {
            let mut other = world["Machines"][0].clone();
            (other["Id"], other["Name"], other["Notes"]) =
                (json!("99999999-aaaa-4bbb-8ccc-dddddddddddd"), json!("clone"), json!(""));
            (other["State"], other["Drives"][0]["Path"]) = (json!("Off"), json!(clone));
            world["Machines"].as_array_mut().unwrap().push(other);
        })
        .unwrap();
    assert_eq!(kept(&delete(&scene), &scene), [format!("{DISK}: another VM's disk rests on it")]);
    assert_eq!(own_files(&scene), [DISK]);
    // What is half made goes, and a disk of it that somebody else uses stays.
    let scene = finished(powershell);
    scene
        .edit(|world| {
            let mut other = world["Machines"][0].clone();
            let notes = other["Notes"].as_str().unwrap().replace("complete", "creating");
            (world["Machines"][0]["State"], world["Machines"][0]["Notes"]) = (json!("Off"), json!(notes));
            (other["Id"], other["Name"], other["Notes"]) =
                (json!("99999999-aaaa-4bbb-8ccc-dddddddddddd"), json!("other"), json!(""));
            other["State"] = json!("Off");
            world["Machines"].as_array_mut().unwrap().push(other);
        })
        .unwrap();
    let mut made = record(&scene);
    made["phase"] = json!("creating");
    scene.write(RECORD, made.to_string()).unwrap();
    for _ in 0..2 {
        kept(&delete(&scene), &scene);
        assert_eq!(own_files(&scene), [DISK]);
    }
}

fn nothing_is_deleted_behind_a_junction(powershell: &PowerShell) {
    let scene = finished(powershell);
    scene.edit(|world| world["Attributes"][FOLDER.to_lowercase()] = json!("Directory, ReparsePoint")).unwrap();
    delete(&scene).run().fails(&["not all of its files could be removed", DISK, "link"]);
    assert!(scene.state().has_file(DISK) && scene.state().has_file(RECORD));
}

fn a_record_changed_by_hand_leads_nowhere(powershell: &PowerShell) {
    let hosts = r"C:\Windows\System32\drivers\etc\hosts";
    let near = r"D:\Hyper-V\Virtual Hard Disks\i-2-4.vhdx";
    for has_vm in [true, false] {
        let scene = finished(powershell);
        for file in [hosts, near] {
            scene.write(file, "needed").unwrap();
        }
        let mut changed = record(&scene);
        changed["disks"] = json!([hosts, near, format!(r"{FOLDER}\..\..\Windows\{NAME}.vhdx"), "", DISK]);
        changed["vm_folder"] = json!(r"C:\Windows");
        scene.write(RECORD, changed.to_string()).unwrap();
        if !has_vm {
            scene.edit(|world| world["Machines"] = json!([])).unwrap();
        }
        kept(&delete(&scene), &scene);
        assert_eq!((scene.read(hosts).unwrap(), scene.read(near).unwrap()), (b"needed".to_vec(), b"needed".to_vec()));
        assert!(!scene.state().has_file(DISK) && !scene.state().has_file(RECORD));
    }
}

fn a_disk_that_is_held_is_an_error_until_it_is_free(powershell: &PowerShell) {
    let scene = finished(powershell);
    edit_vm(&scene, |vm| vm["State"] = json!("Off"));
    scene.edit(|world| world["Held"] = json!([{"Path": DISK, "Share": "none"}])).unwrap();
    delete(&scene).timeout("20").run().fails(&["not all of its files could be removed", DISK, "run it again"]);
    assert_eq!((scene.state().vms().len(), record(&scene)["phase"].clone()), (0, json!("deleting")));
    scene.edit(|world| world["Held"] = json!([])).unwrap();
    assert_eq!(kept(&delete(&scene), &scene), [""; 0]);
    assert_eq!(own_files(&scene), [""; 0]);
}

fn a_disk_that_was_moved_goes(powershell: &PowerShell) {
    let scene = finished(powershell);
    let moved = format!(r"D:\Fast\{NAME}.vhdx");
    scene.write(&moved, scene.read(DISK).unwrap()).unwrap();
    scene.remove(DISK).unwrap();
    edit_vm(&scene, |vm| vm["Drives"][0]["Path"] = json!(moved));
    assert_eq!(method(&Case::new("stop", "stop.json").on(&scene.host)), "graceful");
    assert_eq!(kept(&delete(&scene), &scene), [""; 0]);
    assert_eq!(own_files(&scene), [""; 0]);
}

fn after_vhd_path_changed_the_old_disk_goes(powershell: &PowerShell) {
    let scene = finished(powershell);
    let new = json!(r"D:\Fast");
    scene.write(r"D:\Fast\readme.txt", "").unwrap();
    scene.write(&format!("{DISK}.rct"), "").unwrap();
    let stop = Case::new("stop", "stop.json").on(&scene.host).host_key("vhd_path", new.clone());
    assert_eq!(method(&stop), "graceful");
    assert!(!scene.state().has_file(RECORD) && scene.state().has_file(DISK));
    assert_eq!(kept(&delete(&scene).host_key("vhd_path", new.clone()), &scene), [""; 0]);
    assert_eq!(own_files(&scene), [""; 0]);
    // Changed only now, and killed when the VM is gone.
    let scene = finished(powershell);
    scene.write(r"D:\Fast\readme.txt", "").unwrap();
    scene.fail(Mishap::kill().cmdlet("Remove-VM").after()).unwrap();
    delete(&scene).host_key("vhd_path", new.clone()).run().fails(&[]);
    scene.recover().unwrap();
    assert_eq!(kept(&delete(&scene).host_key("vhd_path", new), &scene), [""; 0]);
    assert_eq!(own_files(&scene), [""; 0]);
}

fn of_an_unmarked_vm_only_the_disk_of_its_name(powershell: &PowerShell) {
    let elsewhere = format!(r"D:\Data\{NAME}.vhdx");
    let make = |drives: Value| {
        let machine = json!({"Name": NAME, "State": "Saved", "Drives": drives});
        let windows = Windows::new().with_folder(CONFIGURATIONS).with_folder(r"D:\Data");
        let windows = windows.with_disk(DISK, 1 << 30).with_disk(&elsewhere, 1 << 30).with_machine(machine);
        Scene::settled(powershell, windows)
    };
    let scene = make(json!([{"Path": DISK}, {"Path": elsewhere}]));
    scene.fail(Mishap::kill().cmdlet("Remove-VM").after()).unwrap();
    delete(&scene).run().fails(&[]);
    scene.recover().unwrap();
    assert_eq!(kept(&delete(&scene), &scene), [format!("{elsewhere}: outside the folder of this VM's disk")]);
    assert_eq!(own_files(&scene), [elsewhere.as_str()]);
    // A file of its name that it does not use is somebody's.
    let scene = make(json!([{"Path": elsewhere}]));
    assert_eq!(kept(&delete(&scene), &scene), [format!("{elsewhere}: outside the folder of this VM's disk")]);
    assert_eq!(own_files(&scene), [elsewhere.as_str(), DISK]);
    let scene = unmarked(powershell, "Running");
    with_checkpoints(&scene);
    assert_eq!(kept(&delete(&scene), &scene), [""; 0]);
    assert_eq!(own_files(&scene), [""; 0]);
}

fn a_renamed_and_a_parked_vm_go(powershell: &PowerShell) {
    let scene = finished(powershell);
    edit_vm(&scene, |vm| vm["Name"] = json!("accounting"));
    kept(&delete(&scene), &scene);
    assert_eq!((scene.state().vms().len(), own_files(&scene).len()), (0, 0));
    let scene = finished(powershell);
    assert_eq!(method(&crate::world::stop_unseen(&scene)), "parked");
    kept(&delete(&scene), &scene);
    assert_eq!((scene.state().vms().len(), own_files(&scene).len()), (0, 0));
}

fn replicas_and_primaries(powershell: &PowerShell) {
    let replicated = |mode: u8, state: u8, power: &str| {
        let scene = finished(powershell);
        edit_vm(&scene, |vm| {
            (vm["ReplicationMode"], vm["ReplicationState"], vm["State"]) = (json!(mode), json!(state), json!(power));
        });
        scene
    };
    for power in ["Running", "Off"] {
        refused(&replicated(1, 4, power), &["Remove-VMReplication -VMName 'i-2-45-VM'"]);
    }
    let scene = replicated(2, 6, "Off");
    kept(&delete(&scene), &scene);
    assert_eq!(own_files(&scene), [""; 0]);
    // A mere copy, here on the host that had the VM once, with its record.
    let scene = replicated(2, 4, "Off");
    let before = likeness(&scene.inventory().unwrap());
    let ran = delete(&scene).run();
    assert_eq!((ran.code, ran.reply()["kept"].clone()), (Some(0), json!([format!("{DISK}: a replica's")])));
    assert_eq!(likeness(&scene.inventory().unwrap()), before);
}

fn without_its_vm_the_record_decides(powershell: &PowerShell) {
    let gone = || {
        let scene = finished(powershell);
        scene.edit(|world| world["Machines"] = json!([])).unwrap();
        scene
    };
    let scene = gone();
    assert_eq!(kept(&delete(&scene), &scene), [""; 0]);
    assert_eq!(own_files(&scene), [""; 0]);
    // Another host's, in a folder that both have.
    let scene = gone();
    let mut other = record(&scene);
    other["host"] = json!("HV99");
    scene.write(RECORD, other.to_string()).unwrap();
    refused(&scene, &["HV99", "nothing was touched"]);
    let scene = gone();
    scene.write(RECORD, "{\"uuid\":").unwrap();
    refused(&scene, &["cannot be read"]);
    // Without a record a disk of that name is somebody's.
    let scene = gone();
    scene.remove(RECORD).unwrap();
    assert_eq!(kept(&delete(&scene), &scene), [format!("{DISK}: no record says whose it is")]);
    assert!(scene.state().has_file(DISK));
}

fn a_guest_that_never_obeys_is_turned_off(powershell: &PowerShell) {
    let scene = finished(powershell);
    edit_vm(&scene, |vm| vm["Guest"] = json!({"Shutdown": "ignores", "ShutdownSeconds": 0, "BootSeconds": 0}));
    assert_eq!(kept(&delete(&scene), &scene), [""; 0]);
}
