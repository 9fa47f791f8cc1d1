//! No secret leaves the program but in the login: markers stand in every password field, and everything that can be read
//! afterwards is searched for them, in every form in which they could stand there.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};
use simulated_host::{Account, Action, Host, Options, Point, Rule, Verb};
use tempfile::TempDir;

use crate::case::{ACTIONS, Case, fixtures, hyperv};
use crate::recordings::Recordings;

const HOST: &str = "M4rker=Host'Passw0rd";
const VNC: &str = "M4rker-Vnc-Passw0rd";
const SHARE: &str = "M4rker-Share-Passw0rd";
const OTHER: &str = "M4rker-0ther-Passw0rd";

fn host(options: Options) -> Host {
    Host::start(options.account(Account::local("Administrator", HOST))).unwrap()
}

/// A call whose payload has a marker wherever CloudStack, an operator or a tenant could have put a password.
fn marked(action: &str, host: &Host) -> Case {
    let case = Case::new(action, &format!("{action}.json")).on(host).host_key("log_level", json!("trace"));
    case.host_key("console_url", json!("https://gateway.example/{vm_id}")).change(|payload| {
        for (level, key, marker) in [
            ("host", "share_password", SHARE),
            ("resourcemap", "password", OTHER),
            ("extension", "password", OTHER),
            ("extension", "smb_password", SHARE),
            ("virtualmachine", "password", OTHER),
        ] {
            payload["externaldetails"][level][key] = json!(marker);
        }
        if let Some(vm) = payload.get_mut("cloudstack.vm.details").filter(|vm| vm.is_object()) {
            vm["vncPassword"] = json!(VNC);
            vm["details"]["Encrypted.Password"] = json!(OTHER);
            vm["details"]["password"] = json!(OTHER);
        }
        if let Some(parameters) = payload.get_mut("parameters").filter(|parameters| parameters.is_object()) {
            parameters["password"] = json!(OTHER);
        }
    })
}

/// The forms in which a secret could stand in a text: as it is, escaped for JSON and XML, as the escapes of a log, as hexadecimal
/// digits, in UTF-16, and in base64 of both, wherever in a longer text it begins.
fn forms(secret: &str) -> Vec<Vec<u8>> {
    let utf16: Vec<u8> = secret.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let hexadecimal: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
    let mut forms = vec![
        secret.into(),
        secret.replace('=', "\\u003d").replace('\'', "\\u0027").into(),
        secret.replace('\'', "&apos;").into(),
        secret.escape_debug().to_string().into(),
        hexadecimal.into(),
    ];
    for bytes in [secret.as_bytes(), &utf16] {
        for before in 0..3 {
            let coded = BASE64_STANDARD.encode([&vec![b' '; before], bytes].concat());
            // The characters at both ends depend on the neighbours too.
            let inner = coded.trim_end_matches('=');
            forms.push(inner.as_bytes()[before + 1..inner.len() - 1].to_vec());
        }
    }
    forms.push(utf16);
    forms
}

#[track_caller]
fn assert_free(place: &str, text: &[u8]) {
    for secret in [HOST, VNC, SHARE, OTHER] {
        for form in forms(secret) {
            let found = text.windows(form.len()).any(|window| window == form);
            assert!(!found, "{place} holds {secret} as {:?}", String::from_utf8_lossy(&form));
        }
    }
}

/// What a Send brings, where it brings the beginning of an input.
fn input(request: &str) -> Option<Vec<u8>> {
    let stream = request.split_once("<rsp:Stream ")?.1.split_once('>')?.1.split_once('<')?.0;
    BASE64_STANDARD.decode(stream).ok()
}

#[test]
fn the_search_finds_what_it_looks_for() {
    for text in [
        format!("\"password\":\"{VNC}\""),
        BASE64_STANDARD.encode(format!("ab{VNC}cd")),
        BASE64_STANDARD.encode(format!("a{VNC}").encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>()),
        HOST.replace('=', "\\u003d").replace('\'', "\\u0027"),
    ] {
        assert!(std::panic::catch_unwind(|| assert_free("a text", text.as_bytes())).is_err(), "{text}");
    }
}

#[test]
fn no_action_shows_one_in_reply_or_log_or_to_the_host() {
    let host = host(Options::new());
    for action in ACTIONS {
        let ran = marked(action, &host).run();
        assert!(!ran.log.is_empty(), "{action} has no log");
        assert_free(&format!("{action}'s reply"), ran.stdout.as_bytes());
        assert_free(&format!("{action}'s log"), ran.log.as_bytes());
        for header in ["Negotiate ", "Authorization", "NTLMSSP", "TlRMTVNTUA"] {
            assert!(!ran.log.contains(header), "{action}'s log holds {header}");
        }
    }
    // What the host could write into its own logs: command lines and script blocks are in these.
    let requests = host.requests();
    assert!(requests.iter().any(|request| request.verb == Verb::Send));
    for request in requests {
        assert_free(&format!("{:?}", request.verb), request.body.as_bytes());
        if let Some(input) = input(&request.body) {
            assert_free("an input", &input);
            let token = input.split(|byte| *byte == b'\n').next().unwrap();
            let arguments = BASE64_STANDARD.decode(token).unwrap();
            assert!(arguments.starts_with(b"{"), "the first line of an input is its arguments");
            assert_free("the arguments of a script", &arguments);
        }
    }
}

