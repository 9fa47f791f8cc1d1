//! Refused logins, remembered from one process to the next: a host with 200 VMs and a changed password must not lock the
//! account.
//!
//! One file per host and account, beside the log or in a folder of this user's own. Whatever goes wrong with it, the login
//! goes on.

use std::env;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, FileExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use winrm::Interrupt;
use winrm::auth::{LoginError, LoginMemory, Verdict};

use crate::request::Connection;

/// Hosts refuse right passwords too while they boot.
const AFTER_ONE_REFUSAL: u64 = 30;

/// From the second refusal on, the password is wrong.
const AFTER_MORE: u64 = 600;

/// A password that was right so recently is right, and logins with it do not wait for each other.
const RIGHT_FOR: u64 = 5;

/// How often the end of another process's login is looked for.
const LOOK_AGAIN: Duration = Duration::from_millis(10);

/// The file of one host and account.
#[derive(Debug)]
pub struct RefusedLogins {
    /// The folder beside the log. A folder of this user's own counts where that cannot be written, as on a full disk.
    beside: Option<PathBuf>,
    name: String,
    account: String,
    /// Eight hexadecimal digits that change with the password, and with whatever else the host judges a login by.
    mark: String,
    begun: Mutex<Option<Begun>>,
}

/// A login of this process.
#[derive(Debug)]
struct Begun {
    file: File,
    at: u64,
}

impl RefusedLogins {
    /// The file for this login, beside that log. Nothing is made before a login.
    pub fn of(connection: &Connection, log: Option<&Path>) -> Self {
        let (host, credentials) = (connection.endpoint.to_string(), &connection.credentials);
        let mut name = DefaultHasher::new();
        (&host, credentials.account()).hash(&mut name);
        let salt = format!("{host} {:?} {credentials:?}", connection.channel_binding);
        Self {
            beside: log.map(|log| PathBuf::from(format!("{}.logins", log.display()))),
            name: format!("{:016x}", name.finish()),
            account: credentials.account(),
            mark: format!("{:08x}", u32::from_be_bytes(credentials.mark(&salt))),
            begun: Mutex::default(),
        }
    }

    /// Decides by what the file says, without waiting for anyone.
    fn judge(&self, file: &File) -> Result<Judged, LoginError> {
        let Some(known) = Known::read(file).filter(|known| known.mark == self.mark) else {
            return Ok(Judged::Open);
        };
        let Some(age) = known.age() else {
            return Ok(Judged::Open);
        };
        match known.refusals {
            0 if age < RIGHT_FOR => Ok(Judged::Right),
            0 => Ok(Judged::Open),
            1 => self.hold(age, AFTER_ONE_REFUSAL),
            _ => self.hold(age, AFTER_MORE),
        }
    }

    fn hold(&self, age: u64, hold: u64) -> Result<Judged, LoginError> {
        let Some(left) = hold.checked_sub(age).filter(|left| *left > 0) else {
            return Ok(Judged::Open);
        };
        let (user, since, left) = (self.account.clone(), Duration::from_secs(age), Duration::from_secs(left));
        Err(LoginError::Withheld { user, since, left })
    }

    /// The file, with room for what will be written.
    fn open(&self) -> Option<File> {
        let beside = self.beside.clone().and_then(own).and_then(|folder| self.open_in(&folder));
        let opened = beside.or_else(|| self.open_in(&own_folder()?));
        if opened.is_none() {
            tracing::warn!(beside = ?self.beside, "A refused login cannot be remembered");
        }
        opened
    }

    fn open_in(&self, folder: &Path) -> Option<File> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false).mode(0o600);
        let file = options.open(folder.join(&self.name)).ok()?;
        let is_new = file.metadata().ok()?.len() < LINE;
        (!is_new || file.write_all_at(&BLANK, 0).is_ok()).then_some(file)
    }
}

enum Judged {
    /// It was accepted a moment ago.
    Right,
    /// Only the host can tell.
    Open,
}

