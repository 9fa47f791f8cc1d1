//! Runs a script on the host: the one place that knows both WinRM and PowerShell.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use powershell::{Nonce, Script, Streams};
use serde_json::Value;
use winrm::{
    Client, Command, Enumeration, Https, Instance, Interrupt, Observed, Observer, Query, RandomIds, Settings,
    SettingsError, Transport, TransportError, Trust,
};

use crate::deadline::Deadline;
use crate::error::Error;
use crate::login_memory::RefusedLogins;
use crate::power_state::{self, Row};
use crate::request::{Connection, VmName, VmUuid};
use crate::{host_error, script_error};

/// Where scripts are run.
pub trait Remote {
    /// Runs a rendered script and gives its answer as JSON.
    ///
    /// # Errors
    /// Ready for the operator.
    fn answer(&mut self, script: &dyn Renderable) -> Result<Value, Error>;

    /// Asks for the power states of the VMs of that name, or of all, without starting anything on the host.
    ///
    /// # Errors
    /// Ready for the operator. A host that refuses to be asked this way is none.
    fn power_states(&mut self, _name: Option<&VmName>) -> Result<Asked, Error> {
        Ok(Asked::Refused("this host cannot be asked".to_owned()))
    }
}

/// What came of asking without a script.
#[derive(Clone, Debug, PartialEq)]
pub enum Asked {
    /// One row per VM.
    Rows(Vec<Row>),
    /// The host does not take such questions, and why.
    Refused(String),
}

/// A script of any type, ready to be rendered once nonce and time are known.
pub trait Renderable {
    /// The bytes to send.
    ///
    /// # Errors
    /// Where the arguments are no JSON, which is a defect of this program.
    fn render(&self, nonce: Nonce, deadline: Deadline) -> Result<powershell::Rendered, powershell::RenderError>;
}

impl<S: Script> Renderable for S {
    fn render(&self, nonce: Nonce, deadline: Deadline) -> Result<powershell::Rendered, powershell::RenderError> {
        powershell::render(self, nonce, deadline.script_time())
    }
}

/// Runs a script and reads its answer as the script's own type.
///
/// # Errors
/// Ready for the operator.
pub fn run<S: Script>(remote: &mut dyn Remote, script: &S) -> Result<S::Output, Error> {
    let answer = remote.answer(script)?;
    serde_json::from_value(answer).map_err(|source| {
        Error::new(format!("the script `{}` gave an answer that this version does not understand", S::NAME))
            .for_tenants("whether it was done is not known; look at the instance before you try again")
            .with_source(source)
    })
}

/// As [`run`], for a script that starts or stops a VM. Where it is not known what became of it, the error says what the VM
/// does now.
///
/// # Errors
/// Ready for the operator.
pub fn run_and_look<S: Script>(remote: &mut dyn Remote, script: &S, vm: &VmName) -> Result<S::Output, Error> {
    run(remote, script).map_err(|error| {
        if !error.is_outcome_unknown() {
            return error;
        }
        match remote.power_states(Some(vm)) {
            Ok(Asked::Rows(rows)) => error.with_finding(power_state::as_found(vm.as_str(), &rows)),
            Ok(Asked::Refused(why)) => {
                tracing::debug!(why, "The host does not tell the VM's state either");
                error
            }
            Err(failed) => {
                tracing::debug!(%failed, "The VM's state is not known either");
                error
            }
        }
    })
}

/// For an action that asks no host.
pub struct NoHost;

impl Remote for NoHost {
    fn answer(&mut self, _script: &dyn Renderable) -> Result<Value, Error> {
        Err(Error::new("this action has no connection to a host, and wants to run a script there"))
    }
}

/// How a call gets to its host.
pub struct Way {
    /// What carries the messages.
    pub carrier: Carrier,
    /// Ends all waiting.
    pub interrupt: Interrupt,
    /// What is known of refused logins.
    pub memory: Option<RefusedLogins>,
}

/// What carries the messages to a host.
pub enum Carrier {
    /// The network.
    Https,
    /// The network, and someone who looks on.
    Watched(Box<dyn Observer>),
    /// No network: something that answers in the host's place.
    StandIn(Box<dyn Transport>),
}

impl Carrier {
    fn transport(self, settings: Settings) -> Box<dyn Transport> {
        match self {
            Self::Https => https(settings),
            Self::Watched(observer) => Box::new(Observed::new(https(settings), observer)),
            Self::StandIn(transport) => transport,
        }
    }
}

/// Settings that cannot be used fail the first message and not its preparation: so they are a part of what is recorded.
fn https(settings: Settings) -> Box<dyn Transport> {
    match Https::new(settings) {
        Ok(https) => Box::new(https),
        Err(error) => Box::new(NoTransport(error)),
    }
}

struct NoTransport(SettingsError);

impl Transport for NoTransport {
    fn send(&mut self, _: Vec<u8>, _: Duration, _: &Interrupt) -> Result<winrm::Reply, TransportError> {
        Err(self.0.clone().into())
    }
}

/// How to reach a host and log in there, with the default times.
pub fn settings(connection: &Connection, interrupt: Interrupt, memory: Option<RefusedLogins>) -> Settings {
    let mut settings = Settings::new(connection.endpoint.clone(), connection.credentials.clone());
    settings.trust = connection.trust.clone();
    settings.channel_binding = connection.channel_binding;
    settings.interrupt = interrupt;
    if let Some(memory) = memory {
        settings.login_memory = Some(Arc::new(memory));
    }
    settings
}

