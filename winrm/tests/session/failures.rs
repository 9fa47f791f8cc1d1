//! Faults, lost connections and deadlines: the command runs at most once, and its shell does not
//! stay.

use std::time::{Duration, Instant};

use simulated_host::{Action, Fault, FaultForm, Host, Options, Rule, Verb};
use winrm::{Client, Error, ErrorKind, Output, soap};

use super::{Script, asked, assert_whole, echo, impatient, settings, soon, start};

fn run(host: &Host) -> Result<Output, Error> {
    Client::connect(settings(host)).unwrap().run(&Script::of(10).command(), soon())
}

/// A script whose end is not waited for.
fn run_briefly(host: &Host) -> Result<Output, Error> {
    let deadline = Instant::now() + Duration::from_secs(2);
    Client::connect(settings(host)).unwrap().run(&Script::of(10).command(), deadline)
}

/// A script that takes two Sends.
fn run_long(host: &Host) -> Result<Output, Error> {
    Client::connect(settings(host)).unwrap().run(&Script::of(300 * 1024).command(), soon())
}

#[test]
fn an_account_without_rights_is_told_which_and_is_not_tried_again() {
    let host = start(Options::new().deny());
    let error = echo(settings(&host)).unwrap_err();
    let fault = error.fault().unwrap();
    assert!(fault.is_access_denied() && !error.outcome_unknown());
    assert!(error.to_string().contains("must be an administrator of the host"), "{error}");
    assert_eq!((asked(&host, Verb::Create), host.state().counters.http_requests), (1, 2));
}

#[test]
fn a_full_host_is_waited_for() {
    for form in [FaultForm::WsManFault, FaultForm::WmiError] {
        let full = Action::Fault(Fault::too_many_shells().in_form(form));
        let host = start(Options::new().rule(Rule::new(Verb::Create, full).first(2)));
        assert_whole(&run(&host).unwrap());
        assert_eq!(asked(&host, Verb::Create), 3);
    }
}

#[test]
fn a_host_that_is_still_starting_is_waited_for() {
    let host = start(Options::new().rule(Rule::new(Verb::Create, Action::status(503)).first(1)));
    assert_whole(&run(&host).unwrap());
}

#[test]
fn a_host_that_stays_full_is_waited_for_until_the_deadline() {
    let full = Action::Fault(Fault::too_many_shells());
    let host = start(Options::new().rule(Rule::new(Verb::Create, full)));
    let deadline = Instant::now() + Duration::from_millis(900);
    let error = Client::connect(impatient(&host)).unwrap().run(&Script::of(1).command(), deadline).unwrap_err();
    assert!(error.fault().is_some_and(soap::Fault::is_quota), "{error}");
    assert!(asked(&host, Verb::Create) >= 2);
}

/// What may become of a command when one answer is lost, for every verb and every way to lose it.
#[test]
fn a_lost_connection_never_runs_a_command_twice() {
    let verbs = [Verb::Create, Verb::Command, Verb::Send, Verb::Receive, Verb::Delete];
    for action in [Action::Reset, Action::ResetAfter, Action::Cut] {
        for verb in verbs {
            let host = start(Options::new().rule(Rule::new(verb, action.clone()).first(1)));
            // Input that was lost leaves a command that waits in vain; all else ends well.
            let lost_input = verb == Verb::Send && action == Action::Reset;
            let result = if lost_input { run_briefly(&host) } else { run(&host) };
            let row = format!("{action:?} at {verb:?}: {result:?}");
            let counters = host.state().counters;
            match result {
                // Output that was lost with its answer is gone; the command's own end marker shows
                // that.
                Ok(output) if verb == Verb::Receive && action != Action::Reset => {
                    assert_eq!(output.exit_code, Some(0), "{row}");
                }
                Ok(output) => assert_whole(&output),
                Err(error) => assert!(lost_input && error.outcome_unknown(), "{row}"),
            }
            assert_eq!(counters.scripts_run, u64::from(!lost_input), "{row}");
            if verb != Verb::Delete {
                assert_eq!(counters.shells_open, 0, "{row}");
            }
        }
    }
}

#[test]
fn input_that_is_lost_before_its_last_piece_is_sent_again_in_another_shell() {
    for action in [Action::Reset, Action::ResetAfter] {
        let host = start(Options::new().rule(Rule::new(Verb::Send, action.clone()).first(1)));
        assert_whole(&run_long(&host).unwrap());
        let counters = host.state().counters;
        assert_eq!((counters.of(Verb::Create), counters.of(Verb::Send)), (2, 3), "{action:?}");
        assert_eq!((counters.scripts_run, counters.shells_open), (1, 0), "{action:?}");
    }
}

