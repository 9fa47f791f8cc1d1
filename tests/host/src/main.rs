//! Starts a simulated host and says where it is.

mod cli;

use clap::Parser;
use cli::Cli;
use simulated_host::Host;
use std::io::{self, Write};
use tokio::signal::unix::{SignalKind, signal};

fn main() -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        // Set up before the host is announced, so that whoever reads the line may end the program at once.
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut terminate = signal(SignalKind::terminate())?;
        let host = tokio::task::spawn_blocking(|| Host::start(Cli::parse().options())).await??;
        writeln!(io::stdout(), "{}", announcement(&host))?;
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        drop(host);
        Ok(())
    })
}

fn announcement(host: &Host) -> serde_json::Value {
    serde_json::json!({
        "url": host.url(),
        "host": host.host(),
        "port": host.port(),
        "username": host.username(),
        "password": host.password(),
        "tls_ca_file": host.ca_file(),
        "tls_fingerprint": host.fingerprint(),
        "state_url": host.state_url(),
    })
}
