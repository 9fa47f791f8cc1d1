//! Which certificates are trusted, and what is said about those that are not.

use std::io::Write as _;

use simulated_host::{Certificate, Host, KeyKind, Options};
use winrm::{CertificateReason, ErrorKind, Fingerprint, SettingsError, Trust};

use super::{echo, settings, start};

const CERTIFICATES: [Certificate; 6] = [
    Certificate::Trusted,
    Certificate::SelfSigned,
    Certificate::Expired,
    Certificate::NotYetValid,
    Certificate::WrongName,
    Certificate::AuthorityAsServer,
];

fn fingerprint(host: &Host) -> Fingerprint {
    Fingerprint::parse(host.fingerprint()).unwrap()
}

#[test]
fn each_flaw_is_named_with_the_fingerprint_that_was_seen() {
    use CertificateReason as Reason;
    type Test = fn(&Reason) -> bool;
    let table: [(Certificate, Test); 5] = [
        (Certificate::SelfSigned, |reason| matches!(reason, Reason::UnknownIssuer)),
        (Certificate::Expired, |reason| matches!(reason, Reason::Expired)),
        (Certificate::NotYetValid, |reason| matches!(reason, Reason::NotYetValid)),
        (
            Certificate::WrongName,
            |reason| matches!(reason, Reason::WrongName { names } if names == &["elsewhere.example"]),
        ),
        (Certificate::AuthorityAsServer, |reason| matches!(reason, Reason::Unsupported(_))),
    ];
    for (certificate, is_it) in table {
        let host = start(Options::new().certificate(certificate));
        let error = echo(settings(&host)).unwrap_err();
        let ErrorKind::Certificate(flaw) = error.kind() else { panic!("{certificate:?}: {error}") };
        assert!(is_it(&flaw.reason), "{certificate:?}: {:?}", flaw.reason);
        assert_eq!(flaw.fingerprint, fingerprint(&host), "{certificate:?}");
        assert!(error.to_string().contains(host.fingerprint()), "{error}");
        assert!(!error.outcome_unknown());
        assert_eq!(host.state().counters.http_requests, 0, "nothing is said to a host that is not trusted");
    }
}

#[test]
fn an_authority_of_the_same_name_with_another_key_is_told_apart() {
    // All simulated hosts call their authorities the same.
    let host = start(Options::new());
    for key in [KeyKind::P256Sha256, KeyKind::P384Sha384, KeyKind::RsaSha256] {
        let other = start(Options::new().key(key));
        let mut settings = settings(&host);
        settings.trust = Trust::CaFile(other.ca_file().to_owned());
        let error = echo(settings).unwrap_err();
        assert!(
            matches!(error.kind(), ErrorKind::Certificate(flaw) if flaw.reason == CertificateReason::WrongAuthorityKey),
            "{key:?}: {error}"
        );
        let told = error.to_string();
        assert!(told.contains("authority's signature does not match"), "{told}");
    }
}

#[test]
fn a_fingerprint_stands_for_any_certificate() {
    for certificate in CERTIFICATES {
        for key in [KeyKind::P256Sha256, KeyKind::RsaSha256] {
            let host = start(Options::new().certificate(certificate).key(key));
            let mut settings = settings(&host);
            settings.trust = Trust::Fingerprint(fingerprint(&host));
            let result = echo(settings);
            assert!(result.is_ok(), "{certificate:?}, {key:?}: {result:?}");
        }
    }
}

#[test]
fn another_fingerprint_is_refused_even_if_the_certificate_is_good() {
    let host = start(Options::new());
    let mut settings = settings(&host);
    settings.trust = Trust::Fingerprint(Fingerprint::of(b"another"));
    let error = echo(settings).unwrap_err();
    let ErrorKind::Certificate(flaw) = error.kind() else { panic!("{error}") };
    assert_eq!(flaw.reason, CertificateReason::OtherFingerprint);
    assert_eq!(flaw.fingerprint, fingerprint(&host));
}

#[test]
fn without_any_check_every_certificate_passes() {
    for certificate in CERTIFICATES {
        let host = start(Options::new().certificate(certificate));
        let mut settings = settings(&host);
        settings.trust = Trust::DangerousNone;
        assert!(echo(settings).is_ok(), "{certificate:?}");
    }
}

#[test]
fn the_systems_authorities_do_not_know_the_host() {
    let host = start(Options::new());
    let mut settings = settings(&host);
    settings.trust = Trust::SystemRoots;
    let error = echo(settings).unwrap_err();
    match error.kind() {
        ErrorKind::Certificate(flaw) => assert_eq!(flaw.reason, CertificateReason::UnknownIssuer),
        // A bare machine has none.
        ErrorKind::Settings(SettingsError::NoSystemRoots) => {}
        other => panic!("{other}"),
    }
}

#[test]
fn a_file_of_authorities_that_is_none_is_refused_before_anything_is_sent() {
    let host = start(Options::new());
    let with_file = |path: &std::path::Path| {
        let mut settings = settings(&host);
        settings.trust = Trust::CaFile(path.to_owned());
        echo(settings).unwrap_err()
    };
    let missing = with_file(std::path::Path::new("/no/such/ca.pem"));
    assert!(matches!(missing.kind(), ErrorKind::Settings(SettingsError::CaFile { .. })), "{missing}");
    assert!(missing.to_string().contains("/no/such/ca.pem"), "{missing}");

    let mut empty = tempfile::NamedTempFile::new().unwrap();
    let none = with_file(empty.path());
    assert!(matches!(none.kind(), ErrorKind::Settings(SettingsError::NoCertificate { .. })), "{none}");

    empty.write_all(b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n").unwrap();
    let broken = with_file(empty.path());
    assert!(matches!(broken.kind(), ErrorKind::Settings(SettingsError::CaFile { .. })), "{broken}");
    assert_eq!(host.state().counters.connections, 0);
}
