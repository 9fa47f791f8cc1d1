//! Recordings that the simulated host serves over HTTPS and NTLM, to this program as to any other client.

use serde_json::json;
use simulated_host::{Action, Fault, Host, Options, Rule, Verb};

use crate::case::Case;
use crate::recordings::{Recording, Recordings, call};

fn serve(recording: &Recording) -> Host {
    Host::start(Options::new().serve(&recording.0)).unwrap()
}

fn recorded(options: Options, case: impl FnOnce(&Host) -> Case) -> (String, Recording, Recordings) {
    let (host, recordings) = (Host::start(options).unwrap(), Recordings::new());
    let (ran, recording) = recordings.of(&case(&host));
    (ran.stdout, recording, recordings)
}

#[test]
fn a_client_is_told_what_was_told_then() {
    let (line, recording, _folder) = recorded(Options::new().pieces(5), |host| call(host, "create"));
    let host = serve(&recording);
    for _ in 0..2 {
        let ran = call(&host, "create").run();
        assert_eq!((ran.stdout, ran.code), (line.clone(), Some(0)), "{}", ran.log);
    }
    let counters = host.state().counters;
    assert_eq!((counters.scripts_run, counters.logins), (0, 2), "nothing runs, and the login is a real one");
}

#[test]
fn pages_faults_and_lost_connections_are_served_too() {
    let denied = || Rule::new(Verb::Create, Action::Fault(Fault::access_denied()));
    let recordings = [
        recorded(Options::new().rule(denied()), |host| call(host, "stop")),
        recorded(Options::new().rule(Rule::new(Verb::Create, Action::page(403))), |host| call(host, "stop")),
        recorded(Options::new().rule(Rule::new(Verb::Receive, Action::ResetAfter).first(1)), |host| call(host, "stop")),
        recorded(Options::new().client_ids(false), |host| call(host, "stop")),
        recorded(Options::new(), |host| call(host, "statuses")),
    ];
    for (line, recording, _folder) in recordings {
        let ran = call(&serve(&recording), recording.json("recording.json")["action"].as_str().unwrap()).run();
        assert_eq!(ran.stdout, line, "{}", ran.log);
    }
}

#[test]
fn a_client_that_asks_for_something_else_is_told_so() {
    let (_, recording, _folder) = recorded(Options::new(), |host| call(host, "statuses"));
    let ran = call(&serve(&recording), "stop").run();
    ran.fails(&["The recording goes on with 01-enumerate, and the client asks for create"]);
}

#[test]
fn what_was_edited_is_what_is_served() {
    let by_script = |host: &Host| call(host, "stop").host_key("power_query", json!("script"));
    let (_, recording, _folder) = recorded(Options::new(), by_script);
    recording.edit("04-receive.stdout.txt", "absent", "graceful");
    call(&serve(&recording), "stop")
        .run()
        .answers(&json!({"status": "success", "message": "Instance stopped", "method": "graceful"}));
}

#[test]
fn a_folder_that_is_none_is_refused() {
    let recordings = Recordings::new();
    assert!(Host::start(Options::new().serve(recordings.folder.path())).is_err());
}
