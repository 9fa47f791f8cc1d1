//! `create`, killed or failed at every step, and what comes next: the same create again, or the stop that CloudStack sends.
//! Whatever comes, nothing is orphaned: no VM, disk, `.part-` file, record or folder.
//!
//! Between two steps a script only looks. So before a step the host is as after the one before it, and both sweeps together
//! meet every state of the host with both of what can come next.

use std::sync::OnceLock;

use simulated_host::{Call, Mishap, PowerShell};

use crate::Scenario;
use crate::case::Case;
use crate::scene::Scene;
use crate::world::{likeness, method, stop_unseen};

/// The steps are dealt out among this many scenarios, which run side by side.
const SHARES: usize = 4;

pub(crate) const SCENARIOS: &[Scenario] = &[
    ("sweep::killed_before_a_step_then_retried_1", |it| killed(it, Moment::Before, retried, 0)),
    ("sweep::killed_before_a_step_then_retried_2", |it| killed(it, Moment::Before, retried, 1)),
    ("sweep::killed_before_a_step_then_retried_3", |it| killed(it, Moment::Before, retried, 2)),
    ("sweep::killed_before_a_step_then_retried_4", |it| killed(it, Moment::Before, retried, 3)),
    ("sweep::killed_after_a_step_then_stopped_1", |it| killed(it, Moment::After, stopped, 0)),
    ("sweep::killed_after_a_step_then_stopped_2", |it| killed(it, Moment::After, stopped, 1)),
    ("sweep::killed_after_a_step_then_stopped_3", |it| killed(it, Moment::After, stopped, 2)),
    ("sweep::killed_after_a_step_then_stopped_4", |it| killed(it, Moment::After, stopped, 3)),
    ("sweep::a_step_fails_1", |it| failed(it, Moment::Before, 0)),
    ("sweep::a_step_fails_2", |it| failed(it, Moment::Before, 1)),
    ("sweep::a_step_fails_3", |it| failed(it, Moment::Before, 2)),
    ("sweep::a_step_fails_4", |it| failed(it, Moment::Before, 3)),
    ("sweep::a_step_fails_after_its_effect_1", |it| failed(it, Moment::After, 0)),
    ("sweep::a_step_fails_after_its_effect_2", |it| failed(it, Moment::After, 1)),
    ("sweep::a_step_fails_after_its_effect_3", |it| failed(it, Moment::After, 2)),
    ("sweep::a_step_fails_after_its_effect_4", |it| failed(it, Moment::After, 3)),
    ("sweep::killed_in_the_middle_of_a_step", killed_in_the_middle_of_a_step),
    ("sweep::the_steps_of_an_iso_and_of_generation_1", the_steps_of_an_iso_and_of_generation_1),
];

const TEMPLATE: &str = "create.json";

#[derive(Clone, Copy)]
pub(crate) enum Moment {
    Before,
    After,
}

/// A create that went well: its calls, and the host before and after.
struct Whole {
    calls: Vec<Call>,
    before: String,
    after: String,
}

impl Whole {
    fn of(powershell: &PowerShell, fixture: &str) -> Self {
        let scene = Scene::new(powershell);
        let before = likeness(&scene.inventory().unwrap());
        create(&scene, fixture).run().succeeds("Instance created");
        let after = likeness(&scene.inventory().unwrap());
        Self { calls: scene.changes(), before, after }
    }

    fn from_template(powershell: &PowerShell) -> &'static Self {
        static WHOLE: OnceLock<Whole> = OnceLock::new();
        WHOLE.get_or_init(|| Self::of(powershell, TEMPLATE))
    }

    fn share(&self, share: usize) -> impl Iterator<Item = &Call> {
        assert!(self.calls.len() > 15, "a create changes something more than {} times", self.calls.len());
        self.calls.iter().skip(share).step_by(SHARES)
    }
}

fn killed(powershell: &PowerShell, moment: Moment, next: fn(&Scene, &Whole, &str, &str), share: usize) {
    let whole = Whole::from_template(powershell);
    for call in whole.share(share) {
        let scene = Scene::new(powershell);
        let step = describe(call, moment);
        scene.fail(at(Mishap::kill(), call, moment)).unwrap();
        create(&scene, TEMPLATE).run().fails(&["no answer", "unknown"]);
        scene.recover().unwrap();
        next(&scene, whole, TEMPLATE, &step);
    }
}

