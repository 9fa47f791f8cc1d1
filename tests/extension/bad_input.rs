//! Payloads with one thing wrong: one line that names it, exit code 1, and the host is never spoken to.

use std::fs;

use expect_test::expect_file;
use simulated_host::{Host, Options};
use tempfile::TempDir;

use crate::case::{Case, Ran, fixtures, hyperv};

/// Every fixture, and the key that its error must name. A file that is no payload is named itself.
const KEYS: [(&str, &str); 60] = [
    ("empty", "the payload file"),
    ("generation-3", "externaldetails.virtualmachine.generation"),
    ("host-is-text", "externaldetails.host"),
    ("iso-path-missing", "externaldetails.virtualmachine.iso_path"),
    ("iso-path-vhdx", "externaldetails.virtualmachine.iso_path"),
    ("lswitch", "cloudstack.vm.details.nics[0].broadcastUri"),
    ("mac-malformed", "cloudstack.vm.details.nics[0].mac"),
    ("mac-multicast", "cloudstack.vm.details.nics[0].mac"),
    ("memory-0", "cloudstack.vm.details.maxRam"),
    ("memory-fraction", "cloudstack.vm.details.maxRam"),
    ("name-device", "cloudstack.vm.details.name"),
    ("name-dot", "cloudstack.vm.details.name"),
    ("name-empty", "cloudstack.vm.details.name"),
    ("name-expression", "cloudstack.vm.details.name"),
    ("name-long", "cloudstack.vm.details.name"),
    ("name-quote", "cloudstack.vm.details.name"),
    ("names-differ", "virtualmachinename"),
    ("nic-without-uri", "cloudstack.vm.details.nics[0].broadcastUri"),
    ("nics-missing", "cloudstack.vm.details.nics"),
    ("not-an-object", "the payload file"),
    ("not-json", "the payload file"),
    ("ovn", "cloudstack.vm.details.nics[0].broadcastUri"),
    ("password-missing", "externaldetails.host.password"),
    ("password-object", "externaldetails.host.password"),
    ("port-0", "externaldetails.host.port"),
    ("processors-0", "cloudstack.vm.details.cpus"),
    ("pvlan", "cloudstack.vm.details.nics[0].broadcastUri"),
    ("secure-boot-generation-1", "externaldetails.virtualmachine.secure_boot"),
    ("secure-boot-maybe", "externaldetails.virtualmachine.secure_boot"),
    ("switch-missing", "externaldetails.host.network_switch"),
    ("template-path-control", "externaldetails.virtualmachine.template_path"),
    ("template-path-dots", "externaldetails.virtualmachine.template_path"),
    ("template-path-missing", "externaldetails.virtualmachine.template_path"),
    ("template-path-outside", "externaldetails.virtualmachine.template_path"),
    ("template-path-relative", "externaldetails.virtualmachine.template_path"),
    ("template-path-short", "externaldetails.virtualmachine.template_path"),
    ("template-path-unc", "externaldetails.virtualmachine.template_path"),
    ("template-path-vhd", "externaldetails.virtualmachine.template_path"),
    ("template-path-wildcard", "externaldetails.virtualmachine.template_path"),
    ("tls-fingerprint-short", "externaldetails.host.tls_fingerprint"),
    ("url-http", "externaldetails.host.url"),
    ("url-missing", "externaldetails.host.url"),
    ("url-with-user", "externaldetails.host.url"),
    ("username-missing", "externaldetails.host.username"),
    ("uuid-malformed", "virtualmachineid"),
    ("verify-tls-certificate-no", "externaldetails.host.verify_tls_certificate"),
    ("vhd-path-dots", "externaldetails.host.vhd_path"),
    ("vhd-path-missing", "externaldetails.host.vhd_path"),
    ("vhd-path-relative", "externaldetails.host.vhd_path"),
    ("vhd-path-unc", "externaldetails.host.vhd_path"),
    ("vhd-path-wildcard", "externaldetails.host.vhd_path"),
    ("vhd-size-0", "externaldetails.virtualmachine.vhd_size_gb"),
    ("vhd-size-above-64-tb", "externaldetails.virtualmachine.vhd_size_gb"),
    ("vhd-size-fraction", "externaldetails.virtualmachine.vhd_size_gb"),
    ("vhd-size-missing", "externaldetails.virtualmachine.vhd_size_gb"),
    ("vlan-0", "cloudstack.vm.details.nics[0].broadcastUri"),
    ("vlan-4095", "cloudstack.vm.details.nics[0].broadcastUri"),
    ("vm-path-missing", "externaldetails.host.vm_path"),
    ("vm-path-unc", "externaldetails.host.vm_path"),
    ("vxlan", "cloudstack.vm.details.nics[0].broadcastUri"),
];

