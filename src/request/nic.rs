//! The network adapters of a VM.

use std::collections::HashSet;

use super::field::{self, Field, Levels, Problem};
use super::{MacAddress, Vlan};
use crate::error::Error;
use crate::payload::{self, Payload};

/// No switch of Hyper-V has a longer name.
const LONGEST_SWITCH: usize = 255;

/// What a VM of Server 2019 and later can have; 2016 has 8 and says so itself.
const MOST_NICS: usize = 64;

/// A network adapter.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Nic {
    /// Its address.
    pub mac: MacAddress,
    /// Its VLAN.
    pub vlan: Vlan,
    /// The virtual switch it hangs on.
    pub switch: String,
}

/// All NICs in the order of their device ids.
///
/// # Errors
/// Where the list is missing, or a NIC has no address or no network that a Hyper-V switch can give.
pub(super) fn nics(payload: &Payload) -> Result<Vec<Nic>, Error> {
    let switch = switch_name(payload)?;
    let mut nics = Vec::new();
    for entry in entries(payload)? {
        let mac = entry.address.ok_or_else(|| entry.mac.missing("CloudStack writes it"))?;
        let vlan = entry
            .vlan
            .ok_or_else(|| entry.uri.missing("CloudStack has given this NIC no VLAN; check the network's state"))?;
        nics.push((entry.device, Nic { mac, vlan, switch: switch.clone() }));
    }
    nics.sort_by_key(|(device, _)| *device);
    Ok(nics.into_iter().map(|(_, nic)| nic).collect())
}

/// The switches of NICs that may have no address and no network yet.
///
/// # Errors
/// Where the list or the switch's name is missing, or what a NIC has already is wrong.
pub(super) fn switches(payload: &Payload) -> Result<Vec<String>, Error> {
    let switch = switch_name(payload)?;
    // All of them hang on the one switch.
    Ok(entries(payload)?.first().map(|_| switch).into_iter().collect())
}

/// A NIC as far as CloudStack has said what it is.
struct Entry<'a> {
    device: u32,
    mac: Field<'a>,
    address: Option<MacAddress>,
    uri: Field<'a>,
    vlan: Option<Vlan>,
}

/// The list as it stands; it has holes and may hold a null.
fn entries(payload: &Payload) -> Result<Vec<Entry<'_>>, Error> {
    let list = payload.vm.nics.as_ref().ok_or_else(|| {
        Error::new("payload field `cloudstack.vm.details.nics` is missing")
            .with_hint("CloudStack writes it for this action")
    })?;
    if list.len() > MOST_NICS {
        return Err(Error::new(format!(
            "payload field `cloudstack.vm.details.nics` has {} NICs, and a VM can have {MOST_NICS}",
            list.len()
        )));
    }
    let mut seen = HashSet::new();
    let there = list.iter().enumerate().filter_map(|(index, nic)| Some((index, &nic.as_ref()?.0)));
    there
        .map(|(index, nic)| {
            let entry = Entry::read(nic, index)?;
            match entry.address {
                Some(address) if !seen.insert(address) => {
                    Err(entry.mac.error(&Problem::from("is the address of another NIC of this VM")))
                }
                _ => Ok(entry),
            }
        })
        .collect()
}

impl<'a> Entry<'a> {
    fn read(nic: &'a payload::Nic, index: usize) -> Result<Self, Error> {
        let name = |key: &str| format!("cloudstack.vm.details.nics[{index}].{key}");
        let device = Field::new(name("deviceId"), &nic.device_id).optional(field::number(0_u32, 255))?;
        let mac = Field::new(name("mac"), &nic.mac);
        let uri = Field::new(name("broadcastUri"), &nic.broadcast_uri);
        // A NIC without a URI is untagged only if its network says that it is.
        let is_native = nic.broadcast_type.text().is_some_and(|text| text.trim().eq_ignore_ascii_case("native"));
        Ok(Self {
            device: device.unwrap_or(u32::MAX),
            address: mac.optional(MacAddress::parse)?,
            mac,
            vlan: uri.optional(Vlan::parse)?.or_else(|| is_native.then_some(Vlan::Untagged)),
            uri,
        })
    }
}

/// The virtual switch of every NIC.
fn switch_name(payload: &Payload) -> Result<String, Error> {
    let field = Levels::of_host(payload).find(&["network_switch", "network_bridge"]);
    field.required("set it to the name of the host's virtual switch", |text| {
        if text.chars().any(char::is_control) {
            return Err(Problem::from("must not hold control characters"));
        }
        match text.chars().count() > LONGEST_SWITCH {
            true => Err(Problem::from("must not be longer than 255 characters")),
            false => Ok(text.to_owned()),
        }
    })
}
