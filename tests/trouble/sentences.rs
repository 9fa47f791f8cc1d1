//! What hosts say instead of an answer, and the remedy that the operator reads.

use simulated_host::{Action, Fault, Host, Options, Point, Rule, Verb};

use crate::case::Case;
use crate::judge::{self, Verdict};
use crate::table::{Cell, Job, Plan, Row};

const COLUMNS: &[&str] = &["login", "create", "command", "status"];

pub(crate) fn plan() -> Plan {
    let fault = |code| Action::Fault(Fault::with_code(code));
    let rows: Vec<(&str, Action, &'static str)> = vec![
        ("access denied (5)", fault(5), "must be an administrator"),
        ("shells not allowed (2150859180)", fault(2_150_859_180), "AllowRemoteShellAccess"),
        ("403", Action::status(403), "IP filter"),
        ("404", Action::status(404), "no WinRM at this path"),
        ("405", Action::status(405), "not WinRM"),
        ("413", Action::status(413), "MaxEnvelopeSizekb"),
        ("500 without SOAP", Action::status(500), "not well"),
        ("500 with a proxy's page", Action::page(500), "it says"),
        ("200 with a proxy's page", Action::page(200), "a proxy in between"),
    ];
    let rows = rows.into_iter().map(|(name, action, words)| {
        let job = |column: usize| {
            // A login is answered before there is any SOAP.
            let fits = column != 0 || !matches!(action, Action::Fault(_));
            let fits = fits && (column != 3 || !name.starts_with("shells"));
            let action = action.clone();
            fits.then(|| Box::new(move || told(column, &action, words)) as Job)
        };
        Row { name: name.to_owned(), cells: (0..COLUMNS.len()).map(job).collect() }
    });
    Plan { title: "one sentence with its remedy", columns: COLUMNS, rows: rows.collect() }
}

fn told(column: usize, action: &Action, words: &str) -> Cell {
    let (point, call) = match column {
        0 => (Point::Negotiate, "create"),
        1 => (Verb::Create.into(), "create"),
        2 => (Verb::Command.into(), "create"),
        _ => (Point::AnyVerb, "status"),
    };
    let host = Host::start(Options::new().rule(Rule::new(point, action.clone()))).unwrap();
    let case = Case::new(call, &format!("{call}.json")).on(&host).timeout("10");
    let ran = judge::in_time(case.start(), 10);
    let judged = ran.as_ref().map_err(String::clone).and_then(|ran| judge::create(&host, ran, false));
    let cell = judge::cell(judged, &[Verdict::Nothing], ran.as_ref().ok());
    match ran {
        Ok(ran) if cell.wrong.is_none() && !ran.stdout.contains(words) => {
            Cell { wrong: Some(format!("no {words:?} in {}", ran.stdout.trim_end())), ..cell }
        }
        _ => cell,
    }
}
