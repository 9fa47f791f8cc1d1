//! The stand-in's machines as WMI tells of them, read from the state itself: no PowerShell is started for that.

use crate::powershell::stand_in::Machine;
use crate::wmi::{System, Systems, enabled_state};
use serde::Deserialize;
use serde_json::Value;
use std::io;
use std::time::{Duration, SystemTime};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

impl Machine {
    pub(super) fn systems(&self) -> io::Result<Systems> {
        let value = self.state.world()?;
        let world = World::deserialize(&value)?;
        let now = shifted(SystemTime::now(), world.host.clock_offset_seconds);
        let machines = world.machines.unwrap_or_default();
        let merges = world.merges.unwrap_or_default();
        Ok(Systems {
            computer: world.host.computer_name.unwrap_or_else(|| "HV01".to_owned()),
            rights: world.host.rights.is_none_or(|rights| rights == "full"),
            vmms: world.host.vmms.is_none_or(|vmms| vmms == "up"),
            german: world.host.language.is_some_and(|language| language == "de"),
            machines: machines.iter().map(|machine| machine.system(now, &merges)).collect(),
        })
    }

    /// The host's clock: a test may set it ahead of this machine's, or back.
    pub(super) fn clock(&self) -> io::Result<SystemTime> {
        let value = self.state.world()?;
        let seconds = value.pointer("/Host/ClockOffsetSeconds").and_then(Value::as_f64);
        Ok(shifted(SystemTime::now(), seconds.unwrap_or_default()))
    }
}

/// What matters here of `state.json`. Before the stand-in has filled it in, parts may be missing.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct World {
    #[serde(default)]
    host: Host,
    machines: Option<Vec<Record>>,
    merges: Option<Vec<Value>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Host {
    computer_name: Option<String>,
    language: Option<String>,
    rights: Option<String>,
    vmms: Option<String>,
    clock_offset_seconds: f64,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Record {
    id: String,
    name: String,
    state: Option<String>,
    state_changed: Option<String>,
    creation_time: Option<String>,
    replication_mode: Option<u16>,
    replication_state: Option<u16>,
    pending: Option<Pending>,
}

/// What comes about by itself at a time.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Pending {
    at: String,
    state: String,
}

impl Record {
    fn system(&self, now: SystemTime, merges: &[Value]) -> System {
        let due = self.pending.as_ref().filter(|pending| time(&pending.at).is_some_and(|at| at <= now));
        let (state, changed) = match due {
            Some(pending) => (Some(&pending.state), time(&pending.at)),
            // The stand-in fills in the time at which it first looks.
            None if self.state_changed.is_none() => (self.state.as_ref(), Some(now)),
            None => (self.state.as_ref(), self.state_changed.as_deref().and_then(time)),
        };
        System {
            id: self.id.clone(),
            name: self.name.clone(),
            state: enabled_state(state.map_or("Off", String::as_str)),
            changed,
            made: self.creation_time.as_deref().and_then(time),
            replication_mode: self.replication_mode.unwrap_or_default(),
            replication_state: self.replication_state.unwrap_or_default(),
            merging: merges.iter().any(|merge| merge["MachineId"].as_str() == Some(&self.id)),
        }
    }
}

/// A time of the state; an empty text is none.
fn time(text: &str) -> Option<SystemTime> {
    OffsetDateTime::parse(text, &Rfc3339).ok().map(SystemTime::from)
}

fn shifted(time: SystemTime, seconds: f64) -> SystemTime {
    let span = Duration::try_from_secs_f64(seconds.abs()).unwrap_or_default();
    if seconds < 0.0 { time - span } else { time + span }
}
