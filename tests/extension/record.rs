//! Runs that are written down: what the folder holds, and what it must not hold.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use simulated_host::{Account, Action, Certificate, Fault, Host, Options, Rule, ScriptError, Verb};

use crate::case::{Case, Ran};
use crate::recordings::{Recording, Recordings, call};

const VNC_PASSWORD: &str = "qWI23VL8vzAYpeKcdMF_Kw";

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn a_listing_reads_as_the_conversation() {
    let (host, recordings) = (Host::start(Options::new()).unwrap(), Recordings::new());
    let (ran, recording) = recordings.of(&call(&host, "create"));
    ran.succeeds("Instance created");
    let names = [
        "01-create.request.xml",
        "01-create.response.xml",
        "02-command.request.xml",
        "02-command.response.xml",
        "03-send.arguments.json",
        "03-send.request.xml",
        "03-send.response.xml",
        "03-send.script.ps1",
        "04-receive.request.xml",
        "04-receive.response.xml",
        "04-receive.stdout.txt",
        "05-delete.request.xml",
        "05-delete.response.xml",
        "payload.json",
        "recording.json",
        "reply.json",
    ];
    assert_eq!(recording.names(), names);
    assert_eq!(recording.text("reply.json"), ran.stdout);
    assert_eq!(recording.json("03-send.arguments.json")["arguments"]["Name"], "i-2-45-VM");
    assert!(recording.text("03-send.script.ps1").contains("New-VM"));
    assert!(recording.text("04-receive.stdout.txt").starts_with("#hyperv running\r\n#hyperv "));
    let about = recording.json("recording.json");
    assert_eq!((&about["action"], &about["timeout"], &about["exit_code"]), (&json!("create"), &json!(60), &json!(0)));
    assert!(about["answers"][0]["date"].as_str().unwrap().ends_with('Z'), "{about}");
    let name = recording.0.file_name().unwrap().to_str().unwrap();
    assert!(name.contains("Z-create-i-2-45-VM-"), "{name}");
    assert_eq!((mode(&recordings.path()), mode(&recording.0)), (0o700, 0o700));
    assert!(names.iter().all(|name| mode(&recording.0.join(name)) == 0o600));
    // What the XML carries and what stands beside it agree.
    let request = recording.text("03-send.request.xml");
    let stream = request.split("<rsp:Stream").nth(1).unwrap().split(['>', '<']).nth(1).unwrap();
    let input = String::from_utf8(STANDARD.decode(stream).unwrap()).unwrap();
    assert!(input.contains(&recording.text("03-send.script.ps1")));
    recording.replays_the_same();
}

#[test]
fn cloudstacks_own_runs_are_recorded_by_a_variable() {
    let (host, recordings) = (Host::start(Options::new()).unwrap(), Recordings::new());
    let folder = recordings.path();
    let variables = [("HYPERV_RECORD", folder.as_path())];
    let record = |case: Case| case.start_with(&[], &variables).end();
    record(call(&host, "create")).succeeds("Instance created");
    record(call(&host, "status")).answers(&json!({"status": "success", "power_state": "poweron"}));
    record(call(&host, "statuses")).answers(&json!({"status": "success", "power_state": {"i-2-45-VM": "poweron"}}));
    // CloudStack's class names carry no details, and are refused unread.
    record(Case::new("com.cloud.agent.api.X", "create.json")).fails(&["unknown"]);
    let all = recordings.all();
    assert_eq!(all.len(), 3);
    assert!(all.iter().any(|recording| recording.0.to_str().unwrap().contains("Z-statuses-")));
    for recording in all {
        recording.replays_the_same();
        if recording.names().contains(&"01-enumerate.request.xml".to_owned()) {
            assert!(!recording.text("01-enumerate.response.xml").contains("HV01"), "the host's own row");
        }
    }
}

