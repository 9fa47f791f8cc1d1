//! Which certificates are trusted, and what is said about those that are not.

use std::io::Write as _;

use simulated_host::{Certificate, Host, KeyKind, Options, Tls};
use winrm::{CertificateReason as Reason, Error, ErrorKind, Fingerprint, SettingsError, Trust};

use super::{echo, settings, start};

fn fingerprint(host: &Host) -> Fingerprint {
    Fingerprint::parse(host.fingerprint()).unwrap()
}

/// A session with that trust, in one word of the table below.
fn verdict(host: &Host, trust: Trust) -> String {
    let mut settings = settings(host);
    settings.trust = trust;
    match echo(settings) {
        Ok(_) => "passes".to_owned(),
        Err(error) => word(host, &error),
    }
}

fn word(host: &Host, error: &Error) -> String {
    let flaw = match error.kind() {
        ErrorKind::Certificate(flaw) => flaw,
        ErrorKind::Settings(SettingsError::NoSystemRoots) => return "no roots".to_owned(),
        _ => return error.to_string(),
    };
    assert_eq!(flaw.fingerprint, fingerprint(host), "{error}");
    assert!(error.to_string().contains(host.fingerprint()), "{error}");
    assert!(!error.outcome_unknown(), "{error}");
    match &flaw.reason {
        Reason::UnknownIssuer => "issuer",
        Reason::WrongAuthorityKey => "authority",
        Reason::WrongName { names } if names.is_empty() => "no name",
        Reason::WrongName { names } if names == &["elsewhere.example"] => "name",
        Reason::Expired => "expired",
        Reason::NotYetValid => "not yet",
        Reason::AuthorityAsServer => "CA:TRUE",
        Reason::OtherFingerprint => "other",
        Reason::OldVersion(1) => "version 1",
        Reason::RsaKeyLength(1024) => "1024 bits",
        Reason::KeyNotProven => "no key",
        other => return format!("{other:?}"),
    }
    .to_owned()
}

/// Each certificate under each setting. Where a machine has no authorities of its own, the first column is about
/// nothing.
#[test]
fn every_certificate_under_every_setting() {
    use Certificate::*;
    let p256 = KeyKind::P256Sha256;
    let table = [
        // certificate and key; then the system's authorities, the host's authority, the certificate itself as a file of
        // authorities, its fingerprint, another fingerprint, no verification
        (Trusted, p256, ["issuer", "passes", "issuer", "passes", "other", "passes"]),
        (Trusted, KeyKind::RsaSha256, ["issuer", "passes", "issuer", "passes", "other", "passes"]),
        (SelfSigned, p256, ["issuer", "issuer", "passes", "passes", "other", "passes"]),
        (Expired, p256, ["expired", "expired", "expired", "passes", "other", "passes"]),
        (NotYetValid, p256, ["not yet", "not yet", "not yet", "passes", "other", "passes"]),
        (WrongName, p256, ["issuer", "name", "issuer", "passes", "other", "passes"]),
        (AuthorityAsServer, p256, ["CA:TRUE", "CA:TRUE", "CA:TRUE", "passes", "other", "passes"]),
        (SelfSignedAuthority, p256, ["CA:TRUE", "CA:TRUE", "CA:TRUE", "passes", "other", "passes"]),
        (NoAlternativeName, p256, ["issuer", "issuer", "no name", "passes", "other", "passes"]),
        // No setting helps against these.
        (Version1, p256, ["version 1"; 6]),
        (Version1, KeyKind::RsaSha256, ["version 1"; 6]),
        (Trusted, KeyKind::ShortRsaSha256, ["1024 bits"; 6]),
        (SelfSigned, KeyKind::ShortRsaSha256, ["1024 bits"; 6]),
        // Whoever has copied a certificate does not have its key, and is refused even where nothing else is asked.
        (Borrowed, p256, ["issuer", "no key", "issuer", "no key", "other", "no key"]),
        (Borrowed, KeyKind::P384Sha384, ["issuer", "no key", "issuer", "no key", "other", "no key"]),
        (Borrowed, KeyKind::RsaSha256, ["issuer", "no key", "issuer", "no key", "other", "no key"]),
    ];
    for (certificate, key, wanted) in table {
        let host = start(Options::new().certificate(certificate).key(key));
        let trusts = [
            Trust::SystemRoots,
            Trust::CaFile(host.ca_file().to_owned()),
            Trust::CaFile(host.certificate_file().to_owned()),
            Trust::Fingerprint(fingerprint(&host)),
            Trust::Fingerprint(Fingerprint::of(b"another")),
            Trust::DangerousNone,
        ];
        for (trust, wanted) in trusts.into_iter().zip(wanted) {
            let before = host.state().counters.http_requests;
            let found = verdict(&host, trust.clone());
            if trust == Trust::SystemRoots && found == "no roots" {
                continue;
            }
            assert_eq!(found, wanted, "{certificate:?}, {key:?}, {trust:?}");
            let said = host.state().counters.http_requests != before;
            assert_eq!(
                said,
                wanted == "passes",
                "a host that is not trusted was told something: {certificate:?}, {trust:?}"
            );
        }
    }
}

