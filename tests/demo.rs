//! `cargo demo`: a VM's whole life as CloudStack drives it, against a simulated host, in a screenful.

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

const NAME: &str = "i-2-45-VM";

fn main() -> Outcome<()> {
    let host = Host::start(Options::new())?;
    let stage = Stage { folder: TempDir::new()?, host };
    println!("A Hyper-V host, simulated, listens at {}", stage.host.url());
    println!("(real TLS, NTLM and WinRM on loopback; behind them a small model of Hyper-V)\n");

    println!("CloudStack writes payload.json and starts the extension. The payload says, among other things:");
    show_payload(&stage.payload("create")?);
    stage.call("create", "a new VM", |_| ())?;
    show_vm(&stage.host.state())?;
    stage.call("create", "CloudStack asks again: nothing may change", |_| ())?;
    stage.call("status", "does it run?", |_| ())?;
    stage.call("stop", "its guest is asked first", |_| ())?;
    stage.call("start", "its VLAN has gone to someone else meanwhile", |payload| give_vlan(payload, "vlan://200"))?;
    stage.call("reboot", "on its network as it is now", |payload| give_vlan(payload, "vlan://200"))?;
    show_vm(&stage.host.state())?;
    let before = stage.host.state().counters.connections;
    stage.call("start", "a network that a Hyper-V switch cannot give", |payload| give_vlan(payload, "vxlan://5000"))?;
    let refused = stage.host.state().counters.connections - before;
    stage.call("statuses", "once a minute: every VM of the host", |_| ())?;
    stage.call("delete", "template and ISO stay", |_| ())?;
    let state = stage.host.state();
    println!("The host holds {} VMs and the files {}\n", state.vms().len(), state.files().join(", "));
    stage.call("status", "never \"poweroff\" for a VM that is not there", |_| ())?;
    stage.show_cost(refused);
    Ok(())
}

struct Stage {
    folder: TempDir,
    host: Host,
}

impl Stage {
    /// The fixture of that action, aimed at the simulated host.
    fn payload(&self, action: &str) -> Outcome<Value> {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("fixtures/payloads/{action}.json"));
        let mut payload = serde_json::from_str(&fs::read_to_string(file)?)?;
        aimed::aim_at(&self.host, &mut payload);
        Ok(payload)
    }

    /// Runs the real program and shows the line that CloudStack would read.
    fn call(&self, action: &str, remark: &str, change: impl FnOnce(&mut Value)) -> Outcome<()> {
        let mut payload = self.payload(action)?;
        change(&mut payload);
        let file = self.folder.path().join("payload.json");
        fs::write(&file, payload.to_string())?;
        let output = Command::new(env!("CARGO_BIN_EXE_hyperv")).arg(action).arg(file).arg("60").output()?;
        println!("$ hyperv {action:<8} payload.json 60   # {remark}");
        let code = output.status.code().unwrap_or(-1);
        println!("  {}   (exit code {code})", String::from_utf8(output.stdout)?.trim_end());
        Ok(())
    }

    /// What it all cost, and what the call that was refused on this side did.
    fn show_cost(&self, refused: u64) {
        let counters = self.host.state().counters;
        println!(
            "All of it took {} PowerShell starts and {} HTTP requests on {} connections, {refused} for the refused call.",
            counters.powershell_starts, counters.http_requests, counters.connections
        );
    }
}

fn give_vlan(payload: &mut Value, uri: &str) {
    payload["cloudstack.vm.details"]["nics"][0]["broadcastUri"] = uri.into();
}

fn show_payload(payload: &Value) {
    let (vm, details) = (&payload["cloudstack.vm.details"], &payload["externaldetails"]);
    let (nic, host) = (&vm["nics"][0], &details["host"]);
    println!("  VM {}, {} processors, {} bytes of memory", vm["name"], vm["cpus"], vm["maxRam"]);
    println!(
        "  NIC {} on {}, template {}",
        nic["mac"], nic["broadcastUri"], details["virtualmachine"]["template_path"]
    );
    println!("  host {}, switch {}, user {}, password ***\n", host["url"], host["network_switch"], host["username"]);
}

fn show_vm(state: &State) -> Outcome<()> {
    let vm = state.vm(NAME).ok_or("the VM is not there")?;
    let memory = vm.memory_bytes >> 20;
    println!("The host holds {}: {:?}, {} processors, {memory} MiB", vm.name, vm.state, vm.processors);
    for nic in &vm.nics {
        let vlan = nic.vlan.map_or_else(|| "untagged".to_owned(), |id| format!("VLAN {id}"));
        println!("  {}  {} on {}, {vlan}", nic.name, nic.mac, nic.switch.as_deref().unwrap_or("no switch"));
    }
    println!("  disk  {}\n", vm.disks.join(", "));
    Ok(())
}
