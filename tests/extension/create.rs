//! `create` against the model of Hyper-V.

use std::time::Duration;

use serde_json::json;
use simulated_host::{Host, Options, PowerState, World};

use crate::case::Case;

const NAME: &str = "i-2-45-VM";
const DISK: &str = r"D:\Hyper-V\Virtual Hard Disks\i-2-45-VM.vhdx";

#[test]
fn a_vm_runs_with_what_was_bought() {
    let host = Host::start(Options::new()).unwrap();
    Case::new("create", "create.json").on(&host).run().succeeds("Instance created");

    let state = host.state();
    let vm = state.vm(NAME).unwrap();
    assert_eq!((vm.state, vm.generation, vm.processors), (PowerState::Running, 2, 2));
    // maxRam: minRam is what is left of it after overcommitment.
    assert_eq!(vm.memory_bytes, 2_147_483_648);
    assert_eq!(vm.disks, [DISK]);
    assert!(vm.notes.contains("126f4562-1f0f-4313-875e-6150cabeb72f"), "{}", vm.notes);
    let nics: Vec<_> =
        vm.nics.iter().map(|nic| (nic.name.as_str(), nic.mac.as_str(), nic.switch.as_deref(), nic.vlan)).collect();
    assert_eq!(nics, [("NIC1", "020100CC0001", Some("External vSwitch"), Some(100))]);
    assert!(state.has_file(DISK));
}

#[test]
fn from_an_iso_and_for_both_generations() {
    let made = [
        ("create-iso-gen1.json", "i-2-46-VM", 1),
        ("create-iso-gen2.json", "i-2-46-VM", 2),
        ("create-gen1.json", NAME, 1),
    ];
    for (fixture, name, generation) in made {
        let host = Host::start(Options::new()).unwrap();
        Case::new("create", fixture).on(&host).run().succeeds("Instance created");
        let state = host.state();
        let vm = state.vm(name).unwrap();
        assert_eq!((vm.generation, vm.disks.len()), (generation, 1), "{fixture}");
        assert!(state.has_file(&vm.disks[0]));
    }
    let without = World::default().without_file(r"D:\ISO\alma9.iso");
    let host = Host::start(Options::new().world(without)).unwrap();
    Case::new("create", "create-iso-gen1.json").on(&host).run().fails(&[r"D:\ISO\alma9.iso", "iso_path"]);
}

#[test]
fn generation_1_is_the_default() {
    let host = Host::start(Options::new()).unwrap();
    Case::new("create", "create.json").on(&host).vm_key("generation", json!(null)).run().succeeds("Instance created");
    assert_eq!(host.state().vm(NAME).unwrap().generation, 1);
}

#[test]
fn any_number_of_nics_costs_one_powershell_and_six_requests() {
    for (fixture, name, nics) in [("create.json", NAME, 1), ("create-three-nics.json", "i-2-47-VM", 3)] {
        let host = Host::start(Options::new()).unwrap();
        Case::new("create", fixture).on(&host).run().succeeds("Instance created");
        let state = host.state();
        assert_eq!(state.vm(name).unwrap().nics.len(), nics);
        let counters = state.counters;
        assert_eq!((counters.powershell_starts, counters.http_requests, counters.connections), (1, 6, 1), "{fixture}");
        assert_eq!(counters.shells_open, 0);
    }
}

#[test]
fn three_nics_stand_in_their_order_with_their_vlans() {
    let host = Host::start(Options::new()).unwrap();
    let shuffled = Case::new("create", "create-three-nics.json").on(&host).change(|payload| {
        let nics = payload["cloudstack.vm.details"]["nics"].as_array_mut().unwrap();
        nics.reverse();
        nics.insert(1, json!(null));
    });
    shuffled.run().succeeds("Instance created");
    let state = host.state();
    let nics: Vec<_> =
        state.vm("i-2-47-VM").unwrap().nics.iter().map(|nic| (nic.name.clone(), nic.mac.clone(), nic.vlan)).collect();
    let expected =
        [("NIC1", "020100CC0001", Some(100)), ("NIC2", "020100CC0002", None), ("NIC3", "020100CC0003", Some(300))];
    assert_eq!(nics, expected.map(|(name, mac, vlan)| (name.to_owned(), mac.to_owned(), vlan)));
}

#[test]
fn the_same_create_again_changes_nothing() {
    let host = Host::start(Options::new()).unwrap();
    let create = Case::new("create", "create.json").on(&host);
    create.run().succeeds("Instance created");
    let before = host.state();
    create.run().succeeds("Instance created");
    let after = host.state();
    assert_eq!(before.inventory.vms, after.inventory.vms);
    assert_eq!(before.inventory.files, after.inventory.files);
}

#[test]
fn the_same_create_on_another_vlan_changes_only_the_network() {
    let host = Host::start(Options::new()).unwrap();
    let create = Case::new("create", "create.json").on(&host);
    create.run().succeeds("Instance created");
    let mut expected = host.state().inventory.vms;
    create.nic_key(0, "broadcastUri", json!("vlan://200")).run().succeeds("Instance created");
    expected[0].nics[0].vlan = Some(200);
    assert_eq!(host.state().inventory.vms, expected);
}

#[test]
fn a_vm_that_is_not_ours_is_not_touched() {
    for world in [World::default().with_unmarked_vm(NAME), World::default().with_foreign_vm(NAME)] {
        let host = Host::start(Options::new().world(world)).unwrap();
        let before = host.state().inventory;
        Case::new("create", "create.json").on(&host).run().fails(&[NAME, "nothing was touched"]);
        assert_eq!(host.state().inventory, before);
    }
}

#[test]
fn a_file_in_the_disks_place_is_not_touched() {
    let host = Host::start(Options::new().world(World::default().with_file(DISK, 4096))).unwrap();
    let before = host.state().inventory;
    Case::new("create", "create.json").on(&host).run().fails(&[DISK, "nothing was touched"]);
    assert_eq!(host.state().inventory, before);
}

#[test]
fn deploy_is_create_in_any_letter_case() {
    for action in ["deploy", "CREATE", "Deploy"] {
        let host = Host::start(Options::new()).unwrap();
        Case::new(action, "create.json").on(&host).run().succeeds("Instance created");
    }
}

#[test]
fn secure_boot_is_off_unless_a_key_says_otherwise() {
    for (value, expected) in
        [(json!(null), "off"), (json!("off"), "off"), (json!("Windows"), "windows"), (json!("linux"), "linux")]
    {
        let host = Host::start(Options::new()).unwrap();
        Case::new("create", "create.json").on(&host).vm_key("secure_boot", value).run().succeeds("Instance created");
        assert_eq!(host.state().vm(NAME).unwrap().secure_boot, expected);
    }
}

#[test]
fn a_slow_host_is_polled_until_it_answers() {
    // Longer than one Receive may take, as the timeout of this call allows.
    let host = Host::start(Options::new().powershell_start(Duration::from_secs(3)).pieces(5)).unwrap();
    Case::new("create", "create.json").on(&host).timeout("30").run().succeeds("Instance created");
    assert_eq!(host.state().counters.powershell_starts, 1);
}

#[test]
fn values_are_data() {
    let switch = "a' $(Stop-Computer) `\" \u{2019}; #end 3\\";
    let host = Host::start(Options::new().world(World::default().with_switch(switch))).unwrap();
    Case::new("create", "create.json")
        .on(&host)
        .host_key("network_switch", json!(switch))
        .run()
        .succeeds("Instance created");
    assert_eq!(host.state().vm(NAME).unwrap().nics[0].switch.as_deref(), Some(switch));
}
