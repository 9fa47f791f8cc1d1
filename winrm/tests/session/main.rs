//! Whole sessions against the simulated host: TLS, login, shell, and all that goes wrong with them.

#![cfg(test)]

mod enumerate;
mod failures;
mod interrupt;
mod legs;
mod login;
mod network;
mod run;
mod trust;

use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use simulated_host::{Host, Options, Verb};
use winrm::{Client, Command, Credentials, Endpoint, Error, Output, Settings, Timeouts, Trust};

fn start(options: Options) -> Host {
    Host::start(options).unwrap()
}

/// Settings that a healthy host takes: its account, its authority.
fn settings(host: &Host) -> Settings {
    let endpoint = Endpoint::parse(&host.url(), None).unwrap();
    let credentials = Credentials::new(host.username(), host.password().into(), None).unwrap();
    let mut settings = Settings::new(endpoint, credentials);
    settings.trust = Trust::CaFile(host.ca_file().to_owned());
    settings
}

/// Settings for hosts that stay bad: nothing is waited for.
fn impatient(host: &Host) -> Settings {
    let mut settings = settings(host);
    settings.timeouts = Timeouts { patience: Duration::ZERO, ..Timeouts::default() };
    settings
}

fn soon() -> Instant {
    Instant::now() + Duration::from_secs(20)
}

/// One command without input on a client of its own.
fn echo(settings: Settings) -> Result<Output, Error> {
    Client::connect(settings)?.run(&Command::new("echo hello"), soon())
}

/// A command that reads a script from its input, as long as wanted; the host runs it only if it has
/// arrived whole.
struct Script {
    line: String,
    input: String,
}

impl Script {
    fn of(bytes: usize) -> Self {
        let bootstrap: Vec<u8> = "$input".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let call = r#"{"script":"none","nonce":"0123456789abcdef0123456789abcdef","seconds":60,"arguments":{}}"#;
        let comment = "#".repeat(bytes);
        Self {
            line: format!("powershell.exe -NoProfile -EncodedCommand {}", STANDARD.encode(bootstrap)),
            input: format!("{}\n{comment}\n#end 2\n", STANDARD.encode(call)),
        }
    }

    fn command(&self) -> Command<'_> {
        Command { line: &self.line, input: self.input.as_bytes(), sign: Some(b"#hyperv running") }
    }
}

/// The answer of that script is there from its first line to its last.
fn assert_whole(output: &Output) {
    let stdout = String::from_utf8_lossy(&output.stdout);
    assert!(stdout.contains("#hyperv 0123456789abcdef0123456789abcdef begin"), "{stdout}");
    assert!(stdout.contains("#hyperv 0123456789abcdef0123456789abcdef end"), "{stdout}");
    assert_eq!(output.exit_code, Some(0));
}

fn asked(host: &Host, verb: Verb) -> u64 {
    host.state().counters.of(verb)
}
