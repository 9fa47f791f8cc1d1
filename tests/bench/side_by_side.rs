//! `bash .ci/bench`: this program and the Python way, side by side on one simulated host. Prints figures and ratios, asserts nothing.

#![expect(clippy::print_stdout, clippy::indexing_slicing, reason = "a benchmark prints its figures")]

#[path = "../extension/aimed.rs"]
mod aimed;

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use simulated_host::{Host, Options, World};
use tempfile::TempDir;
use wait4::Wait4 as _;

const RUNS: usize = 7;

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

fn main() -> Outcome<()> {
    let mut arguments = env::args_os().skip(1);
    if arguments.next().is_some_and(|first| first == RUNNER) {
        return run_for(arguments);
    }
    let python = python()?;
    println!("{}\n", machine());
    println!(
        "Medians of {RUNS} runs, each on a new host on loopback. `ours / Python (ratio)`. The Python way is `tests/bench/pywinrm_way.py`."
    );
    println!(
        "It has no `statuses`: CloudStack calls it once per VM, so those figures are one `status`, times the VMs (its memory is not)."
    );
    for (latency, start) in [(0, 0), (0, 1400), (20, 0), (20, 1400)] {
        let weather = Weather { latency: Duration::from_millis(latency), start: Duration::from_millis(start) };
        println!("\nPer answer {latency} ms, per PowerShell start {start} ms:\n");
        table(&python, weather)?;
    }
    Ok(())
}

/// As its first argument this program runs another one and prints what that took. A child that is forked from a large process
/// counts as large itself, and this one holds the hosts.
const RUNNER: &str = "--run";

fn run_for(mut command: impl Iterator<Item = OsString>) -> Outcome<()> {
    let program = command.next().ok_or("no program")?;
    let child = Command::new(program).args(command).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
    let used = child.wait4()?;
    if !used.status.success() {
        return Err("it failed".into());
    }
    let cpu = (used.rusage.utime + used.rusage.stime).as_secs_f64() * 1e3;
    println!("{cpu} {}", float(used.rusage.maxrss) / f64::from(1 << 20));
    Ok(())
}

/// How slow the host is.
#[derive(Clone, Copy)]
struct Weather {
    latency: Duration,
    start: Duration,
}

/// One row: what is asked of a host, and what the Python way does instead.
struct Row {
    title: &'static str,
    action: &'static str,
    fixture: &'static str,
    /// VMs on the host, beside those of the call.
    vms: usize,
    /// What the Python way is called with, and how often.
    python: &'static str,
    times: usize,
}

const ROWS: [Row; 8] = [
    Row::same("create, 1 NIC", "create", "create.json"),
    Row::same("create, 3 NICs", "create", "create-three-nics.json"),
    Row::same("stop", "stop", "stop.json"),
    Row::same("status", "status", "status.json"),
    Row::statuses("statuses of 20 VMs", 20),
    Row::statuses("statuses of 500 VMs", 500),
    Row::statuses("statuses of 2,000 VMs", 2000),
    Row::same("CreateSnapshot", "CreateSnapshot", "CreateSnapshot.json"),
];

impl Row {
    const fn same(title: &'static str, action: &'static str, fixture: &'static str) -> Self {
        Self { title, action, fixture, vms: 0, python: action, times: 1 }
    }

    const fn statuses(title: &'static str, vms: usize) -> Self {
        Self { title, action: "statuses", fixture: "statuses.json", vms, python: "status", times: vms }
    }
}

fn table(python: &Path, weather: Weather) -> Outcome<()> {
    println!(
        "| | wall ms | client CPU ms | peak MiB | HTTP requests | connections | PowerShell starts | KiB on the wire |"
    );
    println!("| --- | --- | --- | --- | --- | --- | --- | --- |");
    // It is the same for every number of VMs, and takes long.
    let mut status = None;
    for row in ROWS {
        let ours = median(|| measure(&ours(&row), &row, row.fixture, weather))?;
        let fixture = if row.python == row.action { row.fixture } else { "status.json" };
        let theirs = match (&status, row.python) {
            (Some(known), "status") => Run::clone(known),
            _ => median(|| measure(&theirs(python, row.python), &row, fixture, weather))?,
        };
        if row.python == "status" {
            status.get_or_insert_with(|| theirs.clone());
        }
        println!("| {} | {} |", row.title, cells(&ours, &theirs, row.times).join(" | "));
    }
    Ok(())
}

fn cells(ours: &Run, theirs: &Run, times: usize) -> Vec<String> {
    let times = float(u64::try_from(times).unwrap_or(u64::MAX));
    let cell = |figure: fn(&Run) -> f64, times: f64, digits: usize| {
        let (one, other) = (figure(ours), figure(theirs) * times);
        let ratio = if one == 0.0 { "-".to_owned() } else { format!("{:.1}", other / one) };
        format!("{one:.digits$} / {other:.digits$} ({ratio})")
    };
    vec![
        cell(|run| run.wall, times, 0),
        cell(|run| run.cpu, times, 1),
        cell(|run| run.peak, 1.0, 1),
        cell(|run| run.requests, times, 0),
        cell(|run| run.connections, times, 0),
        cell(|run| run.starts, times, 0),
        cell(|run| run.bytes / 1024.0, times, 1),
    ]
}

