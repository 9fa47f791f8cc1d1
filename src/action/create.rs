//! `create`: a VM that runs, made or found.

use powershell::{Create, SecureBoot};

use super::arguments::{adapters, source};
use crate::error::Error;
use crate::remote::{self, Remote};
use crate::reply::Reply;
use crate::request::{self, CreateRequest, Generation};

pub(super) fn perform(request: &CreateRequest, remote: &mut dyn Remote) -> Result<Reply, Error> {
    let created = remote::run(remote, &script(request))?;
    tracing::info!(id = created.id, state = created.state, made = created.made, "The VM runs");
    Ok(Reply::success("Instance created"))
}

fn script(request: &CreateRequest) -> Create {
    let (generation, secure_boot) = firmware(request.generation);
    Create {
        name: request.vm.name.to_string(),
        uuid: request.vm.uuid.to_string(),
        vhd_path: request.placement.vhd_path.to_string(),
        vm_path: request.placement.vm_path.to_string(),
        source: source(&request.source),
        generation,
        processors: request.size.processors,
        memory_bytes: request.size.memory.bytes(),
        secure_boot,
        nics: adapters(&request.nics),
    }
}

fn firmware(generation: Generation) -> (u8, SecureBoot) {
    match generation {
        Generation::One => (1, SecureBoot::Off),
        Generation::Two(request::SecureBoot::Off) => (2, SecureBoot::Off),
        Generation::Two(request::SecureBoot::Windows) => (2, SecureBoot::Windows),
        Generation::Two(request::SecureBoot::Linux) => (2, SecureBoot::Linux),
    }
}
