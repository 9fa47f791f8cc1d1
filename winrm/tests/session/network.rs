//! Hosts that are not there, or are something else.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener};
use std::time::{Duration, Instant};

use simulated_host::{Action, Options, Point, Rule};
use winrm::{
    Client, Command, Credentials, Endpoint, Error, ErrorKind, HttpError, Settings, Timeouts, Trust, Unreachable,
};

use super::{echo, impatient, start};

fn nobody_at(address: &str) -> Error {
    let credentials = Credentials::new("Administrator", "S3cret".into(), None).unwrap();
    let mut settings = Settings::new(Endpoint::parse(address, None).unwrap(), credentials);
    settings.trust = Trust::DangerousNone;
    settings.timeouts = Timeouts { patience: Duration::ZERO, ..Timeouts::default() };
    echo(settings).unwrap_err()
}

#[test]
fn a_port_where_nothing_listens() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap().to_string();
    drop(listener);
    let error = nobody_at(&address);
    assert!(matches!(error.kind(), ErrorKind::Unreachable(Unreachable::Refused { .. })), "{error:?}");
    assert!(error.to_string().starts_with(&address), "{error}");
}

#[test]
fn a_name_that_does_not_resolve() {
    let error = nobody_at("no-such-host.invalid");
    assert!(matches!(error.kind(), ErrorKind::Unreachable(Unreachable::Name { .. })), "{error:?}");
    assert!(error.to_string().contains("no-such-host.invalid"), "{error}");
}

#[test]
fn a_host_that_never_answers_the_tls_handshake() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let credentials = Credentials::new("Administrator", "S3cret".into(), None).unwrap();
    let endpoint = Endpoint::parse(&listener.local_addr().unwrap().to_string(), None).unwrap();
    let mut settings = Settings::new(endpoint, credentials);
    settings.trust = Trust::DangerousNone;
    settings.timeouts.connect = Duration::from_millis(200);
    let error = echo(settings).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Unreachable(Unreachable::TimedOut { .. })), "{error:?}");
    assert!(error.to_string().contains("within 0.2 s"), "{error}");
}

/// The address is at fault here and not the time, so nobody is told to raise that.
#[test]
fn a_deadline_that_passes_before_a_connection_stands() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let credentials = Credentials::new("Administrator", "S3cret".into(), None).unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let endpoint = Endpoint::parse(&address, None).unwrap();
    let mut settings = Settings::new(endpoint, credentials);
    settings.trust = Trust::DangerousNone;
    let mut client = Client::connect(settings).unwrap();
    let deadline = Instant::now() + Duration::from_millis(600);
    let error = client.run(&Command::new("hostname"), deadline).unwrap_err();
    let ErrorKind::Unreachable(Unreachable::TimedOut { after, .. }) = error.kind() else { panic!("{error:?}") };
    assert!(*after <= Duration::from_millis(600), "{after:?}");
    assert!(!error.is_too_slow() && !error.outcome_unknown());
    let told = error.to_string();
    assert!(told.starts_with(&format!("{address} cannot be reached within 0.")), "{told}");
}

#[test]
fn a_deadline_that_passes_once_a_connection_stands() {
    let host = start(Options::new().rule(Rule::new(Point::Negotiate, Action::Silence)));
    let deadline = Instant::now() + Duration::from_millis(700);
    let error = Client::connect(impatient(&host)).unwrap().run(&Command::new("hostname"), deadline).unwrap_err();
    assert!(error.is_too_slow() && !error.outcome_unknown(), "{error:?}");
}

#[test]
fn a_listener_of_plain_http() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap().to_string();
    std::thread::spawn(move || {
        while let Ok((mut connection, _)) = listener.accept() {
            let _ = connection.read(&mut [0; 4096]);
            let _ = connection.write_all(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
        }
    });
    let error = nobody_at(&address);
    assert!(matches!(error.kind(), ErrorKind::Tls(_)), "{error:?}");
    assert!(error.to_string().contains("port 5985 is plain HTTP"), "{error}");
}

#[test]
fn a_status_without_a_fault_is_told_with_what_it_says() {
    for (status, word) in [
        (403, "IP filter"),
        (404, "no WinRM at this path"),
        (405, "not WinRM"),
        (413, "MaxEnvelopeSizekb"),
        (500, "not well"),
        (503, "starting"),
    ] {
        for point in [Point::Negotiate, Point::AnyVerb] {
            let host = start(Options::new().rule(Rule::new(point, Action::page(status))));
            let error = echo(impatient(&host)).unwrap_err();
            let ErrorKind::Http(HttpError { status: seen, text, .. }) = error.kind() else { panic!("{error:?}") };
            assert_eq!(*seen, status);
            assert!(text.contains("Something is wrong"), "{text}");
            assert!(error.to_string().contains(word), "{error}");
        }
    }
}

#[test]
fn an_answer_without_end_is_not_read_to_its_end() {
    let body = "x".repeat(17 * 1024 * 1024);
    let endless = Action::Status { status: 200, content_type: "text/plain", body };
    let host = start(Options::new().rule(Rule::new(Point::Negotiate, endless)));
    let error = echo(impatient(&host)).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Protocol(_)), "{error:?}");
    assert!(error.to_string().contains("larger than 16 MiB"), "{error}");
}

#[test]
fn an_answer_that_is_no_soap_makes_no_sense() {
    let host = start(Options::new().rule(Rule::new(Point::AnyVerb, Action::page(200))));
    let error = echo(impatient(&host)).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Http(HttpError { status: 200, .. })), "{error:?}");
    assert!(error.to_string().contains("a proxy in between (it says: <html>"), "{error}");
}
