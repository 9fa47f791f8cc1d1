//! Values that would do harm if anything took them for code: refused by a rule, or carried byte for byte. Never run.

use std::fs;

use serde_json::{Value, json};
use simulated_host::{Host, Options, PowerShell, Windows};
use tempfile::TempDir;

use crate::Scenario;
use crate::case::Case;
use crate::scene::Scene;
use crate::world::{NAME, create};

pub(crate) const SCENARIOS: &[Scenario] = &[
    ("hostile::every_field_refuses_or_carries", every_field_refuses_or_carries),
    ("hostile::every_string_of_the_payload", every_string_of_the_payload),
    ("hostile::a_switch_may_have_any_name_1", |it| a_switch_may_have_any_name(it, 0)),
    ("hostile::a_switch_may_have_any_name_2", |it| a_switch_may_have_any_name(it, 1)),
    ("hostile::a_template_may_have_any_name_that_windows_takes", a_template_may_have_any_name_that_windows_takes),
];

/// Each with a command that would leave a file, where its kind can hold one.
fn values(tripwire: &str) -> Vec<String> {
    let run = format!("[IO.File]::WriteAllText('{tripwire}','ran')");
    let quotes = "'\u{2018}\u{2019}\u{201a}\u{201b}\"\u{201c}\u{201d}\u{201e}";
    let mut values: Vec<String> = quotes.chars().map(|quote| format!("x{quote};{run};{quote}")).collect();
    values.extend([
        format!("$({run})"),
        format!("x\"$({run})"),
        "${env:PATH}".to_owned(),
        format!("`; {run} #"),
        format!("x; {run}"),
        format!("x | & {{ {run} }}"),
        "%PATH% & whoami".to_owned(),
        format!("x #> {run}"),
        format!("@' {run} '@"),
        "--% /c whoami".to_owned(),
        "#end 5".to_owned(),
        "\u{1f600} caf\u{e9} \u{202e}".to_owned(),
    ]);
    values
}

/// Characters that no field takes.
const CONTROL: [&str; 4] = ["a\nb", "a\r\n#end 3\r\nb", "a\0b", "a\u{1b}[2J"];

fn tripwire() -> (TempDir, String) {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("ran").to_str().unwrap().to_owned();
    (folder, path)
}

#[track_caller]
fn assert_nothing_ran(tripwire: &str) {
    assert!(fs::metadata(tripwire).is_err(), "something was run");
}

/// Against the model, which runs nothing: what counts is that the program refuses by a rule, before a connection, or that the very
/// value arrives.
fn every_field_refuses_or_carries(_: &PowerShell) {
    let host = Host::start(Options::new()).unwrap();
    let (_folder, tripwire) = tripwire();
    let fields: [&[&str]; 11] = [
        &["cloudstack.vm.details", "name"],
        &["cloudstack.vm.details", "uuid"],
        &["virtualmachinename"],
        &["virtualmachineid"],
        &["externaldetails", "host", "vhd_path"],
        &["externaldetails", "host", "vm_path"],
        &["externaldetails", "host", "verify_tls_certificate"],
        &["externaldetails", "virtualmachine", "generation"],
        &["externaldetails", "virtualmachine", "secure_boot"],
        &["externaldetails", "host", "port"],
        &["externaldetails", "host", "log_level"],
    ];
    for field in fields {
        for value in values(&tripwire).iter().map(String::as_str).chain(CONTROL) {
            let ran = Case::new("create", "create.json").on(&host).set(field, json!(value)).run();
            ran.fails(&["payload field"]);
        }
    }
    for key in ["mac", "broadcastUri"] {
        for value in values(&tripwire).iter().map(String::as_str).chain(CONTROL) {
            let ran = Case::new("create", "create.json").on(&host).nic_key(0, key, json!(value)).run();
            ran.fails(&["payload field", key]);
        }
    }
    let long = "x".repeat(10_000);
    for field in fields.into_iter().chain([
        ["externaldetails", "host", "network_switch"].as_slice(),
        &["externaldetails", "virtualmachine", "template_path"],
    ]) {
        Case::new("create", "create.json").on(&host).set(field, json!(long)).run().fails(&["payload field"]);
    }
    for value in CONTROL {
        let ran = Case::new("create", "create.json").on(&host).host_key("network_switch", json!(value)).run();
        ran.fails(&["network_switch", "control characters"]);
    }
    assert_eq!(host.state().counters.connections, 0);
    // Half of a pair is no text at all.
    let half = Case::new("create", "create.json").on(&host);
    half.text_of_payload(|text| text.replace("External vSwitch", "\\ud83d")).run().fails(&["is not JSON"]);
}

