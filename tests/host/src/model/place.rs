//! Where a machine's files go, and what they come from.

use crate::model::machine::Wanted;
use crate::model::reply::{ScriptError, refused};
use crate::model::world::{World, same};
use serde_json::{Value, json};

/// What a machine would be made of, and where.
#[derive(Debug)]
pub(crate) struct Place {
    pub(crate) name: String,
    pub(crate) uuid: String,
    pub(crate) vhd_path: String,
    pub(crate) vm_path: String,
    pub(crate) template_path: Option<String>,
    pub(crate) iso_path: Option<String>,
}

impl Place {
    pub(crate) fn wanted(&self) -> Wanted<'_> {
        Wanted { name: &self.name, uuid: &self.uuid }
    }

    pub(crate) fn disk(&self) -> String {
        disk(&self.vhd_path, &self.name)
    }

    pub(crate) fn record(&self) -> String {
        record_beside(&self.disk())
    }

    /// What the record says once the machine is made.
    pub(crate) fn record_text(&self, id: &str) -> String {
        let iso = self.iso_path.as_ref().filter(|_| self.template_path.is_none());
        json!({"Uuid": self.uuid, "Phase": "complete", "VmId": id, "Iso": iso}).to_string()
    }

    /// Folders, template or ISO, and that no file is in the way.
    pub(crate) fn check(&self, world: &World) -> Result<(), Box<ScriptError>> {
        self.check_source(world)?;
        for folder in [&self.vhd_path, &self.vm_path] {
            if !world.has_folder(folder) {
                return Err(refused("folder_not_found", format!("there is no folder {folder}")));
            }
        }
        if world.size(&self.disk()).is_some() {
            return Err(refused("disk_exists", format!("{} exists already", self.disk())));
        }
        Ok(())
    }

    fn check_source(&self, world: &World) -> Result<(), Box<ScriptError>> {
        let (kind, path) = match (&self.template_path, &self.iso_path) {
            (Some(template), _) => ("template", template),
            (None, Some(iso)) => ("iso", iso),
            (None, None) => return Err(refused("host_error", "neither template nor ISO is given")),
        };
        if world.size(path).is_none() {
            let code = format!("{kind}_not_found");
            return Err(refused(&code, format!("there is no {kind} {path}")));
        }
        if world.is_attached(path) || world.size(&record_beside(path)).is_some() {
            return Err(refused("template_in_use", format!("{path} is the disk of a virtual machine")));
        }
        Ok(())
    }
}

pub(crate) fn disk(folder: &str, name: &str) -> String {
    format!(r"{}\{name}.vhdx", folder.trim_end_matches('\\'))
}

pub(crate) fn record_beside(disk: &str) -> String {
    format!("{}.cloudstack.json", disk.rsplit_once('.').map_or(disk, |(stem, _)| stem))
}

/// A record that someone else wrote is an error; of another, whether it can be read.
pub(crate) fn check_owner(world: &World, record: &str, uuid: &str) -> Result<bool, Box<ScriptError>> {
    match world.text(record).and_then(|text| entry(text, "uuid")) {
        Some(owner) if !same(&owner, uuid) => {
            Err(refused("record_foreign", format!("{record} belongs to another virtual machine")))
        }
        owner => Ok(owner.is_some()),
    }
}

/// What a record says under that name, in any letter case.
pub(crate) fn entry(record: &str, name: &str) -> Option<String> {
    let record: Value = serde_json::from_str(record).ok()?;
    let (_, value) = record.as_object()?.iter().find(|(key, _)| same(key, name))?;
    Some(value.as_str()?.to_owned())
}