#[derive(Clone)]
struct Run {
    wall: f64,
    cpu: f64,
    peak: f64,
    requests: f64,
    connections: f64,
    starts: f64,
    bytes: f64,
}

fn median(mut run: impl FnMut() -> Outcome<Run>) -> Outcome<Run> {
    let runs = (0..RUNS).map(|_| run()).collect::<Outcome<Vec<_>>>()?;
    let of = |figure: fn(&Run) -> f64| {
        let mut figures: Vec<f64> = runs.iter().map(figure).collect();
        figures.sort_by(f64::total_cmp);
        figures.get(RUNS / 2).copied().unwrap_or(f64::NAN)
    };
    Ok(Run {
        wall: of(|run| run.wall),
        cpu: of(|run| run.cpu),
        peak: of(|run| run.peak),
        requests: of(|run| run.requests),
        connections: of(|run| run.connections),
        starts: of(|run| run.starts),
        bytes: of(|run| run.bytes),
    })
}

fn ours(row: &Row) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hyperv"));
    command.arg(row.action);
    command
}

fn theirs(python: &Path, action: &str) -> Command {
    let mut command = Command::new(python);
    command.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bench/pywinrm_way.py")).arg(action);
    command
}

/// `command` is still without the payload file and the timeout.
fn measure(command: &Command, row: &Row, fixture: &str, weather: Weather) -> Outcome<Run> {
    let options = Options::new().latency(weather.latency).powershell_start(weather.start).world(world(row));
    let host = Host::start(options)?;
    if !matches!(row.action, "create" | "statuses") {
        made(&host)?;
    }
    let before = host.state().counters;
    let folder = TempDir::new()?;
    let file = folder.path().join("payload.json");
    fs::write(&file, payload(&host, fixture)?.to_string())?;
    let mut runner = Command::new(env::current_exe()?);
    runner.arg(RUNNER).arg(command.get_program()).args(command.get_args()).arg(&file).arg("600");
    let started = Instant::now();
    let ran = runner.output()?;
    let wall = started.elapsed();
    if !ran.status.success() {
        return Err(format!("{} with {fixture} failed", row.title).into());
    }
    let figures = String::from_utf8(ran.stdout)?;
    let mut figures = figures.split_whitespace().map(str::parse::<f64>);
    let mut figure = || figures.next().and_then(Result::ok).ok_or("no figures");
    let after = host.state().counters;
    Ok(Run {
        wall: wall.as_secs_f64() * 1e3,
        cpu: figure()?,
        peak: figure()?,
        requests: float(after.http_requests - before.http_requests),
        connections: float(after.connections - before.connections),
        starts: float(after.powershell_starts - before.powershell_starts),
        bytes: float(after.bytes_in + after.bytes_out - before.bytes_in - before.bytes_out),
    })
}

fn world(row: &Row) -> World {
    (0..row.vms).fold(World::default(), |world, number| {
        world.with_unmarked_vm(format!("i-{}-{}-VM", number % 97, 1000 + number))
    })
}

/// The VM that the call is about, without charge.
fn made(host: &Host) -> Outcome<()> {
    let folder = TempDir::new()?;
    let file = folder.path().join("payload.json");
    fs::write(&file, payload(host, "create.json")?.to_string())?;
    let status =
        Command::new(env!("CARGO_BIN_EXE_hyperv")).arg("create").arg(&file).arg("60").stdout(Stdio::null()).status()?;
    if status.success() { Ok(()) } else { Err("a create failed".into()) }
}

fn payload(host: &Host, fixture: &str) -> Outcome<Value> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/payloads").join(fixture);
    let mut payload: Value = serde_json::from_str(&fs::read_to_string(file)?)?;
    aimed::aim_at(host, &mut payload);
    Ok(payload)
}

/// A Python that has pywinrm; `.ci/bench` makes one.
fn python() -> Outcome<PathBuf> {
    let named = env::var_os("PYWINRM_PYTHON").map(PathBuf::from);
    named.ok_or_else(|| {
        "no Python with pywinrm: run `bash .ci/bench`, or name one by the variable PYWINRM_PYTHON".into()
    })
}

/// What it runs on, as far as it tells.
fn machine() -> String {
    let line = |file: &str, key: &str| {
        let text = fs::read_to_string(file).unwrap_or_default();
        let found = text
            .lines()
            .find_map(|line| line.strip_prefix(key)?.split_once(':').map(|(_, value)| value.trim().to_owned()));
        found.unwrap_or_else(|| "unknown".to_owned())
    };
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    format!(
        "Client and simulated host together on {cores} cores of {}, {} of memory, Linux {}.",
        line("/proc/cpuinfo", "model name"),
        line("/proc/meminfo", "MemTotal"),
        kernel.trim(),
    )
}

/// Exact below 2^53; no figure here comes near.
fn float(number: u64) -> f64 {
    number.to_string().parse().unwrap_or(f64::NAN)
}
