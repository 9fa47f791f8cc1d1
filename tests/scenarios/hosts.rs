//! `create` on hosts of every version, in another language, without rights, or not well; and on networks that do not fit.

use serde_json::json;
use simulated_host::{Language, Mishap, PowerShell, PowerState, ServerVersion, Windows};

use crate::Scenario;
use crate::case::Case;
use crate::scene::Scene;
use crate::world::{DISK, FOLDER, NAME, create, finished, method, refused};

pub(crate) const SCENARIOS: &[Scenario] = &[
    ("hosts::every_version_of_windows_server", every_version_of_windows_server),
    ("hosts::a_german_host", a_german_host),
    ("hosts::an_account_without_rights", an_account_without_rights),
    ("hosts::a_dead_service_is_not_an_empty_host", a_dead_service_is_not_an_empty_host),
    ("hosts::what_is_missing_is_named", what_is_missing_is_named),
    ("hosts::prepare_tells_what_create_would_meet", prepare_tells_what_create_would_meet),
    ("hosts::too_little_memory_or_disk", too_little_memory_or_disk),
    ("hosts::a_template_that_a_vm_uses", a_template_that_a_vm_uses),
    ("hosts::a_copy_that_is_held_read_only_or_sparse", a_copy_that_is_held_read_only_or_sparse),
    ("hosts::iso_and_generations", iso_and_generations),
    ("hosts::a_network_that_changed_is_set", a_network_that_changed_is_set),
    ("hosts::a_network_that_cannot_be_set_is_refused", a_network_that_cannot_be_set_is_refused),
    ("hosts::a_vm_is_brought_to_run_from_every_state", a_vm_is_brought_to_run_from_every_state),
];

fn every_version_of_windows_server(powershell: &PowerShell) {
    let versions = [ServerVersion::V2016, ServerVersion::V2019, ServerVersion::V2022, ServerVersion::V2025];
    for version in versions {
        let scene = Scene::with(powershell, Windows::new().version(version));
        create(&scene).run().succeeds("Instance created");
        let machine = &scene.world().unwrap()["Machines"][0];
        assert_eq!(machine["AutomaticStartAction"], "Nothing");
        assert_eq!(machine["AutomaticStopAction"], "ShutDown");
        assert_ne!(machine["AutomaticCheckpointsEnabled"], json!(true), "{version:?}");
    }
}

fn a_german_host(powershell: &PowerShell) {
    let scene = Scene::with(powershell, Windows::new().language(Language::German));
    create(&scene).run().succeeds("Instance created");
    // The default adapter, `Netzwerkkarte` there, is gone.
    assert_eq!(scene.state().vm(NAME).unwrap().nics.len(), 1);
    let small = Windows::new().language(Language::German).memory(1 << 30);
    let scene = Scene::with(powershell, small);
    refused(&scene, &create(&scene), &["not enough free memory"]);
}

fn an_account_without_rights(powershell: &PowerShell) {
    let scene = Scene::with(powershell, Windows::new().not_elevated().without_rights());
    refused(&scene, &create(&scene), &["Hyper-V Administrators", "LocalAccountTokenFilterPolicy"]);
}

fn a_dead_service_is_not_an_empty_host(powershell: &PowerShell) {
    let scene = Scene::with(powershell, Windows::new().vmms_dead());
    refused(&scene, &create(&scene), &["vmms"]);
    refused(&scene, &Case::new("stop", "stop.json").on(&scene.host), &["vmms"]);
}

fn what_is_missing_is_named(powershell: &PowerShell) {
    let scene = |windows: Windows| Scene::with(powershell, windows);
    let without_switch = scene(Windows::new().without_switch("External vSwitch").with_switch("Private"));
    refused(&without_switch, &create(&without_switch), &["External vSwitch", "Private", "network_switch"]);
    let two_switches = scene(Windows::new().with_switch("External vSwitch"));
    refused(&two_switches, &create(&two_switches), &["2 virtual switches"]);
    let without_template = scene(Windows::new().without(r"D:\Templates\ubuntu2404.vhdx"));
    refused(&without_template, &create(&without_template), &[r"D:\Templates\ubuntu2404.vhdx", "template_path"]);
    let without_folder = scene(Windows::new().without(FOLDER));
    refused(&without_folder, &create(&without_folder), &[FOLDER, "vhd_path"]);
    let with_disk = scene(Windows::new().with_file(DISK, "someone's data"));
    refused(&with_disk, &create(&with_disk), &[DISK, "nothing was touched"]);
    assert_eq!(with_disk.read(DISK).unwrap(), b"someone's data");
}

