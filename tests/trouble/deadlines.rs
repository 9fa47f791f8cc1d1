//! Every action against a host that falls silent at one step, with 1, 2 and 5 seconds, and told to end meanwhile: each
//! answers in its time.

use std::thread;

use serde_json::json;
use simulated_host::{Action, Host, Options, Point, Rule, Verb};

use crate::case::{ACTIONS, Case};
use crate::judge::{self, Verdict};
use crate::table::{Cell, Job, Plan, Row};

const COLUMNS: &[&str] = &["connect", "login", "create", "command", "send", "receive", "delete", "query"];

pub(crate) fn plan() -> Plan {
    let rows = ACTIONS.into_iter().flat_map(|action| {
        // These two ask WMI first, and run a script where the host is told to.
        let ways: &[&str] = if action.starts_with("status") { &["wmi", "script"] } else { &["script"] };
        ways.iter().map(move |&way| {
            let job = move |column: usize| {
                let takes = match column {
                    0 | 1 => true,
                    7 => way == "wmi",
                    _ => way == "script",
                };
                takes.then(|| Box::new(move || silent_at(action, way, column)) as Job)
            };
            let name = if ways.len() > 1 { format!("{action} by {way}") } else { action.to_owned() };
            Row { name, cells: (0..COLUMNS.len()).map(job).collect() }
        })
    });
    Plan { title: "silence: 1, 2, 5 s, SIGTERM", columns: COLUMNS, rows: rows.collect() }
}

/// `ok` where an answer came within each time, and soon after the signal.
fn silent_at(action: &str, way: &str, column: usize) -> Cell {
    let point = match column {
        0 => Point::Connect,
        1 => Point::Negotiate,
        2 => Verb::Create.into(),
        3 => Verb::Command.into(),
        4 => Verb::Send.into(),
        5 => Verb::Receive.into(),
        6 => Verb::Delete.into(),
        _ => Verb::Enumerate.into(),
    };
    let silent = move || Host::start(Options::new().rule(Rule::new(point, Action::Silence))).unwrap();
    let case = |host: &Host, seconds: u64| {
        Case::new(action, &format!("{action}.json"))
            .on(host)
            .host_key("power_query", json!(way))
            .host_key("console_url", json!("https://gateway.example/{vm_id}"))
            .timeout(&seconds.to_string())
    };
    let verdicts: Vec<(String, Result<Verdict, String>)> = thread::scope(|scope| {
        let case = &case;
        let calls = [1, 2, 5].map(|seconds| {
            let call = move || {
                let host = silent();
                let ran = judge::in_time(case(&host, seconds).start(), seconds)?;
                // With less time there may be none to remove a shell on a machine that is busy.
                judge::call(&host, &ran, seconds < 5 || column == 6)
            };
            scope.spawn(move || (format!("{seconds} s"), call()))
        });
        let call = move || {
            let host = silent();
            let ran = judge::terminated(&host, point, case(&host, 60).start())?;
            judge::call(&host, &ran, column == 6)
        };
        let told = scope.spawn(move || ("SIGTERM".to_owned(), call()));
        calls.into_iter().chain([told]).map(|call| call.join().unwrap()).collect()
    });
    let mut shown = Vec::new();
    for (which, verdict) in verdicts {
        match verdict {
            Ok(verdict) if !shown.contains(&verdict.word()) => shown.push(verdict.word()),
            Ok(_) => {}
            Err(why) => return Cell { shown: "wrong".to_owned(), wrong: Some(format!("{which}: {why}")) },
        }
    }
    Cell { shown: shown.join("/"), wrong: None }
}