/// A host behind WinRM. Nothing is sent before the first script.
pub struct WinRm {
    client: Client<Box<dyn Transport>>,
    deadline: Deadline,
    /// A script was sent of which it is not known what became.
    is_lost: bool,
}

impl WinRm {
    /// Prepares the connection.
    ///
    /// # Errors
    /// Where this machine gives no random numbers.
    pub fn new(connection: &Connection, deadline: Deadline, way: Way) -> Result<Self, Error> {
        let Way { carrier, interrupt, memory } = way;
        if connection.trust == Trust::DangerousNone {
            tracing::warn!(
                "The host's certificate is not verified: whoever stands in between can read and change everything"
            );
        }
        let mut settings = settings(connection, interrupt.clone(), memory);
        settings.timeouts.connect = deadline.connect_time();
        settings.timeouts.patience = deadline.patience();
        settings.timeouts.clean_up = deadline.clean_up_time();
        let (to, timeouts) = (connection.endpoint.url(), settings.timeouts);
        let ids = Box::new(RandomIds::new().map_err(no_randomness)?);
        let client = Client::over(carrier.transport(settings), to, ids, timeouts).interrupted_by(interrupt);
        Ok(Self { client, deadline, is_lost: false })
    }
}

impl Remote for WinRm {
    fn answer(&mut self, script: &dyn Renderable) -> Result<Value, Error> {
        let defect = |source: anyhow::Error| Error::new("the script could not be prepared").with_source(source);
        let rendered = script.render(nonce()?, self.deadline).map_err(|error| defect(error.into()))?;
        let command = Command {
            line: &rendered.command_line,
            input: rendered.input.as_bytes(),
            sign: Some(powershell::STARTED.as_bytes()),
        };
        let haste = self.deadline.haste();
        let ran = self.client.run(&command, self.deadline.work_ends());
        self.is_lost = ran.as_ref().is_err_and(winrm::Error::outcome_unknown);
        let output = ran.map_err(|error| host_error::explain(error, haste))?;
        let streams = Streams { stdout: &output.stdout, stderr: &output.stderr, exit_code: output.exit_code };
        let answer = rendered.read(streams).map_err(|error| script_error::explain(rendered.name, haste, error))?;
        for line in answer.log {
            tracing::info!(script = rendered.name, said = ?line, "The host says");
        }
        if !answer.noise.is_empty() {
            tracing::debug!(
                script = rendered.name,
                noise = answer.noise,
                "The script's output held more than its answer"
            );
        }
        Ok(answer.value)
    }

    fn power_states(&mut self, name: Option<&VmName>) -> Result<Asked, Error> {
        // A name of CloudStack's holds nothing that WQL would read.
        let wql = name.map_or_else(|| QUERY.to_owned(), |name| format!("{QUERY} WHERE ElementName = '{name}'"));
        let query = Query::new(NAMESPACE, &wql);
        let until = if self.is_lost { self.deadline.last_look_ends() } else { self.deadline.work_ends() };
        match self.client.enumerate(&query, until, Found::new) {
            Ok(found) => {
                tracing::debug!(pages = found.pages, rows = found.rows.len(), "WMI answered");
                Ok(read_rows(found)
                    .map_or_else(|| Asked::Refused("its answer lacks names or its clock".to_owned()), Asked::Rows))
            }
            // It has understood and will not: no rights, no such namespace, no such filter, no service behind it.
            Err(error) if error.fault().is_some() => Ok(Asked::Refused(error.to_string())),
            Err(error) => Err(host_error::explain(error, self.deadline.haste())),
        }
    }
}

/// Where Hyper-V keeps its VMs, and what the rules of [`crate::power_state`] need of each.
const NAMESPACE: &str = "root/virtualization/v2";
const QUERY: &str = "SELECT Name,ElementName,EnabledState,TimeOfLastStateChange,ReplicationMode,ReplicationState FROM Msvm_ComputerSystem";

/// An answer is a row for each VM, one for the host itself, and the host's clock. Nothing where any of it cannot be read.
fn read_rows(found: Enumeration<Option<Found>>) -> Option<Vec<Row>> {
    let now = found.date?;
    let mut rows = Vec::with_capacity(found.rows.len());
    for found in found.rows {
        let Found { id, changed, mut row } = found?;
        // The host's own row has its name there.
        if VmUuid::parse(&id).is_err() {
            continue;
        }
        row.age = changed.map(|changed| match now.duration_since(changed) {
            Ok(age) => age.as_secs_f64(),
            Err(ahead) => -ahead.duration().as_secs_f64(),
        });
        rows.push(row);
    }
    Some(rows)
}

struct Found {
    id: String,
    changed: Option<SystemTime>,
    row: Row,
}

impl Found {
    fn new(instance: &Instance<'_>) -> Option<Self> {
        let number = |property: &str| u32::try_from(instance.number(property).unwrap_or(0)).unwrap_or(u32::MAX);
        Some(Self {
            id: instance.text("Name")?.to_owned(),
            changed: instance.time("TimeOfLastStateChange"),
            row: Row {
                name: instance.text("ElementName")?.to_owned(),
                enabled_state: number("EnabledState"),
                age: None,
                replication_mode: number("ReplicationMode"),
                replication_state: number("ReplicationState"),
            },
        })
    }
}

fn nonce() -> Result<Nonce, Error> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(no_randomness)?;
    Ok(Nonce::new(bytes))
}

fn no_randomness(source: getrandom::Error) -> Error {
    Error::new("this machine gives no random numbers").with_source(source)
}