/// Every form in which a word could stand in a file.
fn forms(word: &str) -> Vec<Vec<u8>> {
    let utf16: Vec<u8> = word.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut forms = vec![word.as_bytes().to_vec(), utf16.clone(), word.replace('=', "\\u003d").into_bytes()];
    for bytes in [word.as_bytes(), &utf16] {
        for shift in 0..3 {
            let text = STANDARD.encode([&vec![0; shift], bytes].concat());
            let (first, last) = ((shift * 8).div_ceil(6), (shift + bytes.len()) * 8 / 6);
            forms.push(text.as_bytes()[first..last].to_vec());
        }
    }
    forms
}

#[track_caller]
fn holds_none(recording: &Recording, words: &[&str]) {
    for (name, bytes) in recording.bytes() {
        for word in words {
            for form in forms(word) {
                let found = bytes.windows(form.len()).any(|window| window.eq_ignore_ascii_case(&form));
                assert!(!found, "{name} holds {word} as {:?}", String::from_utf8_lossy(&form));
            }
        }
    }
}

#[test]
fn no_secret_and_no_name_of_a_host_or_person_is_kept() {
    let account = Account::local("hv.operator", "S3cr=t! of \"J\u{fc}rgen\" <&>");
    let host = Host::start(Options::new().account(account).pieces(7)).unwrap();
    let recordings = Recordings::new();
    let words = ["127.0.0.1", "hv.operator", "HV01", "10.1.1.27", VNC_PASSWORD, host.password()];
    let (ran, created) = recordings.of(&call(&host, "create"));
    ran.succeeds("Instance created");
    holds_none(&created, &words);
    // The host's sentence has names in it, cut anywhere by the pieces.
    let sentence = "hv.operator may not stop it on HV01 at 127.0.0.1; HV01\\hv.operator asked, 10.20.30.40 did not";
    host.fail_script(ScriptError::new("host_error", sentence));
    let (ran, stopped) = recordings.of(&call(&host, "stop"));
    ran.fails(&["hv.operator may not stop it"]);
    holds_none(&stopped, &["127.0.0.1", "hv.operator", VNC_PASSWORD, host.password(), "10.20.30.40"]);
    let reply = stopped.text("reply.json");
    assert!(
        reply.contains("user-1 may not stop it on HV01 at 192.0.2."),
        "nothing has told the host's name yet: {reply}"
    );
    host.fail(Rule::new(Verb::Create, Action::Fault(Fault::access_denied().because("HV01 denies hv.operator"))));
    let (ran, denied) = recordings.of(&call(&host, "stop"));
    ran.fails(&["HV01 denies hv.operator"]);
    holds_none(&denied, &words);
    assert!(denied.text("01-create.fault.xml").contains("Machine=\"host-1\""));
    for recording in recordings.all() {
        recording.replays_the_same();
        assert_eq!(recording.json("payload.json")["virtualmachinename"], "i-2-45-VM", "names of VMs stay");
    }
}

#[test]
fn a_recording_that_would_hold_a_secret_is_not_written() {
    let host = Host::start(Options::new().account(Account::local("admin", "i-2-45-VM"))).unwrap();
    let recordings = Recordings::new();
    let refused = |case: Case| {
        let ran = case.recorded(&recordings.path());
        assert!(ran.log.contains("The recording is not written") && ran.log.contains("secret"), "{}", ran.log);
        assert!(recordings.all().is_empty());
        ran
    };
    // The password is the name of the VM.
    refused(call(&host, "create")).succeeds("Instance created");
    let host = Host::start(Options::new()).unwrap();
    let case = || call(&host, "create");
    let password = host.password().to_owned();
    refused(case().set(&["cloudstack.vm.details", "bootArgs"], json!(format!("note: {password}!"))))
        .succeeds("Instance created");
    refused(case().vm_key("api_token", json!("ab"))).succeeds("Instance created");
    // In an answer, whole or cut anywhere; and where a name inside it is replaced.
    for (pieces, password) in [(1, password.as_str()), (40, password.as_str()), (1, "127.0.0.1 = HV01!")] {
        let host = Host::start(Options::new().pieces(pieces).account(Account::local("admin", password))).unwrap();
        host.fail_script(ScriptError::new("host_error", format!("login with {password} failed")));
        refused(call(&host, "create")).fails(&["login with"]);
    }
}

