//! Rules that every script keeps, whatever it does.

#![cfg(test)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use powershell::{
    Create, CreateSnapshot, Delete, DeleteSnapshot, Identify, ListSnapshots, Nic, Nonce, PowerStates, Prepare, Probe,
    Reboot, RestoreSnapshot, Resume, Script, SecureBoot, Source, Start, Stop, Suspend, render,
};

#[test]
fn scripts_are_ascii_and_have_no_text_of_several_lines() {
    for path in script_files() {
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.is_ascii(), "{} is not ASCII", path.display());
        // Indentation and comment lines are left out on the way: inside a here-string that would change its value.
        assert!(!text.contains("@'") && !text.contains("@\""), "{} has a here-string", path.display());
        for (number, line) in text.lines().enumerate() {
            assert!(!line.ends_with('`'), "{}:{}: a line is continued", path.display(), number + 1);
        }
    }
}

#[test]
fn parameters_are_the_fields() {
    let iso =
        Create { source: Source::Iso { iso_path: r"D:\ISO\alma9.iso".to_owned(), disk_bytes: 40 << 30 }, ..create() };
    let both = fields(&create()).union(&fields(&iso)).cloned().collect();
    assert_eq!(parameters(Create::BODY), both);
    let (name, uuid, vhd_path) = (String::new, String::new, String::new);
    let stop = Stop { name: name(), uuid: uuid(), vhd_path: vhd_path(), unseen: false, shutdown_seconds: 120 };
    assert_eq!(parameters(Stop::BODY), fields(&stop));
    let prepare = |source| Prepare {
        name: name(),
        uuid: uuid(),
        vhd_path: vhd_path(),
        vm_path: String::new(),
        source,
        switch_names: Vec::new(),
    };
    let (of_template, of_iso) = (prepare(create().source), prepare(iso.source));
    assert_eq!(parameters(Prepare::BODY), fields(&of_template).union(&fields(&of_iso)).cloned().collect());
    let start =
        Start { name: name(), uuid: uuid(), vhd_path: vhd_path(), processors: 1, memory_bytes: 1, nics: Vec::new() };
    assert_eq!(parameters(Start::BODY), fields(&start));
    let reboot = Reboot { name: name(), uuid: uuid(), vhd_path: vhd_path(), nics: Vec::new(), shutdown_seconds: 1 };
    assert_eq!(parameters(Reboot::BODY), fields(&reboot));
    let delete = Delete { name: name(), uuid: uuid(), vhd_path: vhd_path() };
    assert_eq!(parameters(Delete::BODY), fields(&delete));
    assert_eq!(parameters(PowerStates::BODY), fields(&PowerStates { name: None }));
    let identify = Identify { name: name(), uuid: uuid(), vhd_path: vhd_path() };
    assert_eq!(parameters(Identify::BODY), fields(&identify));
    let probe = Probe { name: name(), vhd_path: vhd_path(), vm_path: String::new(), clean_up_only: false };
    assert_eq!(parameters(Probe::BODY), fields(&probe));
    assert_eq!(parameters(Suspend::BODY), fields(&Suspend { name: name(), uuid: uuid(), vhd_path: vhd_path() }));
    assert_eq!(parameters(Resume::BODY), fields(&Resume { name: name(), uuid: uuid(), vhd_path: vhd_path() }));
}

#[test]
fn parameters_of_the_snapshot_scripts_are_the_fields() {
    let (name, uuid, vhd_path, snapshot) = (String::new, String::new, String::new, String::new);
    let list = ListSnapshots { name: name(), uuid: uuid(), vhd_path: vhd_path() };
    assert_eq!(parameters(ListSnapshots::BODY), fields(&list));
    let create = CreateSnapshot { name: name(), uuid: uuid(), vhd_path: vhd_path(), snapshot: snapshot() };
    assert_eq!(parameters(CreateSnapshot::BODY), fields(&create));
    let restore = RestoreSnapshot { name: name(), uuid: uuid(), vhd_path: vhd_path(), snapshot: snapshot() };
    assert_eq!(parameters(RestoreSnapshot::BODY), fields(&restore));
    let delete = DeleteSnapshot { name: name(), uuid: uuid(), vhd_path: vhd_path(), snapshot: snapshot() };
    assert_eq!(parameters(DeleteSnapshot::BODY), fields(&delete));
}

#[test]
fn what_is_sent_is_ascii_and_small() {
    let rendered = render(&create(), Nonce::new([7; 16]), Duration::from_secs(90)).unwrap();
    assert!(rendered.input.is_ascii());
    // One Send carries 200 KB. The scripts are far from it, so one request is enough.
    assert!(rendered.input.len() < 64 * 1024, "{} bytes", rendered.input.len());
    assert!(!rendered.input.contains("ps51-check"));
}

#[test]
fn arguments_change_only_the_token() {
    let plain = render(&create(), Nonce::new([7; 16]), Duration::from_secs(90)).unwrap();
    let mut hostile = create();
    hostile.nics[0].switch_name = "$(Remove-Item C:\\) `\u{2019}'\"\n#end 3\n".to_owned();
    let hostile = render(&hostile, Nonce::new([9; 16]), Duration::from_secs(1)).unwrap();
    assert_eq!(plain.command_line, hostile.command_line);
    let script = |input: &str| input.split_once('\n').unwrap().1.to_owned();
    assert_eq!(script(&plain.input), script(&hostile.input));
}

/// The checker of Windows PowerShell 5.1 and Server 2016. It is not part of the project; where it is not, this says so.
#[test]
fn windows_powershell_5_1_has_all_that_the_scripts_use() {
    let checker = checkout().join("../shared/tools/ps51-check");
    if !checker.exists() {
        println!("no ps51-check beside this checkout: the scripts were not checked against Windows PowerShell 5.1");
        return;
    }
    let scripts = scripts_folder();
    let output = Command::new(checker)
        .args(["--errors-only", "--stdin-body", "--with"])
        .arg(scripts.join("prologue.ps1"))
        .arg(&scripts)
        .output()
        .unwrap();
    let findings = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success() && findings.is_empty(), "{findings}");
}

fn create() -> Create {
    Create {
        name: "i-2-45-VM".to_owned(),
        uuid: "126f4562-1f0f-4313-875e-6150cabeb72f".to_owned(),
        vhd_path: r"D:\Hyper-V\Virtual Hard Disks".to_owned(),
        vm_path: r"D:\Hyper-V\Virtual Machines".to_owned(),
        source: Source::Template { template_path: r"D:\Templates\ubuntu2404.vhdx".to_owned() },
        generation: 2,
        processors: 2,
        memory_bytes: 2 << 30,
        secure_boot: SecureBoot::Off,
        nics: vec![Nic {
            name: "NIC1".to_owned(),
            mac_address: "020100CC0001".to_owned(),
            switch_name: "External vSwitch".to_owned(),
            vlan_id: Some(100),
        }],
    }
}

fn fields<S: Script>(script: &S) -> BTreeSet<String> {
    let json = serde_json::to_value(script).unwrap();
    json.as_object().unwrap().keys().cloned().collect()
}

/// The names in the `param()` block with which a body begins.
fn parameters(body: &str) -> BTreeSet<String> {
    let block = body.split_once("\nparam(\n").unwrap().1.split_once("\n)\n").unwrap().0;
    block.lines().map(|line| line.rsplit_once('$').unwrap().1.trim_end_matches(',').to_owned()).collect()
}

fn script_files() -> Vec<PathBuf> {
    let files: Vec<PathBuf> = fs::read_dir(scripts_folder()).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(files.len() > 5);
    files
}

fn scripts_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts")
}

fn checkout() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}
