//! What each action needs of its payload: that and nothing else.

use serde_json::{Value, json};
use simulated_host::{Host, Options, World};

use crate::case::Case;

const NAME: &str = "i-2-45-VM";

/// Keys that an action needs beside the connection's.
struct Needs {
    action: &'static str,
    host: &'static [&'static str],
    template: &'static [&'static str],
    vm: &'static [&'static str],
}

const NEEDS: [Needs; 14] = [
    Needs { action: "prepare", host: &[SWITCH, "vhd_path", "vm_path"], template: TEMPLATE, vm: &["name", "nics"] },
    Needs {
        action: "create",
        host: &[SWITCH, "vhd_path", "vm_path"],
        template: TEMPLATE,
        vm: &["name", "cpus", "maxRam", "nics"],
    },
    Needs { action: "start", host: &[SWITCH, "vhd_path"], template: &[], vm: &["name", "cpus", "maxRam", "nics"] },
    Needs { action: "stop", host: &["vhd_path"], template: &[], vm: &["name"] },
    Needs { action: "reboot", host: &[SWITCH, "vhd_path"], template: &[], vm: &["name", "nics"] },
    Needs { action: "delete", host: &["vhd_path"], template: &[], vm: &["name"] },
    Needs { action: "status", host: &[], template: &[], vm: &["name"] },
    Needs { action: "statuses", host: &[], template: &[], vm: &[] },
    Needs { action: "Suspend", host: &["vhd_path"], template: &[], vm: &["name"] },
    Needs { action: "Resume", host: &["vhd_path"], template: &[], vm: &["name"] },
    Needs { action: "CreateSnapshot", host: &["vhd_path"], template: &[], vm: &["name"] },
    Needs { action: "ListSnapshots", host: &["vhd_path"], template: &[], vm: &["name"] },
    Needs { action: "RestoreSnapshot", host: &["vhd_path"], template: &[], vm: &["name"] },
    Needs { action: "DeleteSnapshot", host: &["vhd_path"], template: &[], vm: &["name"] },
];

const SWITCH: &str = "network_switch";
const TEMPLATE: &[&str] = &["template_path"];
const CONNECTION: [&str; 3] = ["url", "username", "password"];

/// A power state belongs to a name.
fn needs_uuid(action: &str) -> bool {
    !["status", "statuses"].contains(&action)
}

fn fixture(action: &str) -> String {
    format!("{action}.json")
}

#[test]
fn each_key_that_is_needed_is_named_where_it_is_missing() {
    let host = Host::start(Options::new()).unwrap();
    for Needs { action, host: host_keys, template, vm } in NEEDS {
        let levels = [
            ("externaldetails.host", &CONNECTION[..]),
            ("externaldetails.host", host_keys),
            ("externaldetails.virtualmachine", template),
            ("cloudstack.vm.details", vm),
        ];
        for (level, key) in levels.into_iter().flat_map(|(level, keys)| keys.iter().map(move |key| (level, *key))) {
            let case = Case::new(action, &fixture(action)).on(&host);
            let case = match level {
                "cloudstack.vm.details" => case.set(&[level, key], Value::Null),
                _ => case.set(&["externaldetails", level.trim_start_matches("externaldetails."), key], Value::Null),
            };
            fails_naming(&case, &[&format!("`{level}.{key}`"), "missing; "]);
        }
        if needs_uuid(action) {
            let case = Case::new(action, &fixture(action)).on(&host).set(&["virtualmachineid"], Value::Null);
            fails_naming(&case.set(&["cloudstack.vm.details", "uuid"], Value::Null), &["virtualmachineid"]);
        }
    }
    assert_eq!(host.state().counters.connections, 0);
}