#[test]
fn what_cannot_be_recorded_fails_nothing() {
    let host = Host::start(Options::new()).unwrap();
    let recordings = Recordings::new();
    fs::write(recordings.path(), "no folder").unwrap();
    let ran = call(&host, "create").recorded(&recordings.path());
    ran.succeeds("Instance created");
    assert!(ran.log.contains("The recording is not written"), "{}", ran.log);
    let ran = Case::new("create", "create.json").text_of_payload(|_| "{".to_owned()).recorded(Path::new("/nowhere"));
    ran.fails(&["is not JSON"]);
}

#[test]
fn a_run_that_never_reached_the_host_is_recorded_with_its_error() {
    let (host, recordings) = (Host::start(Options::new()).unwrap(), Recordings::new());
    let (ran, refused) = recordings.of(&call(&host, "stop").host_key("password", json!("hunter2")));
    ran.fails(&["refuses the login"]);
    assert_eq!(refused.json("01-create.lost.json")["kind"], "login_refused");
    let dead = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let unreachable = call(&host, "stop").host_key("url", json!(format!("127.0.0.1:{dead}"))).timeout("2");
    let (ran, unreachable) = recordings.of(&unreachable);
    ran.fails(&["refuses the connection"]);
    assert!(unreachable.text("reply.json").contains("192.0.2.1"), "{}", unreachable.text("reply.json"));
    let (ran, untrusted) = recordings.of(&call(&host, "stop").host_key("tls_ca_file", Value::Null));
    ran.fails(&["not trusted"]);
    let (ran, no_file) = recordings.of(&call(&host, "stop").host_key("tls_ca_file", json!("/nowhere/ca.pem")));
    ran.fails(&["tls_ca_file"]);
    let (ran, wrong) = recordings.of(&call(&host, "create").host_key("vhd_path", json!("nonsense")));
    ran.fails(&["vhd_path"]);
    assert_eq!(wrong.names(), ["payload.json", "recording.json", "reply.json"]);
    for recording in [refused, unreachable, untrusted, no_file, wrong] {
        recording.replays_the_same();
    }
}

#[test]
fn every_kind_of_answer_comes_again() {
    let troubles: [(&str, Vec<Rule>); 6] = [
        ("stop", vec![Rule::new(Verb::Create, Action::Fault(Fault::too_many_shells())).first(2)]),
        ("stop", vec![Rule::new(Verb::Receive, Action::Fault(Fault::timed_out())).first(2)]),
        ("stop", vec![Rule::new(Verb::Create, Action::page(403))]),
        ("stop", vec![Rule::new(Verb::Create, Action::status(503)).first(1)]),
        ("stop", vec![Rule::new(Verb::Receive, Action::ResetAfter).first(1)]),
        ("status", vec![Rule::new(Verb::Enumerate, Action::Fault(Fault::access_denied()))]),
    ];
    thread::scope(|scope| {
        for (action, rules) in troubles {
            scope.spawn(move || {
                let host = Host::start(rules.into_iter().fold(Options::new(), Options::rule)).unwrap();
                let recordings = Recordings::new();
                let (ran, recording) = recordings.of(&call(&host, action));
                let again = recording.replay();
                assert_eq!((again.stdout, again.code), (recording.text("reply.json"), ran.code));
                recording.replays_the_same();
            });
        }
    });
}

