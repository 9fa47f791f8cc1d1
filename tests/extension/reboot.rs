//! `reboot` against the model of Hyper-V.

use serde_json::{Value, json};
use simulated_host::{Host, Options, PowerState, World};

use crate::case::Case;

const NAME: &str = "i-2-45-VM";

fn reply(method: &str) -> Value {
    json!({"status": "success", "message": "Instance rebooted", "method": method})
}

#[test]
fn a_running_vm_is_asked_and_any_other_is_started() {
    for (state, method) in [
        (PowerState::Running, "guest_reboot"),
        (PowerState::Paused, "guest_reboot"),
        (PowerState::Off, "started"),
        (PowerState::Saved, "started"),
    ] {
        let host = Host::start(Options::new()).unwrap();
        Case::new("create", "create.json").on(&host).run().succeeds("Instance created");
        host.change(|world| world.with_changed(NAME, |vm| vm.state = state));
        let reboot = Case::new("reboot", "reboot.json").on(&host).nic_key(0, "broadcastUri", json!("vlan://200"));
        reboot.run().answers(&reply(method));
        let after = host.state();
        let vm = after.vm(NAME).unwrap();
        assert_eq!((vm.state, vm.nics[0].vlan), (PowerState::Running, Some(200)), "{state:?}");
    }
}

#[test]
fn what_cannot_be_rebooted_is_left_alone() {
    for (world, words) in [
        (World::default(), [NAME, "moved to another host"]),
        (World::default().with_foreign_vm(NAME), [NAME, "nothing was touched"]),
    ] {
        let host = Host::start(Options::new().world(world)).unwrap();
        let before = host.state().inventory;
        Case::new("reboot", "reboot.json").on(&host).run().fails(&words);
        assert_eq!(host.state().inventory, before);
    }
}