/// It refuses what create refuses, in the same words, and changes nothing.
fn prepare_tells_what_create_would_meet(powershell: &PowerShell) {
    let with_vm = |change: fn(&mut serde_json::Value)| {
        let scene = finished(powershell);
        scene.edit(|world| change(&mut world["Machines"])).unwrap();
        scene
    };
    let scene = |windows: Windows| Scene::with(powershell, windows);
    let cases = [
        (scene(Windows::new().without_switch("External vSwitch")), "no virtual switch"),
        (scene(Windows::new().without(r"D:\Templates\ubuntu2404.vhdx")), "no template"),
        (scene(Windows::new().without(FOLDER)), "no folder"),
        (scene(Windows::new().with_file(DISK, "someone's data")), "not this VM's"),
        (scene(Windows::new().not_elevated()), "Hyper-V Administrators"),
        (with_vm(|vms| *vms = json!([])), "its VM is not on this host"),
        (with_vm(|vms| vms[0]["Name"] = json!("accounting")), "accounting"),
        (
            with_vm(|vms| vms[0]["Notes"] = json!("cloudstack-vm-id: 99999999-aaaa-4bbb-8ccc-dddddddddddd")),
            "belongs to",
        ),
    ];
    for (scene, word) in cases {
        refused(&scene, &create(&scene), &[word]);
        scene.forget_calls().unwrap();
        refused(&scene, &Case::new("prepare", "prepare.json").on(&scene.host), &[word]);
        assert!(scene.changes().is_empty(), "{:?}", scene.changes());
    }
    let full = scene(Windows::new().with_capacity('D', 3000));
    refused(&full, &Case::new("prepare", "prepare.json").on(&full.host), &["bytes free", "free space"]);
}

fn too_little_memory_or_disk(powershell: &PowerShell) {
    let small = Scene::with(powershell, Windows::new().memory(1 << 30));
    refused(&small, &create(&small), &["not enough free memory", "0x8007000E"]);
    let full = Scene::with(powershell, Windows::new().with_capacity('D', 3000));
    refused(&full, &create(&full), &["disk is full"]);
}

fn a_template_that_a_vm_uses(powershell: &PowerShell) {
    let template = r"D:\Templates\ubuntu2404.vhdx";
    let used = json!({"Name": "other", "State": "Off", "Drives": [{"Path": template}]});
    let scene = Scene::settled(powershell, Windows::new().with_machine(used));
    refused(&scene, &create(&scene), &[template, "attached"]);
    let marked = Windows::new().with_file(r"D:\Templates\ubuntu2404.cloudstack.json", "{}");
    let scene = Scene::with(powershell, marked);
    refused(&scene, &create(&scene), &[template, "the disk of a VM"]);
    // As its installation medium, a disk of a VM is none of a tenant's business either.
    let used = json!({"Name": "other", "State": "Off", "Drives": [{"Path": r"D:\ISO\alma9.iso"}]});
    let scene = Scene::settled(powershell, Windows::new().with_machine(used));
    refused(&scene, &Case::new("create", "create-iso-gen2.json").on(&scene.host), &["attached"]);
}

fn a_copy_that_is_held_read_only_or_sparse(powershell: &PowerShell) {
    let template = r"d:\templates\ubuntu2404.vhdx";
    for attribute in ["KeepSparse, SparseFile", "ReadOnly"] {
        let scene = Scene::new(powershell);
        scene.edit(|world| world["Attributes"][template] = json!(attribute)).unwrap();
        create(&scene).run().succeeds("Instance created");
    }
    // A virus scanner lets go after a while.
    let scene = Scene::new(powershell);
    let held = Mishap::error("MoveFileInfoItemIOError").category("WriteError").hresult("0x80070020");
    scene.fail(held.cmdlet("Move-Item").containing(".part-").occurrence(1)).unwrap();
    create(&scene).run().succeeds("Instance created");
}

fn iso_and_generations(powershell: &PowerShell) {
    for (fixture, name, boot) in [
        ("create-iso-gen1.json", "i-2-46-VM", json!(["CD", "IDE", "LegacyNetworkAdapter", "Floppy"])),
        ("create-iso-gen2.json", "i-2-46-VM", json!(["SCSI:0:0", "SCSI:0:1"])),
        ("create-gen1.json", NAME, json!(["CD", "IDE", "LegacyNetworkAdapter", "Floppy"])),
    ] {
        let scene = Scene::new(powershell);
        Case::new("create", fixture).on(&scene.host).run().succeeds("Instance created");
        let machine = &scene.world().unwrap()["Machines"][0];
        assert_eq!((&machine["Name"], &machine["State"]), (&json!(name), &json!("Running")));
        let drives: Vec<_> = machine["Drives"].as_array().unwrap().iter().map(|drive| drive["Path"].clone()).collect();
        let disk = json!(format!(r"{FOLDER}\{name}.vhdx"));
        let expected = if fixture.contains("iso") { vec![disk, json!(r"D:\ISO\alma9.iso")] } else { vec![disk] };
        assert_eq!(drives, expected, "{fixture}");
        let order = match machine["Bios"]["StartupOrder"].clone() {
            order @ serde_json::Value::Array(_) => order,
            _ => machine["Firmware"]["BootOrder"]
                .as_array()
                .unwrap()
                .iter()
                .take(2)
                .map(|entry| entry["Reference"].clone())
                .collect(),
        };
        assert_eq!(order, boot, "{fixture}");
    }
    let scene = Scene::new(powershell);
    Case::new("create", "create-iso-gen2.json").on(&scene.host).run().succeeds("Instance created");
    let disk = String::from_utf8(scene.read(&format!(r"{FOLDER}\i-2-46-VM.vhdx")).unwrap()).unwrap();
    assert!(disk.contains(&format!("{}", 40_u64 << 30)), "{disk}");
}

