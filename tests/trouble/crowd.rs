//! A hundred processes at once, each with a VM of its own, against a host that gives a user thirty shells.

use std::thread;
use std::time::{Duration, Instant};

use simulated_host::{Host, Options, Verb, World};

use crate::case::Case;
use crate::judge::{self, Verdict};
use crate::table::{Cell, Job, Plan, Row};

const PROCESSES: u64 = 100;

pub(crate) fn plan() -> Plan {
    let job: Job = Box::new(crowd);
    let row = Row { name: format!("{PROCESSES} processes, 30 shells"), cells: vec![Some(job)] };
    Plan { title: "create, and all the others", columns: &["done"], rows: vec![row] }
}

fn crowd() -> Cell {
    let world = World::default().with_memory(1 << 42);
    // A script holds its shell long enough for the host to be full.
    let host = Host::start(Options::new().world(world).powershell_start(Duration::from_millis(700))).unwrap();
    let begun = Instant::now();
    let one = |n: u64| {
        let name = format!("i-2-{n}-VM");
        let case = Case::new("create", "create.json").on(&host).timeout("120");
        let case = case.text_of_payload(|text| text.replace("i-2-45-VM", &name));
        let uuid = format!("126f4562-1f0f-4313-875e-{n:012}");
        let case = case.text_of_payload(|text| text.replace("126f4562-1f0f-4313-875e-6150cabeb72f", &uuid));
        judge::in_time(case.start(), 120).and_then(|ran| match Verdict::of(&ran)? {
            Verdict::Done => Ok(()),
            _ => Err(ran.stdout),
        })
    };
    let failed: Vec<_> = thread::scope(|scope| {
        let calls: Vec<_> = (0..PROCESSES).map(|n| scope.spawn(move || one(n))).collect();
        calls.into_iter().filter_map(|call| call.join().unwrap().err()).collect()
    });
    let counters = host.state().counters;
    let refused = counters.of(Verb::Create) - counters.scripts_run;
    let wrong = if let Some(first) = failed.first() {
        Some(format!("{} failed, one with {first}", failed.len()))
    } else if refused == 0 {
        Some("the host was never full, so this shows nothing".to_owned())
    } else if (counters.scripts_run, counters.shells_open) != (PROCESSES, 0) {
        Some(format!("{} scripts ran, {} shells stayed", counters.scripts_run, counters.shells_open))
    } else {
        None
    };
    let took = begun.elapsed().as_secs_f64();
    Cell { shown: format!("{}, {refused} turned away and back, {took:.0} s", counters.scripts_run), wrong }
}
