//! Which hosts are trusted, and what the operator reads about those that are not.

use std::fs;
use std::process::Command;
use std::thread;
use std::time::Duration;

use serde_json::json;
use simulated_host::{Certificate, ChannelBinding, Host, KeyKind, Options, Relay, Tls};
use tempfile::TempDir;

use crate::case::{Case, Ran};

fn start(options: Options) -> Host {
    Host::start(options).unwrap()
}

/// A call that trusts the host's authority.
fn create(host: &Host) -> Case {
    Case::new("create", "create.json").on(host)
}

/// A call that says nothing of whom it trusts.
fn untold(host: &Host) -> Case {
    create(host).host_key("tls_ca_file", json!(null)).host_key("verify_tls_certificate", json!(null))
}

/// The call trusts that fingerprint and nothing else.
fn pinned(host: &Host, fingerprint: &str) -> Case {
    untold(host).host_key("tls_fingerprint", json!(fingerprint))
}

/// The call fails with these words, and the host was told nothing but that it is not trusted.
#[track_caller]
fn is_refused(host: &Host, ran: &Ran, words: &[&str]) {
    ran.fails(words);
    let counters = host.state().counters;
    assert_eq!((counters.logins, counters.http_requests), (0, 0), "{words:?}");
}

#[test]
fn a_certificate_that_is_not_trusted_comes_with_both_remedies_and_its_fingerprint() {
    let table = [
        (Certificate::SelfSigned, "it is self-signed or its issuer is not trusted here"),
        (Certificate::Expired, "it has expired"),
        (Certificate::NotYetValid, "it is not valid yet"),
        (Certificate::WrongName, "it is for another name (elsewhere.example)"),
        (Certificate::AuthorityAsServer, "it is marked as a certificate authority"),
        (Certificate::SelfSignedAuthority, "it is marked as a certificate authority"),
    ];
    for (certificate, reason) in table {
        let host = start(Options::new().certificate(certificate));
        let remedy = format!("set tls_fingerprint to {}", host.fingerprint());
        is_refused(&host, &create(&host).run(), &[reason, "tls_ca_file", &remedy]);
    }
    // Only who takes it for an authority comes to look for its names.
    let host = start(Options::new().certificate(Certificate::NoAlternativeName));
    let ran = create(&host).host_key("tls_ca_file", json!(host.certificate_file())).run();
    let remedy = format!("set tls_fingerprint to {}", host.fingerprint());
    is_refused(&host, &ran, &["it has no subject alternative name", "tls_ca_file", &remedy]);
}

/// To advise a fingerprint would only lead to the next error.
#[test]
fn a_certificate_that_no_setting_helps_against_is_to_be_made_anew() {
    let table = [
        (Options::new().certificate(Certificate::Version1), "X.509 version 1", "neither a fingerprint nor"),
        (Options::new().key(KeyKind::ShortRsaSha256), "its RSA key has 1024 bits", "neither a fingerprint nor"),
        (
            Options::new().certificate(Certificate::SelfSigned).key(KeyKind::ShortRsaSha256),
            "its RSA key has 1024 bits",
            "neither a fingerprint nor",
        ),
        (
            Options::new().certificate(Certificate::Borrowed),
            "does not prove that it has the key to it",
            "nothing answers in its place",
        ),
    ];
    for (options, reason, advice) in table {
        let host = start(options);
        let unverified = untold(&host).host_key("verify_tls_certificate", json!("false"));
        let cases = [create(&host), pinned(&host, host.fingerprint()), unverified];
        for case in cases {
            let ran = case.run();
            is_refused(
                &host,
                &ran,
                &[reason, advice, "make a new certificate", "New-SelfSignedCertificate", host.fingerprint()],
            );
            assert!(!ran.stdout.contains("tls_fingerprint"), "{}", ran.stdout);
        }
    }
}

#[test]
fn a_fingerprint_takes_any_certificate_and_no_other() {
    for certificate in [
        Certificate::SelfSigned,
        Certificate::Expired,
        Certificate::NotYetValid,
        Certificate::WrongName,
        Certificate::AuthorityAsServer,
        Certificate::SelfSignedAuthority,
        Certificate::NoAlternativeName,
    ] {
        let host = start(Options::new().certificate(certificate));
        let words = ["fingerprint", host.fingerprint()];
        is_refused(&host, &pinned(&host, &"0".repeat(64)).run(), &words);
        pinned(&host, host.fingerprint()).run().succeeds("Instance created");
    }
}

