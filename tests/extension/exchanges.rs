//! The recordings among the fixtures: each says what happens today, and where it came from.

use std::fs;
use std::path::PathBuf;

use crate::case::{ACTIONS, fixtures};
use crate::recordings::{Recording, replay_all};

fn folders() -> Vec<PathBuf> {
    let entries = fs::read_dir(fixtures().join("exchanges")).unwrap();
    let mut folders: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    folders
}

/// A script that is not the shipped one is a difference too.
#[test]
fn fixtures_replay_the_same() {
    let folders = folders();
    let ran = replay_all(&folders.iter().map(AsRef::as_ref).collect::<Vec<_>>(), &[]);
    assert_eq!(ran.code, Some(0), "{}", ran.stdout);
    assert_eq!(ran.stdout.matches(": same\n").count(), folders.len(), "{}", ran.stdout);
}

#[test]
fn every_action_is_recorded_and_every_recording_says_where() {
    let readme = fs::read_to_string(fixtures().join("README.md")).unwrap();
    let mut recorded = Vec::new();
    for folder in folders() {
        let name = folder.file_name().unwrap().to_str().unwrap().to_owned();
        let about = Recording(folder).json("recording.json");
        let host = about["host"].as_str().unwrap();
        // `unknown` would pass for a real host.
        assert!(host.starts_with("simulated-host, ") || host.starts_with("real host, "), "{name} is from {host}");
        let row = readme.lines().find(|line| line.starts_with(&format!("| `{name}` | ")));
        let row = row.unwrap_or_else(|| panic!("the fixtures' README has no row for {name}"));
        assert!(row.ends_with(&format!(" | {host} |")), "{name} is from {host}, not as in: {row}");
        recorded.push(about["action"].as_str().unwrap().to_owned());
    }
    for action in ACTIONS {
        assert!(recorded.iter().any(|recorded| recorded == action), "no recording of {action}");
    }
}

/// What an operator reads must not depend on who recorded it.
#[test]
fn no_recording_names_the_machine_that_made_it() {
    for folder in folders() {
        let recording = Recording(folder.clone());
        for name in recording.names() {
            let text = recording.text(&name);
            for word in
                ["127.0.0.1", "localhost", "Administrator\"", "S3cr=t!", "qWI23VL8vzAYpeKcdMF_Kw", "/tmp/", "/home/"]
            {
                assert!(!text.contains(word), "{}: {name} holds {word}", folder.display());
            }
        }
    }
}
