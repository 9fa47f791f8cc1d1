//! What each action asks of its script, and what it makes of the answer.

use std::path::Path;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use powershell::Nonce;
use serde_json::{Value, json};

use super::perform;
use crate::deadline::Deadline;
use crate::error::Error;
use crate::payload::Payload;
use crate::remote::{Remote, Renderable};
use crate::request::{ActionName, Request};

/// Gives one answer, and keeps what the script was asked.
struct Played {
    answer: Value,
    call: Value,
}

impl Remote for Played {
    fn answer(&mut self, script: &dyn Renderable) -> Result<Value, Error> {
        let deadline = Deadline::new(Instant::now(), Duration::from_secs(60));
        let rendered = script.render(Nonce::new([0; 16]), deadline).unwrap();
        let token = rendered.input.lines().next().unwrap();
        self.call = serde_json::from_slice(&BASE64_STANDARD.decode(token).unwrap()).unwrap();
        Ok(self.answer.clone())
    }
}

/// The script's name with its arguments, and the line of the reply.
fn play(action: &str, answer: Value) -> ((Value, Value), String) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/payloads");
    let payload = Payload::read(&folder.join(format!("{action}.json"))).unwrap();
    let deadline = Deadline::new(Instant::now(), Duration::from_secs(60));
    let request = Request::new(ActionName::parse(action).unwrap(), &payload, deadline).unwrap();
    let mut remote = Played { answer, call: Value::Null };
    let reply = perform(&request, &mut remote).unwrap();
    ((remote.call["script"].take(), remote.call["arguments"].take()), reply.line().unwrap())
}

const UUID: &str = "126f4562-1f0f-4313-875e-6150cabeb72f";
const DISKS: &str = r"D:\Hyper-V\Virtual Hard Disks";

fn nics() -> Value {
    json!([{"Name": "NIC1", "MacAddress": "020100CC0001", "SwitchName": "External vSwitch", "VlanId": 100}])
}

#[test]
fn prepare() {
    let (call, reply) = play("prepare", json!({"FreeBytes": 5}));
    let arguments = json!({
        "Name": "i-2-45-VM", "Uuid": UUID, "VhdPath": DISKS, "VmPath": r"D:\Hyper-V\Virtual Machines",
        "TemplatePath": r"D:\Templates\ubuntu2404.vhdx", "SwitchNames": ["External vSwitch"],
    });
    assert_eq!(call, (json!("prepare"), arguments));
    assert_eq!(reply, "{}");
    assert_eq!(play("prepare", json!({})).1, "{}");
}

#[test]
fn start() {
    let (call, reply) = play("start", json!({"Id": "0", "Before": "Off", "State": "Running"}));
    let arguments = json!({
        "Name": "i-2-45-VM", "Uuid": UUID, "VhdPath": DISKS,
        "Processors": 2, "MemoryBytes": 2_147_483_648_u64, "Nics": nics(),
    });
    assert_eq!(call, (json!("start"), arguments));
    assert_eq!(reply, r#"{"status":"success","message":"Instance started"}"#);
}

#[test]
fn reboot() {
    for method in ["guest_reboot", "shutdown_and_start", "hard_reset", "started"] {
        let (call, reply) = play("reboot", json!({"Method": method}));
        let arguments =
            json!({"Name": "i-2-45-VM", "Uuid": UUID, "VhdPath": DISKS, "Nics": nics(), "ShutdownSeconds": 120});
        assert_eq!(call, (json!("reboot"), arguments));
        assert_eq!(reply, format!(r#"{{"status":"success","message":"Instance rebooted","method":"{method}"}}"#));
    }
}

#[test]
fn delete() {
    let (call, reply) = play("delete", json!({"Found": true, "Kept": []}));
    assert_eq!(call, (json!("delete"), json!({"Name": "i-2-45-VM", "Uuid": UUID, "VhdPath": DISKS})));
    assert_eq!(reply, r#"{"status":"success","message":"Instance deleted"}"#);
    let (_, reply) = play("delete", json!({"Found": true, "Kept": [r"D:\a.vhdx: b"]}));
    assert_eq!(reply, r#"{"status":"success","message":"Instance deleted","kept":["D:\\a.vhdx: b"]}"#);
}

#[test]
fn power_states() {
    let rows = json!({"Rows": [{"Name": "web", "State": 3}, {"Name": "i-2-45-VM", "State": 2}]});
    let (call, reply) = play("status", rows.clone());
    assert_eq!(call, (json!("power-states"), json!({"Name": "i-2-45-VM"})));
    assert_eq!(reply, r#"{"status":"success","power_state":"poweron"}"#);
    let (call, reply) = play("statuses", rows);
    assert_eq!(call, (json!("power-states"), json!({"Name": null})));
    assert_eq!(reply, r#"{"status":"success","power_state":{"i-2-45-VM":"poweron","web":"poweroff"}}"#);
}