/// Whatever string it is, of this VM or of CloudStack: one line comes back, and what reached the host is data.
fn every_string_of_the_payload(_: &PowerShell) {
    let (_folder, tripwire) = tripwire();
    let values = values(&tripwire);
    let some = [&values[0], &values[4], &values[9], &values[10], &values[19]];
    let mut paths = Vec::new();
    Case::new("create", "create.json").change(|payload| paths = strings(payload, &mut Vec::new()));
    assert!(paths.len() > 40, "{} strings", paths.len());
    let host = Host::start(Options::new()).unwrap();
    for path in paths.iter().filter(|path| !path.ends_with(&["url".to_owned()])) {
        for value in some.into_iter().map(String::as_str).chain(["a\nb"]) {
            let case = Case::new("create", "create.json").on(&host);
            let ran = case.change(|payload| *at(payload, path) = json!(value)).run();
            let status = ran.reply()["status"].clone();
            assert!(status == "success" || ran.code == Some(1), "{path:?}");
        }
        assert_nothing_ran(&tripwire);
    }
}

/// The paths of all strings below a value.
fn strings(value: &Value, path: &mut Vec<String>) -> Vec<Vec<String>> {
    let children: Vec<(String, &Value)> = match value {
        Value::String(_) => return vec![path.clone()],
        Value::Object(object) => object.iter().map(|(key, value)| (key.clone(), value)).collect(),
        Value::Array(items) => items.iter().enumerate().map(|(at, value)| (at.to_string(), value)).collect(),
        _ => Vec::new(),
    };
    let mut found = Vec::new();
    for (key, child) in children {
        path.push(key);
        found.extend(strings(child, path));
        path.pop();
    }
    found
}

fn at<'v>(value: &'v mut Value, path: &[String]) -> &'v mut Value {
    path.iter().fold(value, |value, key| match value {
        Value::Array(items) => &mut items[key.parse::<usize>().unwrap()],
        other => &mut other[key.as_str()],
    })
}

fn a_switch_may_have_any_name(powershell: &PowerShell, share: usize) {
    let (_folder, tripwire) = tripwire();
    for name in values(&tripwire).iter().skip(share).step_by(2) {
        let scene = Scene::with(powershell, Windows::new().with_switch(name));
        create(&scene).host_key("network_switch", json!(name)).run().succeeds("Instance created");
        assert_eq!(scene.state().vm(NAME).unwrap().nics[0].switch.as_ref(), Some(name));
        assert_nothing_ran(&tripwire);
    }
}

fn a_template_may_have_any_name_that_windows_takes(powershell: &PowerShell) {
    for name in [
        "a'b $(throw) ${x} ; & %PATH%",
        "\u{2018}\u{2019}\u{201c}\u{201d}",
        "caf\u{e9} \u{1f600} #end 5",
        "--%",
        "@'x'@",
    ] {
        let path = format!(r"D:\Templates\{name}.vhdx");
        let scene = Scene::with(powershell, Windows::new().with_disk(&path, 10 << 30));
        create(&scene).vm_key("template_path", json!(path)).run().succeeds("Instance created");
        assert_eq!(scene.read(crate::world::DISK).unwrap(), scene.read(&path).unwrap());
    }
}
