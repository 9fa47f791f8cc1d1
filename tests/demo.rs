//! `cargo demo`: CloudStack's call, a simulated host, and what comes of it, in a screenful.

#![expect(clippy::print_stdout, clippy::indexing_slicing, reason = "a demonstration is there to be read")]

#[path = "extension/aimed.rs"]
mod aimed;

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use simulated_host::{Host, Options, State};
use tempfile::TempDir;

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

fn main() -> Outcome<()> {
    let host = Host::start(Options::new())?;
    let folder = TempDir::new()?;
    println!("A Hyper-V host, simulated, listens at {}", host.url());
    println!("(real TLS, NTLM and WinRM on loopback; behind them a small model of Hyper-V)\n");

    let payload = payload(&host)?;
    println!("CloudStack writes payload.json and starts the extension. The payload says, among other things:");
    show_payload(&payload);

    println!("$ hyperv create payload.json 60");
    create(&folder, &payload)?;
    let made = host.state();
    show_vm(&made)?;
    println!(
        "   It took {} PowerShell start and {} HTTP requests.\n",
        made.counters.powershell_starts, made.counters.http_requests
    );

    println!("$ hyperv create payload.json 60        # CloudStack asks again");
    create(&folder, &payload)?;
    let again = host.state();
    let is_same = again.vms() == made.vms() && again.files() == made.files();
    println!(
        "   {}\n",
        if is_same { "Nothing has changed on the host." } else { "Something has changed on the host!" }
    );

    println!("$ hyperv create payload.json 60        # a network that a Hyper-V switch cannot give");
    create(&folder, &with_vxlan(payload))?;
    let requests = host.state().counters.http_requests - again.counters.http_requests;
    println!("   The host was asked {requests} times: the error was found before a connection was made.");
    Ok(())
}

/// The fixture, aimed at the simulated host.
fn payload(host: &Host) -> Outcome<Value> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/payloads/create.json");
    let mut payload: Value = serde_json::from_str(&fs::read_to_string(file)?)?;
    aimed::aim_at(host, &mut payload);
    Ok(payload)
}

fn with_vxlan(mut payload: Value) -> Value {
    payload["cloudstack.vm.details"]["nics"][0]["broadcastUri"] = "vxlan://5000".into();
    payload
}

fn show_payload(payload: &Value) {
    let (vm, details) = (&payload["cloudstack.vm.details"], &payload["externaldetails"]);
    let nic = &vm["nics"][0];
    println!("   VM        {}, {} processors, {} bytes of memory", vm["name"], vm["cpus"], vm["maxRam"]);
    println!("   NIC       {} on {}", nic["mac"], nic["broadcastUri"]);
    println!(
        "   template  {}, generation {}",
        details["virtualmachine"]["template_path"], details["virtualmachine"]["generation"]
    );
    println!(
        "   host      {}, switch {}, user {}, password ********\n",
        details["host"]["url"], details["host"]["network_switch"], details["host"]["username"]
    );
}

/// Runs the real program and shows the line that CloudStack would read.
fn create(folder: &TempDir, payload: &Value) -> Outcome<()> {
    let file = folder.path().join("payload.json");
    fs::write(&file, payload.to_string())?;
    let output = Command::new(env!("CARGO_BIN_EXE_hyperv")).arg("create").arg(file).arg("60").output()?;
    println!("{}", String::from_utf8(output.stdout)?.trim_end());
    println!("   exit code {}", output.status.code().unwrap_or(-1));
    Ok(())
}

fn show_vm(state: &State) -> Outcome<()> {
    let vm = state.vm("i-2-45-VM").ok_or("the VM is not there")?;
    println!("   The host now holds");
    println!(
        "      {}  {:?}, generation {}, {} processors, {} MiB",
        vm.name,
        vm.state,
        vm.generation,
        vm.processors,
        vm.memory_bytes >> 20
    );
    for nic in &vm.nics {
        let vlan = nic.vlan.map_or_else(|| "untagged".to_owned(), |id| format!("VLAN {id}"));
        println!("      {}       {} on {}, {vlan}", nic.name, nic.mac, nic.switch.as_deref().unwrap_or("no switch"));
    }
    for disk in &vm.disks {
        println!("      disk       {disk}");
    }
    Ok(())
}
