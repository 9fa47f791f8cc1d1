//! The machines of a PowerShell's world, as WMI tells of them: the same as a script sees, without starting one.

use crate::client::Client;
use crate::enumerate::{all, values};
use serde_json::{Value, json};
use simulated_host::{Language, Options, PowerShell, StandIn, Windows};

const SINCE: &str = "2026-01-01T00:00:00.5000000Z";

fn machine(name: &str, state: &str, more: Value) -> Value {
    let mut machine = json!({"Name": name, "State": state, "StateChanged": SINCE});
    machine.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    machine
}

fn open(windows: Windows) -> Option<StandIn> {
    PowerShell::find().map(|powershell| windows.open(powershell).unwrap())
}

#[test]
fn rows_come_from_the_state_itself() {
    let due = json!({"Pending": {"At": "2026-02-01T00:00:00Z", "State": "Off"}});
    let later = json!({"Pending": {"At": "2126-02-01T00:00:00Z", "State": "Off"}});
    let windows = Windows::new()
        .language(Language::German)
        .with_machine(machine("a", "RunningCritical", json!({"Id": "11111111-2222-3333-4444-55555555555a"})))
        .with_machine(machine("b", "Saved", json!({"ReplicationMode": 2, "ReplicationState": 4})))
        .with_machine(machine("c", "Running", due))
        .with_machine(machine("d", "Running", later))
        .with_machine(machine("e", "FastSaved", json!({"StateChanged": ""})));
    let Some(windows) = open(windows) else { return };
    let host = windows.host(Options::new()).unwrap();
    let envelope = all();
    let more = envelope.text().replace("SELECT Name", "SELECT Caption, ReplicationMode, ReplicationState, Name");
    let reply = Client::logged_in(&host).soap(&more);
    assert_eq!(values(&reply, "ElementName"), ["HV01", "a", "b", "c", "d", "e"]);
    assert_eq!(values(&reply, "Name")[..2], ["HV01", "11111111-2222-3333-4444-55555555555A"]);
    assert_eq!(values(&reply, "EnabledState"), ["2", "2", "32769", "3", "2", "32779"]);
    assert_eq!(values(&reply, "ReplicationMode"), ["0", "0", "2", "0", "0", "0"]);
    assert_eq!(values(&reply, "ReplicationState"), ["0", "0", "4", "0", "0", "0"]);
    let since = "2026-01-01T00:00:00.500000Z";
    assert_eq!(values(&reply, "Datetime"), [since, since, "2026-02-01T00:00:00.000000Z", since]);
    assert_eq!(values(&reply, "Caption")[..2], ["Hostcomputersystem", "Virtueller Computer"]);
    assert_eq!(host.state().counters.powershell_starts, 0);
    assert_eq!(windows.internal_errors(), None);
}

#[test]
fn the_hosts_clock_and_the_accounts_rights_count() {
    let day = 24 * 60 * 60;
    let Some(windows) = open(Windows::new().host("ClockOffsetSeconds", -3650 * day).with_machine(json!({"Name": "a"})))
    else {
        return;
    };
    let host = windows.host(Options::new()).unwrap();
    let reply = Client::logged_in(&host).soap(&all().text());
    let year: i32 = reply.all("date")[0].split(' ').nth(3).unwrap().parse().unwrap();
    // What the stand-in has not looked at yet changes when it is first looked at.
    let changed: i32 = values(&reply, "Datetime")[0].split('-').next().unwrap().parse().unwrap();
    assert_eq!(year, changed);
    assert!(year < 2020, "{year}");

    let windows = open(Windows::new().without_rights().with_machine(json!({"Name": "a"}))).unwrap();
    let host = windows.host(Options::new()).unwrap();
    let reply = Client::logged_in(&host).soap(&all().text());
    assert_eq!((reply.status, values(&reply, "Name").len()), (200, 0), "{}", reply.body);

    let windows = open(Windows::new().vmms_dead()).unwrap();
    let host = windows.host(Options::new()).unwrap();
    assert_eq!(Client::logged_in(&host).soap(&all().text()).fault_code(), 2_147_944_122);
}

#[test]
fn a_script_sees_the_same() {
    let windows = Windows::new()
        .with_machine(machine("a", "Running", json!({})))
        .with_machine(machine("b", "Saved", json!({})))
        .with_machine(machine("c", "Paused", json!({})));
    let Some(mut session) = crate::session::Session::start(windows) else { return };
    let script = "foreach ($s in @(Get-CimInstance -Namespace root/virtualization/v2 -ClassName Msvm_ComputerSystem)) { \
                  '{0} {1} {2}' -f $s.Name, $s.ElementName, $s.EnabledState }";
    let said = session.on_hyper_v(script);
    let reply = Client::logged_in(&session.host).soap(&all().text());
    let (ids, names, states) = (values(&reply, "Name"), values(&reply, "ElementName"), values(&reply, "EnabledState"));
    let rows: Vec<_> = (0..ids.len()).map(|at| format!("{} {} {}", ids[at], names[at], states[at])).collect();
    assert_eq!(said.lines().collect::<Vec<_>>(), rows);
    assert_eq!(rows.len(), 4);
}
