//! What a Receive brings, and when.

use crate::client::Client;
use crate::conversation::{Echo, exit_code, open, run, stream};
use crate::envelope::{Envelope, receive, send};
use simulated_host::{Host, Options};
use std::sync::Arc;

const TIMED_OUT: u32 = 2_150_858_793;

#[test]
fn silence_is_a_timeout_and_then_polling_goes_on() {
    let host = Host::start_with(Options::new(), Arc::new(Echo)).unwrap();
    let mut client = Client::logged_in(&host);
    let shell = open(&mut client);
    let id = run(&mut client, &shell, "copy");
    let short = Envelope { timeout: "PT0.05S".to_owned(), ..receive(&shell, &id) };
    assert_eq!(client.soap(&short.text()).fault_code(), TIMED_OUT);
    client.soap(&send(&shell, &id, b"one ", false).text());
    let first = client.soap(&receive(&shell, &id).text());
    assert_eq!((stream(&first, "stdout"), exit_code(&first)), (b"one ".to_vec(), None));
    client.soap(&send(&shell, &id, b"two", true).text());
    let mut rest = client.soap(&receive(&shell, &id).text());
    assert_eq!(stream(&rest, "stdout"), b"two");
    while exit_code(&rest).is_none() {
        rest = client.soap(&receive(&shell, &id).text());
    }
    assert_eq!(exit_code(&rest), Some(7));
    // The end of the input has been told, and the command is over.
    assert_eq!(client.soap(&send(&shell, &id, b"three", false).text()).fault_code(), 109);
}

#[test]
fn answers_keep_within_the_envelope_that_was_asked_for() {
    let host = Host::start_with(Options::new(), Arc::new(Echo)).unwrap();
    let mut client = Client::logged_in(&host);
    let shell = open(&mut client);
    let id = run(&mut client, &shell, "large");
    let small = Envelope { max_size: "8192".to_owned(), ..receive(&shell, &id) };
    let mut output = Vec::new();
    let mut answers = 0;
    loop {
        let reply = client.soap(&small.text());
        assert!(reply.body.len() <= 8_192, "{}", reply.body.len());
        output.extend(stream(&reply, "stdout"));
        answers += 1;
        if exit_code(&reply).is_some() {
            break;
        }
    }
    assert_eq!(output, vec![b'x'; 100_000]);
    assert!(answers > 100_000 / 8_192, "{answers}");
    let tiny = Envelope { max_size: "8191".to_owned(), ..receive(&shell, &id) };
    assert_eq!(client.soap(&tiny.text()).fault_code(), 2_150_858_790);
}

#[test]
fn a_command_line_that_cmd_would_not_take() {
    let host = Host::start(Options::new()).unwrap();
    let mut client = Client::logged_in(&host);
    let shell = open(&mut client);
    for (length, code, stderr) in [(8_191, 0, ""), (8_192, 1, "The command line is too long.\r\n")] {
        let id = run(&mut client, &shell, &format!("powershell {}", "x".repeat(length - 11)));
        let reply = client.soap(&receive(&shell, &id).text());
        assert_eq!((exit_code(&reply), stream(&reply, "stderr")), (Some(code), stderr.as_bytes().to_vec()));
    }
    assert_eq!(host.state().counters.powershell_starts, 1);
}
