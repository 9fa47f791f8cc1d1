//! The custom actions and the console: what they print, what names they take, and what a tenant learns of a failure.

use std::collections::BTreeSet;
use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::thread;

use serde_json::{Value, json};
use simulated_host::{Action, Host, Options, Rule, ScriptError, Verb};

use crate::case::{Case, Ran};

const CUSTOM: [&str; 6] = ["Suspend", "Resume", "CreateSnapshot", "ListSnapshots", "RestoreSnapshot", "DeleteSnapshot"];

/// A host with the VM of the fixtures.
fn host() -> Host {
    let host = Host::start(Options::new()).unwrap();
    Case::new("create", "create.json").on(&host).run().succeeds("Instance created");
    host
}

fn case(host: &Host, action: &str) -> Case {
    Case::new(action, &format!("{action}.json")).on(host)
}

fn named(host: &Host, action: &str, name: impl Into<Value>) -> Case {
    case(host, action).set(&["parameters", "snapshot_name"], name.into())
}

#[track_caller]
fn reply(case: &Case) -> Value {
    let ran = case.run();
    assert_eq!(ran.code, Some(0), "{}\n{}", ran.stdout, ran.log);
    ran.reply()
}

#[test]
fn each_answers_as_cloudstack_shows_it() {
    let host = host();
    case(&host, "Suspend").run().succeeds("Instance suspended");
    case(&host, "Resume").run().succeeds("Instance resumed");
    assert_eq!(
        reply(&case(&host, "ListSnapshots")),
        json!({"status": "success", "printmessage": "true", "message": []})
    );
    let created = reply(&named(&host, "CreateSnapshot", "before 'upgrade'"));
    let id = created["id"].clone();
    assert_eq!(created, json!({"status": "success", "message": "Snapshot 'before 'upgrade'' created", "id": id}));
    let list = case(&host, "ListSnapshots").run().stdout;
    let row = format!(
        r#"[{{"Name":"before 'upgrade'","CreationTime":"2026-01-01T00:00:00","Id":{id},"Parent":"","Current":true}}]"#
    );
    assert_eq!(list, format!("{{\"status\":\"success\",\"printmessage\":\"true\",\"message\":{row}}}\n"));
    let restored = reply(&named(&host, "RestoreSnapshot", id.clone()));
    assert_eq!(restored["message"], json!(format!("Snapshot '{}' restored", id.as_str().unwrap())));
    let deleted = reply(&named(&host, "DeleteSnapshot", "before 'upgrade'"));
    assert_eq!(
        deleted,
        json!({"status": "success", "message": "Snapshot 'before 'upgrade'' deleted", "id": id, "merge": "done"})
    );
    // In any letter case, as every action.
    case(&host, "Suspend").run().succeeds("Instance suspended");
    Case::new("SUSPEND", "Suspend.json").on(&host).run().succeeds("Instance suspended");
}

#[test]
fn names_arrive_to_the_letter_or_are_refused_by_a_rule() {
    let host = host();
    let longest = "x".repeat(100);
    let good = ["*", "[a]", "?", "'", "\u{2019}", "$(x)", "\u{1f600}", "`\"; exit", "a\\b", longest.as_str()];
    for name in good {
        reply(&named(&host, "CreateSnapshot", name));
    }
    assert_eq!(host.state().vm("i-2-45-VM").unwrap().checkpoints, good);
    let guid = "0f8fad5b-d9cb-469f-a165-70867728950e";
    let bad = [
        (json!(""), "must not be empty"),
        (json!(" a"), "must not begin or end with a blank"),
        (json!("a "), "must not begin or end with a blank"),
        (json!("   "), "must not begin or end with a blank"),
        (json!("a\nb"), "control characters"),
        (json!("x".repeat(101)), "longer than 100"),
        (json!(guid), "form of an id"),
        (json!({"a": 1}), "must be a text"),
        (Value::Null, "is missing"),
    ];
    let requests = host.state().counters.http_requests;
    for (name, rule) in bad {
        named(&host, "CreateSnapshot", name).run().fails(&["snapshot_name", rule]);
    }
    for action in ["RestoreSnapshot", "DeleteSnapshot"] {
        for name in [json!(""), Value::Null, json!(["a"]), json!("a\u{0}")] {
            named(&host, action, name).run().fails(&["snapshot_name"]);
        }
    }
    assert_eq!(host.state().counters.http_requests, requests, "a name that is refused opens no connection");
    assert_eq!(host.state().vm("i-2-45-VM").unwrap().checkpoints, good);
    // A number is a name too.
    reply(&named(&host, "CreateSnapshot", json!(7)));
    named(&host, "DeleteSnapshot", " *").run().fails(&["no snapshot ' *'"]);
}

/// No path, address, account or message of the host; the log has them under the id that the reply names.
#[track_caller]
fn tells_nothing(ran: &Ran, host: &Host, secrets: &[&str]) {
    let error = ran.reply()["error"].as_str().unwrap().to_owned();
    assert_eq!(ran.code, Some(1));
    let port = host.port().to_string();
    let always =
        ["127.0.0.1", port.as_str(), host.username(), host.password(), ":\\", "HV01", "wsman", "WinRM", "PowerShell"];
    for secret in always.iter().chain(secrets) {
        assert!(!error.contains(secret), "{secret} in {error}");
    }
    let id = error.rsplit(' ').next().unwrap();
    assert!(id.len() == 8 && id.chars().all(|c| c.is_ascii_hexdigit()), "{error}");
    assert!(ran.log.lines().all(|line| line.contains(id)), "a line without {id}:\n{}", ran.log);
    let entry = ran.log.lines().find(|line| line.contains("Failed")).unwrap_or_else(|| panic!("no error in the log"));
    assert!(secrets.iter().all(|secret| entry.contains(secret)), "{entry}");
}

