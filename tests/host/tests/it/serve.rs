//! Recordings that the host serves, as a client that was never recorded sees them.

use crate::client::{Client, Reply};
use crate::conversation::{exit_code, open, run, stream};
use crate::envelope::{Envelope, command, create, delete, receive};
use simulated_host::{Host, Options};
use std::fs;
use tempfile::TempDir;

/// A conversation as files.
struct Tape {
    folder: TempDir,
    answers: Vec<String>,
}

impl Tape {
    fn new() -> Self {
        Self { folder: TempDir::new().unwrap(), answers: Vec::new() }
    }

    fn add(&mut self, verb: &str, request: &Envelope, reply: &Reply) {
        let stem = format!("{:02}-{verb}", self.answers.len() + 1);
        let kind = if reply.status == 200 { "response" } else { "fault" };
        self.write(&format!("{stem}.request.xml"), &request.text());
        self.write(&format!("{stem}.{kind}.xml"), &reply.body);
        let status = reply.status;
        self.answers.push(format!(r#"{{"message":"{stem}","status":{status},"date":"2026-01-02T03:04:05Z"}}"#));
        self.write("recording.json", &format!(r#"{{"answers":[{}]}}"#, self.answers.join(",")));
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.folder.path().join(name), text).unwrap();
    }

    fn serve(&self) -> Host {
        Host::start(Options::new().serve(self.folder.path())).unwrap()
    }
}

/// What a client heard that ran `echo hello`.
fn hello() -> Tape {
    let host = Host::start(Options::new()).unwrap();
    let (mut client, mut tape) = (Client::logged_in(&host), Tape::new());
    let mut say = |verb: &str, request: Envelope| {
        let reply = client.soap(&request.text());
        tape.add(verb, &request, &reply);
        reply
    };
    let shell = say("create", create()).between("<rsp:ShellId>", "<").to_owned();
    let id = say("command", command(&shell, "echo hello")).between("<rsp:CommandId>", "<").to_owned();
    say("receive", receive(&shell, &id));
    say("delete", delete(&shell));
    tape
}

#[test]
fn every_request_gets_the_answer_that_its_like_got() {
    let host = hello().serve();
    let mut client = Client::logged_in(&host);
    for _ in 0..2 {
        let shell = open(&mut client);
        let id = run(&mut client, &shell, "whatever else");
        let reply = client.soap(&receive(&shell, &id).text());
        assert_eq!((stream(&reply, "stdout"), exit_code(&reply)), (b"hello\r\n".to_vec(), Some(0)));
        assert_eq!(reply.all("date"), ["Fri, 02 Jan 2026 03:04:05 GMT"]);
        assert_eq!(client.soap(&delete(&shell).text()).status, 200);
    }
}

#[test]
fn identifiers_are_those_of_the_client() {
    let host = hello().serve();
    let request = create().text().replace("uuid:1<", "uuid:of-another&amp;client<");
    let reply = Client::logged_in(&host).soap(&request);
    assert_eq!(reply.between("<a:RelatesTo>", "<"), "uuid:of-another&amp;client");
}

#[test]
fn whoever_leaves_the_conversation_is_told_how_it_goes_on() {
    let host = hello().serve();
    let mut client = Client::logged_in(&host);
    let shell = open(&mut client);
    let reply = client.soap(&receive(&shell, "1").text());
    assert!(
        reply.body.contains("The recording goes on with 02-command, and the client asks for receive."),
        "{reply:?}"
    );
    // It has not moved on.
    run(&mut client, &shell, "echo hello");
}

#[test]
fn what_a_person_wrote_beside_an_answer_counts() {
    let tape = hello();
    tape.write("03-receive.stdout.txt", "something else");
    let host = tape.serve();
    let mut client = Client::logged_in(&host);
    let shell = open(&mut client);
    let id = run(&mut client, &shell, "echo hello");
    assert_eq!(stream(&client.soap(&receive(&shell, &id).text()), "stdout"), b"something else");
}

#[test]
fn a_folder_without_messages_is_refused() {
    let tape = Tape::new();
    assert!(Host::start(Options::new().serve(tape.folder.path())).is_err());
    tape.write("recording.json", "{}");
    assert!(Host::start(Options::new().serve(tape.folder.path())).is_err());
}
