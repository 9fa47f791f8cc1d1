//! Where a VM's parts lie on the host.

use super::field::{Levels, Problem};
use super::{VmName, WindowsPath};
use crate::error::Error;
use crate::payload::Payload;

/// Windows' file cmdlets take no longer path.
const LONGEST_PATH: usize = 259;

/// What is put behind a VM's name in `vhd_path`, at its longest: `.vhdx.part-` and 32 digits, or `_<GUID>.avhdx`.
const LONGEST_ENDING: usize = 43;

/// The two folders of a VM.
#[derive(Clone, Debug)]
pub struct Placement {
    /// The folder of root disks and records.
    pub vhd_path: WindowsPath,
    /// The folder of VM configurations.
    pub vm_path: WindowsPath,
}

impl Placement {
    /// Reads `vhd_path` and `vm_path` for a VM of that name.
    ///
    /// # Errors
    /// The first key that is missing or wrong, or too long for what must lie in the folder.
    pub fn new(payload: &Payload, name: &VmName) -> Result<Self, Error> {
        let vhd_path = vhd_path(payload)?;
        let longest = vhd_path.length() + 1 + name.as_str().len() + LONGEST_ENDING;
        if longest > LONGEST_PATH {
            let problem = Problem::from(
                "is too long: with the VM's name and its ending a path of more than 259 characters would come out",
            );
            return Err(Levels::of_host(payload).find(&["vhd_path"]).error(&problem).with_hint("use a shorter folder"));
        }
        Ok(Self {
            vhd_path,
            vm_path: folder(payload, "vm_path", "set it to the folder for virtual machines on the host")?,
        })
    }
}

/// The folder of root disks and records.
///
/// # Errors
/// Where the key is missing or wrong.
pub(super) fn vhd_path(payload: &Payload) -> Result<WindowsPath, Error> {
    folder(payload, "vhd_path", "set it to the folder for virtual disks on the host")
}

fn folder(payload: &Payload, key: &str, remedy: &str) -> Result<WindowsPath, Error> {
    Levels::of_host(payload).find(&[key]).required(remedy, WindowsPath::parse_on_drive)
}
