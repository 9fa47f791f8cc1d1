//! Windows paths, and where they lie on this machine: `D:\a\b` is `drives/D/a/b`.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Every file and folder on the drives, as full Windows paths, sorted. Drives themselves are not listed.
#[derive(Debug, Default)]
pub(super) struct Listing {
    pub(super) files: Vec<String>,
    pub(super) folders: Vec<String>,
}

/// A share: the UNC path that it begins with, and its folder on this machine.
#[derive(Debug)]
pub(super) struct Share {
    pub(super) head: String,
    pub(super) folder: PathBuf,
}

/// Where a Windows path lies. Letter case does not count where something is there already.
pub(super) fn local_path(drives: &Path, shares: &[Share], path: &str) -> io::Result<PathBuf> {
    let (root, rest) = root_of(drives, shares, path).ok_or_else(|| refused(path))?;
    let mut local = root;
    for name in rest.split(['\\', '/']).filter(|name| !name.is_empty()) {
        if name == "." || name == ".." || name.contains(['<', '>', ':', '"', '|', '?', '*']) {
            return Err(refused(path));
        }
        local = entry(&local, name);
    }
    Ok(local)
}

/// All that is on the drives. What goes away while it is looked at is left out.
pub(super) fn list(drives: &Path) -> io::Result<Listing> {
    let mut listing = Listing::default();
    for drive in entries(drives)? {
        let letter = drive.file_name();
        walk(&drive.path(), &format!("{}:", letter.to_string_lossy()), &mut listing)?;
    }
    listing.files.sort();
    listing.folders.sort();
    Ok(listing)
}

fn walk(folder: &Path, name: &str, listing: &mut Listing) -> io::Result<()> {
    for entry in entries(folder)? {
        let path = format!(r"{name}\{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            walk(&entry.path(), &path, listing)?;
            listing.folders.push(path);
        } else {
            listing.files.push(path);
        }
    }
    Ok(())
}

fn entries(folder: &Path) -> io::Result<Vec<fs::DirEntry>> {
    match fs::read_dir(folder) {
        Ok(entries) => entries.collect(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

fn root_of<'a>(drives: &Path, shares: &[Share], path: &'a str) -> Option<(PathBuf, &'a str)> {
    if path.starts_with(r"\\") {
        return shares.iter().find_map(|share| {
            let head = share.head.trim_end_matches('\\');
            let (start, rest) = path.split_at_checked(head.len())?;
            let fits = start.eq_ignore_ascii_case(head) && (rest.is_empty() || rest.starts_with('\\'));
            fits.then(|| (share.folder.clone(), rest))
        });
    }
    let (letter, rest) = path.split_once(':')?;
    let is_drive = letter.len() == 1 && letter.bytes().all(|byte| byte.is_ascii_alphabetic());
    let is_full = rest.is_empty() || rest.starts_with(['\\', '/']);
    (is_drive && is_full).then(|| (drives.join(letter.to_ascii_uppercase()), rest))
}

fn entry(folder: &Path, name: &str) -> PathBuf {
    let exact = folder.join(name);
    if exact.exists() {
        return exact;
    }
    let other_case = entries(folder)
        .unwrap_or_default()
        .into_iter()
        .find(|entry| entry.file_name().to_string_lossy().to_lowercase() == name.to_lowercase());
    other_case.map_or(exact, |entry| entry.path())
}

fn refused(path: &str) -> io::Error {
    io::Error::new(
        io::ErrorKind::InvalidInput,
        format!("`{path}` is no full path on a drive or share of the simulated host"),
    )
}

#[cfg(test)]
mod tests {
    use super::{Share, list, local_path};
    use std::fs;
    use std::io;
    use std::path::{Path, PathBuf};

    #[test]
    fn letter_case_counts_only_for_what_is_new() -> io::Result<()> {
        let folder = tempfile::tempdir()?;
        let drives = folder.path();
        fs::create_dir_all(drives.join("D/Hyper-V"))?;
        fs::write(drives.join("D/Hyper-V/a.vhdx"), "")?;
        assert_eq!(local_path(drives, &[], r"d:\HYPER-V\A.vhdx")?, drives.join("D/Hyper-V/a.vhdx"));
        assert_eq!(local_path(drives, &[], r"D:/hyper-v/New")?, drives.join("D/Hyper-V/New"));
        let listing = list(drives)?;
        assert_eq!(listing.files, [r"D:\Hyper-V\a.vhdx"]);
        assert_eq!(listing.folders, [r"D:\Hyper-V"]);
        Ok(())
    }

    #[test]
    fn nothing_else_of_this_machine_is_reached() -> io::Result<()> {
        let shares = [Share { head: r"\\nas\templates".to_owned(), folder: PathBuf::from("/state/share") }];
        let drives = Path::new("/state/drives");
        for path in [
            r"D:\..\x",
            r"D:x",
            r"\\nas\templates2\x",
            r"\\nas\templates\..\x",
            "/etc/passwd",
            "x",
            "",
            r"DD:\x",
            r"D:\a:b",
        ] {
            assert!(local_path(drives, &shares, path).is_err(), "{path}");
        }
        let path = local_path(drives, &shares, r"\\NAS\Templates\a.vhdx")?;
        assert_eq!(path, Path::new("/state/share/a.vhdx"));
        Ok(())
    }
}
