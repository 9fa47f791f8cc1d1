//! Writes `fixtures/exchanges/` anew: one recording for each action, for its main failures, and for answers in many parts.
//! `cargo record-fixtures`, with a PowerShell 7; `cargo record-fixtures -- <name>...` writes those only.
//!
//! Where only the scripts have changed `hyperv replay --update fixtures/exchanges/*` is enough.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "whatever it cannot do is told by its end"
)]

#[path = "extension/aimed.rs"]
mod aimed;
#[expect(dead_code, reason = "shared; not everything is needed here")]
#[path = "extension/case.rs"]
mod case;

use std::fs;
use std::path::PathBuf;

use case::Case;
use serde_json::{Value, json};
use simulated_host::{Action, Fault, Host, Language, Options, PowerShell, Rule, StandIn, Verb, Windows, Wmi, World};

const MODEL: &str = "simulated-host, its model";
const POWERSHELL: &str = "simulated-host, PowerShell 7 on stand-ins for the modules of Windows Server 2022";
const GERMAN: &str = "simulated-host, PowerShell 7 on stand-ins for the modules of a German Windows Server 2022";

/// Where recordings go, and which.
struct Book {
    folder: PathBuf,
    wanted: Vec<String>,
}

fn main() {
    let folder = case::fixtures().join("exchanges");
    let book = Book { folder, wanted: std::env::args().skip(1).collect() };
    fs::create_dir_all(&book.folder).unwrap();
    let powershell = PowerShell::find().expect("a PowerShell 7, as `pwsh` on the path or named by PWSH");
    one_life(&book, &powershell);
    failures(&book, &powershell);
    troubles(&book);
}

/// Every action, in the order of a VM's life.
fn one_life(book: &Book, powershell: &PowerShell) {
    let (host, windows) = machine(powershell, Windows::new());
    let life = [
        "prepare",
        "create",
        "start",
        "status",
        "statuses",
        "Suspend",
        "Resume",
        "CreateSnapshot",
        "ListSnapshots",
        "RestoreSnapshot",
        "DeleteSnapshot",
        "reboot",
        "getconsole",
        "stop",
        "delete",
    ];
    for action in life {
        let case = call(action, &host).host_key("console_url", json!("https://gateway.example/#/{vm_id}"));
        book.record(action, case, POWERSHELL);
        if action == "statuses" {
            book.record("statuses-by-script", call(action, &host).host_key("power_query", json!("script")), POWERSHELL);
        }
    }
    assert_eq!(windows.internal_errors(), None);
}

/// What a script on the host says no to.
fn failures(book: &Book, powershell: &PowerShell) {
    let (host, _windows) = machine(powershell, Windows::new());
    book.record("start-of-an-absent-vm", call("start", &host), POWERSHELL);
    call("create", &host).run().succeeds("Instance created");
    let other = |case: Case| {
        let text =
            |text: String| text.replace("126f4562-1f0f-4313-875e-6150cabeb72f", "9e107d9d-372b-4b68-8f0e-1a2b3c4d5e6f");
        case.text_of_payload(text)
    };
    book.record("stop-of-a-foreign-vm", other(call("stop", &host)), POWERSHELL);
    book.record("CreateSnapshot-of-a-foreign-vm", other(call("CreateSnapshot", &host)), POWERSHELL);
    let (host, _windows) = machine(powershell, Windows::new().language(Language::German).memory(1 << 30));
    book.record("create-on-a-german-host-without-memory", call("create", &host), GERMAN);
}

/// What the host or the way to it does.
fn troubles(book: &Book) {
    let model = |options: Options| Host::start(options).unwrap();
    let with_vm = |options: Options| {
        let host = model(options);
        call("create", &host).run().succeeds("Instance created");
        host
    };
    book.record("create-denied", call("create", &model(Options::new().deny())), MODEL);
    let full = Rule::new(Verb::Create, Action::Fault(Fault::too_many_shells())).first(2);
    book.record("create-on-a-full-host", call("create", &model(Options::new().rule(full))), MODEL);
    let host = with_vm(Options::new());
    host.fail(Rule::new(Verb::Receive, Action::Fault(Fault::timed_out())).first(3));
    book.record("stop-polls-again", call("stop", &host), MODEL);
    let host = with_vm(Options::new());
    host.fail(Rule::new(Verb::Receive, Action::ResetAfter).first(1));
    book.record("reboot-whose-answer-is-lost", call("reboot", &host), MODEL);
    let host = with_vm(Options::new().wmi(Wmi::new().denied()));
    book.record("statuses-where-wmi-is-denied", call("statuses", &host), MODEL);
    let world = (1..=7).fold(World::default(), |world, n| world.with_unmarked_vm(format!("i-2-{n}-VM")));
    let host = model(Options::new().world(world).wmi(Wmi::new().page(3)));
    book.record("statuses-in-three-parts", call("statuses", &host), MODEL);
    book.record("create-told-in-five-pieces", call("create", &model(Options::new().pieces(5))), MODEL);
    let host = model(Options::new());
    let wrong = call("status", &host).host_key("password", json!("n0t-the-passw0rd"));
    book.record("status-with-a-wrong-password", wrong, MODEL);
    let page = Rule::new(Verb::Create, Action::page(403));
    book.record("create-behind-a-proxy", call("create", &model(Options::new().rule(page))), MODEL);
}

fn machine(powershell: &PowerShell, windows: Windows) -> (Host, StandIn) {
    let windows = windows.open(powershell.clone()).unwrap();
    (windows.host(Options::new()).unwrap(), windows)
}

/// A path of the machine that recorded it has no place in a fixture.
fn call(action: &str, host: &Host) -> Case {
    let case = Case::new(action, &format!("{action}.json")).on(host);
    case.host_key("tls_ca_file", Value::Null).host_key("verify_tls_certificate", json!("false"))
}

impl Book {
    fn record(&self, name: &str, case: Case, host: &str) {
        let scratch = tempfile::TempDir::new().unwrap();
        let ran = case.recorded(scratch.path());
        if !self.wanted.is_empty() && !self.wanted.iter().any(|wanted| wanted == name) {
            return;
        }
        let made: Vec<_> = fs::read_dir(scratch.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
        let [made] = &made[..] else { panic!("{name}: {made:?}, log:\n{}", ran.log) };
        let about = made.join("recording.json");
        let mut json: Value = serde_json::from_str(&fs::read_to_string(&about).unwrap()).unwrap();
        json["host"] = host.into();
        fs::write(&about, serde_json::to_string_pretty(&json).unwrap() + "\n").unwrap();
        let place = self.folder.join(name);
        let _ = fs::remove_dir_all(&place);
        fs::create_dir(&place).unwrap();
        for file in fs::read_dir(made).unwrap().map(Result::unwrap) {
            fs::copy(file.path(), place.join(file.file_name())).unwrap();
        }
        println!("{name}: {}", ran.stdout.trim_end());
    }
}
