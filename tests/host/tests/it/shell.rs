//! Shells and commands from their beginning to their end.

use crate::client::Client;
use crate::conversation::{Echo, NOT_FOUND, SCHEMA, exit_code, open, run, stream};
use crate::envelope::{Envelope, command, create, delete, receive, send, signal};
use simulated_host::{Host, Options, Verb};
use std::sync::Arc;
use std::time::Duration;

const ABORTED: u32 = 995;
const ID: &str = "0F0E0D0C-0B0A-4908-8706-050403020100";

#[test]
fn a_command_from_create_to_delete() {
    let host = Host::start(Options::new()).unwrap();
    let mut client = Client::logged_in(&host);
    let shell = open(&mut client);
    let id = run(&mut client, &shell, "echo hello");
    let reply = client.soap(&receive(&shell, &id).text());
    assert_eq!(stream(&reply, "stdout"), b"hello\r\n");
    assert_eq!(exit_code(&reply), Some(0));
    assert_eq!(host.state().counters.shells_open, 1);
    assert_eq!(client.soap(&delete(&shell).text()).status, 200);
    assert_eq!(client.soap(&delete(&shell).text()).fault_code(), NOT_FOUND);
    let counters = host.state().counters;
    assert_eq!(counters.shells_open, 0);
    assert_eq!((counters.of(Verb::Create), counters.of(Verb::Receive), counters.of(Verb::Delete)), (1, 1, 2));
    assert_eq!((counters.connections, counters.http_requests, counters.powershell_starts), (1, 7, 0));
    let verbs: Vec<_> = host.requests().iter().map(|request| request.verb).collect();
    assert_eq!(verbs, [Verb::Create, Verb::Command, Verb::Receive, Verb::Delete, Verb::Delete]);
}

#[test]
fn identifiers_that_the_client_chooses() {
    let chosen = |mut envelope: Envelope, element: &str, attribute: &str| {
        envelope.body = envelope.body.replacen(element, &format!("{element} {attribute}=\"{ID}\""), 1);
        envelope.text()
    };
    for taken in [true, false] {
        let host = Host::start(Options::new().client_ids(taken)).unwrap();
        let mut client = Client::logged_in(&host);
        let reply = client.soap(&chosen(create(), "<rsp:Shell", "ShellId"));
        let shell = reply.between("<rsp:ShellId>", "<").to_owned();
        let reply = client.soap(&chosen(command(&shell, "echo"), "<rsp:CommandLine", "CommandId"));
        let id = reply.between("<rsp:CommandId>", "<").to_owned();
        assert_eq!((shell == ID, id == ID), (taken, taken));
        // In any letter case.
        assert_eq!(client.soap(&receive(&shell.to_lowercase(), &id.to_lowercase()).text()).status, 200);
        let again = client.soap(&chosen(create(), "<rsp:Shell", "ShellId"));
        assert_eq!(again.status == 500, taken, "{}", again.body);
    }
    let host = Host::start(Options::new()).unwrap();
    let mut odd = create();
    odd.body = odd.body.replacen("<rsp:Shell", "<rsp:Shell ShellId=\"mine\"", 1);
    assert_eq!(Client::logged_in(&host).soap(&odd.text()).fault_code(), SCHEMA);
}

#[test]
fn nothing_is_found_where_nothing_is() {
    let host = Host::start(Options::new()).unwrap();
    let mut client = Client::logged_in(&host);
    let shell = open(&mut client);
    let id = run(&mut client, &shell, "echo");
    for envelope in [
        command(ID, "echo"),
        receive(ID, &id),
        receive(&shell, ID),
        send(&shell, ID, b"", true),
        signal(&shell, ID, "terminate"),
        delete(ID),
    ] {
        assert_eq!(client.soap(&envelope.text()).fault_code(), NOT_FOUND, "{}", envelope.body);
    }
    let unnamed = Envelope { body: receive(&shell, "").body.replace(" CommandId=\"\"", ""), ..receive(&shell, "") };
    assert_eq!(client.soap(&unnamed.text()).fault_code(), 87);
}

#[test]
fn a_finished_command_may_be_asked_again_unless_it_is_forgotten() {
    for forgotten in [false, true] {
        let host = Host::start(Options::new().forget_finished(forgotten)).unwrap();
        let mut client = Client::logged_in(&host);
        let shell = open(&mut client);
        let id = run(&mut client, &shell, "echo once");
        assert_eq!(exit_code(&client.soap(&receive(&shell, &id).text())), Some(0));
        let again = client.soap(&receive(&shell, &id).text());
        if forgotten {
            assert_eq!(again.fault_code(), NOT_FOUND);
        } else {
            assert_eq!((exit_code(&again), stream(&again, "stdout")), (Some(0), Vec::new()));
        }
    }
}

#[test]
fn signals_and_delete_end_what_runs() {
    let host = Host::start_with(Options::new(), Arc::new(Echo)).unwrap();
    let mut client = Client::logged_in(&host);
    let shell = open(&mut client);
    let interrupted = run(&mut client, &shell, "copy");
    assert_eq!(client.soap(&signal(&shell, &interrupted, "ctrl_c").text()).status, 200);
    let reply = client.soap(&receive(&shell, &interrupted).text());
    assert_eq!(exit_code(&reply), Some(-1_073_741_510));
    let terminated = run(&mut client, &shell, "copy");
    assert_eq!(client.soap(&signal(&shell, &terminated, "Terminate").text()).status, 200);
    assert_eq!(client.soap(&receive(&shell, &terminated).text()).fault_code(), NOT_FOUND);
    let waiting = run(&mut client, &shell, "copy");
    std::thread::scope(|scope| {
        let mut other = Client::logged_in(&host);
        let pending = scope.spawn({
            let envelope = receive(&shell, &waiting).text();
            move || other.soap(&envelope).fault_code()
        });
        while host.state().counters.of(Verb::Receive) < 3 {
            std::thread::yield_now();
        }
        assert_eq!(client.soap(&delete(&shell).text()).status, 200);
        // Whether the waiting Receive was there in time or came to a closed shell, it ends.
        assert!([ABORTED, NOT_FOUND].contains(&pending.join().unwrap()));
    });
}

#[test]
fn quotas_hold_per_user() {
    let host = Host::start(Options::new().max_shells(2)).unwrap();
    let mut client = Client::logged_in(&host);
    let first = open(&mut client);
    open(&mut client);
    assert_eq!(client.soap(&create().text()).fault_code(), 2_150_859_173);
    client.soap(&delete(&first).text());
    open(&mut client);
}

#[test]
fn idle_shells_close() {
    let host = Host::start(Options::new().idle_timeout(Duration::from_millis(1))).unwrap();
    let mut client = Client::logged_in(&host);
    let shell = open(&mut client);
    while host.state().counters.shells_open > 0 {
        std::thread::sleep(Duration::from_millis(10));
    }
    assert_eq!(client.soap(&command(&shell, "echo").text()).fault_code(), NOT_FOUND);
}
