//! A client that is told to end, wherever it waits: it ends the command, removes the shell and says what is known.

use std::thread;
use std::time::{Duration, Instant};

use simulated_host::{Action, Fault, Host, Options, Point, Rule, Verb};
use winrm::{Client, Error, Interrupt, Query, soap};

use super::{Script, asked, settings, start};

/// Cleaning up takes [`Timeouts::clean_up`](winrm::Timeouts::clean_up), 4 s, at most, and a busy machine a little more.
const PROMPT: Duration = Duration::from_secs(6);

fn far() -> Instant {
    Instant::now() + Duration::from_secs(120)
}

/// Raises it once the host has got into the trouble that it was told to play.
fn interrupted_when(host: &Host, ready: impl Fn(&Host) -> bool) -> (Error, Duration) {
    let mut settings = settings(host);
    let interrupt = Interrupt::default();
    settings.interrupt = interrupt.clone();
    thread::scope(|scope| {
        let call = scope.spawn(|| Client::connect(settings).unwrap().run(&Script::of(10).command(), far()));
        let over = Instant::now() + Duration::from_secs(20);
        while !ready(host) {
            assert!(Instant::now() < over, "the call does not come that far");
            thread::sleep(Duration::from_millis(5));
        }
        // What the host has counted it has begun to play.
        thread::sleep(Duration::from_millis(50));
        let begun = Instant::now();
        interrupt.raise();
        (call.join().unwrap().unwrap_err(), begun.elapsed())
    })
}

#[test]
fn a_silent_host_is_left_at_every_step_and_cleaned_up_behind() {
    use soap::Action as Step;
    for (verb, step, unknown, signals) in [
        (Verb::Create, Step::Create, false, 0),
        (Verb::Command, Step::Command, false, 0),
        (Verb::Send, Step::Send, true, 1),
        (Verb::Receive, Step::Receive, true, 1),
    ] {
        for action in [Action::Silence, Action::SilenceAfter] {
            let host = start(Options::new().rule(Rule::new(verb, action.clone()).first(1)));
            let (error, took) = interrupted_when(&host, |host| asked(host, verb) == 1);
            assert!(error.is_interrupted(), "{verb:?} {action:?}: {error}");
            assert_eq!((error.step(), error.outcome_unknown()), (step, unknown), "{verb:?} {action:?}");
            assert!(took < PROMPT, "{verb:?} {action:?}: {took:?}");
            let counters = host.state().counters;
            assert_eq!(counters.of(Verb::Signal), signals, "{verb:?} {action:?}");
            // A shell that was asked for in vain is asked to go until the time for that is over.
            let in_vain = (verb, &action) == (Verb::Create, &Action::Silence);
            assert!(counters.of(Verb::Delete) == 1 || in_vain, "{verb:?} {action:?}");
            assert_eq!(counters.shells_open, 0, "{verb:?} {action:?}");
        }
    }
}

#[test]
fn a_script_that_runs_is_ended() {
    let host = start(Options::new().powershell_start(Duration::from_secs(600)));
    let (error, _) = interrupted_when(&host, |host| asked(host, Verb::Receive) == 1);
    assert!(error.is_interrupted() && error.outcome_unknown(), "{error}");
    let counters = host.state().counters;
    assert_eq!((counters.of(Verb::Signal), counters.of(Verb::Delete), counters.shells_open), (1, 1, 0));
}

#[test]
fn nothing_is_left_where_nothing_was_begun() {
    for point in [Point::Connect, Point::Negotiate] {
        let host = start(Options::new().rule(Rule::new(point, Action::Silence)));
        let (error, took) = interrupted_when(&host, |host| host.state().counters.connections == 1);
        assert!(error.is_interrupted() && !error.outcome_unknown(), "{point:?}: {error}");
        assert!(took < PROMPT, "{took:?}");
        assert_eq!(host.state().counters.connections, 1, "{point:?}: there is no shell to remove");
    }
}

