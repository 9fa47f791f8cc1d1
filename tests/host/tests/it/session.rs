//! A shell on a host whose scripts are run by PowerShell.

use crate::client::Client;
use crate::conversation::{exit_code, open, run, stream};
use crate::envelope::{delete, receive, send, signal};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use simulated_host::{Host, Options, PowerShell, StandIn, Windows};
use std::io::{self, Write};
use std::sync::Once;

/// A client with a shell, on a machine of its own.
pub(crate) struct Session {
    client: Client,
    shell: String,
    pub(crate) host: Host,
    pub(crate) windows: StandIn,
}

/// How a command ended.
#[derive(Debug, Eq, PartialEq)]
pub(crate) struct Ended {
    pub(crate) code: i64,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Session {
    /// A session, or nothing where there is no [`powershell`].
    pub(crate) fn start(windows: Windows) -> Option<Self> {
        let windows = windows.open(powershell()?).unwrap();
        let host = windows.host(Options::new()).unwrap();
        let mut client = Client::logged_in(&host);
        let shell = open(&mut client);
        Some(Self { client, shell, host, windows })
    }

    /// Starts a command line.
    pub(crate) fn command(&mut self, line: &str) -> String {
        run(&mut self.client, &self.shell, line)
    }

    /// Starts a script as a client with a bootstrap does.
    pub(crate) fn script(&mut self, script: &str) -> String {
        let utf16: Vec<u8> = script.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let encoded = BASE64_STANDARD.encode(utf16);
        self.command(&format!(
            "powershell.exe -NoProfile -NonInteractive -ExecutionPolicy Bypass -EncodedCommand {encoded}"
        ))
    }

    pub(crate) fn send(&mut self, command: &str, input: &str, end: bool) {
        let envelope = send(&self.shell, command, input.as_bytes(), end);
        assert_eq!(self.client.soap(&envelope.text()).status, 200);
    }

    pub(crate) fn signal(&mut self, command: &str) {
        let envelope = signal(&self.shell, command, "terminate");
        assert_eq!(self.client.soap(&envelope.text()).status, 200);
    }

    pub(crate) fn close(&mut self) {
        let envelope = delete(&self.shell);
        assert_eq!(self.client.soap(&envelope.text()).status, 200);
    }

    /// What one Receive brings on standard output, while the command runs.
    pub(crate) fn receive(&mut self, command: &str) -> String {
        let reply = self.client.soap(&receive(&self.shell, command).text());
        assert_eq!(exit_code(&reply), None, "{}", reply.body);
        String::from_utf8(stream(&reply, "stdout")).unwrap()
    }

    /// Everything up to the end.
    pub(crate) fn end(&mut self, command: &str) -> Ended {
        let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
        loop {
            let reply = self.client.soap(&receive(&self.shell, command).text());
            assert_eq!(reply.status, 200, "{}", reply.body);
            stdout.extend(stream(&reply, "stdout"));
            stderr.extend(stream(&reply, "stderr"));
            if let Some(code) = exit_code(&reply) {
                return Ended {
                    code,
                    stdout: String::from_utf8(stdout).unwrap(),
                    stderr: String::from_utf8(stderr).unwrap(),
                };
            }
        }
    }

    /// Runs a script that needs no input against the modules of a Hyper-V host; gives its output.
    pub(crate) fn on_hyper_v(&mut self, script: &str) -> String {
        let ended = self.try_on_hyper_v(script);
        assert_eq!((ended.code, ended.stderr.as_str()), (0, ""), "{ended:?}");
        assert_eq!(self.windows.internal_errors(), None);
        ended.stdout
    }

    pub(crate) fn try_on_hyper_v(&mut self, script: &str) -> Ended {
        let id = self.script(&format!(
            "$ErrorActionPreference = 'Stop'; $ConfirmPreference = 'None'; Import-Module Hyper-V; {script}"
        ));
        self.send(&id, "", true);
        self.end(&id)
    }
}

/// The PowerShell of this machine. Where there is none it says so once, past the harness, which keeps what tests print to
/// itself; where the variable `PWSH_REQUIRED` asks for one, the test fails.
pub(crate) fn powershell() -> Option<PowerShell> {
    static SAID: Once = Once::new();
    let found = PowerShell::find();
    if found.is_none() {
        assert!(std::env::var_os("PWSH_REQUIRED").is_none(), "there is no PowerShell 7, and PWSH_REQUIRED is set");
        SAID.call_once(|| writeln!(io::stderr(), "{NONE_HERE}").unwrap());
    }
    found
}

const NONE_HERE: &str =
    "no PowerShell 7 here: what needs one is not tried. Name one by the variable PWSH, or put pwsh on the PATH.";