/// The script makes their messages of nothing but the tenant's own names and ids.
const OPEN: [&str; 4] = ["snapshot_exists", "snapshot_limit", "snapshot_not_found", "snapshot_ambiguous"];

/// Every code that some script can answer with, and one of the future.
fn codes() -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("powershell/scripts");
    let files = fs::read_dir(folder).unwrap().map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap());
    let mut codes = BTreeSet::from(["a code of the future".to_owned(), "host_error".to_owned()]);
    for text in files {
        for before in ["Stop-Script '", "= '", "return '"] {
            let words = text.split(before).skip(1).filter_map(|rest| rest.split_once('\'')).map(|(word, _)| word);
            codes.extend(
                words.filter(|word| word.chars().all(|c| c.is_ascii_lowercase() || c == '_')).map(str::to_owned),
            );
        }
    }
    for code in OPEN {
        assert!(codes.remove(code), "{code}");
    }
    assert!(codes.contains("out_of_memory") && codes.contains("vm_off") && codes.len() > 40, "{codes:?}");
    codes
}

#[test]
fn no_error_of_a_script_tells_a_tenant_anything_of_the_host() {
    let message = r"kaputt: D:\Hyper-V\accounting.vhdx on HV01 by CONTOSO\svc";
    let codes = codes();
    thread::scope(|scope| {
        for action in CUSTOM.into_iter().chain(["getconsole"]) {
            let codes = &codes;
            scope.spawn(move || {
                let host = host();
                let call = case(&host, action).host_key("console_url", json!("https://g/{vm_id}"));
                for code in codes {
                    host.fail_script(ScriptError::new(code, message));
                    tells_nothing(&call.run(), &host, &["kaputt", "accounting", "CONTOSO"]);
                }
                for code in OPEN {
                    host.fail_script(ScriptError::new(code, "the VM has a snapshot 'mine'"));
                    call.run().fails(&["the VM has a snapshot 'mine'; "]);
                }
                // What could not be undone names things of the host, whatever the code.
                let mut left = ScriptError::new("snapshot_exists", "the VM has a snapshot 'mine'");
                left.rollback.failed.push(message.to_owned());
                host.fail_script(left);
                tells_nothing(&call.run(), &host, &["accounting"]);
            });
        }
    });
    // An operator reads it all.
    let host = host();
    host.fail_script(ScriptError::new("host_error", message));
    Case::new("stop", "stop.json").on(&host).run().fails(&["kaputt", "accounting"]);
}

#[test]
fn no_trouble_with_the_host_tells_a_tenant_anything() {
    let host = host();
    for action in CUSTOM {
        tells_nothing(&case(&host, action).host_key("password", json!("wrong")).run(), &host, &[]);
    }
    tells_nothing(&case(&host, "Suspend").host_key("tls_ca_file", Value::Null).run(), &host, &["certificate"]);
    host.fail(Rule::new(Verb::Create, Action::page(403)));
    tells_nothing(&case(&host, "Suspend").run(), &host, &["403"]);
    host.recover();
    let dead = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let gone = case(&host, "Suspend").host_key("url", json!(format!("127.0.0.1:{dead}"))).timeout("4").run();
    tells_nothing(&gone, &host, &["refuses"]);
    // A payload that an operator has to repair.
    tells_nothing(&case(&host, "Suspend").host_key("vhd_path", json!("nonsense")).run(), &host, &["vhd_path"]);
    tells_nothing(&case(&host, "Suspend").host_key("url", Value::Null).run(), &host, &["externaldetails.host.url"]);
}

fn console(host: &Host, url: &str) -> Case {
    Case::new("getconsole", "getconsole.json").on(host).host_key("console_url", json!(url))
}

#[test]
fn a_console_is_an_address_for_a_browser() {
    let host = host();
    let before = host.state().counters.connections;
    let url = "https://gateway.example/#/{instance_uuid}/{vm_name}?h={host}";
    let expected = "https://gateway.example/#/126f4562-1f0f-4313-875e-6150cabeb72f/i-2-45-VM?h=127.0.0.1";
    let plain = console(&host, url).host_key("password", Value::Null).host_key("vhd_path", Value::Null);
    let answer = json!({"status": "success", "console": {"url": expected, "protocol": "direct"}});
    assert_eq!(reply(&plain), answer);
    assert_eq!(host.state().counters.connections, before, "only {{vm_id}} needs the host");
    let id = host.state().vm("i-2-45-VM").unwrap().id.clone();
    assert_eq!(reply(&console(&host, "https://g/{vm_id}"))["console"]["url"], json!(format!("https://g/{id}")));
    let ran = Case::new("getconsole", "getconsole.json").on(&host).run();
    tells_nothing(&ran, &host, &["console_url", "set it"]);
    for bad in ["javascript:alert(1)", "https://g/{vm}", "https://g/{password}"] {
        tells_nothing(&console(&host, bad).run(), &host, &["console_url"]);
    }
}
