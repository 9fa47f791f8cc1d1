//! One VM's life, through the model and through PowerShell. Where they differ, the model is wrong.

use serde_json::{Value, json};
use simulated_host::{Host, Options, PowerShell};

use crate::Scenario;
use crate::case::Case;
use crate::scene::Scene;
use crate::world::FOLDER;

pub(crate) const SCENARIOS: &[Scenario] = &[("life::both_executors_agree", both_executors_agree)];

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
    let stop: Call = || Case::new("stop", "stop.json");
    vec![
        ("stop before anything", stop),
        ("create", create),
        ("create again", create),
        ("another VLAN", || Case::new("create", "create.json").nic_key(0, "broadcastUri", json!("vlan://200"))),
        ("untagged", || Case::new("create", "create.json").nic_key(0, "broadcastUri", json!("vlan://untagged"))),
        ("stop", stop),
        ("stop again", stop),
        ("create a stopped one", create),
        ("three NICs", || Case::new("create", "create-three-nics.json")),
        ("from an ISO", || Case::new("create", "create-iso-gen1.json")),
        ("another owner", || {
            let other = json!("99999999-aaaa-4bbb-8ccc-dddddddddddd");
            Case::new("create", "create.json")
                .set(&["virtualmachineid"], other.clone())
                .set(&["cloudstack.vm.details", "uuid"], other)
        }),
        ("a switch that is not there", || {
            Case::new("create", "create-iso-gen2.json")
                .set(&["virtualmachinename"], json!("i-2-99-VM"))
                .set(&["cloudstack.vm.details", "name"], json!("i-2-99-VM"))
                .host_key("network_switch", json!("None"))
        }),
    ]
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
