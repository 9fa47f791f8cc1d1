//! Being told to end: by SIGTERM, at every step of every action.

use std::time::{Duration, Instant};

use simulated_host::{Action, Host, Options, Point, Rule, Verb};

use crate::case::{Case, Ran};

/// Cleaning up takes 4 s at most on a host that does not answer.
const ENDED: Duration = Duration::from_secs(7);

/// Ends a call once its host has got into the trouble.
fn terminated(host: &Host, case: &Case, is_ready: impl Fn(&Host) -> bool) -> Ran {
    let running = case.start();
    let over = Instant::now() + Duration::from_secs(20);
    while !is_ready(host) {
        assert!(Instant::now() < over, "the call does not come that far");
        std::thread::sleep(Duration::from_millis(5));
    }
    std::thread::sleep(Duration::from_millis(50));
    running.terminate();
    running.end_within(ENDED).expect("an answer after SIGTERM")
}

#[test]
fn a_create_says_that_nothing_was_done_before_the_script_was_sent() {
    for verb in [Verb::Create, Verb::Command] {
        let host = Host::start(Options::new().rule(Rule::new(verb, Action::Silence))).unwrap();
        let case = Case::new("create", "create.json").on(&host);
        let ran = terminated(&host, &case, |host| host.state().counters.of(verb) == 1);
        ran.fails(&["told to end", "nothing was done on the host"]);
        assert_eq!(host.state().counters.shells_open, 0, "{verb:?}");
    }
}

#[test]
fn a_script_that_runs_is_ended_and_its_outcome_is_open() {
    let host = Host::start(Options::new().powershell_start(Duration::from_secs(600))).unwrap();
    let case = Case::new("create", "create.json").on(&host);
    let ran = terminated(&host, &case, |host| host.state().counters.of(Verb::Receive) == 1);
    ran.fails(&["told to end", "not known", "look at the VM"]);
    let counters = host.state().counters;
    assert_eq!((counters.of(Verb::Signal), counters.of(Verb::Delete), counters.shells_open), (1, 1, 0));
}

#[test]
fn a_tenant_reads_no_more_than_that() {
    let host = Host::start(Options::new().rule(Rule::new(Verb::Create, Action::Silence))).unwrap();
    let case = Case::new("CreateSnapshot", "CreateSnapshot.json").on(&host);
    let ran = terminated(&host, &case, |host| host.state().counters.of(Verb::Create) == 1);
    ran.fails(&["the management server was told to stop", "nothing was done"]);
}

#[test]
fn a_host_that_never_answers_is_left() {
    let host = Host::start(Options::new().rule(Rule::new(Point::Connect, Action::Silence))).unwrap();
    for (action, fixture) in [("create", "create.json"), ("status", "status.json"), ("statuses", "statuses.json")] {
        let before = host.state().counters.connections;
        let case = Case::new(action, fixture).on(&host);
        terminated(&host, &case, |host| host.state().counters.connections > before).fails(&["told to end"]);
    }
}

#[test]
fn a_second_signal_ends_it_at_once() {
    let silence = |verb| Rule::new(verb, Action::Silence);
    let options = Options::new().rule(silence(Verb::Receive)).rule(silence(Verb::Signal)).rule(silence(Verb::Delete));
    let host = Host::start(options).unwrap();
    let running = Case::new("create", "create.json").on(&host).start();
    let over = Instant::now() + Duration::from_secs(20);
    while host.state().counters.of(Verb::Receive) == 0 {
        assert!(Instant::now() < over, "the call does not come that far");
        std::thread::sleep(Duration::from_millis(5));
    }
    running.terminate();
    std::thread::sleep(Duration::from_millis(500));
    running.terminate();
    let ran = running.end_within(Duration::from_secs(2)).expect("its end");
    assert_eq!((ran.code, ran.stdout.as_str(), ran.stderr.as_str()), (None, "", ""));
}