#[test]
fn waiting_for_a_full_host_ends_at_once() {
    let full = Action::Fault(Fault::too_many_shells());
    let host = start(Options::new().rule(Rule::new(Verb::Create, full)));
    let (error, took) = interrupted_when(&host, |host| asked(host, Verb::Create) >= 3);
    assert!(error.is_interrupted() && !error.outcome_unknown(), "{error}");
    assert!(took < PROMPT, "{took:?}");
}

#[test]
fn a_host_that_is_gone_holds_nobody_up() {
    // It says nothing to the farewell either.
    let silence = |verb| Rule::new(verb, Action::Silence);
    let host =
        start(Options::new().rule(silence(Verb::Receive)).rule(silence(Verb::Signal)).rule(silence(Verb::Delete)));
    let (error, took) = interrupted_when(&host, |host| asked(host, Verb::Receive) == 1);
    assert!(error.is_interrupted() && error.outcome_unknown(), "{error}");
    assert!(took < PROMPT, "{took:?}");
}

#[test]
fn a_query_ends_as_well() {
    let host = start(Options::new().rule(Rule::new(Verb::Enumerate, Action::Silence)));
    let mut settings = settings(&host);
    let interrupt = Interrupt::default();
    settings.interrupt = interrupt.clone();
    thread::spawn(move || {
        thread::sleep(Duration::from_millis(300));
        interrupt.raise();
    });
    let query = Query::new("root/virtualization/v2", "SELECT Name FROM Msvm_ComputerSystem");
    let error = Client::connect(settings).unwrap().enumerate(&query, far(), |_| ()).unwrap_err();
    assert!(error.is_interrupted(), "{error}");
}

#[test]
fn one_that_was_raised_before_lets_nothing_begin() {
    let host = start(Options::new());
    let settings = settings(&host);
    settings.interrupt.raise();
    let error = Client::connect(settings).unwrap().run(&Script::of(10).command(), far()).unwrap_err();
    assert!(error.is_interrupted() && !error.outcome_unknown(), "{error}");
    assert_eq!(host.state().counters.connections, 0);
}

/// The exchange that was given up goes on beside the new login. Its connection must not come back into that.
#[test]
fn an_exchange_that_was_given_up_does_not_disturb_the_farewell() {
    for milliseconds in (10..240).step_by(10) {
        let host = start(Options::new().latency(Duration::from_millis(20)).powershell_start(Duration::from_secs(600)));
        let mut settings = settings(&host);
        let interrupt = Interrupt::default();
        settings.interrupt = interrupt.clone();
        thread::spawn(move || {
            thread::sleep(Duration::from_millis(milliseconds));
            interrupt.raise();
        });
        let error = Client::connect(settings).unwrap().run(&Script::of(10).command(), far()).unwrap_err();
        assert!(error.is_interrupted(), "{milliseconds} ms: {error}");
        assert_eq!(host.refusals(), [], "{milliseconds} ms");
        assert_eq!(host.state().counters.shells_open, 0, "{milliseconds} ms: {:?}", error.step());
    }
}

#[test]
fn a_shell_that_is_still_being_made_is_removed_when_it_is_there() {
    let slow = Rule::new(Verb::Create, Action::Slow(Duration::from_millis(1500)));
    let host = start(Options::new().rule(slow));
    let (error, _) = interrupted_when(&host, |host| asked(host, Verb::Create) == 1);
    assert!(error.is_interrupted() && !error.outcome_unknown(), "{error}");
    assert!(asked(&host, Verb::Delete) > 1);
    assert_eq!(host.state().counters.shells_open, 0);
}

#[test]
fn a_wait_for_a_full_host_is_over_at_every_step() {
    for (verb, unknown) in [(Verb::Send, false), (Verb::Receive, true)] {
        let full = Action::Fault(Fault::with_code(2_150_859_174));
        let host = start(Options::new().rule(Rule::new(verb, full)));
        let (error, _) = interrupted_when(&host, |host| asked(host, verb) >= 3);
        assert!(error.is_interrupted(), "{verb:?}: {error}");
        assert_eq!(error.outcome_unknown(), unknown, "{verb:?}");
        let counters = host.state().counters;
        assert_eq!((counters.of(Verb::Signal), counters.shells_open), (1, 0), "{verb:?}");
    }
}
