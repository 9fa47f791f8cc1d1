//! Every seed of the fuzz targets, given to what its target checks. No fuzzer is needed for that.

#![cfg(test)]

#[path = "fuzz/src/answer.rs"]
mod answer;
#[path = "fuzz/src/challenge.rs"]
mod challenge;
#[path = "fuzz/src/clixml.rs"]
mod clixml;
#[path = "fuzz/src/payload.rs"]
mod payload;
#[path = "fuzz/src/shown.rs"]
mod shown;
#[path = "fuzz/src/soap.rs"]
mod soap;

use std::fs;
use std::panic;
use std::path::{Path, PathBuf};

#[test]
fn answers_of_the_soap_reader() {
    replay("tests/fuzz/seeds/soap", soap::check);
}

#[test]
fn challenges() {
    replay("tests/fuzz/seeds/challenge", challenge::check);
}

#[test]
fn payloads() {
    replay("tests/fuzz/seeds/payload", payload::check);
    replay("fixtures/payloads", payload::check);
}

#[test]
fn answers_of_a_script() {
    replay("tests/fuzz/seeds/answer", answer::check);
}

#[test]
fn clixml() {
    replay("tests/fuzz/seeds/clixml", clixml::check);
}

/// Checks every file of a folder, whatever becomes of the others, and names those that fail.
fn replay(folder: &str, check: fn(&[u8])) {
    let files = files(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder));
    assert!(files.len() > 5, "{folder} has hardly any seeds");
    let fails = |file: &&PathBuf| {
        let seed = fs::read(file).unwrap();
        panic::catch_unwind(|| check(&seed)).is_err()
    };
    let failed: Vec<_> = files.iter().filter(fails).collect();
    assert!(failed.is_empty(), "{failed:#?}");
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}
