use simulated_host::{Host, Options};
use std::time::{Duration, Instant};
use winrm::*;
#[test]
fn race() {
    let mut extra = 0;
    let mut total = 0;
    let t = Instant::now();
    let host = Host::start(Options::new()).unwrap();
    for _ in 0..200 {
        let before = host.state().counters.connections;
        let mut s = Settings::new(
            Endpoint::parse(&host.url(), None).unwrap(),
            Credentials::new(host.username(), host.password().into(), None).unwrap(),
        );
        s.trust = Trust::CaFile(host.ca_file().into());
        let mut c = Client::connect(s).unwrap();
        for _ in 0..10 {
            let o = c
                .run(
                    &Command::new("echo hello"),
                    Instant::now() + Duration::from_secs(20),
                )
                .unwrap();
            assert_eq!(o.stdout, b"hello\r\n");
            total += 1;
        }
        extra += host.state().counters.connections - before - 1;
    }
    println!(
        "extra {extra} runs {total} {:?} requests {}",
        t.elapsed(),
        host.state().counters.http_requests
    );
}
