//! Whether the scripts keep to Windows PowerShell 5.1 and Windows Server 2016. Needs nothing but this checkout.
//!
//! A scanner finds the commands and parameters that the scripts use. Each must be in `fixtures/cmdlets.tsv`, which says since which
//! version of Windows Server it is there; what is newer than 2016 needs a guard. What Windows PowerShell 5.1 lacks, what runs a value
//! as code, and what the design excludes is refused.
//!
//! `scanner_cases.rs` and `rule_cases.rs` prove that the scanner sees what it must and that each rule can fail. Where PowerShell is
//! found its own parser is the second opinion: on the syntax, and on every command and parameter that the scanner saw.

#![cfg(test)]

mod check;
mod commands;
mod finder;
mod functions;
mod lexer;
mod parameters;
mod parser;
mod rule_cases;
mod rules;
mod scanner_cases;
mod syntax;
mod table;
mod tokens;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use powershell::{
    Create, CreateSnapshot, Delete, DeleteSnapshot, Identify, ListSnapshots, Nonce, PowerStates, Prepare, Probe,
    Reboot, RestoreSnapshot, Resume, Script, SecureBoot, Source, Start, Stop, Suspend, render,
};

use crate::check::{check, missing_functions};
use crate::commands::Function;
use crate::finder::commands;
use crate::lexer::tokens;
use crate::table::Table;

#[test]
fn scripts_use_what_server_2016_has_and_the_table_nothing_else() {
    let table = table();
    let files = script_files();
    let functions: Vec<Function> = files.iter().flat_map(|(_, text)| functions_of(text)).collect();
    let mut used = BTreeSet::new();
    let mut findings = Vec::new();
    for (name, text) in &files {
        let of_file = check(text, &functions, &table, &mut used);
        let allowed = |finding: &String| name == "bootstrap.ps1" && finding.contains(BOOTSTRAP_MAY);
        findings.extend(
            of_file.into_iter().filter(|finding| !allowed(finding)).map(|finding| format!("{name}: {finding}")),
        );
    }
    findings.extend(table.unused(&used));
    assert!(findings.is_empty(), "\n{}\n", findings.join("\n"));
}

/// Making a script of what arrived is all that the bootstrap is for.
const BOOTSTRAP_MAY: &str = "`Create` makes code of a value";

#[test]
fn scripts_carry_every_function_that_they_reach() {
    let table = table();
    for (name, text) in rendered() {
        let script = commands(&tokens(&text).unwrap());
        assert!(script.functions.len() > 15, "{name}: the scanner found almost nothing");
        let missing = missing_functions(&script, &table);
        assert!(missing.is_empty(), "{name} has no part with {missing:?}");
    }
}

#[test]
fn no_two_functions_of_one_script_have_the_same_name() {
    for (name, text) in rendered() {
        let mut seen = BTreeSet::new();
        for function in functions_of(&text) {
            assert!(seen.insert(function.name.clone()), "{name} has {} twice", function.name);
        }
    }
}

#[test]
fn powershell_s_own_parser_takes_every_script_and_finds_the_same_commands() {
    let mut texts = script_files();
    texts.extend(rendered());
    let cases = scanner_cases::FOUND.iter().enumerate();
    texts.extend(cases.map(|(number, (text, _))| (format!("case {number}"), (*text).to_owned())));
    parser::check(&texts);
}

/// What is sent: each script with its parts, without the token before it and the count behind it.
fn rendered() -> Vec<(String, String)> {
    let (name, none) = (|| "i-2-45-VM".to_owned(), String::new);
    let source = || Source::Template { template_path: String::new() };
    let create = Create {
        name: name(),
        uuid: String::new(),
        vhd_path: String::new(),
        vm_path: String::new(),
        source: source(),
        generation: 2,
        processors: 1,
        memory_bytes: 1,
        secure_boot: SecureBoot::Off,
        nics: Vec::new(),
    };
    let stop = Stop { name: name(), uuid: String::new(), vhd_path: String::new(), unseen: false, shutdown_seconds: 1 };
    let prepare = Prepare {
        name: name(),
        uuid: String::new(),
        vhd_path: String::new(),
        vm_path: String::new(),
        source: source(),
        switch_names: Vec::new(),
    };
    let start = Start {
        name: name(),
        uuid: String::new(),
        vhd_path: String::new(),
        processors: 1,
        memory_bytes: 1,
        nics: Vec::new(),
    };
    let reboot =
        Reboot { name: name(), uuid: String::new(), vhd_path: String::new(), nics: Vec::new(), shutdown_seconds: 1 };
    let delete = Delete { name: name(), uuid: String::new(), vhd_path: String::new() };
    vec![
        text_of(&create),
        text_of(&stop),
        text_of(&prepare),
        text_of(&start),
        text_of(&reboot),
        text_of(&delete),
        text_of(&PowerStates { name: None }),
        text_of(&Probe { name: name(), vhd_path: none(), vm_path: none(), clean_up_only: false }),
        text_of(&Identify { name: name(), uuid: none(), vhd_path: none() }),
        text_of(&Suspend { name: name(), uuid: none(), vhd_path: none() }),
        text_of(&Resume { name: name(), uuid: none(), vhd_path: none() }),
        text_of(&ListSnapshots { name: name(), uuid: none(), vhd_path: none() }),
        text_of(&CreateSnapshot { name: name(), uuid: none(), vhd_path: none(), snapshot: none() }),
        text_of(&RestoreSnapshot { name: name(), uuid: none(), vhd_path: none(), snapshot: none() }),
        text_of(&DeleteSnapshot { name: name(), uuid: none(), vhd_path: none(), snapshot: none() }),
    ]
}

fn text_of<S: Script>(script: &S) -> (String, String) {
    let input = render(script, Nonce::new([0; 16]), Duration::from_secs(1)).unwrap().input;
    let (_token, text) = input.split_once('\n').unwrap();
    let (text, _count) = text.rsplit_once("#end ").unwrap();
    (S::NAME.to_owned(), text.to_owned())
}

fn functions_of(text: &str) -> Vec<Function> {
    tokens(text).map(|tokens| commands(&tokens).functions).unwrap_or_default()
}

fn table() -> Table {
    let text = fs::read_to_string(package().join("../fixtures/cmdlets.tsv")).unwrap();
    Table::read(&text).unwrap()
}

fn script_files() -> Vec<(String, String)> {
    let mut paths: Vec<PathBuf> =
        fs::read_dir(package().join("scripts")).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    assert!(paths.len() > 5);
    let name = |path: &Path| path.file_name().unwrap().to_string_lossy().into_owned();
    paths.iter().map(|path| (name(path), fs::read_to_string(path).unwrap())).collect()
}

fn package() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
