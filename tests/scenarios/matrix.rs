//! Every action on a VM in every state, as one table. A cell says what the reply gives (its method, its power state, `ok`, or the
//! code of the error in the log) and the state in which the host's VM of that name is afterwards (`gone`: there is none).

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use simulated_host::{Mishap, PowerShell, Windows};

use crate::Scenario;
use crate::case::{Case, Ran};
use crate::scene::Scene;
use crate::world::{DISK, NAME, create, edit_vm, finished};

const TABLE: &str = "
            | prepare             | create                | start                | stop                | reboot               | delete              | status             | statuses
absent      | ok gone             | ok Running            | vm_not_found gone    | absent gone         | vm_not_found gone    | ok gone             | absent gone        | absent gone
off         | ok Off              | ok Running            | ok Running           | off Off             | started Running      | ok gone             | poweroff Off       | poweroff Off
running     | ok Running          | ok Running            | ok Running           | graceful Off        | guest_reboot Running | ok gone             | poweron Running    | poweron Running
paused      | ok Paused           | ok Running            | ok Running           | graceful Off        | guest_reboot Running | ok gone             | poweron Paused     | poweron Paused
saved       | ok Saved            | ok Running            | ok Running           | saved Saved         | started Running      | ok gone             | poweroff Saved     | poweroff Saved
starting    | ok Starting         | ok Running            | ok Running           | graceful Off        | guest_reboot Running | ok gone             | poweron Starting   | poweron Starting
stopping    | ok Stopping         | ok Running            | ok Running           | off Off             | started Running      | ok gone             | poweron Stopping   | poweron Stopping
half-made   | ok Off              | ok Running            | vm_unfinished Off    | cleaned gone        | vm_unfinished Off    | ok gone             | poweroff Off       | poweroff Off
unmarked    | vm_foreign Running  | vm_foreign Running    | ok Running           | graceful Off        | guest_reboot Running | ok gone             | poweron Running    | poweron Running
foreign     | vm_foreign Running  | vm_foreign Running    | vm_foreign Running   | vm_foreign Running  | vm_foreign Running   | vm_foreign Running  | poweron Running    | poweron Running
replica     | ok Off              | ok Off+Running        | vm_not_found Off     | absent Off          | vm_not_found Off     | ok Off              | absent Off         | absent Off
";

pub(crate) const SCENARIOS: &[Scenario] = &[
    ("matrix::absent", |it| row(it, "absent")),
    ("matrix::off", |it| row(it, "off")),
    ("matrix::running", |it| row(it, "running")),
    ("matrix::paused", |it| row(it, "paused")),
    ("matrix::saved", |it| row(it, "saved")),
    ("matrix::starting", |it| row(it, "starting")),
    ("matrix::stopping", |it| row(it, "stopping")),
    ("matrix::half_made", |it| row(it, "half-made")),
    ("matrix::unmarked", |it| row(it, "unmarked")),
    ("matrix::foreign", |it| row(it, "foreign")),
    ("matrix::replica", |it| row(it, "replica")),
    ("matrix::has_a_row_for_every_scenario", has_a_row_for_every_scenario),
];

fn row(powershell: &PowerShell, state: &str) {
    let mut lines = TABLE.lines().skip(1).map(|line| line.split('|').map(str::trim).collect::<Vec<_>>());
    let actions = lines.next().unwrap();
    let cells = lines.find(|cells| cells[0] == state).unwrap();
    assert_eq!((actions.len(), cells.len()), (9, 9));
    for (action, expected) in actions.iter().zip(&cells).skip(1) {
        let scene = in_state(powershell, state, !matches!(*action, "prepare" | "status" | "statuses"));
        let ran = Case::new(action, &format!("{action}.json")).on(&scene.host).run();
        assert_eq!(format!("{} {}", said(&ran), found(&scene)), *expected, "{action} on {state}; log:\n{}", ran.log);
    }
}

fn has_a_row_for_every_scenario(_: &PowerShell) {
    let rows = TABLE.lines().filter(|line| !line.is_empty() && !line.starts_with(' ')).count();
    assert_eq!(rows, SCENARIOS.len() - 1);
}