#[test]
fn no_failure_shows_one() {
    let troubles = [
        Rule::new(Point::Negotiate, Action::page(500)),
        Rule::new(Verb::Create, Action::status(403)),
        Rule::new(Verb::Create, Action::Cut),
        Rule::new(Verb::Send, Action::Reset).first(1),
        Rule::new(Verb::Receive, Action::page(200)),
        Rule::new(Verb::Receive, Action::Silence),
    ];
    for rule in troubles {
        let host = host(Options::new().rule(rule.clone()));
        let ran = marked("create", &host).timeout("3").run();
        ran.fails(&[]);
        assert_free(&format!("{rule:?}: the reply"), ran.stdout.as_bytes());
        assert_free(&format!("{rule:?}: the log"), ran.log.as_bytes());
    }
    let ran = marked("create", &host(Options::new())).host_key("password", json!(OTHER)).run();
    ran.fails(&["refuses the login"]);
    assert_free("the reply", ran.stdout.as_bytes());
    assert_free("the log", ran.log.as_bytes());
}

#[test]
fn the_process_list_shows_none() {
    let host = host(Options::new().rule(Rule::new(Verb::Receive, Action::Silence)));
    let running = marked("create", &host).start();
    let over = Instant::now() + Duration::from_secs(20);
    while host.state().counters.of(Verb::Receive) == 0 {
        assert!(Instant::now() < over, "the call does not come that far");
        std::thread::sleep(Duration::from_millis(5));
    }
    let process = Path::new("/proc").join(running.id().to_string());
    for file in ["cmdline", "environ", "comm"] {
        let text = fs::read(process.join(file)).unwrap();
        assert!(file != "cmdline" || !text.is_empty());
        assert_free(file, &text);
    }
    for thread in fs::read_dir(process.join("task")).unwrap() {
        assert_free("a thread's name", &fs::read(thread.unwrap().path().join("comm")).unwrap());
    }
    running.kill();
}

#[test]
fn a_password_of_a_wrong_type_shows_nowhere() {
    let host = host(Options::new());
    let values = [
        json!(8_675_309_867_530_u64),
        json!(-8_675_309.5),
        json!([HOST]),
        json!({"value": HOST}),
        json!([[{"a": [HOST]}]]),
        json!(true),
        json!({HOST: 1}),
    ];
    for value in values {
        for path in [
            &["externaldetails", "host", "password"][..],
            &["externaldetails", "virtualmachine", "password"],
            &["cloudstack.vm.details", "vncPassword"],
            &["cloudstack.vm.details", "details"],
        ] {
            let ran = marked("create", &host).set(path, value.clone()).run();
            for (place, text) in [("the reply", &ran.stdout), ("the log", &ran.log)] {
                assert_free(&format!("{path:?}: {place}"), text.as_bytes());
                assert!(!text.contains("8675309"), "{path:?}: {place} holds a number: {text}");
            }
        }
    }
}

#[test]
fn a_payload_that_ends_in_a_password_shows_none_of_it() {
    let folder = TempDir::new().unwrap();
    let text = fs::read_to_string(fixtures().join("payloads/create.json")).unwrap();
    let text: Value = serde_json::from_str(&text).unwrap();
    let text = text.to_string().replace("\"password\":\"", &format!("\"password\":\"{OTHER}"));
    let end = text.find(OTHER).unwrap() + OTHER.len();
    let payload = folder.path().join("payload.json");
    for cut in [end - 5, end, end + 1] {
        fs::write(&payload, &text.as_bytes()[..cut]).unwrap();
        let output = hyperv(folder.path(), &["create", payload.to_str().unwrap(), "5"]).output().unwrap();
        assert_free("the reply", &output.stdout);
        assert_free("the log", &fs::read(folder.path().join("log")).unwrap());
        let shown = String::from_utf8_lossy(&output.stdout);
        assert!(shown.contains("error") && !shown.contains("M4rker"), "{shown}");
    }
}

/// A recording with a secret is not written at all, so whether there is one counts as well.
#[test]
fn a_recording_holds_none() {
    let host = host(Options::new());
    for action in ["create", "status", "CreateSnapshot", "stop"] {
        let recordings = Recordings::new();
        let (_, recording) = recordings.of(&marked(action, &host));
        for (name, bytes) in recording.bytes() {
            assert_free(&format!("{action}: {name}"), &bytes);
        }
        assert!(recording.text("payload.json").contains("secret-"), "{action}");
        recording.replays_the_same();
    }
}
