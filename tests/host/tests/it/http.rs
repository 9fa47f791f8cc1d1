//! What the host does with HTTP that is no good.

use crate::client::{Client, SOAP};
use crate::envelope::create;
use simulated_host::{Certificate, Host, KeyKind, Options, Tls};

#[test]
fn only_posts_to_wsman() {
    let host = Host::start(Options::new()).unwrap();
    let mut client = Client::connect(&host);
    assert_eq!(client.request("GET", "/wsman", &[], b"").unwrap().status, 405);
    assert_eq!(client.request("POST", "/", &[("Content-Length", "0")], b"").unwrap().status, 404);
    let reply = client.soap(&create().text());
    assert_eq!((reply.status, reply.all("www-authenticate")), (401, vec!["Kerberos", "Negotiate"]));
}

#[test]
fn bodies_of_the_wrong_kind() {
    let host = Host::start(Options::new()).unwrap();
    let mut client = Client::logged_in(&host);
    assert_eq!(client.post(&[("Content-Type", "text/xml")], b"<a/>").unwrap().status, 415);
    let headers = [("Content-Type", SOAP), ("Transfer-Encoding", "chunked")];
    let chunked = client.request("POST", "/wsman", &headers, b"4\r\n<a/>\r\n0\r\n\r\n").unwrap();
    assert_eq!(chunked.fault_code(), 50);
    for body in ["<a/>", "no xml", "<!DOCTYPE a><a/>"] {
        assert_eq!(client.soap(body).fault_code(), 2_150_858_817, "{body}");
    }
    assert_eq!(client.soap(&create().text()).status, 200);
}

#[test]
fn an_envelope_may_measure_512000_bytes() {
    let host = Host::start(Options::new()).unwrap();
    let mut client = Client::logged_in(&host);
    let text = create().text();
    let padded = |size: usize| format!("{text}{}", " ".repeat(size - text.len()));
    assert_eq!(client.soap(&padded(512_000)).status, 200);
    assert_eq!(client.soap(&padded(512_001)).status, 413);
}

#[test]
fn bad_certificates_are_bad() {
    for certificate in [
        Certificate::SelfSigned,
        Certificate::Expired,
        Certificate::NotYetValid,
        Certificate::WrongName,
        Certificate::AuthorityAsServer,
        Certificate::SelfSignedAuthority,
        Certificate::NoAlternativeName,
        Certificate::Version1,
        Certificate::Borrowed,
    ] {
        let host = Host::start(Options::new().certificate(certificate)).unwrap();
        let error = Client::try_connect(&host).err().map(|error| error.to_string()).unwrap_or_default();
        assert!(error.contains("invalid peer certificate"), "{certificate:?}: {error}");
    }
}

#[test]
fn a_key_that_is_too_short_and_a_tls_that_is_too_old_are_shown() {
    let short = Options::new().key(KeyKind::ShortRsaSha256);
    let table = [
        (short, "invalid peer certificate"),
        (Options::new().key(KeyKind::RsaSha256).tls(Tls::Server2012R2), "HandshakeFailure"),
        (Options::new().tls(Tls::Obsolete), "ProtocolVersion"),
    ];
    for (options, words) in table {
        let host = Host::start(options).unwrap();
        let error = Client::try_connect(&host).err().map(|error| error.to_string()).unwrap_or_default();
        assert!(error.contains(words), "{words}: {error}");
    }
    // An ECDSA key is the remedy.
    let host = Host::start(Options::new().tls(Tls::Server2012R2)).unwrap();
    assert_eq!(Client::logged_in(&host).soap(&create().text()).status, 200);
}