#[test]
fn a_deadline_ends_the_command_and_removes_the_shell_at_every_step() {
    for (verb, action, step, unknown) in [
        (Verb::Create, Action::SilenceAfter, soap::Action::Create, false),
        (Verb::Command, Action::SilenceAfter, soap::Action::Command, false),
        // Had the input arrived, the command would tell within the other half of the time.
        (Verb::Send, Action::Silence, soap::Action::Send, true),
        (Verb::Receive, Action::SilenceAfter, soap::Action::Receive, true),
    ] {
        let host = start(Options::new().rule(Rule::new(verb, action).first(1)));
        let deadline = Instant::now() + Duration::from_millis(700);
        let error = Client::connect(settings(&host)).unwrap().run(&Script::of(10).command(), deadline).unwrap_err();
        assert!(error.is_too_slow(), "{verb:?}: {error}");
        assert_eq!((error.step(), error.outcome_unknown()), (step, unknown), "{verb:?}");
        let counters = host.state().counters;
        let started = u64::from(matches!(verb, Verb::Send | Verb::Receive));
        assert_eq!((counters.of(Verb::Signal), counters.of(Verb::Delete)), (started, 1), "{verb:?}");
        assert_eq!(counters.shells_open, 0, "{verb:?}");
    }
}

#[test]
fn a_command_that_takes_too_long_is_ended_on_the_connection_that_runs_it() {
    let host = start(Options::new().powershell_start(Duration::from_secs(600)));
    let deadline = Instant::now() + Duration::from_millis(700);
    let error = Client::connect(settings(&host)).unwrap().run(&Script::of(10).command(), deadline).unwrap_err();
    assert!(error.is_too_slow() && error.outcome_unknown(), "{error}");
    let counters = host.state().counters;
    assert_eq!((counters.connections, counters.logins), (1, 1));
    assert_eq!((counters.of(Verb::Signal), counters.of(Verb::Delete), counters.shells_open), (1, 1, 0));
}

#[test]
fn a_command_that_is_gone_leaves_its_outcome_open() {
    let host = start(Options::new().rule(Rule::new(Verb::Receive, Action::Fault(Fault::not_found()))));
    let error = run(&host).unwrap_err();
    assert!(error.fault().is_some_and(soap::Fault::is_not_found) && error.outcome_unknown(), "{error}");
    assert_eq!((asked(&host, Verb::Create), host.state().counters.shells_open), (1, 0));
    assert!(error.to_string().ends_with("whether the command did its work is not known"), "{error}");
}

#[test]
fn a_host_that_refuses_input_is_asked_why() {
    let host = start(Options::new().rule(Rule::new(Verb::Send, Action::Fault(Fault::with_code(109)))));
    // The command has ended of itself: this one needs no input.
    let command = winrm::Command { line: "exit 91", input: b"unread", sign: None };
    let output = Client::connect(settings(&host)).unwrap().run(&command, soon()).unwrap();
    assert_eq!(output.exit_code, Some(91));
}

#[test]
fn a_removal_that_fails_does_not_spoil_the_result() {
    let host = start(Options::new().rule(Rule::new(Verb::Delete, Action::Fault(Fault::with_code(995)))));
    assert_whole(&run(&host).unwrap());
}

#[test]
fn an_error_shows_no_password() {
    let host = start(Options::new().rule(Rule::new(Verb::Create, Action::page(500))));
    let error = echo(impatient(&host)).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Http(_)));
    for shown in [error.to_string(), format!("{error:?}")] {
        assert!(!shown.contains(host.password()), "{shown}");
    }
}

#[test]
fn a_full_host_is_asked_again_to_remove_the_shell() {
    let full = Action::Fault(Fault::with_code(2_150_859_174));
    let host = start(Options::new().rule(Rule::new(Verb::Delete, full).first(1)));
    assert_whole(&run(&host).unwrap());
    assert_eq!((asked(&host, Verb::Delete), host.state().counters.shells_open), (2, 0));
}

#[test]
fn input_that_was_turned_away_has_done_nothing() {
    let full = Action::Fault(Fault::with_code(2_150_859_174));
    for (action, step) in [(full, "full"), (Action::status(413), "too large")] {
        let host = start(Options::new().rule(Rule::new(Verb::Send, action)));
        let begun = Instant::now();
        let error = run_briefly(&host).unwrap_err();
        assert!(!error.outcome_unknown(), "{step}: {error}");
        assert!(begun.elapsed() < Duration::from_secs(10), "{step}");
        assert_eq!((host.state().counters.scripts_run, host.state().counters.shells_open), (0, 0), "{step}");
    }
}
