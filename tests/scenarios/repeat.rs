//! Every action but `create`, killed or failed at every step that changes something, and then sent again, as CloudStack does: the
//! second one ends as an undisturbed one does. Between two steps a script only looks, so that a kill after each step meets every state
//! of the host.

use serde_json::{Value, json};
use simulated_host::{Call, Mishap, PowerShell, PowerState};

use crate::Scenario;
use crate::case::Case;
use crate::delete::with_checkpoints;
use crate::matrix::unmarked;
use crate::scene::Scene;
use crate::snapshots::{custom, done, snapshot};
use crate::sweep::{Moment, at, describe};
use crate::world::{Made, NAME, edit_vm, finished, likeness, record, stop_unseen};

pub(crate) const SCENARIOS: &[Scenario] = &[
    ("repeat::start_of_a_vm_that_is_off", |it| swept(it, &START)),
    ("repeat::start_of_a_paused_vm", |it| swept(it, &START_PAUSED)),
    ("repeat::start_of_an_unmarked_vm", |it| swept(it, &START_UNMARKED)),
    ("repeat::start_of_a_parked_vm", |it| swept(it, &START_PARKED)),
    ("repeat::stop", |it| swept(it, &STOP)),
    ("repeat::stop_of_a_paused_vm_after_vhd_path_changed", |it| swept(it, &STOP_MOVED)),
    ("repeat::stop_that_parks", |it| swept(it, &PARK)),
    ("repeat::reboot_by_its_guest", |it| swept(it, &REBOOT)),
    ("repeat::reboot_off_and_on", |it| swept(it, &REBOOT_OFF_AND_ON)),
    ("repeat::delete", |it| swept(it, &DELETE)),
    ("repeat::delete_of_an_unmarked_vm", |it| swept(it, &DELETE_UNMARKED)),
    ("repeat::delete_of_a_half_made_vm", |it| swept(it, &DELETE_HALF_MADE)),
    ("repeat::restore_of_a_running_vm", |it| swept(it, &RESTORE)),
    ("repeat::restore_with_memory", |it| swept(it, &RESTORE_MEMORY)),
    ("repeat::restore_of_a_paused_vm", |it| swept(it, &RESTORE_PAUSED)),
    ("repeat::restore_of_an_unmarked_vm", |it| swept(it, &RESTORE_UNMARKED)),
    ("repeat::create_snapshot", |it| swept(it, &SNAPSHOT)),
    ("repeat::delete_snapshot", |it| swept(it, &DELETE_SNAPSHOT)),
    ("repeat::suspend", |it| swept(it, &SUSPEND)),
    ("repeat::resume", |it| swept(it, &RESUME)),
];

/// An action on a host.
struct Play {
    make: fn(&PowerShell) -> Scene,
    act: fn(&Scene) -> Case,
    /// What must hold at every moment, however far the action came.
    always: fn(&Scene),
    /// What the second one may find to be done already. Where it is empty it must succeed.
    already: &'static str,
}

const START: Play = Play { make: off, act: start, always: runs_on_the_given_network, already: "" };
const START_PAUSED: Play = Play { make: paused, act: start, always: runs_on_the_given_network, already: "" };
const START_UNMARKED: Play =
    Play { make: |it| unmarked(it, "Off"), act: start, always: runs_on_the_given_network, already: "" };
const START_PARKED: Play = Play { make: parked, act: start, always: runs_on_the_given_network, already: "" };
const STOP: Play = Play { make: finished, act: |scene| on(scene, "stop", "stop.json"), always: |_| (), already: "" };
const STOP_MOVED: Play = Play { make: paused, act: stop_moved, always: |_| (), already: "" };
const PARK: Play = Play { make: finished, act: stop_unseen, always: |_| (), already: "" };
const REBOOT: Play = Play { make: finished, act: reboot, always: |_| (), already: "" };
const REBOOT_OFF_AND_ON: Play = Play { make: without_reboot, act: reboot, always: |_| (), already: "" };
const DELETE: Play = Play { make: with_tree, act: delete, always: nothing_foreign_is_gone, already: "" };
const DELETE_UNMARKED: Play =
    Play { make: unmarked_with_tree, act: delete, always: nothing_foreign_is_gone, already: "" };
