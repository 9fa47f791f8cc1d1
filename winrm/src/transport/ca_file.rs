//! Reads a file of authorities, whatever the path that was given leads to.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

/// The largest file of authorities that is read, in bytes: many times the bundle of any system.
const LARGEST_FILE: u64 = 16 * 1024 * 1024;

/// The whole file. A pipe or a device is never opened: that could wait for ever.
///
/// # Errors
///
/// Why it cannot be read, for an operator.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, String> {
    let metadata = std::fs::metadata(path).map_err(|error| error.to_string())?;
    if !metadata.is_file() {
        return Err("it is not a regular file".to_owned());
    }
    let mut text = Vec::new();
    File::open(path)
        .and_then(|file| file.take(LARGEST_FILE + 1).read_to_end(&mut text))
        .map_err(|error| error.to_string())?;
    match u64::try_from(text.len()) {
        Ok(length) if length <= LARGEST_FILE => Ok(text),
        _ => Err("it is larger than 16 MiB".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_file_without_end_is_not_read_to_its_end() {
        let file = tempfile::NamedTempFile::new().unwrap();
        file.as_file().set_len(LARGEST_FILE + 1).unwrap();
        let refusal = read(file.path()).unwrap_err();
        assert!(refusal.contains("larger than 16 MiB"), "{refusal}");
    }

    #[test]
    fn what_is_no_file_is_not_opened() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status();
        assert!(made.unwrap().success());
        for path in [pipe.as_path(), folder.path(), Path::new("/dev/zero")] {
            let (told, refusal) = mpsc::channel();
            let path = path.to_owned();
            std::thread::spawn(move || told.send(read(&path).unwrap_err()));
            let refusal = refusal.recv_timeout(Duration::from_secs(20)).unwrap();
            assert!(refusal.contains("not a regular file"), "{refusal}");
        }
    }
}
