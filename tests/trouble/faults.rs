//! Faults that the host plays at one step of a `create`, once or each time.

use std::net::SocketAddr;
use std::thread;
use std::time::Duration;

use serde_json::json;
use simulated_host::{Action, Fault, FaultForm, Host, Options, Point, Rule, Verb};

use crate::case::Case;
use crate::judge;
use crate::judge::Verdict::{self, Done, Nothing, Open};
use crate::relay::{Relay, Way};
use crate::table::{Job, Plan, Row};

const COLUMNS: &[&str] = &["connect", "login", "create", "command", "send", "receive", "delete"];

/// Seconds that a call has, and what it is spared where the trouble stays.
const SHORT: u64 = 4;

/// The quota codes of WinRM.
const QUOTAS: [u32; 13] = [
    2_150_858_815,
    2_150_859_173,
    2_150_859_174,
    2_150_859_175,
    2_150_859_176,
    2_150_859_179,
    2_150_859_236,
    2_150_859_237,
    2_150_859_238,
    2_150_859_239,
    2_150_859_240,
    2_150_859_241,
    2_150_859_242,
];

/// What is wanted of each step, in the order of [`COLUMNS`].
type Wanted = [Option<Verdict>; 7];

pub(crate) fn plan() -> Plan {
    const D: Option<Verdict> = Some(Done);
    const N: Option<Verdict> = Some(Nothing);
    const O: Option<Verdict> = Some(Open);
    let mut rows = vec![
        row("never answers", Action::Silence, Times::Always, [N, N, N, N, O, O, D]),
        row("does it, never answers", Action::SilenceAfter, Times::Always, [None, N, N, N, D, O, D]),
        row("does it, does not answer once", Action::SilenceAfter, Times::Once, [None, N, N, N, D, O, D]),
        row("reset before, once", Action::Reset, Times::Once, [D, D, D, D, O, D, D]),
        row("reset while it arrives, once", Action::ResetWithin, Times::Once, [None, None, D, D, O, D, D]),
        row("does it, reset, once", Action::ResetAfter, Times::Once, [None, D, D, D, D, O, D]),
        row("answer cut in the middle, once", Action::Cut, Times::Once, [None, D, D, D, D, O, D]),
        row("reset before, each time", Action::Reset, Times::Always, [N, N, N, N, O, O, D]),
        row("does it, reset, each time", Action::ResetAfter, Times::Always, [None, N, N, N, D, O, D]),
        row("503, once", Action::status(503), Times::Once, [None, D, D, D, D, D, D]),
        row("503, each time", Action::status(503), Times::Always, [None, N, N, N, N, O, D]),
        row("answers after 300 ms", Action::Slow(Duration::from_millis(300)), Times::Always, [D; 7]),
        refused_for_three_seconds(),
    ];
    for code in QUOTAS {
        for (form, name) in [(FaultForm::WsManFault, "WSManFault"), (FaultForm::WmiError, "MSFT_WmiError")] {
            let full = Action::Fault(Fault::with_code(code).in_form(form));
            // The two that a user runs into, at each step; the others are told by the same rule.
            let rest = if matches!(code, 2_150_859_173 | 2_150_859_174) { D } else { None };
            let wanted = [None, None, D, rest, rest, rest, rest];
            rows.push(row(&format!("quota {code} as {name}, twice"), full, Times::Twice, wanted));
        }
    }
    rows.push(row("told to end (SIGTERM) in a silence", Action::Silence, Times::Signal, [N, N, N, N, O, O, D]));
    Plan { title: "create, and the host", columns: COLUMNS, rows }
}

#[derive(Clone, Copy, Eq, PartialEq)]
enum Times {
    Once,
    Twice,
    Always,
    /// Each time, and the call is told to end meanwhile.
    Signal,
}

fn point(column: usize) -> Point {
    match column {
        0 => Point::Connect,
        1 => Point::Negotiate,
        2 => Verb::Create.into(),
        3 => Verb::Command.into(),
        4 => Verb::Send.into(),
        5 => Verb::Receive.into(),
        _ => Verb::Delete.into(),
    }
}

fn row(name: &str, action: Action, times: Times, wanted: Wanted) -> Row {
    let job = |(column, wanted): (usize, Option<Verdict>)| {
        let action = action.clone();
        wanted.map(|wanted| Box::new(move || play(point(column), action.clone(), times, wanted)) as Job)
    };
    Row { name: name.to_owned(), cells: wanted.into_iter().enumerate().map(job).collect() }
}

fn play(point: Point, action: Action, times: Times, wanted: Verdict) -> crate::table::Cell {
    let rule = Rule::new(point, action);
    let (rule, seconds) = match times {
        Times::Once => (rule.first(1), 30),
        Times::Twice => (rule.first(2), 30),
        Times::Always => (rule, SHORT),
        Times::Signal => (rule, 60),
    };
    // A silence is only over with the call.
    let seconds = if matches!(times, Times::Once) && wanted != Done { SHORT } else { seconds };
    let host = Host::start(Options::new().rule(rule)).unwrap();
    let running = Case::new("create", "create.json").on(&host).timeout(&seconds.to_string()).start();
    let ran = match times {
        Times::Signal => judge::terminated(&host, point, running),
        _ => judge::in_time(running, seconds),
    };
    // A host that does not hear the farewell keeps the shell until its idle time-out.
    let stays = point == Verb::Delete.into() && matches!(times, Times::Always | Times::Signal);
    let judged = ran.as_ref().map_err(String::clone).and_then(|ran| judge::create(&host, ran, stays));
    judge::cell(judged, &[wanted], ran.as_ref().ok())
}

/// A host that is just starting: nothing listens, then all is well. The address is one that no other test takes meanwhile.
fn refused_for_three_seconds() -> Row {
    let job: Job = Box::new(|| {
        let host = Host::start(Options::new()).unwrap();
        let address = SocketAddr::from(([127, 0, 0, 77], host.port()));
        // Its certificate is for another address.
        let case = Case::new("create", "create.json").on(&host).host_key("url", json!(address.to_string()));
        let case = case.host_key("tls_fingerprint", json!(host.fingerprint()));
        let running = case.timeout("30").start();
        thread::sleep(Duration::from_secs(3));
        let _relay = Relay::at(address, host.port(), Way::ToTheHost, u64::MAX);
        let ran = judge::in_time(running, 30);
        let judged = ran.as_ref().map_err(String::clone).and_then(|ran| judge::create(&host, ran, false));
        judge::cell(judged, &[Done], ran.as_ref().ok())
    });
    let mut cells: Vec<Option<Job>> = COLUMNS.iter().map(|_| None).collect();
    cells[0] = Some(job);
    Row { name: "connection refused for 3 s".to_owned(), cells }
}
