//! `cargo bench --bench create`: what one `create` costs, on both sides. Prints figures, asserts nothing.

#![expect(clippy::print_stdout, clippy::indexing_slicing, reason = "a benchmark prints its figures")]

#[path = "../extension/aimed.rs"]
mod aimed;

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use simulated_host::{Host, Options};
use tempfile::TempDir;
use wait4::Wait4 as _;

const PROGRAM: &str = env!("CARGO_BIN_EXE_hyperv");
const RUNS: usize = 15;

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

fn main() -> Outcome<()> {
    let size = fs::metadata(PROGRAM)?.len();
    println!("one `hyperv create` with one NIC, medians of {RUNS} runs, each on a new host on this machine");
    println!("the program: {:.2} MiB\n", mebibytes(size));
    println!(
        "| per answer | HTTP requests | PowerShell starts | bytes up | bytes down | wall ms | user+sys ms | peak MiB |"
    );
    println!("| --- | --- | --- | --- | --- | --- | --- | --- |");
    for latency in [0, 20] {
        let runs = (0..RUNS).map(|_| measure(Duration::from_millis(latency))).collect::<Outcome<Vec<_>>>()?;
        let median = |figure: fn(&Run) -> f64| {
            let mut figures: Vec<f64> = runs.iter().map(figure).collect();
            figures.sort_by(f64::total_cmp);
            figures.get(RUNS / 2).copied().unwrap_or(f64::NAN)
        };
        println!(
            "| {latency} ms | {} | {} | {} | {} | {:.1} | {:.1} | {:.1} |",
            median(|run| run.requests),
            median(|run| run.starts),
            median(|run| run.up),
            median(|run| run.down),
            median(|run| run.wall),
            median(|run| run.cpu),
            median(|run| run.peak),
        );
    }
    Ok(())
}

struct Run {
    requests: f64,
    starts: f64,
    up: f64,
    down: f64,
    wall: f64,
    cpu: f64,
    peak: f64,
}

fn measure(latency: Duration) -> Outcome<Run> {
    let host = Host::start(Options::new().latency(latency))?;
    let folder = TempDir::new()?;
    let file = folder.path().join("payload.json");
    fs::write(&file, payload_for(&host)?.to_string())?;
    let started = Instant::now();
    let child = Command::new(PROGRAM).arg("create").arg(&file).arg("60").stdout(Stdio::null()).spawn()?;
    let used = child.wait4()?;
    let wall = started.elapsed();
    if !used.status.success() {
        return Err("a create failed".into());
    }
    let counters = host.state().counters;
    Ok(Run {
        requests: float(counters.http_requests),
        starts: float(counters.powershell_starts),
        up: float(counters.bytes_in),
        down: float(counters.bytes_out),
        wall: wall.as_secs_f64() * 1e3,
        cpu: (used.rusage.utime + used.rusage.stime).as_secs_f64() * 1e3,
        peak: mebibytes(used.rusage.maxrss),
    })
}

fn payload_for(host: &Host) -> Outcome<Value> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/payloads/create.json");
    let mut payload: Value = serde_json::from_str(&fs::read_to_string(file)?)?;
    aimed::aim_at(host, &mut payload);
    Ok(payload)
}

fn mebibytes(bytes: u64) -> f64 {
    float(bytes) / f64::from(1 << 20)
}

/// Exact below 2^53; no figure here comes near.
fn float(number: u64) -> f64 {
    number.to_string().parse().unwrap_or(f64::NAN)
}
