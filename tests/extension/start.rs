//! `start` against the model of Hyper-V.

use serde_json::json;
use simulated_host::{Host, Options, PowerState, ScriptError, World};

use crate::case::Case;

const NAME: &str = "i-2-45-VM";

fn start(host: &Host) -> Case {
    Case::new("start", "start.json").on(host)
}

/// A host with a VM that `create` has made, in that state.
fn host_with_a_vm(state: PowerState) -> Host {
    let host = Host::start(Options::new()).unwrap();
    Case::new("create", "create.json").on(&host).run().succeeds("Instance created");
    host.change(|world| world.with_changed(NAME, |vm| vm.state = state));
    host
}

#[test]
fn a_vm_runs_whatever_it_did_before() {
    for state in [PowerState::Off, PowerState::Running, PowerState::Paused, PowerState::Saved] {
        let host = host_with_a_vm(state);
        let before = host.state().counters;
        start(&host).run().succeeds("Instance started");
        let after = host.state();
        assert_eq!(after.vm(NAME).unwrap().state, PowerState::Running, "{state:?}");
        let starts = after.counters.powershell_starts - before.powershell_starts;
        assert_eq!((starts, after.counters.http_requests - before.http_requests), (1, 6));
    }
}

#[test]
fn it_gets_the_network_that_cloudstack_gives_now() {
    for state in [PowerState::Off, PowerState::Running, PowerState::Paused, PowerState::Saved] {
        let host = host_with_a_vm(state);
        start(&host).nic_key(0, "broadcastUri", json!("vlan://200")).run().succeeds("Instance started");
        assert_eq!(host.state().vm(NAME).unwrap().nics[0].vlan, Some(200), "{state:?}");
    }
}

#[test]
fn a_saved_vm_stays_as_it_is_where_its_network_cannot_be_set() {
    let host = host_with_a_vm(PowerState::Saved);
    let before = host.state().inventory;
    start(&host).nic_key(0, "mac", json!("02:01:00:cc:00:99")).run().fails(&["NIC1", "stop the VM"]);
    assert_eq!(host.state().inventory, before);
}

#[test]
fn it_gets_the_size_that_was_bought_while_it_is_off_and_if_it_is_ours() {
    let bigger = |host: &Host| {
        let case = start(host).set(&["cloudstack.vm.details", "cpus"], json!(4));
        case.set(&["cloudstack.vm.details", "maxRam"], json!(4_294_967_296_u64))
    };
    for (state, expected) in [(PowerState::Off, (4, 4 << 30)), (PowerState::Saved, (2, 2 << 30))] {
        let host = host_with_a_vm(state);
        bigger(&host).run().succeeds("Instance started");
        let state = host.state();
        let vm = state.vm(NAME).unwrap();
        assert_eq!((vm.processors, vm.memory_bytes), expected);
    }
    let unmarked = World::default().with_unmarked_vm(NAME).with_changed(NAME, |vm| vm.state = PowerState::Off);
    let host = Host::start(Options::new().world(unmarked)).unwrap();
    bigger(&host).run().succeeds("Instance started");
    assert_eq!(host.state().vm(NAME).unwrap().processors, 1);
}

#[test]
fn a_vm_that_is_not_there_cannot_be_started() {
    let host = Host::start(Options::new()).unwrap();
    start(&host).run().fails(&[NAME, "moved to another host"]);
    assert!(host.state().vms().is_empty());
}

#[test]
fn a_foreign_vm_is_not_touched() {
    let host = Host::start(Options::new().world(World::default().with_foreign_vm(NAME))).unwrap();
    let before = host.state().inventory;
    start(&host).run().fails(&[NAME, "nothing was touched"]);
    assert_eq!(host.state().inventory, before);
}

#[test]
fn neither_template_nor_folder_of_vms_is_asked_for() {
    let host = host_with_a_vm(PowerState::Off);
    let bare = start(&host).set(&["externaldetails", "virtualmachine"], json!(null)).host_key("vm_path", json!(null));
    bare.run().succeeds("Instance started");
}

/// What scripts find wrong beyond the model, each with what to do.
#[test]
fn every_code_has_a_remedy() {
    let codes = [
        ("vm_not_found", "moved"),
        ("vm_moved", "other hosts of the cluster"),
        ("replication_active", "run that command"),
        ("delete_incomplete", "run it again"),
        ("no_room", "free space"),
        ("restart_failed", "start it through CloudStack"),
        ("deadline", "global settings wait"),
    ];
    let host = host_with_a_vm(PowerState::Off);
    for (code, remedy) in codes {
        host.fail_script(ScriptError::new(code, "the host's own words."));
        start(&host).run().fails(&["the host's own words; ", remedy]);
    }
}