const DELETE_HALF_MADE: Play = Play { make: half_made, act: delete, always: nothing_foreign_is_gone, already: "" };

const RESTORE: Play = Play { make: with_snapshot, act: restore, always: reads_never_off, already: "" };
const RESTORE_MEMORY: Play = Play { make: with_memory, act: restore, always: reads_never_off, already: "" };
const RESTORE_PAUSED: Play = Play { make: paused_with_snapshot, act: restore, always: reads_never_off, already: "" };
const RESTORE_UNMARKED: Play =
    Play { make: unmarked_with_snapshot, act: restore, always: reads_never_off, already: "" };
const SNAPSHOT: Play = Play {
    make: without_checkpoints,
    act: |scene| snapshot(scene, "CreateSnapshot", "s"),
    always: |_| (),
    already: "already",
};
const DELETE_SNAPSHOT: Play = Play {
    make: with_snapshot,
    act: |scene| snapshot(scene, "DeleteSnapshot", "s"),
    always: |_| (),
    already: "no snapshot",
};
const SUSPEND: Play = Play { make: unclaimed, act: |scene| custom(scene, "Suspend"), always: |_| (), already: "" };
const RESUME: Play = Play { make: paused, act: |scene| custom(scene, "Resume"), always: |_| (), already: "" };

fn swept(powershell: &PowerShell, play: &Play) {
    let scene = (play.make)(powershell);
    scene.forget_calls().unwrap();
    let whole = (play.act)(&scene).run();
    assert_eq!(whole.code, Some(0), "{}", whole.log);
    let (calls, after) = (scene.changes(), likeness(&scene.inventory().unwrap()));
    assert!(calls.len() > 1, "it changes something more than once");
    for call in &calls {
        let error = Mishap::error("Unspecified").category("NotSpecified").message("the lamp is broken");
        for (mishap, moment) in [(Mishap::kill(), Moment::After), (error, Moment::Before)] {
            let scene = (play.make)(powershell);
            scene.fail(at(mishap, call, moment)).unwrap();
            (play.act)(&scene).run().reply();
            scene.recover().unwrap();
            (play.always)(&scene);
            repeated(play, &scene, &after, call, moment);
        }
    }
}

fn repeated(play: &Play, scene: &Scene, after: &str, call: &Call, moment: Moment) {
    let again = (play.act)(scene).run();
    let step = describe(call, moment);
    let is_done = again.code == Some(0) || (!play.already.is_empty() && again.stdout.contains(play.already));
    assert!(is_done, "sent again it failed, {step}: {}", again.log);
    (play.always)(scene);
    assert_eq!(likeness(&scene.inventory().unwrap()), after, "sent again it left something else, {step}");
}

/// The start of this sweep gives VLAN 200 to a VM that had 100.
fn runs_on_the_given_network(scene: &Scene) {
    let state = scene.state();
    let vm = &state.vms()[0];
    if vm.state == PowerState::Running {
        assert_eq!((vm.nics[0].vlan, &record(scene)["network"][0]["VlanId"]), (Some(200), &json!(200)));
    }
}

fn nothing_foreign_is_gone(scene: &Scene) {
    let state = scene.state();
    assert!(state.has_file(r"D:\Templates\ubuntu2404.vhdx") && state.has_file(r"D:\ISO\alma9.iso"));
}

/// A ping may come at any moment.
fn reads_never_off(scene: &Scene) {
    let state = custom(scene, "status").run().reply()["power_state"].clone();
    assert!(state == "poweron" || state == "unknown", "{state}");
}

fn restore(scene: &Scene) -> Case {
    snapshot(scene, "RestoreSnapshot", "s")
}

/// Taken on VLAN 100; CloudStack has moved the network to 200 since.
fn with_snapshot(powershell: &PowerShell) -> Scene {
    static MADE: Made = Made::new();
    MADE.scene(powershell, |powershell| {
        let scene = finished(powershell);
        done(&snapshot(&scene, "CreateSnapshot", "s"));
        done(&start(&scene));
        scene
    })
}

