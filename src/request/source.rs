//! What a new VM's root disk comes from.

use super::field::{self, Levels, Problem};
use super::{WindowsPath, placement};
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
        let is_iso = levels
            .find(&["template_type"])
            .optional(|text| Ok(text.eq_ignore_ascii_case("iso")))?;
        if is_iso != Some(true) {
            return template(payload).map(Self::Template);
        }
        let path = iso(payload)?;
        let size = levels.find(&["vhd_size_gb"]);
        let gigabytes = size.required(
            "set it to the size of the new disk in GB",
            field::number(1, MOST_GIGABYTES),
        )?;
        Ok(Self::Iso {
            path,
            disk_bytes: gigabytes << 30,
        })
    }
}

fn template(payload: &Payload) -> Result<WindowsPath, Error> {
    let remedy = "set it to the .vhdx file on the host that the VM is made from";
    let path = placement::source_path(payload, "template_path", "template_dirs", remedy)?;
    match path.has_extension("vhdx") {
        true => Ok(path),
        false => Err(not_a(payload, "template_path", ".vhdx")
            .with_hint("convert another format on the host, with Convert-VHD")),
    }
}

fn iso(payload: &Payload) -> Result<WindowsPath, Error> {
    let remedy = "set it to the .iso file on the host that the VM is installed from";
    let path = placement::source_path(payload, "iso_path", "iso_dirs", remedy)?;
    match path.has_extension("iso") {
        true => Ok(path),
        false => Err(not_a(payload, "iso_path", ".iso")),
    }
}

fn not_a(payload: &Payload, key: &str, ending: &str) -> Error {
    Levels::of_vm(payload)
        .find(&[key])
        .error(&Problem::from(format!(
            "must name a file that ends in {ending}"
        )))
}
