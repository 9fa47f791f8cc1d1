//! Folders of files on disk.

use std::collections::BTreeMap;
use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::Path;

/// Files by their names.
pub(super) type Files = BTreeMap<String, Vec<u8>>;

/// No file of a recording is larger.
const LARGEST_FILE: u64 = 64 * 1024 * 1024;

/// All files of a folder.
pub(super) fn read(folder: &Path) -> io::Result<Files> {
    let mut files = Files::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let about = fs::metadata(entry.path())?;
        if let Some(name) = entry.file_name().to_str()
            && about.is_file()
        {
            if about.len() > LARGEST_FILE {
                return Err(io::Error::other(format!("{name} is larger than 64 MiB")));
            }
            files.insert(name.to_owned(), fs::read(entry.path())?);
        }
    }
    Ok(files)
}

/// Writes a new folder that only its owner may read. It has its name once it is whole.
pub(super) fn write_new(parent: &Path, name: &str, files: &Files) -> io::Result<()> {
    let private = |recursive: bool| {
        let mut builder = DirBuilder::new();
        builder.recursive(recursive).mode(0o700);
        builder
    };
    private(true).create(parent)?;
    let unfinished = parent.join(format!(".{name}.part"));
    private(false).create(&unfinished)?;
    let written = files.iter().try_for_each(|(name, bytes)| write(&unfinished.join(name), bytes));
    let result = written.and_then(|()| fs::rename(&unfinished, parent.join(name)));
    if result.is_err() {
        // Half a recording is of no use.
        let _ = fs::remove_dir_all(&unfinished);
    }
    result
}

/// Brings a folder to hold these files, of those that a recording may have.
pub(super) fn update(folder: &Path, before: &Files, after: &Files) -> io::Result<()> {
    for (name, bytes) in after {
        if read_if_there(&folder.join(name))?.as_ref() != Some(bytes) {
            fs::write(folder.join(name), bytes)?;
        }
    }
    before.keys().filter(|name| !after.contains_key(*name)).try_for_each(|name| fs::remove_file(folder.join(name)))
}

fn read_if_there(path: &Path) -> io::Result<Option<Vec<u8>>> {
    match fs::read(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        other => other.map(Some),
    }
}

fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?.write_all(bytes)
}