#[test]
fn every_bad_payload_is_refused_before_a_connection_is_made() {
    let host = Host::start(Options::new()).unwrap();
    let files = fs::read_dir(fixtures().join("payloads/bad")).unwrap().count();
    assert_eq!(files, KEYS.len(), "a fixture is not in the table");
    for (name, key) in KEYS {
        let ran = Case::new("create", &format!("bad/{name}.json")).redirected_to(&host).run();
        ran.fails(&[key]);
        assert!(!ran.stdout.contains("hunter2") && !ran.log.contains("hunter2"), "{name} shows a secret");
        let golden = without_folder(&ran.stdout).replace(&host.port().to_string(), "5986");
        expect_file![fixtures().join(format!("replies/bad/{name}.json"))].assert_eq(&golden);
        // What is wrong, and what to do: a rule that says what the value must be, or a remedy behind the sentence.
        assert!([" must ", "; ", ": "].iter().any(|sign| golden.contains(sign)), "{name} has no remedy: {golden}");
    }
    assert_eq!(host.state().counters.connections, 0);
}

/// The folder in which the payload lay is another one each time.
fn without_folder(reply: &str) -> String {
    let file = reply.split_whitespace().find(|word| word.ends_with("/payload.json"));
    file.map_or_else(|| reply.to_owned(), |file| reply.replace(file, "payload.json"))
}

#[test]
fn half_of_a_pair_of_surrogates_is_no_text() {
    let host = Host::start(Options::new()).unwrap();
    let half = Case::new("create", "create.json").on(&host);
    let half = half.text_of_payload(|text| text.replace("External vSwitch", "\\ud83d"));
    half.run().fails(&["is not JSON"]);
    assert_eq!(host.state().counters.connections, 0);
}

#[test]
fn a_payload_that_is_no_regular_file_is_not_waited_for() {
    let folder = TempDir::new().unwrap();
    for path in ["/dev/zero", folder.path().to_str().unwrap()] {
        Ran::from(&mut hyperv(folder.path(), &["create", path, "60"])).fails(&["no regular file"]);
    }
}

#[test]
fn a_payload_file_that_is_not_there() {
    let folder = TempDir::new().unwrap();
    let ran = Ran::from(&mut hyperv(folder.path(), &["create", "nowhere.json", "60"]));
    ran.fails(&["nowhere.json", "cannot be read"]);
}

#[test]
fn a_nic_without_uri_is_untagged_where_its_network_is_native() {
    let host = Host::start(Options::new()).unwrap();
    let native = Case::new("create", "bad/nic-without-uri.json").on(&host).nic_key(0, "broadcastType", "Native".into());
    native.run().succeeds("Instance created");
    assert_eq!(host.state().vm("i-2-45-VM").unwrap().nics[0].vlan, None);
}

#[test]
fn keys_are_found_on_every_level_and_under_both_names() {
    let host = Host::start(Options::new()).unwrap();
    let moved = Case::new("create", "create.json").on(&host).change(|payload| {
        let details = payload["externaldetails"].as_object_mut().unwrap();
        let host = details["host"].as_object_mut().unwrap();
        let switch = host.shift_remove("network_switch").unwrap();
        let user = host.shift_remove("username").unwrap();
        let vhd_path = host.shift_remove("vhd_path").unwrap();
        let vm = details["virtualmachine"].as_object_mut().unwrap();
        let template = vm.shift_remove("template_path").unwrap();
        details.insert(
            "resourcemap".into(),
            serde_json::json!({"network_bridge": switch, "user": user, "template_path": template}),
        );
        // Blank counts as not set.
        details["host"]["vhd_path"] = " ".into();
        details.insert("extension".into(), serde_json::json!({"vhd_path": vhd_path, "user": "nobody"}));
    });
    moved.run().succeeds("Instance created");
}

#[test]
fn a_template_on_a_share_is_taken_only_below_a_folder_of_the_administrator() {
    let host = Host::start(Options::new()).unwrap();
    let share = Case::new("create", "bad/template-path-unc.json").on(&host);
    share.run().fails(&["externaldetails.virtualmachine.template_path", "template_dirs"]);
    let allowed = share.host_key("template_dirs", r"D:\Templates; \\FILER\templates".into());
    // The model has no such file; what counts is that the host was asked.
    allowed.run().fails(&[r"\\filer\templates\ubuntu2404.vhdx"]);
}