/// A run that ended because its time did must be given the same answer by a replay, only sooner.
#[test]
fn a_run_whose_time_was_up_runs_out_of_time_again() {
    let rule = |verb, action| Options::new().rule(Rule::new(verb, action));
    let troubles = [
        ("stop", "12", rule(Verb::Receive, Action::Silence)),
        ("stop", "12", Options::new().powershell_start(Duration::from_secs(60))),
        ("stop", "12", rule(Verb::Create, Action::Fault(Fault::too_many_shells()))),
        ("status", "12", rule(Verb::Enumerate, Action::status(503))),
    ];
    thread::scope(|scope| {
        for (action, timeout, options) in troubles {
            scope.spawn(move || {
                let (host, recordings) = (Host::start(options).unwrap(), Recordings::new());
                let (ran, recording) = recordings.of(&call(&host, action).timeout(timeout));
                assert_eq!(ran.code, Some(1), "{}", ran.stdout);
                recording.replays_the_same();
            });
        }
    });
}

#[test]
fn recording_takes_no_time_from_the_answer() {
    let host = Host::start(Options::new().rule(Rule::new(Verb::Receive, Action::Silence))).unwrap();
    let recordings = Recordings::new();
    let into = recordings.path();
    let running = call(&host, "stop").timeout("2").start_with(&["--record", into.to_str().unwrap()], &[]);
    let ran: Option<Ran> = running.end_within(Duration::from_secs(3));
    ran.expect("no answer in time").fails(&[]);
}

/// What CloudStack hands to a guest: its password, its user data, and words for its boot loader.
#[test]
fn what_is_of_the_guest_is_not_recorded() {
    let host = Host::start(Options::new()).unwrap();
    let recordings = Recordings::new();
    let case = call(&host, "create").change(|payload| {
        let vm = &mut payload["cloudstack.vm.details"];
        vm["vmData"] = json!([["userdata", "user_data", "U3er-dat4"], ["password", "vm_password", "Gu3st-pa55"]]);
        vm["bootArgs"] = json!(" template=domP vmpassword=B00t-pa55 name=i-2-45-VM");
    });
    let (_, recording) = recordings.of(&case);
    for (name, bytes) in recording.bytes() {
        let text = String::from_utf8_lossy(&bytes);
        for secret in ["U3er-dat4", "Gu3st-pa55", "B00t-pa55"] {
            assert!(!text.contains(secret), "{name} holds {secret}");
        }
    }
    recording.replays_the_same();
}

/// A page may name very many addresses; the reply does not wait for them to be replaced.
#[test]
fn a_flood_of_names_is_no_recording_and_holds_up_nobody() {
    let addresses: Vec<_> = (0..20_000).map(|n| format!("10.{}.{}.{}", n / 65_536, n / 256 % 256, n % 256)).collect();
    let page = Action::Status { status: 403, content_type: "text/html", body: addresses.join(" ") };
    let host = Host::start(Options::new().rule(Rule::new(Verb::Create, page))).unwrap();
    let recordings = Recordings::new();
    let begun = Instant::now();
    let ran = call(&host, "create").timeout("20").recorded(&recordings.path());
    ran.fails(&["403"]);
    assert!(begun.elapsed() < Duration::from_secs(15), "{:?}", begun.elapsed());
    assert!(recordings.all().is_empty() && ran.log.contains("too many names"), "{}", ran.log);
}

/// The usual failure where the host is called by its address.
#[test]
fn names_in_a_certificate_and_in_numbers_are_replaced() {
    let host = Host::start(Options::new().certificate(Certificate::WrongName)).unwrap();
    let recordings = Recordings::new();
    let (ran, recording) = recordings.of(&call(&host, "status").host_key("username", json!(471_199)));
    ran.fails(&["elsewhere.example"]);
    for (name, bytes) in recording.bytes() {
        let text = String::from_utf8_lossy(&bytes);
        assert!(!text.contains("elsewhere") && !text.contains("471199"), "{name}: {text}");
    }
    recording.replays_the_same();
}
