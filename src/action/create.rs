//! `create`: a VM that runs, made or found.

use powershell::{Create, Nic, SecureBoot};

use crate::error::Error;
use crate::remote::{self, Remote};
use crate::reply::Reply;
use crate::request::{self, CreateRequest, Generation};

pub(super) fn perform(request: &CreateRequest, remote: &mut dyn Remote) -> Result<Reply, Error> {
    let created = remote::run(remote, &script(request))?;
    tracing::info!(
        id = created.id,
        state = created.state,
        made = created.made,
        "The VM runs"
    );
    Ok(Reply::success("Instance created"))
}

fn script(request: &CreateRequest) -> Create {
    Create {
        name: request.name.to_string(),
        uuid: request.uuid.to_string(),
        vhd_path: request.placement.vhd_path.to_string(),
        vm_path: request.placement.vm_path.to_string(),
        template_path: request.template_path.to_string(),
        generation: match request.generation {
            Generation::Two => 2,
        },
        processors: request.processors,
        memory_bytes: request.memory.bytes(),
        secure_boot: match request.secure_boot {
            request::SecureBoot::Off => SecureBoot::Off,
            request::SecureBoot::Windows => SecureBoot::Windows,
            request::SecureBoot::Linux => SecureBoot::Linux,
        },
        nics: request
            .nics
            .iter()
            .zip(1..)
            .map(|(nic, number)| adapter(nic, number))
            .collect(),
    }
}

/// Named as the script that this program replaces named them.
fn adapter(nic: &request::Nic, number: usize) -> Nic {
    Nic {
        name: format!("NIC{number}"),
        mac_address: nic.mac.to_string(),
        switch_name: nic.switch.clone(),
        vlan_id: nic.vlan.id(),
    }
}