/// A host whose VM is in that state since long ago.
fn in_state(powershell: &PowerShell, state: &str, waits: bool) -> Scene {
    match state {
        "absent" => Scene::new(powershell),
        "half-made" => half_made(powershell),
        "unmarked" => unmarked(powershell, "Running"),
        "replica" => replica(powershell),
        "foreign" => {
            let scene = finished(powershell);
            edit_vm(&scene, |vm| vm["Notes"] = json!("cloudstack-vm-id: 99999999-aaaa-4bbb-8ccc-dddddddddddd"));
            scene
        }
        "starting" => on_its_way(powershell, "Starting", "Running", waits),
        "stopping" => on_its_way(powershell, "Stopping", "Off", waits),
        name => {
            let scene = finished(powershell);
            let state = name[..1].to_uppercase() + &name[1..];
            edit_vm(&scene, |vm| (vm["State"], vm["StateChanged"]) = (json!(state), json!("2026-01-01T00:00:00Z")));
            scene
        }
    }
}

/// A VM that a create, killed before the start, has left.
fn half_made(powershell: &PowerShell) -> Scene {
    let scene = Scene::new(powershell);
    scene.fail(Mishap::kill().cmdlet("Set-VMFirmware")).unwrap();
    create(&scene).run().fails(&[]);
    scene.recover().unwrap();
    edit_vm(&scene, |vm| vm["StateChanged"] = json!("2026-01-01T00:00:00Z"));
    scene
}

/// As CloudStack's own script made it.
pub(crate) fn unmarked(powershell: &PowerShell, state: &str) -> Scene {
    let nic = json!({"Name": "NIC1", "MacAddress": "020100CC0001", "SwitchName": "External vSwitch",
        "Vlan": {"OperationMode": "Access", "AccessVlanId": 100}});
    let machine = json!({"Name": NAME, "State": state, "StateChanged": "2026-01-01T00:00:00Z", "Adapters": [nic],
        "Drives": [{"Path": DISK}]});
    let windows = Windows::new().with_folder(CONFIGURATIONS).with_disk(DISK, 1 << 30).with_machine(machine);
    Scene::settled(powershell, windows)
}

/// Where Hyper-V keeps the configuration of a VM that was given no other place.
pub(crate) const CONFIGURATIONS: &str = r"C:\ProgramData\Microsoft\Windows\Hyper-V\Virtual Machines";

fn replica(powershell: &PowerShell) -> Scene {
    let disk = r"D:\Replica\i-2-45-VM.vhdx";
    let machine = json!({"Name": NAME, "State": "Off", "StateChanged": "2026-01-01T00:00:00Z", "ReplicationMode": 2,
        "ReplicationState": 4, "Notes": "cloudstack-vm-id: 126f4562-1f0f-4313-875e-6150cabeb72f", "Drives": [{"Path": disk}]});
    Scene::settled(powershell, Windows::new().with_folder(r"D:\Replica").with_disk(disk, 1 << 30).with_machine(machine))
}

/// It arrives after two seconds. For who does not wait it would be the state now or then: there it never arrives.
fn on_its_way(powershell: &PowerShell, state: &str, to: &str, waits: bool) -> Scene {
    let scene = finished(powershell);
    set_clock(&scene, NEW_YEAR);
    edit_vm(&scene, |vm| {
        (vm["State"], vm["StateChanged"]) = (json!(state), json!("2026-01-01T00:00:00Z"));
        if waits {
            vm["Pending"] = json!({"At": "2030-01-01T00:00:02Z", "State": to});
        }
    });
    scene
}

/// 2030-01-01T00:00:00Z, in seconds since 1970.
pub(crate) const NEW_YEAR: u64 = 1_893_456_000;

/// From now on the host's clock goes on from that second.
pub(crate) fn set_clock(scene: &Scene, second: u64) {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    scene.edit(|world| world["Host"]["ClockOffsetSeconds"] = json!(second as i64 - now as i64)).unwrap();
}

fn said(ran: &Ran) -> String {
    let reply = ran.reply();
    if ran.code != Some(0) {
        let code = ran.log.split("code=\"").nth(1).and_then(|rest| rest.split('"').next());
        return code.unwrap_or("absent").to_owned();
    }
    match (&reply["method"], &reply["power_state"]) {
        (Value::String(method), _) => method.clone(),
        (_, Value::String(state)) => state.clone(),
        (_, Value::Object(states)) => states.get(NAME).and_then(Value::as_str).unwrap_or("absent").to_owned(),
        _ => "ok".to_owned(),
    }
}

fn found(scene: &Scene) -> String {
    let state = scene.state();
    let states: Vec<_> =
        state.vms().iter().filter(|vm| vm.name.starts_with(NAME)).map(|vm| format!("{:?}", vm.state)).collect();
    if states.is_empty() { "gone".to_owned() } else { states.join("+") }
}
