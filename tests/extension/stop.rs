//! `stop` against the model of Hyper-V.

use serde_json::json;
use simulated_host::{Host, Options, PowerState, World};

use crate::case::Case;

const NAME: &str = "i-2-45-VM";

fn stop(fixture: &str, host: &Host, method: &str) {
    let ran = Case::new("stop", fixture).on(host).run();
    let expected = json!({"status": "success", "message": "Instance stopped", "method": method});
    assert_eq!((ran.reply(), ran.code), (expected, Some(0)), "log:\n{}", ran.log);
}

#[test]
fn a_running_vm_is_off_and_stays_so() {
    let host = Host::start(Options::new()).unwrap();
    Case::new("create", "create.json").on(&host).run().succeeds("Instance created");
    stop("stop.json", &host, "graceful");
    assert_eq!(host.state().vm(NAME).unwrap().state, PowerState::Off);
    stop("stop.json", &host, "off");
}

#[test]
fn a_vm_that_is_not_there_is_stopped() {
    let host = Host::start(Options::new()).unwrap();
    stop("stop.json", &host, "absent");
    stop("stop-after-failed-create.json", &host, "absent");
}

#[test]
fn a_vm_that_cloudstack_never_saw_makes_room_and_comes_back() {
    let host = Host::start(Options::new()).unwrap();
    Case::new("create", "create.json").on(&host).run().succeeds("Instance created");
    stop("stop-after-failed-create.json", &host, "parked");
    assert!(host.state().vm(NAME).is_none());
    assert_eq!(host.state().vms().len(), 1);
    Case::new("create", "create.json").on(&host).run().succeeds("Instance created");
    assert_eq!(host.state().vm(NAME).unwrap().state, PowerState::Running);
    assert_eq!(host.state().vms().len(), 1);
}

#[test]
fn a_foreign_vm_keeps_running() {
    let host = Host::start(Options::new().world(World::default().with_foreign_vm(NAME))).unwrap();
    let before = host.state().inventory;
    Case::new("stop", "stop.json").on(&host).run().fails(&[NAME, "nothing was touched"]);
    assert_eq!(host.state().inventory, before);
}

#[test]
fn a_wrong_timeout_is_refused() {
    let host = Host::start(Options::new()).unwrap();
    let case = Case::new("stop", "stop.json").on(&host).vm_key("shutdown_timeout", json!("soon"));
    case.run().fails(&["externaldetails.virtualmachine.shutdown_timeout"]);
    assert_eq!(host.state().counters.connections, 0);
}