fn a_network_that_changed_is_set(powershell: &PowerShell) {
    let scene = Scene::with(powershell, Windows::new().with_switch("Second"));
    Case::new("create", "create-three-nics.json").on(&scene.host).run().succeeds("Instance created");
    let changed = Case::new("create", "create-three-nics.json")
        .on(&scene.host)
        .host_key("network_switch", json!("Second"))
        .nic_key(0, "broadcastUri", json!("vlan://200"))
        .nic_key(1, "broadcastUri", json!("vlan://201"))
        .change(|payload| _ = payload["cloudstack.vm.details"]["nics"].as_array_mut().unwrap().pop());
    changed.run().succeeds("Instance created");
    let state = scene.state();
    let nics = json!(state.vm("i-2-47-VM").unwrap().nics);
    let expected = json!([
        {"name": "NIC1", "mac": "020100CC0001", "switch": "Second", "vlan": 200},
        {"name": "NIC2", "mac": "020100CC0002", "switch": "Second", "vlan": 201},
    ]);
    assert_eq!(nics, expected);
    // Never connected to the new switch with the old VLAN.
    let steps: Vec<_> = scene
        .changes()
        .into_iter()
        .filter(|call| call.argument("VMNetworkAdapter") == Some("NIC1"))
        .map(|call| call.cmdlet)
        .collect();
    let last = ["Disconnect-VMNetworkAdapter", "Set-VMNetworkAdapterVlan", "Connect-VMNetworkAdapter"];
    assert_eq!(steps[steps.len() - 3..], last);
}

fn a_network_that_cannot_be_set_is_refused(powershell: &PowerShell) {
    let scene = finished(powershell);
    let another_mac = create(&scene).nic_key(0, "mac", json!("02:01:00:cc:00:99"));
    refused(&scene, &another_mac, &["MAC address", "020100CC0099", "only while the VM is off"]);
    scene.edit(|world| world["Machines"][0]["State"] = json!("Saved")).unwrap();
    refused(&scene, &another_mac, &["MAC address", "Saved"]);
    scene.edit(|world| world["Machines"][0]["Adapters"][0]["Isolation"]["IsolationMode"] = json!("Vlan")).unwrap();
    refused(&scene, &create(&scene), &["NIC1", "isolation mode", "Set-VMNetworkAdapterIsolation"]);
    // The second of two changes fails: the first is taken back.
    let scene = Scene::with(powershell, Windows::new().with_switch("Second"));
    create(&scene).run().succeeds("Instance created");
    let moved =
        create(&scene).host_key("network_switch", json!("Second")).nic_key(0, "broadcastUri", json!("vlan://7"));
    let error = Mishap::error("Unspecified").message("the lamp is broken");
    scene.fail(error.cmdlet("Connect-VMNetworkAdapter").occurrence(1)).unwrap();
    refused(&scene, &moved, &["the lamp is broken"]);
    // Once it stands it stays, whatever fails later: the old VLAN may be another tenant's.
    scene.recover().unwrap();
    scene.edit(|world| world["Machines"][0]["State"] = json!("Saved")).unwrap();
    scene.fail(Mishap::error("Unspecified").message("the lamp is broken").cmdlet("Start-VM")).unwrap();
    moved.run().fails(&["the lamp is broken"]);
    assert_eq!(scene.state().vm(NAME).unwrap().nics[0].vlan, Some(7));
}

fn a_vm_is_brought_to_run_from_every_state(powershell: &PowerShell) {
    for state in ["Off", "Saved", "Paused"] {
        let scene = finished(powershell);
        scene.edit(|world| world["Machines"][0]["State"] = json!(state)).unwrap();
        create(&scene).run().succeeds("Instance created");
        assert_eq!(scene.state().vm(NAME).unwrap().state, PowerState::Running, "{state}");
    }
    let scene = finished(powershell);
    assert_eq!(method(&Case::new("stop", "stop.json").on(&scene.host)), "graceful");
    create(&scene)
        .change(|payload| payload["cloudstack.vm.details"]["cpus"] = json!(4))
        .run()
        .succeeds("Instance created");
    assert_eq!(scene.state().vm(NAME).unwrap().processors, 4);
}
