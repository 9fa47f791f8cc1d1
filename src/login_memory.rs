//! Refused logins, remembered from one process to the next: a host with 200 VMs and a changed password must not lock the
//! account.
//!
//! One file per host and account, beside the log or in a folder of this user's own. Whatever goes wrong with it, the login
//! goes on.

use std::env;
use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

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
    path: PathBuf,
    account: String,
    /// Eight hexadecimal digits that change with the password.
    mark: String,
    /// Locked from before a login until its end is known.
    begun: Mutex<Option<File>>,
}

impl RefusedLogins {
    /// The file for this login, beside that log; nothing where it has no place.
    pub fn of(connection: &Connection, log: Option<&Path>) -> Option<Self> {
        let folder = log.and_then(|log| own(PathBuf::from(format!("{}.logins", log.display())))).or_else(own_folder)?;
        let (host, account) = (connection.endpoint.to_string(), connection.credentials.account());
        let mut name = DefaultHasher::new();
        (&host, &account).hash(&mut name);
        let mark = u32::from_be_bytes(connection.credentials.mark(&host));
        Some(Self {
            path: folder.join(format!("{:016x}", name.finish())),
            account,
            mark: format!("{mark:08x}"),
            begun: Mutex::default(),
        })
    }

    fn withheld(&self, since: u64, hold: u64) -> LoginError {
        LoginError::Withheld {
            user: self.account.clone(),
            since: Duration::from_secs(since),
            left: Duration::from_secs(hold.saturating_sub(since)),
        }
    }

    /// Decides by what the file says, without waiting for anyone.
    fn judge(&self, known: Option<&Known>) -> Result<Judged, LoginError> {
        let Some(known) = known.filter(|known| known.mark == self.mark) else {
            return Ok(Judged::Open);
        };
        match (known.refusals, known.age()) {
            (_, None) => Ok(Judged::Open),
            (0, Some(age)) if age < RIGHT_FOR => Ok(Judged::Right),
            (0, Some(_)) => Ok(Judged::Open),
            (1, Some(age)) if age < AFTER_ONE_REFUSAL => Err(self.withheld(age, AFTER_ONE_REFUSAL)),
            (2.., Some(age)) if age < AFTER_MORE => Err(self.withheld(age, AFTER_MORE)),
            _ => Ok(Judged::Open),
        }
    }

    fn open(&self) -> io::Result<File> {
        OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(&self.path)
    }
}

enum Judged {
    /// It was accepted a moment ago.
    Right,
    /// Only the host can tell.
    Open,
}

impl LoginMemory for RefusedLogins {
    fn admit(&self, patience: Duration) -> Result<(), LoginError> {
        let Ok(mut file) = self.open() else {
            return Ok(());
        };
        if let Judged::Right = self.judge(Known::read(&mut file).as_ref())? {
            return Ok(());
        }
        if lock(&file, patience) {
            // Whoever held it has written what came of his login.
            self.judge(Known::read(&mut file).as_ref())?;
            *self.begun.lock().unwrap_or_else(PoisonError::into_inner) = Some(file);
        }
        Ok(())
    }

    fn ended(&self, verdict: Verdict) {
        let begun = self.begun.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(mut file) = begun.or_else(|| self.open().ok()) else {
            return;
        };
        let refusals = match verdict {
            Verdict::Unknown => return,
            Verdict::Accepted => 0,
            Verdict::Refused => {
                let before = Known::read(&mut file).filter(|known| known.mark == self.mark);
                before.map_or(0, |known| known.refusals).saturating_add(1)
            }
        };
        if let Err(error) = (Known { mark: self.mark.clone(), time: now(), refusals }).write(&mut file) {
            tracing::debug!(%error, path = ?self.path, "A login's end could not be written");
        }
    }
}

/// One line of a file: `<mark> <seconds since 1970> <refusals in a row>`.
struct Known {
    mark: String,
    time: u64,
    refusals: u32,
}

impl Known {
    fn read(file: &mut File) -> Option<Self> {
        let mut text = String::new();
        file.rewind().ok()?;
        file.take(100).read_to_string(&mut text).ok()?;
        let mut words = text.split_whitespace();
        Some(Self {
            mark: words.next()?.to_owned(),
            time: words.next()?.parse().ok()?,
            refusals: words.next()?.parse().ok()?,
        })
    }

    fn write(&self, file: &mut File) -> io::Result<()> {
        let Self { mark, time, refusals } = self;
        file.rewind()?;
        file.set_len(0)?;
        writeln!(file, "{mark} {time} {refusals}")
    }

    /// In seconds; nothing where the clock was set back.
    fn age(&self) -> Option<u64> {
        now().checked_sub(self.time)
    }
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// Waits for the lock. It goes with the process that holds it, however that ends.
fn lock(file: &File, patience: Duration) -> bool {
    let begun = std::time::Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => return true,
            Err(TryLockError::WouldBlock) if begun.elapsed() < patience => thread::sleep(LOOK_AGAIN),
            Err(_) => return false,
        }
    }
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
