//! The log: one line per event, in a file that only its owner reads. A log that cannot be written never fails an action.

use std::env;
use std::fs::{self, File, OpenOptions, Permissions};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use tracing::level_filters::LevelFilter;
use tracing::{Span, field};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{Registry, fmt as lines, reload};

use crate::cli::Cli;
use crate::request::Request;

/// Where CloudStack's management server runs, and so where its extensions are started.
const CLOUDSTACK_LOG_FOLDER: &str = "/var/log/cloudstack/management";

/// The crates whose events are written. Others could show what must not be seen, as headers.
const OURS: [&str; 3] = ["cloudstack_hyperv", "winrm", "powershell"];

/// The open log, or none.
pub struct Log {
    level: Option<reload::Handle<Targets, Registry>>,
    path: Option<PathBuf>,
}

impl Log {
    /// Opens the file named by `HYPERV_LOG`, else `hyperv-extension.log` in the current folder if that is CloudStack's
    /// log folder, else nothing.
    pub fn open() -> Self {
        let opened = path().and_then(|path| Some((file(&path)?, path)));
        let Some((file, path)) = opened else {
            return Self { level: None, path: None };
        };
        let (filter, level) = reload::Layer::new(targets(LevelFilter::INFO));
        let layer = lines::layer().with_ansi(false).with_writer(Mutex::new(file));
        let level = tracing_subscriber::registry().with(filter).with(layer).try_init().ok().map(|()| level);
        Self { level, path: Some(path) }
    }

    /// Its file.
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// From here on, events of this level and above are written.
    pub fn set_level(&self, level: LevelFilter) {
        if let Some(handle) = &self.level {
            // The only failure is a log that has gone; an action does not fail for that.
            let _ = handle.reload(targets(level));
        }
    }
}

/// What every line of this call says: process and action, what a tenant is told to name, and, once they are known, VM and
/// host.
pub fn span(cli: &Cli, id: Option<&str>) -> Span {
    let (vm, host) = (field::Empty, field::Empty);
    tracing::error_span!("call", id, pid = std::process::id(), action = ?cli.action, vm, host)
}

/// Adds what the payload says to a span.
pub fn name_target(span: &Span, request: &Request) {
    span.record("vm", request.action.vm_name().map(field::display));
    span.record("host", request.connection.as_ref().map(|connection| connection.endpoint.host()));
}

fn path() -> Option<PathBuf> {
    if let Some(path) = env::var_os("HYPERV_LOG").filter(|path| !path.is_empty()) {
        return Some(path.into());
    }
    let folder = env::current_dir().ok()?;
    (folder == Path::new(CLOUDSTACK_LOG_FOLDER)).then(|| folder.join("hyperv-extension.log"))
}

/// Only a regular file: a pipe would be waited for, and CloudStack reads a terminal's or a pipe's text as the reply.
fn file(path: &Path) -> Option<File> {
    if fs::metadata(path).is_ok_and(|found| !found.is_file()) {
        return None;
    }
    let file = OpenOptions::new().create(true).append(true).mode(0o600).open(path).ok()?;
    // One that was there already may be open to others.
    file.set_permissions(Permissions::from_mode(0o600)).ok()?;
    Some(file)
}

fn targets(level: LevelFilter) -> Targets {
    Targets::new().with_targets(OURS.map(|name| (name, level)))
}