#[test]
fn a_fingerprint_may_be_written_in_four_ways() {
    let host = start(Options::new().certificate(Certificate::SelfSigned));
    let plain = host.fingerprint().to_owned();
    let pairs: Vec<_> = plain.as_bytes().chunks(2).map(|pair| str::from_utf8(pair).unwrap()).collect();
    let colons = pairs.join(":");
    for fingerprint in [plain.to_uppercase(), colons.to_uppercase(), plain, colons] {
        let ran = pinned(&host, &fingerprint).run();
        assert_eq!(ran.code, Some(0), "{fingerprint}: {}", ran.stdout);
    }
}

#[test]
fn no_verification_only_where_the_key_says_false() {
    let host = Host::start(Options::new().certificate(Certificate::SelfSigned)).unwrap();
    let case = create(&host).host_key("tls_ca_file", json!(null));
    let ran = case.host_key("verify_tls_certificate", json!("False")).run();
    ran.succeeds("Instance created");
    assert!(ran.log.contains("WARN"), "the log does not say that nothing was verified:\n{}", ran.log);
}

#[test]
fn a_fingerprint_wins_over_everything_else() {
    let host = Host::start(Options::new().certificate(Certificate::SelfSigned)).unwrap();
    let case = create(&host).host_key("verify_tls_certificate", json!("false"));
    case.run().succeeds("Instance created");
    let pinned = case.host_key("tls_fingerprint", json!("0".repeat(64)));
    pinned.run().fails(&["fingerprint", host.fingerprint()]);
    pinned.host_key("tls_fingerprint", json!(host.fingerprint())).run().succeeds("Instance created");
}

#[test]
fn the_systems_authorities_are_the_default() {
    let (host, other) = (start(Options::new()), start(Options::new()));
    untold(&host).env("SSL_CERT_FILE", host.ca_file()).run().succeeds("Instance created");
    let foreign = untold(&host).env("SSL_CERT_FILE", other.ca_file()).run();
    foreign.fails(&["not trusted", "tls_ca_file", "tls_fingerprint", host.fingerprint()]);
}

/// A bare machine has none.
#[test]
fn a_machine_without_authorities_needs_a_setting_and_no_more() {
    let host = start(Options::new());
    let empty = TempDir::new().unwrap();
    let bare =
        |case: Case| case.env("SSL_CERT_FILE", empty.path().join("none.pem")).env("SSL_CERT_DIR", empty.path()).run();
    is_refused(&host, &bare(untold(&host)), &["no trusted authorities", "tls_ca_file", "tls_fingerprint"]);
    bare(pinned(&host, host.fingerprint())).succeeds("Instance created");
}

/// A pipe in their place keeps waiting whoever opens it.
#[test]
fn the_systems_authorities_are_read_only_where_nothing_else_is_trusted() {
    const LONG: Duration = Duration::from_secs(30);
    let host = start(Options::new());
    let folder = TempDir::new().unwrap();
    let pipe = folder.path().join("roots.pem");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let unverified = untold(&host).host_key("verify_tls_certificate", json!("false"));
    for case in [create(&host), pinned(&host, host.fingerprint()), unverified] {
        let ran = case.env("SSL_CERT_FILE", &pipe).start().end_within(LONG);
        ran.expect("the pipe was opened").succeeds("Instance created");
    }
    let waiting = untold(&host).env("SSL_CERT_FILE", &pipe).start();
    let authority = fs::read(host.ca_file()).unwrap();
    thread::spawn(move || fs::write(pipe, authority));
    waiting.end_within(LONG).expect("nobody opened the pipe").succeeds("Instance created");
}

#[test]
fn a_host_with_other_ciphers_or_versions_is_told_apart() {
    let host = start(Options::new().tls(Tls::Server2012R2).key(KeyKind::RsaSha256));
    is_refused(&host, &create(&host).run(), &["no cipher that both sides know", "Server 2012 R2", "P-256"]);
    let host = start(Options::new().tls(Tls::Obsolete));
    is_refused(&host, &create(&host).run(), &["neither TLS 1.2 nor TLS 1.3"]);
    let host = start(Options::new().tls(Tls::Server2012R2));
    create(&host).run().succeeds("Instance created");
}

#[test]
fn something_that_ends_tls_in_between_is_guessed_and_let_through_on_request() {
    for policy in [ChannelBinding::None, ChannelBinding::Relaxed, ChannelBinding::Strict] {
        let host = start(Options::new().channel_binding(policy));
        let relay = Relay::start(&host).unwrap();
        let through =
            || create(&host).host_key("url", json!(relay.url())).host_key("tls_ca_file", json!(relay.ca_file()));
        let guess = ["something between here and the host that shows a certificate of its own"];
        let bound = through().run();
        match policy {
            ChannelBinding::None => bound.succeeds("Instance created"),
            _ => bound.fails(&guess),
        }
        let unbound = through().host_key("ntlm_channel_binding", json!("off")).run();
        match policy {
            ChannelBinding::Strict => unbound.fails(&guess),
            _ => unbound.succeeds("Instance created"),
        }
    }
}
