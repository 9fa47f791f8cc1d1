//! The log: one line per event, in a file that only its owner reads. A log that cannot be written never fails an action.

use std::env;
use std::fs::{File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use tracing::Span;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{Registry, fmt, reload};

use crate::cli::Cli;
use crate::request::Request;

/// Where CloudStack's management server runs, and so where its extensions are started.
const CLOUDSTACK_LOG_FOLDER: &str = "/var/log/cloudstack/management";

/// The crates whose events are written. Others could show what must not be seen, as headers.
const OURS: [&str; 3] = ["cloudstack_hyperv", "winrm", "powershell"];

/// The open log, or none.
pub struct Log {
    level: Option<reload::Handle<Targets, Registry>>,
}

impl Log {
    /// Opens the file named by `HYPERV_LOG`, else `hyperv-extension.log` in the current folder if that is CloudStack's
    /// log folder, else nothing.
    pub fn open(cli: &Cli) -> Self {
        let level = path().and_then(|path| file(&path)).and_then(|file| {
            let (filter, level) = reload::Layer::new(targets(LevelFilter::INFO));
            let lines = fmt::layer().with_ansi(false).with_writer(Mutex::new(file));
            tracing_subscriber::registry()
                .with(filter)
                .with(lines)
                .try_init()
                .ok()
                .map(|()| level)
        });
        tracing::debug!(action = ?cli.action, payload = ?cli.payload, pid = std::process::id(), "Called");
        Self { level }
    }

    /// From here on, events of this level and above are written.
    pub fn set_level(&self, level: LevelFilter) {
        if let Some(handle) = &self.level {
            // The only failure is a log that has gone; an action does not fail for that.
            let _ = handle.reload(targets(level));
        }
    }
}

/// What every line of this call says: process, action, VM, host.
pub fn span(request: &Request) -> Span {
    tracing::error_span!(
        "call",
        pid = std::process::id(),
        action = request.action.name(),
        vm = request.action.vm_name().map(tracing::field::display),
        host = request.connection.endpoint.host(),
    )
}

fn path() -> Option<PathBuf> {
    if let Some(path) = env::var_os("HYPERV_LOG").filter(|path| !path.is_empty()) {
        return Some(path.into());
    }
    let folder = env::current_dir().ok()?;
    (folder == Path::new(CLOUDSTACK_LOG_FOLDER)).then(|| folder.join("hyperv-extension.log"))
}

fn file(path: &Path) -> Option<File> {
    OpenOptions::new()
        .create(true)
        .append(true)
        .mode(0o600)
        .open(path)
        .ok()
}

fn targets(level: LevelFilter) -> Targets {
    Targets::new().with_targets(OURS.map(|name| (name, level)))
}