/// The table is about TLS 1.3, which signs in another way.
#[test]
fn a_borrowed_certificate_is_refused_under_tls_1_2_as_well() {
    for (certificate, wanted) in [(Certificate::Trusted, "passes"), (Certificate::Borrowed, "no key")] {
        let host = start(Options::new().tls(Tls::Server2012R2).certificate(certificate));
        for trust in [Trust::Fingerprint(fingerprint(&host)), Trust::DangerousNone] {
            assert_eq!(verdict(&host, trust), wanted, "{certificate:?}");
        }
        let logins = host.state().counters.logins;
        assert_eq!(logins > 0, wanted == "passes", "{certificate:?}");
    }
}

#[test]
fn a_fingerprint_helps_where_the_handshake_can_be_checked() {
    for (reason, helps) in [
        (Reason::UnknownIssuer, true),
        (Reason::WrongName { names: Vec::new() }, true),
        (Reason::Expired, true),
        (Reason::NotYetValid, true),
        (Reason::AuthorityAsServer, true),
        (Reason::OldVersion(1), false),
        (Reason::RsaKeyLength(1024), false),
        (Reason::UnknownKey, false),
        (Reason::KeyNotProven, false),
    ] {
        assert_eq!(reason.fingerprint_helps(), helps, "{reason:?}");
    }
}

#[test]
fn a_host_without_a_common_cipher_or_version_is_told_apart() {
    let table = [
        (Options::new().tls(Tls::Server2012R2).key(KeyKind::RsaSha256), Some("no cipher that both sides know")),
        (Options::new().tls(Tls::Server2012R2), None),
        (Options::new().tls(Tls::Obsolete), Some("neither TLS 1.2 nor TLS 1.3")),
    ];
    for (options, refusal) in table {
        let host = start(options);
        let result = echo(settings(&host));
        match (refusal, &result) {
            (None, Ok(_)) => {}
            (Some(words), Err(error)) => {
                assert!(matches!(error.kind(), ErrorKind::Tls(_)), "{error}");
                assert!(error.to_string().contains(words), "{error}");
                assert_eq!(host.state().counters.logins, 0);
            }
            _ => panic!("{refusal:?}: {result:?}"),
        }
    }
}

#[test]
fn an_authority_of_the_same_name_with_another_key_is_told_apart() {
    // All simulated hosts call their authorities the same.
    let host = start(Options::new());
    for key in [KeyKind::P256Sha256, KeyKind::P384Sha384, KeyKind::RsaSha256] {
        let other = start(Options::new().key(key));
        assert_eq!(verdict(&host, Trust::CaFile(other.ca_file().to_owned())), "authority", "{key:?}");
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