fn failed(powershell: &PowerShell, moment: Moment, share: usize) {
    let whole = Whole::from_template(powershell);
    for call in whole.share(share) {
        fail(&Scene::new(powershell), whole, TEMPLATE, call, moment);
    }
}

/// Half of the disk is copied, the record is torn, the VM's folder is there without the VM.
fn killed_in_the_middle_of_a_step(powershell: &PowerShell) {
    let whole = Whole::from_template(powershell);
    let torn = |write, bytes| Mishap::kill().cmdlet("Set-Content").occurrence(write).during_after_bytes(bytes);
    let mut mishaps = vec![Mishap::kill().cmdlet("Copy-Item").during(), Mishap::kill().cmdlet("New-VM").during()];
    for write in 1..=3 {
        mishaps.extend([0, 60].map(|bytes| torn(write, bytes)));
    }
    for mishap in mishaps {
        let scene = Scene::new(powershell);
        let step = format!("{mishap:?}");
        scene.fail(mishap).unwrap();
        create(&scene, TEMPLATE).run().fails(&["no answer", "unknown"]);
        scene.recover().unwrap();
        retried(&scene, whole, TEMPLATE, &step);
    }
}

/// Only the steps that the template's sweep does not have.
fn the_steps_of_an_iso_and_of_generation_1(powershell: &PowerShell) {
    let fixture = "create-iso-gen1.json";
    let whole = Whole::of(powershell, fixture);
    let others = ["New-VHD", "Remove-VMDvdDrive", "Add-VMHardDiskDrive", "Add-VMDvdDrive"];
    let calls: Vec<_> = whole.calls.iter().filter(|call| others.contains(&call.cmdlet.as_str())).collect();
    assert_eq!(calls.len(), others.len());
    for call in calls {
        fail(&Scene::new(powershell), &whole, fixture, call, Moment::Before);
        fail(&Scene::new(powershell), &whole, fixture, call, Moment::After);
        let scene = Scene::new(powershell);
        scene.fail(at(Mishap::kill(), call, Moment::After)).unwrap();
        create(&scene, fixture).run().fails(&["no answer", "unknown"]);
        scene.recover().unwrap();
        retried(&scene, &whole, fixture, &describe(call, Moment::After));
    }
}

/// The first error is what the user reads, and all is undone: the host is as it was, so a retry meets nothing new.
fn fail(scene: &Scene, whole: &Whole, fixture: &str, call: &Call, moment: Moment) {
    let error = Mishap::error("Unspecified").category("NotSpecified").message("the lamp is broken");
    scene.fail(at(error, call, moment)).unwrap();
    create(scene, fixture).run().fails(&["the lamp is broken"]);
    let step = describe(call, moment);
    assert_eq!(likeness(&scene.inventory().unwrap()), whole.before, "not all was undone, {step}");
}

fn retried(scene: &Scene, whole: &Whole, fixture: &str, step: &str) {
    create(scene, fixture).run().succeeds("Instance created");
    assert_eq!(likeness(&scene.inventory().unwrap()), whole.after, "the retry left something behind, {step}");
}

/// What is half made is gone, and the host as it was; what is finished is parked, off, and the next create takes it back.
fn stopped(scene: &Scene, whole: &Whole, fixture: &str, step: &str) {
    let method = method(&stop_unseen(scene));
    if method == "parked" {
        return retried(scene, whole, fixture, step);
    }
    assert!(["absent", "cleaned"].contains(&method.as_str()), "{method} {step}");
    assert_eq!(likeness(&scene.inventory().unwrap()), whole.before, "the stop left something behind, {step}");
}

fn create(scene: &Scene, fixture: &str) -> Case {
    Case::new("create", fixture).on(&scene.host)
}

pub(crate) fn at(mishap: Mishap, call: &Call, moment: Moment) -> Mishap {
    let mishap = mishap.call(call.number);
    match moment {
        Moment::Before => mishap,
        Moment::After => mishap.after(),
    }
}

pub(crate) fn describe(call: &Call, moment: Moment) -> String {
    let moment = match moment {
        Moment::Before => "before",
        Moment::After => "after",
    };
    format!("{moment} call {}, {} {}", call.number, call.cmdlet, call.occurrence)
}
