//! A VM never begins to run on a network that CloudStack did not give it last: random lives, with networks that change, saves,
//! snapshots, an administrator's hand, and deaths at any step.

use serde_json::{Value, json};
use simulated_host::{Mishap, PowerShell};

use crate::Scenario;
use crate::case::Case;
use crate::scene::Scene;
use crate::snapshots::{custom, snapshot};
use crate::world::{finished, record};

pub(crate) const SCENARIOS: &[Scenario] = &[
    ("network_rule::random_lives_1", |it| lives(it, 1)),
    ("network_rule::random_lives_2", |it| lives(it, 2)),
    ("network_rule::random_lives_3", |it| lives(it, 3)),
    ("network_rule::random_lives_4", |it| lives(it, 4)),
];

const LIVES: u64 = 3;
const STEPS: usize = 16;

fn lives(powershell: &PowerShell, share: u64) {
    let mut begun = 0;
    for life in 0..LIVES {
        let mut dice = Dice(1000 * share + life);
        let scene = finished(powershell);
        let mut history = Vec::new();
        for _ in 0..STEPS {
            let before = machine(&scene);
            history.push(step(&scene, &mut dice));
            let after = machine(&scene);
            // It began to run since.
            if after["State"] == "Running" && after["StateChanged"] != before["StateChanged"] {
                begun += 1;
                assert_on_given_network(&scene, &after, &history);
            }
        }
    }
    assert!(begun > 3, "it began to run {begun} times only");
}

fn machine(scene: &Scene) -> Value {
    scene.world().unwrap()["Machines"][0].clone()
}

/// What CloudStack gave last is what the record says.
#[track_caller]
fn assert_on_given_network(scene: &Scene, machine: &Value, history: &[String]) {
    let given = record(scene)["network"].clone();
    let seen: Vec<_> = machine["Adapters"]
        .as_array()
        .unwrap()
        .iter()
        .map(|adapter| {
            (adapter["MacAddress"].clone(), adapter["Vlan"]["AccessVlanId"].clone(), adapter["SwitchId"].is_null())
        })
        .collect();
    let expected: Vec<_> =
        given.as_array().unwrap().iter().map(|nic| (nic["MacAddress"].clone(), nic["VlanId"].clone(), false)).collect();
    assert_eq!(seen, expected, "{history:#?}");
}

/// Does one thing, dying at a random call one time in three, and says what.
fn step(scene: &Scene, dice: &mut Dice) -> String {
    let vlan = *dice.of(&[100, 200, 300]);
    let name = *dice.of(&["a", "b", "c"]);
    let with_vlan = |case: Case| case.nic_key(0, "broadcastUri", json!(format!("vlan://{vlan}")));
    let what = *dice.of(&[
        "start",
        "start",
        "start",
        "stop",
        "reboot",
        "Suspend",
        "Resume",
        "Resume",
        "CreateSnapshot",
        "CreateSnapshot",
        "RestoreSnapshot",
        "RestoreSnapshot",
        "RestoreSnapshot",
        "DeleteSnapshot",
        "save",
        "pause",
        "other VLAN",
        "standard",
        "production",
    ]);
    let case = match what {
        "start" | "reboot" => with_vlan(custom(scene, what)),
        "stop" => Case::new("stop", "stop.json").on(&scene.host).vm_key("shutdown_timeout", json!("1")),
        "Suspend" | "Resume" => custom(scene, what),
        "CreateSnapshot" | "RestoreSnapshot" | "DeleteSnapshot" => snapshot(scene, what, name),
        by_hand => return tamper(scene, by_hand),
    };
    let is_killed = dice.roll(3) == 0;
    let cmdlet = *dice.of(&[
        "Set-VMNetworkAdapterVlan",
        "Set-VMNetworkAdapterVlan",
        "Start-VM",
        "Restore-VMSnapshot",
        "Stop-VM",
        "Move-Item",
        "Set-VM",
        "Resume-VM",
        "Checkpoint-VM",
    ]);
    if is_killed {
        scene.fail(Mishap::kill().cmdlet(cmdlet).after()).unwrap();
    }
    let ran = case.run();
    scene.recover().unwrap();
    if ran.code == Some(0) && matches!(what, "start" | "reboot") {
        assert_eq!(record(scene)["network"][0]["VlanId"], vlan);
    }
    let death = if is_killed { format!(", killed after {cmdlet}") } else { String::new() };
    format!("{what} {vlan} {name}{death}: {}", ran.stdout.trim())
}

fn tamper(scene: &Scene, how: &str) -> String {
    scene
        .edit(|world| {
            let vm = &mut world["Machines"][0];
            let is_up = vm["State"] == "Running" || vm["State"] == "Paused";
            match how {
                "save" if is_up => vm["State"] = json!("Saved"),
                "pause" if is_up => vm["State"] = json!("Paused"),
                "other VLAN" if vm["State"] != "Running" => vm["Adapters"][0]["Vlan"]["AccessVlanId"] = json!(666),
                "standard" => vm["CheckpointType"] = json!("Standard"),
                "production" => vm["CheckpointType"] = json!("Production"),
                _ => {}
            }
        })
        .unwrap();
    how.to_owned()
}

/// The same numbers for the same seed, everywhere.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        // Knuth's constants for MMIX.
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }

    fn of<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        &choices[usize::try_from(self.roll(choices.len() as u64)).unwrap()]
    }
}
