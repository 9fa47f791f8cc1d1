//! `create` of a generation 2 VM from a template.

use serde_json::json;
use simulated_host::{Mishap, PowerShell, PowerState};

use crate::Scenario;
use crate::case::Case;
use crate::scene::Scene;

pub(crate) const SCENARIOS: &[Scenario] = &[
    ("create::a_vm_runs_with_what_was_bought", a_vm_runs_with_what_was_bought),
    ("create::the_second_create_changes_nothing", the_second_create_changes_nothing),
    ("create::a_full_disk_leaves_nothing", a_full_disk_leaves_nothing),
    ("create::killed_at_the_start_and_tried_again", killed_at_the_start_and_tried_again),
];

const NAME: &str = "i-2-45-VM";
const DISK: &str = r"D:\Hyper-V\Virtual Hard Disks\i-2-45-VM.vhdx";
const RECORD: &str = r"D:\Hyper-V\Virtual Hard Disks\i-2-45-VM.cloudstack.json";
const TEMPLATE: &str = r"D:\Templates\ubuntu2404.vhdx";

fn a_vm_runs_with_what_was_bought(powershell: &PowerShell) {
    let scene = Scene::new(powershell);
    create(&scene).run().succeeds("Instance created");
    let state = scene.state();
    assert_is_what_was_bought(&scene);
    assert_eq!(state.counters.powershell_starts, 1);
    assert_eq!(state.counters.scripts_run, 1);
    assert_eq!(state.counters.shells_open, 0);
}

fn the_second_create_changes_nothing(powershell: &PowerShell) {
    let scene = Scene::new(powershell);
    create(&scene).run().succeeds("Instance created");
    let before = scene.inventory().unwrap();
    scene.forget_calls().unwrap();
    create(&scene).run().succeeds("Instance created");
    assert_eq!(scene.inventory().unwrap(), before);
    for call in scene.changes() {
        let path = call.argument("LiteralPath").unwrap_or_default();
        assert!(path.starts_with(RECORD), "{call:?}");
    }
}

fn a_full_disk_leaves_nothing(powershell: &PowerShell) {
    let scene = Scene::new(powershell);
    let before = scene.inventory().unwrap();
    let full = Mishap::error("CopyFileInfoItemIOError").category("WriteError").hresult("0x80070070");
    scene.fail(full.cmdlet("Copy-Item").containing("ubuntu2404").during()).unwrap();
    create(&scene).run().fails(&["disk"]);
    assert_eq!(scene.inventory().unwrap(), before);
}

fn killed_at_the_start_and_tried_again(powershell: &PowerShell) {
    let scene = Scene::new(powershell);
    scene.fail(Mishap::kill().cmdlet("Start-VM").after()).unwrap();
    create(&scene).run().fails(&[]);
    scene.recover().unwrap();
    create(&scene).run().succeeds("Instance created");
    assert_is_what_was_bought(&scene);
}

fn create(scene: &Scene) -> Case {
    Case::new("create", "create.json").on(&scene.host)
}

fn assert_is_what_was_bought(scene: &Scene) {
    let state = scene.state();
    let vm = state.vm(NAME).unwrap();
    assert_eq!(state.vms().len(), 1);
    assert_eq!((vm.state, vm.generation, vm.processors, vm.memory_bytes), (PowerState::Running, 2, 2, 2 << 30));
    assert_eq!(vm.secure_boot, "off");
    assert_eq!(vm.disks, [DISK]);
    assert_eq!(
        json!(vm.nics),
        json!([{"name": "NIC1", "mac": "020100CC0001", "switch": "External vSwitch", "vlan": 100}])
    );
    assert!(state.has_file(RECORD), "{:?}", state.files());
    assert_eq!(scene.read(DISK).unwrap(), scene.read(TEMPLATE).unwrap());
    let in_their_folder: Vec<_> =
        state.files().iter().filter(|file| file.starts_with(r"D:\Hyper-V\Virtual Hard Disks")).collect();
    assert_eq!(in_their_folder, [RECORD, DISK]);
}