fn with_memory(powershell: &PowerShell) -> Scene {
    static MADE: Made = Made::new();
    MADE.scene(powershell, |powershell| {
        let scene = edited(finished(powershell), |vm| vm["CheckpointType"] = json!("Standard"));
        done(&snapshot(&scene, "CreateSnapshot", "s"));
        done(&start(&scene));
        scene
    })
}

fn paused_with_snapshot(powershell: &PowerShell) -> Scene {
    edited(with_snapshot(powershell), |vm| vm["State"] = json!("Paused"))
}

fn unmarked_with_snapshot(powershell: &PowerShell) -> Scene {
    let scene = unmarked(powershell, "Running");
    done(&snapshot(&scene, "CreateSnapshot", "s"));
    edited(scene, |vm| (vm["Notes"], vm["Adapters"][0]["Vlan"]["AccessVlanId"]) = (json!("by hand"), json!(777)))
}

fn without_checkpoints(powershell: &PowerShell) -> Scene {
    edited(finished(powershell), |vm| vm["CheckpointType"] = json!("Disabled"))
}

fn unclaimed(powershell: &PowerShell) -> Scene {
    edited(finished(powershell), |vm| vm["Notes"] = json!(""))
}

fn on(scene: &Scene, action: &str, fixture: &str) -> Case {
    Case::new(action, fixture).on(&scene.host)
}

fn start(scene: &Scene) -> Case {
    let larger = |payload: &mut Value| payload["cloudstack.vm.details"]["cpus"] = json!(4);
    on(scene, "start", "start.json").nic_key(0, "broadcastUri", json!("vlan://200")).change(larger)
}

fn reboot(scene: &Scene) -> Case {
    on(scene, "reboot", "reboot.json").nic_key(0, "broadcastUri", json!("vlan://200"))
}

fn delete(scene: &Scene) -> Case {
    on(scene, "delete", "delete.json")
}

fn stop_moved(scene: &Scene) -> Case {
    on(scene, "stop", "stop.json").host_key("vhd_path", json!(r"D:\Hyper-V"))
}

fn edited(scene: Scene, change: impl FnOnce(&mut Value)) -> Scene {
    edit_vm(&scene, change);
    scene
}

fn off(powershell: &PowerShell) -> Scene {
    edited(finished(powershell), |vm| vm["State"] = json!("Off"))
}

fn paused(powershell: &PowerShell) -> Scene {
    edited(finished(powershell), |vm| vm["State"] = json!("Paused"))
}

/// As a stop of an unseen create leaves it.
fn parked(powershell: &PowerShell) -> Scene {
    let scene = edited(finished(powershell), |vm| {
        (vm["State"], vm["Name"]) = (json!("Off"), json!(format!("{NAME}.unclaimed-0a1b2c3d")));
        vm["Notes"] = json!(vm["Notes"].as_str().unwrap().replace("phase: complete", "phase: unclaimed"));
    });
    let mut parked = record(&scene);
    parked["phase"] = json!("unclaimed");
    scene.write(crate::world::RECORD, parked.to_string()).unwrap();
    scene
}

fn without_reboot(powershell: &PowerShell) -> Scene {
    edited(finished(powershell), |vm| {
        vm["Guest"] = json!({"Shutdown": "polite", "ShutdownSeconds": 0, "BootSeconds": 0, "Reboot": "absent"});
    })
}

fn with_tree(powershell: &PowerShell) -> Scene {
    let scene = finished(powershell);
    with_checkpoints(&scene);
    scene
}

fn unmarked_with_tree(powershell: &PowerShell) -> Scene {
    let scene = unmarked(powershell, "Running");
    with_checkpoints(&scene);
    scene
}

fn half_made(powershell: &PowerShell) -> Scene {
    let scene = off(powershell);
    let scene = edited(scene, |vm| vm["Notes"] = json!(vm["Notes"].as_str().unwrap().replace("complete", "creating")));
    let mut made = record(&scene);
    made["phase"] = json!("creating");
    scene.write(crate::world::RECORD, made.to_string()).unwrap();
    scene
}
