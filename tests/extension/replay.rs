//! Recorded runs that are run again: the same line, and a readable word about whatever is not the same.

use std::fs;

use serde_json::json;
use simulated_host::{Host, Options, ScriptError};
use tempfile::TempDir;

use crate::case::{Case, fixtures};
use crate::recordings::{Recording, Recordings, call, replay_all};

#[test]
fn a_replay_prints_what_the_run_printed_without_a_host() {
    let recordings = Recordings::new();
    let mut all = Vec::new();
    {
        let host = Host::start(Options::new().pieces(3)).unwrap();
        all.push(recordings.of(&call(&host, "create")));
        all.push(recordings.of(&call(&host, "status")));
        all.push(recordings.of(&call(&host, "statuses")));
        host.fail_script(ScriptError::new("host_error", "kaputt"));
        all.push(recordings.of(&call(&host, "stop")));
        let resume = Case::new("Resume", "Resume.json").on(&host);
        host.fail_script(ScriptError::new("host_error", "kaputt"));
        all.push(recordings.of(&resume));
        let names = Case::new("CreateSnapshot", "CreateSnapshot.json").on(&host);
        all.push(recordings.of(&names));
    }
    for (ran, recording) in all {
        let again = recording.replay();
        assert_eq!((&again.stdout, again.code, &*again.stderr), (&ran.stdout, ran.code, ""), "{}", again.log);
        recording.replays_the_same();
    }
}

#[test]
fn what_differs_is_named_and_shown() {
    let host = Host::start(Options::new()).unwrap();
    let recordings = Recordings::new();
    let recording = || recordings.of(&call(&host, "status").host_key("power_query", json!("script"))).1;
    recordings.of(&call(&host, "create")).0.succeeds("Instance created");
    // Edited, what expected from what: the file, words of the edit, the verdict, a line of the difference.
    let edits = [
        (
            "01-create.request.xml",
            "PT180S",
            "PT60S",
            "conversation differs: 01-create.request.xml",
            "PT60S</rsp:IdleTimeOut>",
        ),
        (
            "03-send.arguments.json",
            "i-2-45-VM",
            "i-2-46-VM",
            "conversation differs: 03-send.arguments.json",
            "i-2-46-VM",
        ),
        (
            "03-send.script.ps1",
            "Invoke-Script",
            "Invoke-Other",
            "script changed: 03-send.script.ps1",
            "-function Invoke-Other {",
        ),
        ("reply.json", "poweron", "poweroff", "reply differs: reply.json", "-  \"power_state\": \"poweroff\""),
        ("04-receive.stdout.txt", "\"State\":2", "\"State\":3", "reply differs: reply.json", "+  \"power_state\": "),
        ("payload.json", "i-2-45-VM", "i-2-46-VM", "", "i-2-46-VM"),
    ];
    for (file, from, to, expected, line) in edits {
        let recording = recording();
        recording.replays_the_same();
        recording.edit(file, from, to);
        if file == "payload.json" {
            // It has the name twice, and they must be the same.
            recording.edit(file, from, to);
        }
        let (verdict, ran) = recording.verdict(&[]);
        assert!(verdict.starts_with(expected), "{file}: {}", ran.stdout);
        assert!(ran.stdout.contains(line) && ran.code == Some(1), "{file}: {}", ran.stdout);
        let one = recording.replay();
        one.fails(&[expected]);
        let (_, updated) = recording.verdict(&["--update"]);
        assert!(updated.code == Some(0) && updated.stdout.contains("1 updated"), "{}", updated.stdout);
        recording.replays_the_same();
    }
}

#[test]
fn a_message_more_or_less_is_another_conversation() {
    let (host, recordings) = (Host::start(Options::new()).unwrap(), Recordings::new());
    let remove = |pattern: &str| {
        let (_, recording) = recordings.of(&call(&host, "stop"));
        for name in recording.names().into_iter().filter(|name| name.contains(pattern)) {
            fs::remove_file(recording.0.join(name)).unwrap();
        }
        let (verdict, ran) = recording.verdict(&["--update"]);
        assert_eq!(ran.code, Some(1));
        assert!(ran.stdout.contains("cannot be updated"), "{}", ran.stdout);
        (verdict, ran.stdout)
    };
    let (verdict, shown) = remove("04-receive");
    assert_eq!(verdict, "conversation differs: 04-delete.request.xml", "{shown}");
    assert!(shown.contains("the program sends a receive instead"), "{shown}");
    let (verdict, shown) = remove("05-delete");
    assert_eq!(verdict, "conversation differs: 04-receive.request.xml", "{shown}");
    assert!(shown.contains("after it the program sends a delete"), "{shown}");
}

