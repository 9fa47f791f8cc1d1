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
        let about = fs::symlink_metadata(entry.path())?;
        if about.is_symlink() {
            // It could lead to any file of whoever replays a recording of someone else.
            return Err(io::Error::other(format!("{} is a link", entry.file_name().display())));
        }
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

/// Brings a folder to hold these files, and no other file of a message. What else lies there stays.
pub(super) fn update(folder: &Path, after: &Files) -> io::Result<()> {
    let before = read(folder)?;
    for (name, bytes) in after {
        if before.get(name) != Some(bytes) {
            fs::write(folder.join(name), bytes)?;
        }
    }
    let is_of_message = |name: &str| {
        name.split_once('-')
            .is_some_and(|(number, _)| number.len() >= 2 && number.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let surplus = before.keys().filter(|name| is_of_message(name) && !after.contains_key(*name));
    surplus.into_iter().try_for_each(|name| fs::remove_file(folder.join(name)))
}

fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?.write_all(bytes)
}
