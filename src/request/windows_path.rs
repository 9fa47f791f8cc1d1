//! A path on the host. `std::path` knows only this machine's rules.

use std::fmt;

use super::field::Problem;
use super::vm_name::is_device;

/// An absolute Windows path, `C:\folder\file` or `\\server\share\file`, without anything that could mean another file
/// than it says: `..`, wildcards, streams, devices.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct WindowsPath(String);

impl WindowsPath {
    /// Checks a path. Doubled and trailing backslashes are folded, `/` counts as `\`.
    ///
    /// # Errors
    /// What the path must be.
    pub fn parse(text: &str) -> Result<Self, Problem> {
        let text = text.replace('/', "\\");
        let parts: Vec<&str> = text.split('\\').filter(|part| !part.is_empty()).collect();
        let head = if text.starts_with("\\\\") { unc_head(&parts)? } else { drive_head(&parts)? };
        let names = parts.get(head.parts..).unwrap_or_default();
        names.iter().try_for_each(|name| check_name(name))?;
        let path = format!("{}{}", head.text, names.join("\\"));
        // Windows PowerShell's file cmdlets take no longer one.
        if path.encode_utf16().count() > 240 {
            return Err(Problem::from("must not be longer than 240 characters"));
        }
        Ok(Self(path))
    }

    /// A path on a drive of the host.
    ///
    /// # Errors
    /// As [`WindowsPath::parse`]; and a UNC path, with the reason.
    pub fn parse_on_drive(text: &str) -> Result<Self, Problem> {
        let path = Self::parse(text)?;
        if path.is_unc() {
            return Err(Problem::from(
                "must be on a drive of the host: its login has no rights on another machine (no second hop), so a UNC path cannot work",
            ));
        }
        Ok(path)
    }

    /// Whether it names a share.
    pub fn is_unc(&self) -> bool {
        self.0.starts_with("\\\\")
    }

    /// Whether a name has the form of a second, short one: `VIRTUA~1`.
    pub fn has_short_name(&self) -> bool {
        let bytes = self.0.as_bytes();
        bytes.windows(2).any(|pair| matches!(pair, [b'~', digit] if digit.is_ascii_digit()))
    }

    /// In UTF-16 units, as Windows counts.
    pub fn length(&self) -> usize {
        self.0.encode_utf16().count()
    }

    /// Whether the last name ends so, in any letter case.
    pub fn has_extension(&self, extension: &str) -> bool {
        let name = self.0.rsplit('\\').next().unwrap_or_default();
        name.rsplit_once('.').is_some_and(|(stem, found)| !stem.is_empty() && found.eq_ignore_ascii_case(extension))
    }

    /// Whether it lies in that folder or deeper. Windows compares without letter case.
    pub fn is_below(&self, folder: &Self) -> bool {
        let folder = folder.0.trim_end_matches('\\').to_lowercase();
        self.0.to_lowercase().strip_prefix(&folder).is_some_and(|rest| rest.starts_with('\\') && rest.len() > 1)
    }
}

impl fmt::Display for WindowsPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The root as text, and how many parts it takes.
struct Head {
    text: String,
    parts: usize,
}

fn drive_head(parts: &[&str]) -> Result<Head, Problem> {
    let is_drive =
        |part: &&&str| part.len() == 2 && part.ends_with(':') && part.starts_with(|c: char| c.is_ascii_alphabetic());
    match parts.first().filter(is_drive) {
        Some(drive) => Ok(Head { text: format!("{drive}\\"), parts: 1 }),
        None => Err(Problem::from("must be an absolute Windows path such as D:\\Hyper-V")),
    }
}

fn unc_head(parts: &[&str]) -> Result<Head, Problem> {
    let [server, share, ..] = parts else {
        return Err(Problem::from("must name a server and a share, as in \\\\server\\share\\folder"));
    };
    // \\?\ and \\.\ reach past every rule above.
    check_name(server)?;
    check_name(share)?;
    Ok(Head { text: format!("\\\\{server}\\{share}\\"), parts: 2 })
}

fn check_name(name: &str) -> Result<(), Problem> {
    if name == "." || name == ".." {
        return Err(Problem::from("must not hold . or .. as a folder"));
    }
    if name.chars().any(char::is_control) {
        return Err(Problem::from("must not hold control characters"));
    }
    if name.chars().any(|c| matches!(c, '*' | '?' | '[' | ']' | '`')) {
        return Err(Problem::from("must not hold the wildcards * ? [ ] `"));
    }
    if name.chars().any(|c| matches!(c, '<' | '>' | ':' | '"' | '|')) {
        return Err(Problem::from("must not hold < > : \" |"));
    }
    // Windows drops them, and the name means another file then.
    if name.ends_with('.') || name.ends_with(' ') || name.starts_with(' ') {
        return Err(Problem::from(
            "must not hold a folder or file whose name begins with a blank or ends with a blank or a dot",
        ));
    }
    if is_device(name) {
        return Err(Problem::from("must not hold the name of a Windows device"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::WindowsPath;

    fn path(text: &str) -> String {
        WindowsPath::parse(text).unwrap().to_string()
    }

    #[test]
    fn backslashes_are_folded() {
        assert_eq!(path(r"D:\\Hyper-V\\Virtual Hard Disks\"), r"D:\Hyper-V\Virtual Hard Disks");
        assert_eq!(path("d:/templates/a b.vhdx"), r"d:\templates\a b.vhdx");
        assert_eq!(path(r"\\srv\share\\a.vhdx"), r"\\srv\share\a.vhdx");
        assert_eq!(path(r"\\\\srv\\share\\a.vhdx"), r"\\srv\share\a.vhdx");
        assert_eq!(path(r"C:\"), r"C:\");
    }

    #[test]
    fn what_could_mean_another_file_is_refused() {
        for bad in [
            "",
            "a",
            r"a\b",
            r"\a",
            r"D:a",
            r"D:\a\..\b",
            r"D:\.\a",
            "D:\\a\nb",
            r"D:\a*",
            r"D:\[a]",
            r"D:\a?",
            r"D:\a:stream",
            r"D:\a. \b",
            r"D:\a \b",
            r"D:\NUL",
            r"D:\com1.vhdx",
            r"\\?\C:\a",
            r"\\.\C:\a",
            r"\\srv",
            r"DD:\a",
            "D:\\a`b",
        ] {
            assert!(WindowsPath::parse(bad).is_err(), "{bad}");
        }
        assert!(WindowsPath::parse(&format!(r"D:\{}", "x".repeat(240))).is_err());
        assert!(WindowsPath::parse_on_drive(r"\\srv\share\x").is_err());
    }

    #[test]
    fn below_a_folder() {
        let below =
            |file: &str, folder: &str| WindowsPath::parse(file).unwrap().is_below(&WindowsPath::parse(folder).unwrap());
        assert!(below(r"D:\Templates\a.vhdx", r"d:\templates"));
        assert!(below(r"D:\a.vhdx", r"D:\"));
        assert!(below(r"\\srv\lib\a.vhdx", r"\\SRV\lib"));
        assert!(!below(r"D:\Templates2\a.vhdx", r"D:\Templates"));
        assert!(!below(r"D:\Templates", r"D:\Templates"));
    }

    #[test]
    fn the_extension_is_the_last_one() {
        let has = |text: &str| WindowsPath::parse(text).unwrap().has_extension("vhdx");
        assert!(has(r"D:\a.VHDX") && has(r"D:\a.b.vhdx"));
        assert!(!has(r"D:\a.vhd") && !has(r"D:\vhdx") && !has(r"D:\.vhdx") && !has(r"D:\a.vhdx\b"));
    }
}