#[test]
fn many_recordings_get_a_line_each_and_a_summary() {
    let (host, recordings) = (Host::start(Options::new()).unwrap(), Recordings::new());
    let (_, good) = recordings.of(&call(&host, "create"));
    let (_, bad) = recordings.of(&call(&host, "stop"));
    bad.edit("reply.json", "success", "failure");
    let nothing = recordings.folder.path().join("nothing");
    let ran = replay_all(&[&good.0, &bad.0, &nothing], &[]);
    let lines: Vec<_> = ran.stdout.lines().filter(|line| !line.starts_with(' ')).collect();
    assert_eq!(lines.len(), 4, "{}", ran.stdout);
    assert!(lines[0].ends_with(": same") && lines[1].ends_with(": reply differs: reply.json"));
    assert!(lines[2].contains("cannot be used") && lines[3] == "1 the same, 2 not", "{}", ran.stdout);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(1), ""));
}

#[test]
fn a_file_that_makes_no_sense_is_named() {
    let (host, recordings) = (Host::start(Options::new()).unwrap(), Recordings::new());
    let broken = [
        ("03-send.arguments.json", "{", "no JSON"),
        ("04-receive.response.xml", "<a>", "no XML"),
        ("recording.json", "{}", "makes no sense"),
    ];
    for (name, content, problem) in broken {
        let (_, recording) = recordings.of(&call(&host, "stop"));
        fs::write(recording.0.join(name), content).unwrap();
        recording.replay().fails(&["cannot be used", name, problem]);
    }
    let (_, recording) = recordings.of(&call(&host, "stop"));
    fs::remove_file(recording.0.join("02-command.response.xml")).unwrap();
    recording.replay().fails(&["there is no answer to 02-command.request.xml"]);
}

/// A `delete` that pretends would leave the VM and tell CloudStack that it has gone.
#[test]
fn no_variable_makes_a_replay() {
    let (host, recordings) = (Host::start(Options::new()).unwrap(), Recordings::new());
    let (_, recording) = recordings.of(&call(&host, "delete"));
    let before = host.state().counters.scripts_run;
    let names = ["HYPERV_REPLAY", "HYPERV_REPLAY_FOLDER", "REPLAY", "HYPERV_UPDATE", "HYPERV_RECORDING"];
    let variables = names.map(|name| (name, recording.0.as_path()));
    call(&host, "delete").start_with(&[], &variables).end().succeeds("Instance deleted");
    assert_eq!(host.state().counters.scripts_run, before + 1);
    // A call of CloudStack's is none either, whatever its action is named.
    for action in ["replay", "--replay", "--record"] {
        Case::new(action, "create.json").on(&host).run().fails(&["unknown"]);
    }
}

/// Recordings come from other people.
#[test]
fn a_link_in_a_recording_is_refused() {
    let host = Host::start(Options::new()).unwrap();
    let recordings = Recordings::new();
    let (_, recording) = recordings.of(&call(&host, "status"));
    let outside = recordings.folder.path().join("outside.json");
    fs::write(&outside, "precious\n").unwrap();
    fs::remove_file(recording.0.join("reply.json")).unwrap();
    std::os::unix::fs::symlink(&outside, recording.0.join("reply.json")).unwrap();
    for options in [&[][..], &["--update"]] {
        let (_, ran) = recording.verdict(options);
        assert_eq!(ran.code, Some(1));
        assert!(ran.stdout.contains("reply.json is a link"), "{}", ran.stdout);
    }
    assert_eq!(fs::read_to_string(outside).unwrap(), "precious\n");
}

#[test]
fn an_update_closes_a_gap_in_the_numbers() {
    let scratch = TempDir::new().unwrap();
    let folder = scratch.path().join("stop");
    fs::create_dir(&folder).unwrap();
    for file in fs::read_dir(fixtures().join("exchanges/stop-polls-again")).unwrap().map(Result::unwrap) {
        if !file.file_name().to_str().unwrap().starts_with("04-") {
            fs::copy(file.path(), folder.join(file.file_name())).unwrap();
        }
    }
    let recording = Recording(folder);
    recording.edit("reply.json", "graceful", "turned_off");
    let (_, ran) = recording.verdict(&["--update"]);
    assert!(ran.stdout.contains("1 updated"), "{}", ran.stdout);
    recording.replays_the_same();
    assert_eq!(recording.names().iter().filter(|name| name.contains("-delete.request")).count(), 1);
}
