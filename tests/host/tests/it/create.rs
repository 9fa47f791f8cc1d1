//! The script `create` as the model plays it.

use crate::client::Client;
use crate::conversation::{exit_code, open, run, stream};
use crate::envelope::{receive, send};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};
use simulated_host::{Host, Noise, Options, PowerState, ScriptError, Vm, World};

const DISK: &str = r"D:\Hyper-V\Virtual Hard Disks\i-2-45-VM.vhdx";
const RECORD: &str = r"D:\Hyper-V\Virtual Hard Disks\i-2-45-VM.cloudstack.json";
const UUID: &str = "126f4562-1f0f-4313-875e-6150cabeb72f";
const NONCE: &str = "0123456789abcdef0123456789abcdef";
const GIB: u64 = 1 << 30;

fn arguments() -> Value {
    json!({
        "Name": "i-2-45-VM", "Uuid": UUID,
        "VhdPath": r"D:\Hyper-V\Virtual Hard Disks", "VmPath": r"D:\Hyper-V\Virtual Machines",
        "TemplatePath": r"D:\Templates\ubuntu2404.vhdx",
        "Generation": 2, "Processors": 2, "MemoryBytes": 2 * GIB, "SecureBoot": "off",
        "Nics": [
            {"Name": "NIC1", "MacAddress": "020100CC0001", "SwitchName": "External vSwitch", "VlanId": 100},
            {"Name": "NIC2", "MacAddress": "020100CC0002", "SwitchName": "External vSwitch", "VlanId": null},
        ],
    })
}

fn bootstrap() -> String {
    let script: Vec<u8> = "$input".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let script = BASE64_STANDARD.encode(script);
    format!("powershell.exe -NoProfile -NonInteractive -ExecutionPolicy Bypass -EncodedCommand {script}")
}

fn stdin(arguments: &Value) -> String {
    let call = json!({"script": "create", "nonce": NONCE, "seconds": 60, "arguments": arguments});
    format!("{}\n'the script'\n#end 2\n", BASE64_STANDARD.encode(call.to_string()))
}

/// Runs the script and returns everything on standard output, everything on error output and the exit code.
fn run_stdin(host: &Host, stdin: &str) -> (String, String, i64) {
    let mut client = Client::logged_in(host);
    let shell = open(&mut client);
    let id = run(&mut client, &shell, &bootstrap());
    assert_eq!(client.soap(&send(&shell, &id, stdin.as_bytes(), true).text()).status, 200);
    let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
    loop {
        let reply = client.soap(&receive(&shell, &id).text());
        stdout.extend(stream(&reply, "stdout"));
        stderr.extend(stream(&reply, "stderr"));
        if let Some(code) = exit_code(&reply) {
            return (String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap(), code);
        }
    }
}

fn answer(stdout: &str) -> Value {
    let begin = format!("#hyperv {NONCE} begin\r\n");
    let end = format!("\r\n#hyperv {NONCE} end\r\n");
    let rest = stdout.split_once(&begin).unwrap().1;
    serde_json::from_str(rest.split_once(&end).unwrap().0).unwrap()
}

fn create(host: &Host) -> Value {
    let (stdout, _, code) = run_stdin(host, &stdin(&arguments()));
    assert_eq!(code, 0);
    answer(&stdout)
}

fn marked(phase: &str) -> Vm {
    Vm {
        name: "i-2-45-VM".to_owned(),
        notes: format!("A note of the administrator.\r\ncloudstack-vm-id: {UUID}\r\ncloudstack-phase: {phase}"),
        ..Vm::default()
    }
}

#[test]
fn makes_a_machine_and_finds_it_again() {
    let host = Host::start(Options::new()).unwrap();
    let first = create(&host);
    assert_eq!(
        (&first["ok"], &first["value"]["Made"], &first["value"]["State"]),
        (&json!(true), &json!(true), &json!("Running"))
    );
    let state = host.state();
    let vm = state.vm("i-2-45-VM").unwrap();
    assert_eq!(first["value"]["Id"], json!(vm.id));
    assert_eq!((vm.state, vm.generation, vm.processors, vm.memory_bytes), (PowerState::Running, 2, 2, 2 * GIB));
    assert_eq!(vm.disks, [DISK]);
    assert_eq!(vm.nic("NIC1").unwrap().vlan, Some(100));
    assert_eq!((vm.nic("NIC2").unwrap().mac.as_str(), vm.nic("NIC2").unwrap().vlan), ("020100CC0002", None));
    assert!(vm.notes.lines().any(|line| line == format!("cloudstack-record: {RECORD}")));
    assert!(state.has_file(DISK) && state.has_file(RECORD));
    let second = create(&host);
    assert_eq!(second["value"], json!({"Id": vm.id, "State": "Running", "Made": false}));
    assert_eq!(host.state().inventory, state.inventory);
    assert_eq!((host.state().counters.powershell_starts, host.state().counters.scripts_run), (2, 2));
}

