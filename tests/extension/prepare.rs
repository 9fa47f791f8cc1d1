//! `prepare` against the model of Hyper-V: it says what a create would say, and changes nothing.

use serde_json::json;
use simulated_host::{Host, Options, World};

use crate::case::Case;

const NAME: &str = "i-2-45-VM";
const DISK: &str = r"D:\Hyper-V\Virtual Hard Disks\i-2-45-VM.vhdx";

#[test]
fn a_vm_that_can_be_made() {
    let host = Host::start(Options::new()).unwrap();
    let before = host.state().inventory;
    let ran = Case::new("prepare", "prepare.json").on(&host).run();
    assert_eq!((ran.stdout.as_str(), ran.code), ("{}\n", Some(0)), "log:\n{}", ran.log);
    assert_eq!(host.state().inventory, before);
    assert_eq!(host.state().counters.powershell_starts, 1);
}

/// CloudStack merges what it reads into the VM, so there must be nothing to merge.
#[test]
fn the_answer_is_empty_for_an_iso_and_for_a_vm_that_is_there() {
    let host = Host::start(Options::new()).unwrap();
    Case::new("prepare", "create-iso-gen1.json").on(&host).run().answers(&json!({}));
    Case::new("create", "create.json").on(&host).run().succeeds("Instance created");
    Case::new("prepare", "prepare.json").on(&host).run().answers(&json!({}));
}

#[test]
fn what_a_create_would_be_refused_for_is_said_and_nothing_is_touched() {
    let world = World::default;
    for (world, words) in [
        (world().without_switch("External vSwitch"), &["External vSwitch", "network_switch"][..]),
        (world().without_file(r"D:\Templates\ubuntu2404.vhdx"), &["ubuntu2404.vhdx", "template_path"]),
        (world().without_folder(r"D:\Hyper-V\Virtual Machines"), &["folder", "vm_path"]),
        (world().with_file(DISK, 4096), &[DISK, "nothing was touched"]),
        (world().with_foreign_vm(NAME), &[NAME, "nothing was touched"]),
        (world().with_unmarked_vm(NAME), &[NAME, "nothing was touched"]),
        (world().with_free_disk(4096), &["4096 bytes are free", "free space on the host's drive"]),
    ] {
        let host = Host::start(Options::new().world(world)).unwrap();
        let before = host.state().inventory;
        Case::new("prepare", "prepare.json").on(&host).run().fails(words);
        assert_eq!(host.state().inventory, before);
    }
}

#[test]
fn a_nic_may_have_no_network_and_no_address_yet_but_not_a_wrong_one() {
    let host = Host::start(Options::new()).unwrap();
    let case = Case::new("prepare", "prepare.json").on(&host);
    case.nic_key(0, "mac", json!(null)).run().answers(&json!({}));
    let connections = host.state().counters.connections;
    for (key, value) in [("broadcastUri", "vxlan://5000"), ("broadcastUri", "vlan://4095"), ("mac", "02:01")] {
        let case = Case::new("prepare", "prepare.json").on(&host).nic_key(0, key, json!(value));
        case.run().fails(&[&format!("cloudstack.vm.details.nics[0].{key}")]);
    }
    assert_eq!(host.state().counters.connections, connections);
}
