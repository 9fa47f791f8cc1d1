//! `status` and `statuses`: whether VMs run, as far as it can be said.

use powershell::PowerStates;
use serde_json::{Map, Value};

use crate::error::Error;
use crate::power_state::{self, Absent, Row};
use crate::remote::{self, Asked, Remote};
use crate::reply::Reply;
use crate::request::{PowerQuery, StatusRequest, VmName};

pub(super) fn one(request: &StatusRequest, remote: &mut dyn Remote) -> Result<Reply, Error> {
    let rows = rows(request.query, Some(&request.name), remote)?;
    let name = request.name.as_str();
    let state = power_state::of_one(name, &rows).map_err(|absent| absence(name, absent))?;
    Ok(Reply::power_state(state.as_str()))
}

pub(super) fn all(query: PowerQuery, remote: &mut dyn Remote) -> Result<Reply, Error> {
    let rows = rows(query, None, remote)?;
    let states = power_state::of_all(&rows);
    tracing::info!(vms = rows.len(), names = states.len(), "The host told the states of its VMs");
    let states: Map<_, _> =
        states.into_iter().map(|(name, state)| (name.to_owned(), Value::from(state.as_str()))).collect();
    Ok(Reply::power_state(states))
}

/// Without a process on the host if it allows that. An answer without a VM is no proof of an empty host: an account without
/// rights gets the same one. The script looks whether it has them.
fn rows(query: PowerQuery, name: Option<&VmName>, remote: &mut dyn Remote) -> Result<Vec<Row>, Error> {
    if query != PowerQuery::Script {
        match remote.power_states(name)? {
            Asked::Rows(rows) if !rows.is_empty() => {
                tracing::info!(way = "wmi", vms = rows.len(), "Asked for power states");
                return Ok(rows);
            }
            answer if query == PowerQuery::Wmi => return Err(not_told(name, &answer)),
            Asked::Rows(_) => tracing::info!(way = "script", why = "WMI knows no VM", "Asked for power states"),
            Asked::Refused(why) => tracing::warn!(way = "script", why, "Asked for power states"),
        }
    }
    let read = remote::run(remote, &PowerStates { name: name.map(ToString::to_string) })?;
    let row = |row: powershell::StateRow| Row {
        name: row.name,
        enabled_state: row.state,
        age: row.age,
        replication_mode: row.replication_mode,
        replication_state: row.replication_state,
    };
    Ok(read.rows.into_iter().map(row).collect())
}

fn not_told(name: Option<&VmName>, answer: &Asked) -> Error {
    let hint = "set power_query of the host to auto, so that a script looks closer";
    match (answer, name) {
        (Asked::Refused(why), _) => {
            Error::new(format!("the host's WMI does not tell power states: {why}")).with_hint(hint)
        }
        (Asked::Rows(_), Some(name)) => absence(name.as_str(), Absent::NoVm),
        (Asked::Rows(_), None) => {
            Error::new("the host's WMI tells of no VM, which may mean that the account may see none").with_hint(hint)
        }
    }
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
