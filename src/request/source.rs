//! What a new VM's root disk comes from.

use super::WindowsPath;
use super::field::{self, Field, Levels, Problem};
use crate::error::Error;
use crate::payload::Payload;

/// The largest VHDX: 64 TB.
const MOST_GIGABYTES: u64 = 64 * 1024;

/// A template or an ISO.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Source {
    /// A `.vhdx` file that is copied.
    Template(WindowsPath),
    /// An `.iso` file to install from, and a new disk.
    Iso {
        /// The file.
        path: WindowsPath,
        /// The disk's size in bytes.
        disk_bytes: u64,
    },
}

impl Source {
    /// Reads `template_type` and what belongs to it. As with the script that this program replaces, whatever is not `iso` is a
    /// template.
    ///
    /// # Errors
    /// The first key that is missing or wrong.
    pub fn new(payload: &Payload) -> Result<Self, Error> {
        let levels = Levels::of_vm(payload);
        let is_iso = levels.find(&["template_type"]).optional(|text| Ok(text.eq_ignore_ascii_case("iso")))?;
        if is_iso != Some(true) {
            return template(payload).map(Self::Template);
        }
        let path = iso(payload)?;
        let size = levels.find(&["vhd_size_gb"]);
        let gigabytes = size.required("set it to the size of the new disk in GB", field::number(1, MOST_GIGABYTES))?;
        Ok(Self::Iso { path, disk_bytes: gigabytes << 30 })
    }
}

fn template(payload: &Payload) -> Result<WindowsPath, Error> {
    let remedy = "set it to the .vhdx file on the host that the VM is made from";
    let field = Levels::of_vm(payload).find(&["template_path"]);
    let path = source_path(payload, &field, "template_dirs", remedy)?;
    match path.has_extension("vhdx") {
        true => Ok(path),
        false => {
            let problem = Problem::from("must name a file that ends in .vhdx");
            Err(field.error(&problem).with_hint("convert another format on the host, with Convert-VHD"))
        }
    }
}

fn iso(payload: &Payload) -> Result<WindowsPath, Error> {
    let remedy = "set it to the .iso file on the host that the VM is installed from";
    let field = Levels::of_vm(payload).find(&["iso_path"]);
    let path = source_path(payload, &field, "iso_dirs", remedy)?;
    match path.has_extension("iso") {
        true => Ok(path),
        false => Err(field.error(&Problem::from("must name a file that ends in .iso"))),
    }
}

/// A tenant may have named the file, so the host's administrator says where it may lie: in the folders of
/// `folders_key`, separated by `;`. A share is taken only then: else a tenant could make the host log in to a server of
/// his own.
fn source_path(payload: &Payload, field: &Field<'_>, folders_key: &str, remedy: &str) -> Result<WindowsPath, Error> {
    let folders = Levels::of_host(payload).find(&[folders_key]).optional(|text| {
        let names = text.split(';').map(str::trim).filter(|name| !name.is_empty());
        names.map(WindowsPath::parse).collect::<Result<Vec<_>, _>>()
    })?;
    let path = field.required(remedy, WindowsPath::parse)?;
    // The second name that Windows gives to a file hides what it is: another tenant's disk, for one.
    if path.has_short_name() {
        return Err(field
            .error(&Problem::from("must not hold a short name such as VIRTUA~1"))
            .with_hint("give the whole name"));
    }
    match folders {
        Some(folders) if folders.iter().any(|folder| path.is_below(folder)) => Ok(path),
        Some(_) => Err(field.error(&Problem::from(format!("must lie in one of the folders that the host's `{folders_key}` names")))),
        None if path.is_unc() => Err(field.error(&Problem::from(format!(
            "must be on a drive of the host; a UNC path is taken only below a folder that the host's `{folders_key}` names"
        )))),
        None => Ok(path),
    }
}
