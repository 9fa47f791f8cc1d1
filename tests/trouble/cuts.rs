//! The connection of a `create` is cut at a byte: anywhere in TLS, login and messages, on the way there and back.

use std::thread;

use serde_json::json;
use simulated_host::{Host, Options};

use crate::case::Case;
use crate::judge::{self, Verdict};
use crate::relay::{Relay, Way};
use crate::table::{Cell, Job, Plan, Row};

/// How many cuts a cell has.
const CUTS: u64 = 4;

const COLUMNS: &[&str] = &["0 %", "10 %", "20 %", "30 %", "40 %", "50 %", "60 %", "70 %", "80 %", "90 %"];

pub(crate) fn plan() -> Plan {
    let rows = [(Way::ToTheHost, "cut on the way there, once"), (Way::FromTheHost, "cut on the way back, once")].map(
        |(way, name)| {
            let all = whole(way);
            let job = |tenth: u64| Some(Box::new(move || cut(way, all, tenth)) as Job);
            Row { name: name.to_owned(), cells: (0..10).map(job).collect() }
        },
    );
    Plan { title: "create, and the byte", columns: COLUMNS, rows: rows.into() }
}

/// How many bytes one call takes.
fn whole(way: Way) -> u64 {
    let host = Host::start(Options::new()).unwrap();
    let relay = Relay::start(host.port(), way, u64::MAX);
    create(&host, &relay).run().succeeds("Instance created");
    relay.passed(way)
}

fn create(host: &Host, relay: &Relay) -> Case {
    let case = Case::new("create", "create.json").on(host).timeout("60");
    case.host_key("url", json!(format!("127.0.0.1:{}", relay.port)))
}

/// Cuts at bytes spread over that tenth. Either it is done all the same, or nobody can know.
fn cut(way: Way, all: u64, tenth: u64) -> Cell {
    let cells: Vec<_> = thread::scope(|scope| {
        let cuts: Vec<_> =
            (0..CUTS).map(|n| scope.spawn(move || cut_at(way, all, all * (tenth * CUTS + n) / (10 * CUTS)))).collect();
        cuts.into_iter().map(|cut| cut.join().unwrap()).collect()
    });
    if let Some(wrong) = cells.iter().find(|cell| cell.wrong.is_some()) {
        return wrong.clone();
    }
    let mut verdicts: Vec<_> = cells.into_iter().map(|cell| cell.shown).collect();
    verdicts.sort();
    verdicts.dedup();
    Cell { shown: verdicts.join("/"), wrong: None }
}

fn cut_at(way: Way, all: u64, byte: u64) -> Cell {
    let host = Host::start(Options::new()).unwrap();
    let relay = Relay::start(host.port(), way, byte);
    let ran = judge::in_time(create(&host, &relay).start(), 60);
    let judged = ran.as_ref().map_err(String::clone).and_then(|ran| judge::create(&host, ran, false));
    let cell = judge::cell(judged, &[Verdict::Done, Verdict::Open], ran.as_ref().ok());
    Cell { wrong: cell.wrong.map(|why| format!("at byte {byte} of {all}: {why}")), ..cell }
}
