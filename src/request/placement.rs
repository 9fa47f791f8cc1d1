//! Where a VM's parts lie on the host.

use super::field::{Levels, Problem};
use super::windows_path::WindowsPath;
use crate::error::Error;
use crate::payload::Payload;

/// Folders of a host, and where templates may come from.
#[derive(Clone, Debug)]
pub struct Placement {
    /// The folder of root disks and records.
    pub vhd_path: WindowsPath,
    /// The folder of VM configurations.
    pub vm_path: WindowsPath,
}

impl Placement {
    /// Reads `vhd_path` and `vm_path`.
    ///
    /// # Errors
    /// The first key that is missing or wrong.
    pub fn new(payload: &Payload) -> Result<Self, Error> {
        Ok(Self {
            vhd_path: vhd_path(payload)?,
            vm_path: vm_path(payload)?,
        })
    }
}

/// The folder of root disks and records.
///
/// # Errors
/// Where the key is missing or wrong.
pub(super) fn vhd_path(payload: &Payload) -> Result<WindowsPath, Error> {
    let remedy = "set it to the folder for virtual disks on the host";
    Levels::of_host(payload)
        .find(&["vhd_path"])
        .required(remedy, WindowsPath::parse_on_drive)
}

fn vm_path(payload: &Payload) -> Result<WindowsPath, Error> {
    let remedy = "set it to the folder for virtual machines on the host";
    Levels::of_host(payload)
        .find(&["vm_path"])
        .required(remedy, WindowsPath::parse_on_drive)
}

/// The virtual switch of every NIC.
///
/// # Errors
/// Where the key is missing or holds control characters.
pub(super) fn switch_name(payload: &Payload) -> Result<String, Error> {
    Levels::of_host(payload)
        .find(&["network_switch", "network_bridge"])
        .required(
            "set it to the name of the host's virtual switch",
            |text| match text.chars().any(char::is_control) {
                true => Err(Problem::from("must not hold control characters")),
                false => Ok(text.to_owned()),
            },
        )
}

/// A template's or ISO's path. A tenant may have named it, so the host's administrator says where it may lie: in the
/// folders of `folders_key`, separated by `;`. A share is taken only then: else a tenant could make the host log in to
/// a server of his own.
///
/// # Errors
/// Where either key is wrong, or the path does not lie in one of the folders.
pub(super) fn source_path(
    payload: &Payload,
    key: &str,
    folders_key: &str,
    remedy: &str,
) -> Result<WindowsPath, Error> {
    let folders = Levels::of_host(payload)
        .find(&[folders_key])
        .optional(|text| {
            text.split(';')
                .filter(|folder| !folder.trim().is_empty())
                .map(|folder| WindowsPath::parse(folder.trim()))
                .collect::<Result<Vec<_>, _>>()
        })?;
    let field = Levels::of_vm(payload).find(&[key]);
    let path = field.required(remedy, WindowsPath::parse)?;
    match folders {
        Some(folders) if folders.iter().any(|folder| path.is_below(folder)) => Ok(path),
        Some(_) => Err(field.error(&Problem::from(format!("must lie in one of the folders that the host's `{folders_key}` names")))),
        None if path.is_unc() => Err(field.error(&Problem::from(format!(
            "must be on a drive of the host; a UNC path is taken only below a folder that the host's `{folders_key}` names"
        )))),
        None => Ok(path),
    }
}
