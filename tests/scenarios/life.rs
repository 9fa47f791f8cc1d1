//! One VM's life, through the model and through PowerShell. Where they differ, the model is wrong.

use serde_json::{Value, json};
use simulated_host::{Host, Language, Options, PowerShell, Windows};

use crate::Scenario;
use crate::case::Case;
use crate::scene::Scene;
use crate::world::{FOLDER, NAME, create, finished, method, stop_unseen};

pub(crate) const SCENARIOS: &[Scenario] = &[
    ("life::both_executors_agree", both_executors_agree),
    ("life::on_a_german_host", on_a_german_host),
    ("life::a_create_that_cloudstack_never_saw", a_create_that_cloudstack_never_saw),
];

fn both_executors_agree(powershell: &PowerShell) {
    let model = Host::start(Options::new()).unwrap();
    let scene = Scene::new(powershell);
    for (step, call) in life() {
        let by_model = outcome(&model, &call);
        let by_powershell = outcome(&scene.host, &call);
        assert_eq!(by_model, by_powershell, "{step}");
    }
}

type Call = fn() -> Case;

fn life() -> Vec<(&'static str, Call)> {
    let create: Call = || Case::new("create", "create.json");
    let start: Call = || Case::new("start", "start.json");
    let stop: Call = || Case::new("stop", "stop.json");
    let reboot: Call = || Case::new("reboot", "reboot.json");
    let delete: Call = || Case::new("delete", "delete.json");
    let status: Call = || Case::new("status", "status.json");
    let statuses: Call = || Case::new("statuses", "statuses.json");
    vec![
        ("prepare", || Case::new("prepare", "prepare.json")),
        ("stop before anything", stop),
        ("start before anything", start),
        ("reboot before anything", reboot),
        ("delete before anything", delete),
        ("status before anything", status),
        ("statuses of nothing", statuses),
        ("create", create),
        ("create again", create),
        ("prepare of one that is there", || Case::new("prepare", "prepare.json")),
        ("status", status),
        ("another VLAN", || Case::new("create", "create.json").nic_key(0, "broadcastUri", json!("vlan://200"))),
        ("untagged", || Case::new("create", "create.json").nic_key(0, "broadcastUri", json!("vlan://untagged"))),
        ("stop", stop),
        ("stop again", stop),
        ("status of one that went off just now", status),
        ("start", start),
        ("start again", start),
        ("reboot on another VLAN", || Case::new("reboot", "reboot.json").nic_key(0, "broadcastUri", json!("vlan://7"))),
        ("stop once more", stop),
        ("reboot a stopped one", reboot),
        ("stop and no more", stop),
        ("create a stopped one", create),
        ("three NICs", || Case::new("create", "create-three-nics.json")),
        ("from an ISO", || Case::new("create", "create-iso-gen1.json")),
        ("statuses of three", statuses),
        ("another owner", || another_owner(Case::new("create", "create.json"))),
        ("another owner deletes", || another_owner(Case::new("delete", "delete.json"))),
        ("a switch that is not there", || {
            Case::new("create", "create-iso-gen2.json")
                .set(&["virtualmachinename"], json!("i-2-99-VM"))
                .set(&["cloudstack.vm.details", "name"], json!("i-2-99-VM"))
                .host_key("network_switch", json!("None"))
        }),
        ("delete", delete),
        ("delete again", delete),
        ("statuses of two", statuses),
    ]
}

fn another_owner(case: Case) -> Case {
    let other = json!("99999999-aaaa-4bbb-8ccc-dddddddddddd");
    case.set(&["virtualmachineid"], other.clone()).set(&["cloudstack.vm.details", "uuid"], other)
}

/// Names of adapters and all sentences are German there.
fn on_a_german_host(powershell: &PowerShell) {
    let (english, german) =
        (Scene::new(powershell), Scene::with(powershell, Windows::new().language(Language::German)));
    for (step, call) in life() {
        assert_eq!(outcome(&german.host, &call), outcome(&english.host, &call), "{step}");
    }
}

/// Its server died: the VM is finished here, made anew elsewhere, and must not be reported off from here.
fn a_create_that_cloudstack_never_saw(powershell: &PowerShell) {
    let (here, there) = (finished(powershell), Scene::new(powershell));
    assert_eq!(method(&stop_unseen(&here)), "parked");
    let statuses = |scene: &Scene| Case::new("statuses", "statuses.json").on(&scene.host).run().reply();
    assert_eq!(statuses(&here)["power_state"][NAME], Value::Null);
    create(&there).run().succeeds("Instance created");
    assert_eq!(statuses(&there)["power_state"][NAME], "poweron");
    // Expunged there; what is left here waits until someone deletes it, by CloudStack or by hand.
    let delete = |scene: &Scene| Case::new("delete", "delete.json").on(&scene.host).run();
    assert_eq!(delete(&there).code, Some(0));
    assert_eq!(here.state().vms().len(), 1);
    assert_eq!(delete(&here).code, Some(0));
    assert_eq!(here.state().vms().len(), 0);
    // Or CloudStack comes back to this host.
    let here = finished(powershell);
    assert_eq!(method(&stop_unseen(&here)), "parked");
    create(&here).run().succeeds("Instance created");
    assert_eq!(statuses(&here)["power_state"][NAME], "poweron");
}

/// Reply (of an error only that it is one), exit code, VMs, and the files beside the disks.
fn outcome(host: &Host, call: &Call) -> Value {
    let ran = call().on(host).run();
    let mut reply = ran.reply();
    if reply["status"] == "error" {
        reply["error"] = json!("an error");
    }
    let state = host.state();
    let mut vms = json!(state.vms());
    for vm in vms.as_array_mut().unwrap() {
        vm["id"] = json!("GUID");
    }
    let files: Vec<_> = state.files().iter().filter(|file| file.starts_with(FOLDER)).collect();
    json!({"reply": reply, "code": ran.code, "vms": vms, "files": files})
}
