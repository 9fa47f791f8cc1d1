//! Starts a simulated host and says where it is.

mod cli;

use clap::Parser;
use cli::Cli;
use simulated_host::{Host, PowerShell, StandIn};
use std::io::{self, Write};
use tokio::signal::unix::{SignalKind, signal};

fn main() -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        // Set up before the host is announced, so that whoever reads the line may end the program at once.
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut terminate = signal(SignalKind::terminate())?;
        let (host, stand_in) = tokio::task::spawn_blocking(|| start(Cli::parse())).await??;
        writeln!(io::stdout(), "{}", announcement(&host))?;
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        drop(host);
        drop(stand_in);
        Ok(())
    })
}

/// The host, and the machine behind it where it is not the model.
fn start(cli: Cli) -> io::Result<(Host, Option<StandIn>)> {
    let Some(windows) = cli.windows() else {
        return Ok((Host::start(cli.options())?, None));
    };
    let powershell = PowerShell::find().ok_or_else(|| {
        let help = "there is no PowerShell 7: name one by the variable PWSH, or put pwsh on the PATH";
        io::Error::new(io::ErrorKind::NotFound, help)
    })?;
    let stand_in = windows.open(powershell)?;
    Ok((stand_in.host(cli.options())?, Some(stand_in)))
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
