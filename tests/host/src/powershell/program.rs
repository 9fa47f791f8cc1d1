//! PowerShell 7 on this machine, and the surroundings that it is started in.

use std::ffi::OsString;
use std::io;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The stand-in modules.
const MODULES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/modules");
/// What a worker runs.
const WORKER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/modules/worker/worker.ps1");

/// A PowerShell 7 program.
#[derive(Clone, Debug)]
pub struct PowerShell {
    program: PathBuf,
}

impl PowerShell {
    /// The program that the variable `PWSH` names, whatever it is; without that variable `pwsh` on the `PATH`, if it is
    /// there.
    pub fn find() -> Option<Self> {
        match std::env::var_os("PWSH").filter(|program| !program.is_empty()) {
            Some(program) => Some(Self::at(program)),
            None => on_path("pwsh").map(Self::at),
        }
    }

    /// The program at that place, or of that name on the `PATH`.
    pub fn at(program: impl Into<PathBuf>) -> Self {
        let program = program.into();
        // It is started in another folder than this program.
        let is_path = program.components().nth(1).is_some();
        let program = match std::path::absolute(&program) {
            Ok(absolute) if is_path => absolute,
            _ => program,
        };
        Self { program }
    }

    /// The program.
    pub fn path(&self) -> &Path {
        &self.program
    }

    /// A start of the program for the machine whose state lies in that folder: no profile, no colours, nothing of this
    /// user's environment, and a process group of its own that can be ended as a whole.
    pub(super) fn command(&self, state: &Path) -> Command {
        let mut command = self.start(&state.join("scratch"));
        command.env("HYPERV_STANDIN_STATE", state).stderr(Stdio::piped());
        command
    }

    /// A start of the program as a worker. What it writes on standard error itself is for whoever runs the tests.
    pub(super) fn worker_command(&self) -> Command {
        let mut command = self.start(&std::env::temp_dir());
        command
            .args(["-NoProfile", "-NonInteractive", "-InputFormat", "None", "-File", WORKER])
            // It is killed in the end, and would leave its sockets behind.
            .env("POWERSHELL_DIAGNOSTICS_OPTOUT", "1")
            .env("DOTNET_EnableDiagnostics", "0");
        command
    }

    fn start(&self, scratch: &Path) -> Command {
        let mut command = Command::new(&self.program);
        command
            .env_clear()
            .envs(["PATH", "DOTNET_ROOT"].into_iter().filter_map(inherited))
            .env("PSModulePath", MODULES)
            .env("HOME", scratch)
            .env("TMPDIR", scratch)
            .env("TERM", "dumb")
            .env("NO_COLOR", "1")
            .env("POWERSHELL_TELEMETRY_OPTOUT", "1")
            .env("POWERSHELL_UPDATECHECK", "Off")
            .env("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "1")
            // What it spends on watching itself is never earned back: not in two seconds, not in thirty scripts.
            .env("DOTNET_TieredPGO", "0")
            .current_dir(scratch)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .process_group(0);
        if let Ok((home, functions)) = kept_folders() {
            command.env("HOME", home).env("HYPERV_STANDIN_CACHE", functions);
        }
        command
    }
}

/// Where PowerShell keeps what it learnt about starting, and the stand-in its generated functions: together a fifth of
/// the time of a start. Beside this program, because what lies there is run: nobody else may write it.
fn kept_folders() -> io::Result<(PathBuf, PathBuf)> {
    let program = std::env::current_exe()?;
    let kept = program.parent().map(|folder| folder.join("stand-in-cache")).ok_or(io::ErrorKind::NotFound)?;
    let (home, functions) = (kept.join("home"), kept.join("functions"));
    std::fs::create_dir_all(&home)?;
    std::fs::create_dir_all(&functions)?;
    Ok((home, functions))
}

fn inherited(name: &str) -> Option<(&str, OsString)> {
    std::env::var_os(name).map(|value| (name, value))
}

fn on_path(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(name)).find(|program| program.is_file())
}