#[test]
fn a_network_that_no_longer_fits_is_put_right() {
    let host = Host::start(Options::new().world(World::default().with_switch("Other"))).unwrap();
    create(&host);
    host.change(|world| {
        world.with_nics("i-2-45-VM", |nics| {
            nics[0].vlan = Some(200);
            nics[0].switch = Some("Other".to_owned());
            nics.remove(1);
            nics.push(simulated_host::Nic { name: "NIC3".to_owned(), ..Default::default() });
            nics.push(simulated_host::Nic { name: "Backup".to_owned(), ..Default::default() });
        })
    });
    assert_eq!(create(&host)["value"]["Made"], json!(false));
    let state = host.state();
    let vm = state.vm("i-2-45-VM").unwrap();
    let names: Vec<_> = vm.nics.iter().map(|nic| nic.name.as_str()).collect();
    assert_eq!(names, ["NIC1", "NIC2", "Backup"]);
    assert_eq!((vm.nics[0].vlan, vm.nics[0].switch.as_deref()), (Some(100), Some("External vSwitch")));
}

#[test]
fn refusals_touch_nothing() {
    let world = World::default;
    for (code, world) in [
        ("vm_foreign", world().with_foreign_vm("i-2-45-VM")),
        ("vm_foreign", world().with_unmarked_vm("I-2-45-vm")),
        ("vm_ambiguous", world().with_unmarked_vm("i-2-45-VM").with_unmarked_vm("i-2-45-VM")),
        ("vm_renamed", world().with_vm(Vm { name: "mine".to_owned(), ..marked("complete") })),
        ("vm_unfinished", world().with_vm(Vm { state: PowerState::Running, ..marked("creating") })),
        ("record_foreign", world().with_text(RECORD, r#"{"uuid":"6b86674b-7e61-11f0-ba77-1e00c8000158"}"#)),
        ("record_unreadable", world().with_text(RECORD, "{").with_file(DISK, 1)),
        ("switch_not_found", world().without_switch("External vSwitch")),
        ("switch_ambiguous", world().with_switch("External vSwitch")),
        ("template_not_found", world().without_file(r"D:\Templates\ubuntu2404.vhdx")),
        ("template_in_use", world().with_text(r"D:\Templates\ubuntu2404.cloudstack.json", "{}")),
        ("folder_not_found", world().without_folder(r"D:\Hyper-V\Virtual Machines")),
        ("disk_exists", world().with_file(DISK, 1)),
        ("disk_full", world().with_free_disk(GIB)),
        ("out_of_memory", world().with_memory(GIB)),
    ] {
        let host = Host::start(Options::new().world(world)).unwrap();
        let before = host.state().inventory;
        let answer = create(&host);
        assert_eq!((&answer["ok"], &answer["error"]["code"]), (&json!(false), &json!(code)));
        assert_eq!(host.state().inventory, before, "{code}");
    }
}

#[test]
fn host_errors_carry_their_numbers() {
    for (world, hresult, undone) in [
        (World::default().with_memory(GIB), "0x8007000E", json!(["vm", "disk", "record"])),
        (World::default().with_free_disk(GIB), "0x80070070", json!(["record"])),
    ] {
        let answer = create(&Host::start(Options::new().world(world)).unwrap());
        assert_eq!((&answer["error"]["hresult"], &answer["error"]["rollback"]["done"]), (&json!(hresult), &undone));
    }
}

#[test]
fn what_is_half_made_is_made_anew() {
    for world in [
        World::default().with_vm(marked("creating")).with_file(DISK, 1),
        World::default().with_text(RECORD, format!(r#"{{"Uuid":"{UUID}"}}"#)).with_file(DISK, 1),
        World::default().with_text(RECORD, "torn"),
    ] {
        let host = Host::start(Options::new().world(world)).unwrap();
        assert_eq!(create(&host)["value"]["Made"], json!(true));
        assert_eq!(host.state().vms().len(), 1);
    }
}

#[test]
fn a_script_that_arrived_in_part_does_not_run() {
    let host = Host::start(Options::new()).unwrap();
    let whole = stdin(&arguments());
    for part in ["", "#end 0\n", whole.trim_end_matches("2\n"), &whole.replace("#end 2", "#end 3")] {
        let (stdout, _, code) = run_stdin(&host, part);
        assert_eq!((stdout.as_str(), code), ("", 91));
    }
    assert_eq!((host.state().counters.scripts_run, host.state().vms().len()), (0, 0));
}

#[test]
fn output_in_pieces_and_with_noise() {
    let options = Options::new().pieces(3).noise(Noise::ALL);
    let host = Host::start(options).unwrap();
    let (stdout, stderr, code) = run_stdin(&host, &stdin(&arguments()));
    assert_eq!((&answer(&stdout)["ok"], code), (&json!(true), 0));
    assert!(stdout.starts_with("\u{feff}WARNING"), "{stdout}");
    assert!(stderr.starts_with("#< CLIXML"), "{stderr}");
    assert_eq!(host.state().counters.soap["receive"], 3);
}

#[test]
fn the_next_script_may_be_told_to_fail() {
    let host = Host::start(Options::new()).unwrap();
    host.fail_script(ScriptError::new("busy", "wird von einem anderen Vorgang benötigt").with_hresult(0x8007_0020));
    let (stdout, ..) = run_stdin(&host, &stdin(&arguments()));
    assert!(stdout.is_ascii(), "{stdout}");
    assert_eq!(answer(&stdout)["error"]["message"], json!("wird von einem anderen Vorgang benötigt"));
    assert_eq!(create(&host)["ok"], json!(true));
}