impl LoginMemory for RefusedLogins {
    fn admit(&self, patience: Duration, interrupt: &Interrupt) -> Result<(), LoginError> {
        let Some(file) = self.open() else {
            return Ok(());
        };
        let until = Instant::now() + patience;
        loop {
            // Whoever holds the lock writes what came of his login.
            if let Judged::Right = self.judge(&file)? {
                break;
            }
            if file.try_lock().is_ok() {
                if let Judged::Right = self.judge(&file)? {
                    // Nobody need wait for this one.
                    let _ = file.unlock();
                }
                break;
            }
            if Instant::now() >= until || !interrupt.sleep(LOOK_AGAIN) {
                break;
            }
        }
        *self.begun.lock().unwrap_or_else(PoisonError::into_inner) = Some(Begun { file, at: now() });
        Ok(())
    }

    fn ended(&self, verdict: Verdict) {
        let begun = self.begun.lock().unwrap_or_else(PoisonError::into_inner).take();
        // A login that was not asked for is one that has worked before.
        let Some(Begun { file, at }) = begun.or_else(|| Some(Begun { file: self.open()?, at: now() })) else {
            return;
        };
        let known = Known::read(&file).filter(|known| known.mark == self.mark);
        let refusals = match (verdict, known) {
            (Verdict::Unknown, _) => return,
            (Verdict::Accepted, Some(known)) if known.refusals == 0 && known.age() == Some(0) => return,
            (Verdict::Accepted, _) => 0,
            // One that had begun before counts with it: a host that boots refuses many at once.
            (Verdict::Refused, Some(known)) if known.refusals > 0 && known.time > at => known.refusals,
            (Verdict::Refused, known) => known.map_or(0, |known| known.refusals).saturating_add(1),
        };
        if let Err(error) = (Known { mark: self.mark.clone(), time: now(), refusals }).write(&file) {
            tracing::warn!(%error, "A login's end cannot be remembered");
        }
    }
}

/// The one line of a file, `<mark> <seconds since 1970> <refusals in a row>`, always of the same length: it is written in
/// one piece over the old one, on a full disk as well.
struct Known {
    mark: String,
    time: u64,
    refusals: u32,
}

const LINE: u64 = 32;
const BLANK: [u8; 32] = *b"                               \n";

impl Known {
    fn read(file: &File) -> Option<Self> {
        let mut line = BLANK;
        file.read_exact_at(&mut line, 0).ok()?;
        let mut words = str::from_utf8(&line).ok()?.split_whitespace();
        Some(Self {
            mark: words.next()?.to_owned(),
            time: words.next()?.parse().ok()?,
            refusals: words.next()?.parse().ok()?,
        })
    }

    fn write(&self, file: &File) -> io::Result<()> {
        let Self { mark, time, refusals } = self;
        file.write_all_at(format!("{mark} {time:>14} {:>7}\n", refusals.min(&9_999_999)).as_bytes(), 0)
    }

    /// In seconds; nothing where the clock was set back.
    fn age(&self) -> Option<u64> {
        now().checked_sub(self.time)
    }
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// A folder for this user where there is no log.
fn own_folder() -> Option<PathBuf> {
    let place = env::var_os("XDG_RUNTIME_DIR").filter(|place| !place.is_empty()).map_or_else(env::temp_dir, Into::into);
    own(place.join(format!("hyperv-logins-{}", user()?)))
}

/// Makes the folder, if need be, for this user alone. One that belongs to someone else, or is a link, is not used.
fn own(folder: PathBuf) -> Option<PathBuf> {
    // It may be there already.
    let _ = DirBuilder::new().mode(0o700).create(&folder);
    let found = fs::symlink_metadata(&folder).ok()?;
    (found.is_dir() && found.uid() == user()? && found.mode() & 0o077 == 0).then_some(folder)
}

/// The number of the user that this process runs as.
fn user() -> Option<u32> {
    Some(fs::metadata("/proc/self").ok()?.uid())
}
