use std::net::SocketAddr;
use std::sync::mpsc;
use std::thread;
use std::time::Instant;

use simulated_host::{Host, Options};

use super::*;
use crate::{CertificateReason, Command, Credentials, Endpoint, Error, ErrorKind, Output, RandomIds, Trust};

type Found = io::Result<Vec<SocketAddr>>;

/// Runs a command at a host of that name; `lookup` is told how often it was asked before.
fn run(
    settings: Settings,
    deadline: Duration,
    lookup: impl Fn(u64) -> Found + Send + Sync + 'static,
) -> Result<Output, Error> {
    let asked = std::sync::atomic::AtomicU64::new(0);
    let lookup = move |_: &str, _: u16| lookup(asked.fetch_add(1, std::sync::atomic::Ordering::SeqCst));
    let (to, timeouts) = (settings.endpoint.url(), settings.timeouts);
    let https = Https::with_lookup(settings, Arc::new(lookup)).unwrap();
    let ids = Box::new(RandomIds::new().unwrap());
    let mut client = crate::Client::over(https, to, ids, timeouts);
    client.run(&Command::new("hostname"), Instant::now() + deadline)
}

fn settings(endpoint: &str, trust: Trust) -> Settings {
    let credentials = Credentials::new("Administrator", "S3cret".into(), None).unwrap();
    let mut settings = Settings::new(Endpoint::parse(endpoint, None).unwrap(), credentials);
    settings.trust = trust;
    settings
}

fn settings_of(host: &Host, name: &str, trust: Trust) -> Settings {
    let port = Endpoint::parse(&host.url(), None).unwrap().port();
    let credentials = Credentials::new(host.username(), host.password().into(), None).unwrap();
    Settings { credentials, ..settings(&format!("{name}:{port}"), trust) }
}

fn loopback(last: u8) -> Found {
    Ok(vec![SocketAddr::from(([127, 0, 0, last], 0))])
}

const SOON: Duration = Duration::from_secs(20);

#[test]
fn a_name_service_that_never_answers_holds_up_nobody() {
    let short = Duration::from_millis(600);
    let limits = [(SOON, short), (short, SOON)];
    for (deadline, connect) in limits {
        let (told, result) = mpsc::channel();
        thread::spawn(move || {
            let mut settings = settings("hv1.example", Trust::DangerousNone);
            settings.timeouts.connect = connect;
            // The client is dropped before this is told.
            told.send(run(settings, deadline, |_| {
                loop {
                    thread::park();
                }
            }))
        });
        let error = result.recv_timeout(SOON / 2).unwrap().unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Unreachable(Unreachable::NameService { .. })), "{error}");
        assert!(!error.outcome_unknown());
        let told = error.to_string();
        assert!(told.contains("does not answer for `hv1.example` within 0."), "{told}");
    }
}

#[test]
fn the_addresses_are_those_of_the_lookup_and_the_certificate_must_be_the_names() {
    let host = Host::start(Options::new()).unwrap();
    let run_at = |name: &str, trust: Trust| run(settings_of(&host, name, trust), SOON, |_| loopback(1));
    let ca_file = || Trust::CaFile(host.ca_file().to_owned());
    run_at("hv1.example", Trust::DangerousNone).unwrap();
    run_at("LocalHost", ca_file()).unwrap();
    let error = run_at("hv1.example", ca_file()).unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::Certificate(flaw) if matches!(flaw.reason, CertificateReason::WrongName { .. })),
        "{error}"
    );
}

#[test]
fn a_host_that_has_moved_is_found_again() {
    let host = Host::start(Options::new()).unwrap();
    let settings = settings_of(&host, "hv1.example", Trust::DangerousNone);
    // Nothing listens at the first address.
    run(settings, SOON, |asked| loopback(if asked == 0 { 2 } else { 1 })).unwrap();
}
