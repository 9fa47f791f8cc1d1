//! The folder that the stand-in modules and the tests share. `modules/README.md` says what lies in it.

use crate::powershell::calls::Call;
use crate::powershell::drives::Share;
use crate::powershell::mishap::Mishap;
use serde_json::{Value, json};
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tempfile::TempDir;

/// Two writes may fall into one tick of the file system's clock; the stand-in must see them apart, in its ticks of
/// 100 ns.
const LATER: Duration = Duration::from_micros(1);
const ATTEMPTS_TO_REMOVE: u32 = 50;

/// A state folder. It goes when it is dropped.
#[derive(Debug)]
pub(super) struct StateFolder(TempDir);

impl StateFolder {
    /// A folder with drives to fill and that world.
    pub(super) fn new(world: &Value) -> io::Result<Self> {
        let folder = tempfile::Builder::new().prefix("simulated-windows-").tempdir()?;
        fs::create_dir(folder.path().join("drives"))?;
        fs::create_dir(folder.path().join("scratch"))?;
        fs::write(folder.path().join("state.json"), world.to_string())?;
        Ok(Self(folder))
    }

    pub(super) fn root(&self) -> &Path {
        self.0.path()
    }

    pub(super) fn drives(&self) -> PathBuf {
        self.file("drives")
    }

    /// The shares that the world maps.
    pub(super) fn shares(&self) -> io::Result<Vec<Share>> {
        let world = self.world()?;
        let shares = world.get("Shares").and_then(Value::as_array);
        let text = |share: &Value, key| share.get(key).and_then(Value::as_str).map(str::to_owned);
        Ok(shares
            .into_iter()
            .flatten()
            .filter_map(|share| Some(Share { head: text(share, "Head")?, folder: self.file(&text(share, "Folder")?) }))
            .collect())
    }

    /// The world as it is now: every write of it is whole.
    pub(super) fn world(&self) -> io::Result<Value> {
        Ok(serde_json::from_slice(&fs::read(self.file("state.json"))?)?)
    }

    /// Changes the world as one step, whatever scripts do meanwhile.
    pub(super) fn edit(&self, change: impl FnOnce(&mut Value)) -> io::Result<()> {
        // The same lock that .NET takes for a file that is not shared; closing the file frees it.
        let lock = File::create(self.file("lock"))?;
        lock.lock()?;
        let mut world = self.world()?;
        change(&mut world);
        let (old, new) = (self.file("state.json"), self.file("state.json.new"));
        fs::write(&new, world.to_string())?;
        let last = fs::metadata(&old)?.modified()?;
        let written = File::options().write(true).open(&new)?;
        if written.metadata()?.modified()? <= last {
            written.set_modified(last + LATER)?;
        }
        fs::rename(new, old)
    }

    /// What goes wrong from now on, in processes that start from now on.
    pub(super) fn set_mishaps(&self, mishaps: &[Mishap]) -> io::Result<()> {
        let new = self.file("faults.json.new");
        fs::write(&new, json!(mishaps).to_string())?;
        fs::rename(new, self.file("faults.json"))
    }

    /// The log of calls. A last line that a killed process did not finish is left out.
    pub(super) fn calls(&self) -> io::Result<Vec<Call>> {
        let log = match fs::read_to_string(self.file("calls.log")) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            log => log?,
        };
        log.split_inclusive('\n')
            .filter(|line| line.ends_with('\n'))
            .map(|line| Ok(serde_json::from_str(line)?))
            .collect()
    }

    pub(super) fn forget_calls(&self) -> io::Result<()> {
        match fs::remove_file(self.file("calls.log")) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            result => result,
        }
    }

    /// Faults of the stand-in itself, if there were any.
    pub(super) fn internal_errors(&self) -> Option<String> {
        fs::read_to_string(self.file("internal-errors.log")).ok()
    }

    pub(super) fn note_internal_error(&self, text: &str) {
        let log = File::options().append(true).create(true).open(self.file("internal-errors.log"));
        // Where even that cannot be written, the folder is gone and so is the test that would look.
        log.and_then(|mut log| writeln!(log, "{text}")).unwrap_or_default();
    }

    /// Removes all of it now. A process that has just been killed may still be finishing a write.
    pub(super) fn remove(&self) {
        for _ in 0..ATTEMPTS_TO_REMOVE {
            match fs::remove_dir_all(self.root()) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    std::thread::sleep(Duration::from_millis(10));
                }
                _ => return,
            }
        }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.root().join(name)
    }
}
