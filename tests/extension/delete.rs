//! `delete` against the model of Hyper-V.

use serde_json::{Value, json};
use simulated_host::{Host, Options, PowerState, World};

use crate::case::{Case, Ran};

const NAME: &str = "i-2-45-VM";
const DISK: &str = r"D:\Hyper-V\Virtual Hard Disks\i-2-45-VM.vhdx";
const BASE: &str = r"D:\Templates\base.vhdx";

fn delete(host: &Host) -> Ran {
    Case::new("delete", "delete.json").on(host).run()
}

fn deleted() -> Value {
    json!({"status": "success", "message": "Instance deleted"})
}

#[test]
fn nothing_is_left_of_a_vm_in_any_state_and_a_second_time_is_success() {
    for state in [PowerState::Off, PowerState::Running, PowerState::Paused, PowerState::Saved, PowerState::Starting] {
        let host = Host::start(Options::new()).unwrap();
        let before = host.state().inventory;
        Case::new("create", "create.json").on(&host).run().succeeds("Instance created");
        host.change(|world| world.with_changed(NAME, |vm| vm.state = state));
        delete(&host).answers(&deleted());
        assert_eq!(host.state().inventory, before, "{state:?}");
        delete(&host).answers(&deleted());
        assert_eq!(host.state().inventory, before);
    }
}

#[test]
fn a_vm_that_a_stop_has_parked_goes_too() {
    let host = Host::start(Options::new()).unwrap();
    let before = host.state().inventory;
    Case::new("create", "create.json").on(&host).run().succeeds("Instance created");
    Case::new("stop", "stop-after-failed-create.json").on(&host).run();
    assert!(host.state().vm(NAME).is_none() && host.state().has_file(DISK));
    delete(&host).answers(&deleted());
    assert_eq!(host.state().inventory, before);
}

#[test]
fn what_is_not_its_own_stays_and_is_named() {
    let host = Host::start(Options::new().world(World::default().with_file(BASE, 4096))).unwrap();
    let before = host.state().inventory;
    Case::new("create", "create.json").on(&host).run().succeeds("Instance created");
    host.change(|world| world.with_changed(NAME, |vm| vm.disks.push(BASE.to_owned())));
    let ran = delete(&host);
    let kept = format!("{BASE}: another name than this VM's disk");
    ran.answers(&json!({"status": "success", "message": "Instance deleted", "kept": [kept]}));
    assert!(ran.log.lines().any(|line| line.contains("WARN") && line.contains("base.vhdx")), "{}", ran.log);
    assert_eq!(host.state().inventory, before);
}

#[test]
fn a_foreign_vm_is_not_touched() {
    let host = Host::start(Options::new().world(World::default().with_foreign_vm(NAME).with_file(DISK, 1))).unwrap();
    let before = host.state().inventory;
    delete(&host).fails(&[NAME, "nothing was touched"]);
    assert_eq!(host.state().inventory, before);
}