/// A tenant does not read the key, so that the log must name it.
#[track_caller]
fn fails_naming(case: &Case, words: &[&str]) {
    let ran = case.run();
    assert_eq!(ran.code, Some(1), "{}", ran.stdout);
    let error = ran.reply()["error"].as_str().unwrap().to_owned();
    let logged =
        error.rsplit_once("under ").map(|(_, id)| ran.log.lines().filter(|line| line.contains(id)).collect::<String>());
    let told = logged.unwrap_or(error);
    assert!(words.iter().all(|word| told.contains(word)), "no {words:?} in {told}");
}

#[test]
fn nothing_else_is_needed() {
    for Needs { action, host: host_keys, template, vm } in NEEDS {
        let world = match action {
            "prepare" | "create" => World::default(),
            _ => World::default().with_unmarked_vm(NAME),
        };
        let host = Host::start(Options::new().world(world)).unwrap();
        if ["RestoreSnapshot", "DeleteSnapshot"].contains(&action) {
            assert_eq!(Case::new("CreateSnapshot", "CreateSnapshot.json").on(&host).run().code, Some(0));
        }
        let bare = Case::new(action, &fixture(action)).on(&host).change(|payload| {
            let details = |level: &str, keys: &[&str], more: &[&str]| {
                let all = payload["externaldetails"][level].as_object().cloned().unwrap_or_default();
                let is_kept = |key: &String| keys.contains(&key.as_str()) || more.contains(&key.as_str());
                Value::Object(all.into_iter().filter(|(key, _)| is_kept(key)).collect())
            };
            let connection = ["url", "username", "password", "tls_ca_file"];
            let mut bare = json!({"externaldetails": {"host": details("host", host_keys, &connection)}});
            if !template.is_empty() {
                bare["externaldetails"]["virtualmachine"] = details("virtualmachine", template, &[]);
            }
            if needs_uuid(action) {
                bare["virtualmachineid"] = payload["virtualmachineid"].clone();
            }
            if let Some(parameters) = payload.get("parameters") {
                bare["parameters"] = parameters.clone();
            }
            for key in vm {
                bare["cloudstack.vm.details"][key] = payload["cloudstack.vm.details"][key].clone();
            }
            *payload = bare;
        });
        let ran = bare.run();
        assert_eq!(ran.code, Some(0), "{action}: {}", ran.stdout);
    }
}

/// Every action reads the name and the UUID of a VM by the same rules.
#[test]
fn a_wrong_value_is_refused_by_every_action_that_reads_it() {
    let of_a_vm = ["prepare", "start", "reboot", "delete", "status"];
    let by_uuid = ["prepare", "start", "reboot", "delete"];
    let wrong = [
        ("cloudstack.vm.details", "name", "$(x)", &of_a_vm[..]),
        ("", "virtualmachinename", "i-2-99-VM", &of_a_vm),
        ("", "virtualmachineid", "45", &by_uuid),
        ("externaldetails.host", "vhd_path", r"\\filer\vms", &by_uuid),
        ("externaldetails.host", "shutdown_timeout", "soon", &["stop", "reboot"]),
        ("externaldetails.virtualmachine", "generation", "3", &["prepare"]),
    ];
    let host = Host::start(Options::new()).unwrap();
    for (level, key, value, actions) in wrong {
        for action in actions {
            let path: Vec<_> = match level.split_once("externaldetails.") {
                Some((_, level)) => vec!["externaldetails", level, key],
                None => [level, key].into_iter().filter(|part| !part.is_empty()).collect(),
            };
            let case = Case::new(action, &fixture(action)).on(&host).set(&path, json!(value));
            case.run().fails(&[format!("{level}.{key}").trim_start_matches('.'), " must "]);
        }
    }
    // A NIC without a network may be prepared and not run.
    for action in ["start", "reboot"] {
        let case = Case::new(action, &fixture(action)).on(&host).nic_key(0, "broadcastUri", json!(null));
        case.run().fails(&["cloudstack.vm.details.nics[0].broadcastUri", "missing"]);
    }
    assert_eq!(host.state().counters.connections, 0);
}
