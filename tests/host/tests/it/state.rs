//! The state page, and the program.

use crate::client::Client;
use serde_json::{Value, json};
use simulated_host::{Host, Nic, Options, Vm, World};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio};

/// The body of an HTTP GET.
pub(crate) fn get(url: &str) -> String {
    let rest = url.strip_prefix("http://").unwrap();
    let (address, path) = rest.split_once('/').unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "GET /{path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.split_once("\r\n\r\n").unwrap().1.to_owned()
}

#[test]
fn the_page_tells_machines_files_and_counters() {
    let nic = Nic { name: "NIC1".to_owned(), mac: "020100CC0001".to_owned(), switch: None, vlan: Some(7) };
    let vm = Vm { name: "a".to_owned(), id: "i".to_owned(), nics: vec![nic], ..Vm::default() };
    let host = Host::start(Options::new().world(World::default().with_vm(vm))).unwrap();
    // Held open: bytes of its farewell would be counted while the test looks.
    let _client = Client::logged_in(&host);
    let text = get(&host.state_url());
    let page: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(
        page["vms"],
        json!([{
            "name": "a", "id": "i", "state": "Off", "generation": 0, "memory_bytes": 0, "processors": 0, "notes": "",
            "disks": [], "checkpoints": [], "secure_boot": "",
            "nics": [{"name": "NIC1", "mac": "020100CC0001", "switch": null, "vlan": 7}],
        }])
    );
    assert_eq!(page["files"], json!([r"D:\ISO\alma9.iso", r"D:\Templates\ubuntu2404.vhdx"]));
    assert_eq!(page["counters"]["connections"], 1);
    assert_eq!(page["counters"]["http_requests"], 2);
    assert_eq!(page["counters"]["shells_open"], 0);
    assert_eq!(page["counters"]["soap"], json!({}));
    // Looking does not change what is seen, and a test in this program sees the same.
    assert_eq!(get(&host.state_url()), text);
    assert_eq!(serde_json::to_string(&host.state()).unwrap(), text);
}

#[test]
fn the_files_of_a_host_go_with_it() {
    let host = Host::start(Options::new()).unwrap();
    let file = host.ca_file().to_owned();
    assert!(file.exists());
    drop(host);
    assert!(!file.exists());
}

#[test]
fn the_program_says_where_it_is_and_ends_when_told() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_simulated-host"))
        .args(["--unmarked-vm", "web-01", "--username", "op"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let said: Value = serde_json::from_str(&line).unwrap();
    let mut keys: Vec<_> = said.as_object().unwrap().keys().map(String::as_str).collect();
    keys.sort_unstable();
    let expected = ["host", "password", "port", "state_url", "tls_ca_file", "tls_fingerprint", "url", "username"];
    assert_eq!(keys, expected);
    assert_eq!(said["url"], format!("https://127.0.0.1:{}/wsman", said["port"]));
    assert_eq!(said["username"], "op");
    let page: Value = serde_json::from_str(&get(said["state_url"].as_str().unwrap())).unwrap();
    assert_eq!(page["vms"][0]["name"], "web-01");
    let ca_file = said["tls_ca_file"].as_str().unwrap();
    assert!(std::fs::exists(ca_file).unwrap());
    let told = Command::new("kill").arg(child.id().to_string()).status().unwrap();
    assert!(told.success());
    assert!(child.wait().unwrap().success());
    assert!(!std::fs::exists(ca_file).unwrap());
}

#[test]
fn the_program_explains_its_options() {
    let help = Command::new(env!("CARGO_BIN_EXE_simulated-host")).arg("--help").output().unwrap();
    let text = String::from_utf8(help.stdout).unwrap();
    for option in [
        "--port",
        "--latency",
        "--certificate",
        "--channel-binding",
        "--fault",
        "--foreign-vm",
        "--executor",
        "--windows-version",
        "--language",
        "--wmi",
        "--drop-after-pages",
    ] {
        assert!(text.contains(option), "{option}");
    }
    let odd = Command::new(env!("CARGO_BIN_EXE_simulated-host")).args(["--fault", "create=nonsense"]).output().unwrap();
    assert!(!odd.status.success());
    assert!(String::from_utf8(odd.stderr).unwrap().contains("`nonsense` is no action"));
}
