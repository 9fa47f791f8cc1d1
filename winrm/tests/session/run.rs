//! What a session costs, and that it carries everything.

use simulated_host::{Fault, Options, Rule, Verb};
use winrm::{Client, Command};

use super::{Script, asked, assert_whole, echo, settings, soon, start};

#[test]
fn a_command_with_input_takes_six_requests_on_one_connection() {
    let host = start(Options::new());
    let script = Script::of(10);
    let output = Client::connect(settings(&host)).unwrap().run(&script.command(), soon()).unwrap();
    assert_whole(&output);
    let counters = host.state().counters;
    assert_eq!((counters.http_requests, counters.connections, counters.logins), (6, 1, 1));
    assert_eq!((counters.powershell_starts, counters.scripts_run, counters.shells_open), (1, 1, 0));
    for verb in [Verb::Create, Verb::Command, Verb::Send, Verb::Receive, Verb::Delete] {
        assert_eq!(counters.of(verb), 1, "{verb:?}");
    }
    assert_eq!(counters.of(Verb::Signal), 0);
}

#[test]
fn a_command_without_input_takes_five() {
    let host = start(Options::new());
    let output = echo(settings(&host)).unwrap();
    assert_eq!((output.stdout.as_slice(), output.exit_code), (b"hello\r\n".as_slice(), Some(0)));
    assert_eq!(host.state().counters.http_requests, 5);
}

#[test]
fn further_commands_use_the_same_connection() {
    let host = start(Options::new());
    let mut client = Client::connect(settings(&host)).unwrap();
    for _ in 0..3 {
        client.run(&Command::new("hostname"), soon()).unwrap();
    }
    let counters = host.state().counters;
    assert_eq!((counters.connections, counters.logins, counters.http_requests), (1, 1, 13));
}

#[test]
fn a_failing_command_is_no_error() {
    let host = start(Options::new());
    let mut client = Client::connect(settings(&host)).unwrap();
    let output = client.run(&Command::new("no-such-program"), soon()).unwrap();
    assert_eq!(output.exit_code, Some(1));
    assert!(!output.stderr.is_empty());
}

#[test]
fn input_of_any_length_arrives_whole() {
    // 200 KB is one piece; the frame of the script takes a few bytes of it.
    for (bytes, pieces) in [(1, 1), (190 * 1024, 1), (200 * 1024, 2), (900 * 1024, 5)] {
        let host = start(Options::new());
        let script = Script::of(bytes);
        let output = Client::connect(settings(&host)).unwrap().run(&script.command(), soon()).unwrap();
        assert_whole(&output);
        assert_eq!(asked(&host, Verb::Send), pieces, "{bytes} bytes");
    }
}

#[test]
fn output_in_pieces_is_put_together() {
    let host = start(Options::new().pieces(7));
    let script = Script::of(10);
    let output = Client::connect(settings(&host)).unwrap().run(&script.command(), soon()).unwrap();
    assert_whole(&output);
    assert!(asked(&host, Verb::Receive) >= 7);
}

#[test]
fn a_host_that_chooses_identifiers_itself_is_followed() {
    let host = start(Options::new().client_ids(false));
    let script = Script::of(10);
    let output = Client::connect(settings(&host)).unwrap().run(&script.command(), soon()).unwrap();
    assert_whole(&output);
    assert_eq!(host.state().counters.shells_open, 0);
}

#[test]
fn silence_of_the_command_is_waited_out() {
    let timed_out = simulated_host::Action::Fault(Fault::timed_out());
    let host = start(Options::new().rule(Rule::new(Verb::Receive, timed_out).first(2)));
    let script = Script::of(10);
    let output = Client::connect(settings(&host)).unwrap().run(&script.command(), soon()).unwrap();
    assert_whole(&output);
    assert_eq!(asked(&host, Verb::Receive), 3);
    assert_eq!(host.state().counters.http_requests, 8);
}

#[test]
fn a_host_without_the_code_page_is_asked_without_it() {
    let refused = simulated_host::Action::Fault(Fault::with_code(2_150_859_072));
    let host = start(Options::new().rule(Rule::new(Verb::Create, refused).first(1)));
    echo(settings(&host)).unwrap();
    let creates: Vec<bool> = host
        .requests()
        .iter()
        .filter(|request| request.verb == Verb::Create)
        .map(|request| request.body.contains("WINRS_CODEPAGE"))
        .collect();
    assert_eq!(creates, [true, false]);
}
