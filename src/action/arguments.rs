//! Arguments that several scripts take.

use powershell::{Nic, Source};

use crate::request;

/// Name, UUID and the record's folder, with which most scripts begin.
pub(super) fn of(vm: &request::HostedVm) -> (String, String, String) {
    (vm.vm.name.to_string(), vm.vm.uuid.to_string(), vm.vhd_path.to_string())
}

/// What a root disk comes from.
pub(super) fn source(source: &request::Source) -> Source {
    match source {
        request::Source::Template(path) => Source::Template { template_path: path.to_string() },
        request::Source::Iso { path, disk_bytes } => {
            Source::Iso { iso_path: path.to_string(), disk_bytes: *disk_bytes }
        }
    }
}

/// The adapters, named as the script that this program replaces named them: `NIC1` is the first.
pub(super) fn adapters(nics: &[request::Nic]) -> Vec<Nic> {
    let adapter = |(nic, number): (&request::Nic, usize)| Nic {
        name: format!("NIC{number}"),
        mac_address: nic.mac.to_string(),
        switch_name: nic.switch.clone(),
        vlan_id: nic.vlan.id(),
    };
    nics.iter().zip(1..).map(adapter).collect()
}
