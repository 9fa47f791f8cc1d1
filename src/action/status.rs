//! `status` and `statuses`: whether VMs run, as far as it can be said.

use powershell::PowerStates;
use serde_json::{Map, Value};

use crate::error::Error;
use crate::power_state::{self, Absent, Row};
use crate::remote::{self, Remote};
use crate::reply::Reply;
use crate::request::StatusRequest;

pub(super) fn one(request: &StatusRequest, remote: &mut dyn Remote) -> Result<Reply, Error> {
    let name = request.name.as_str();
    let rows = rows(remote, Some(name.to_owned()))?;
    let state = power_state::of_one(name, &rows).map_err(|absent| absence(name, absent))?;
    Ok(Reply::power_state(state.as_str()))
}

pub(super) fn all(remote: &mut dyn Remote) -> Result<Reply, Error> {
    let rows = rows(remote, None)?;
    let states = power_state::of_all(&rows);
    tracing::info!(vms = rows.len(), names = states.len(), "The host told the states of its VMs");
    let states: Map<_, _> =
        states.into_iter().map(|(name, state)| (name.to_owned(), Value::from(state.as_str()))).collect();
    Ok(Reply::power_state(states))
}

fn rows(remote: &mut dyn Remote, name: Option<String>) -> Result<Vec<Row>, Error> {
    let read = remote::run(remote, &PowerStates { name })?;
    let row = |row: powershell::StateRow| Row {
        name: row.name,
        enabled_state: row.state,
        age: row.age,
        replication_mode: row.replication_mode,
        replication_state: row.replication_state,
    };
    Ok(read.rows.into_iter().map(row).collect())
}

/// CloudStack also asks the host that a VM has left. An error leaves the VM as it is there; `poweroff` would stop it.
fn absence(name: &str, absent: Absent) -> Error {
    match absent {
        Absent::NoVm => Error::new(format!("the host has no VM {name}"))
            .with_hint("that is as it should be if the VM has moved to another host"),
        Absent::OnlyReplica => Error::new(format!("the host has only a replica of the VM {name}, not the VM itself"))
            .with_hint("look for it on its primary host, or fail it over"),
    }
}
