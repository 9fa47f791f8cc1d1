//! Two actions on one VM at the same time. There are never two VMs, and never a cleaned-away winner.

use std::thread;
use std::time::Duration;

use simulated_host::{Mishap, PowerShell, PowerState, Windows};

use crate::Scenario;
use crate::scene::Scene;
use crate::world::{NAME, create, likeness, method, stop_unseen};

pub(crate) const SCENARIOS: &[Scenario] = &[
    ("races::two_creates_at_once_make_one_vm", two_creates_at_once_make_one_vm),
    ("races::a_create_waits_for_one_whose_client_was_killed", a_create_waits_for_one_whose_client_was_killed),
    ("races::a_stop_calls_off_a_create_that_still_copies", a_stop_calls_off_a_create_that_still_copies),
    ("races::a_stop_calls_off_every_create_before_it", a_stop_calls_off_every_create_before_it),
    ("races::a_create_that_waits_too_long_says_so", a_create_that_waits_too_long_says_so),
    ("races::the_turn_of_a_dead_script_is_free", the_turn_of_a_dead_script_is_free),
];

/// The copy takes so long that whatever comes next meets it.
fn slow_copy(scene: &Scene, time: Duration) {
    scene.fail(Mishap::delay(time).cmdlet("Copy-Item")).unwrap();
}

/// Until the first create has got as far as the copy.
fn wait_for_the_copy(scene: &Scene) {
    while !scene.changes().iter().any(|call| call.cmdlet == "Copy-Item") {
        thread::sleep(Duration::from_millis(50));
    }
}

fn two_creates_at_once_make_one_vm(powershell: &PowerShell) {
    let scene = Scene::new(powershell);
    let (first, second) = (create(&scene).start(), create(&scene).start());
    first.end().succeeds("Instance created");
    second.end().succeeds("Instance created");
    let state = scene.state();
    assert_eq!(state.vms().len(), 1);
    assert_eq!(state.vm(NAME).unwrap().state, PowerState::Running);
    let copies = scene.changes().iter().filter(|call| call.cmdlet == "Copy-Item").count();
    assert_eq!(copies, 1, "the second create made the disk again");
}

/// On some hosts a script runs on when its shell is gone.
fn a_create_waits_for_one_whose_client_was_killed(powershell: &PowerShell) {
    let scene = Scene::with(powershell, Windows::new().scripts_survive(true));
    slow_copy(&scene, Duration::from_secs(6));
    let first = create(&scene).start();
    wait_for_the_copy(&scene);
    first.kill();
    scene.recover().unwrap();
    create(&scene).run().succeeds("Instance created");
    assert!(scene.scripts_end_within(Duration::from_secs(60)));
    assert_eq!(scene.state().vms().len(), 1);
    let copies = scene.changes().iter().filter(|call| call.cmdlet == "Copy-Item").count();
    assert_eq!(copies, 1, "what the first create made was thrown away");
}

fn a_stop_calls_off_a_create_that_still_copies(powershell: &PowerShell) {
    let scene = Scene::new(powershell);
    let before = likeness(&scene.inventory().unwrap());
    slow_copy(&scene, Duration::from_secs(15));
    let first = create(&scene).start();
    wait_for_the_copy(&scene);
    assert_eq!(method(&stop_unseen(&scene)), "absent");
    first.end().fails(&["called this off"]);
    assert_eq!(likeness(&scene.inventory().unwrap()), before);
}

/// The second create may take its turn before the stop does; then it is called off as well. After the stop it is a create like
/// any other.
fn a_stop_calls_off_every_create_before_it(powershell: &PowerShell) {
    let scene = Scene::new(powershell);
    let before = likeness(&scene.inventory().unwrap());
    slow_copy(&scene, Duration::from_secs(15));
    let first = create(&scene).start();
    wait_for_the_copy(&scene);
    let second = create(&scene).start();
    method(&stop_unseen(&scene));
    first.end().fails(&["called this off"]);
    let second = second.end();
    if second.code == Some(0) {
        assert_eq!(scene.state().vm(NAME).unwrap().state, PowerState::Running);
    } else {
        second.fails(&["called this off"]);
        assert_eq!(likeness(&scene.inventory().unwrap()), before);
    }
}

fn a_create_that_waits_too_long_says_so(powershell: &PowerShell) {
    let scene = Scene::new(powershell);
    slow_copy(&scene, Duration::from_secs(60));
    let first = create(&scene).start();
    wait_for_the_copy(&scene);
    create(&scene).timeout("14").run().fails(&["another action"]);
    first.kill();
    assert_eq!(scene.state().vms().len(), 0);
}

/// In processes of their own: the mutex is abandoned as a dying process leaves it.
fn the_turn_of_a_dead_script_is_free(powershell: &PowerShell) {
    let scene = Scene::with(powershell, Windows::new().in_processes());
    for cmdlet in ["Copy-Item", "New-VM", "Start-VM"] {
        scene.fail(Mishap::kill().cmdlet(cmdlet).after()).unwrap();
        create(&scene).run().fails(&["no answer", "unknown"]);
        scene.recover().unwrap();
    }
    create(&scene).run().succeeds("Instance created");
}
