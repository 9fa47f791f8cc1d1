//! The remote shell service: its settings, and what all verbs share.

use crate::counters::Tallies;
use crate::executor::Executor;
use crate::guid;
use crate::soap::fault::Fault;
use crate::soap::request::{Request, Verb};
use crate::winrs::shell::{InUse, Shell, Shells};
use std::sync::Arc;
use std::time::Duration;

/// The resource of shells that run cmd.exe.
pub(crate) const CMD: &str = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/cmd";
/// How often idle shells are looked for.
const SWEEP: Duration = Duration::from_millis(100);

/// Settings of the service, as `winrm/config/winrs` holds them.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    /// MaxShellsPerUser.
    pub(crate) max_shells: usize,
    /// MaxProcessesPerShell.
    pub(crate) max_processes: usize,
    /// Shells close after this time, whatever their client asked for.
    pub(crate) idle_timeout: Option<Duration>,
    /// Take identifiers that clients choose; otherwise the host makes its own.
    pub(crate) client_ids: bool,
    /// Forget a command as soon as its exit code has been handed out; otherwise it can be asked again.
    pub(crate) forget_finished: bool,
}

/// As Windows comes.
impl Default for Settings {
    fn default() -> Self {
        Self { max_shells: 30, max_processes: 25, idle_timeout: None, client_ids: true, forget_finished: false }
    }
}

/// Who asks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Client<'c> {
    pub(crate) user: &'c str,
    pub(crate) address: &'c str,
}

/// The service.
pub(crate) struct Service {
    pub(crate) settings: Settings,
    pub(crate) shells: Shells,
    pub(crate) executor: Arc<dyn Executor>,
    pub(crate) tallies: Arc<Tallies>,
}

impl Service {
    /// Does what a request asks and answers it.
    pub(crate) async fn perform(&self, request: &Request, client: Client<'_>) -> Result<Vec<u8>, Fault> {
        if request.resource != CMD {
            return Err(Fault::with_code(2_150_858_752));
        }
        match request.verb {
            Verb::Create => self.create(request, client),
            Verb::Command => self.command(request, client),
            Verb::Send => self.send(request, client),
            Verb::Receive => self.receive(request, client).await,
            Verb::Signal => self.signal(request, client),
            Verb::Delete => self.delete(request, client),
            Verb::Enumerate | Verb::Pull => Err(Fault::with_code(2_150_858_771)),
        }
    }

    /// Closes idle shells for ever; it is ended by dropping it.
    pub(crate) async fn close_idle_shells(&self) {
        loop {
            tokio::time::sleep(SWEEP).await;
            self.shells.close_idle();
        }
    }

    /// The shell that the request selects. It is not idle until the second value is dropped.
    pub(crate) fn shell(&self, request: &Request, client: Client<'_>) -> Result<(Arc<Shell>, InUse), Fault> {
        let id = request.shell_id.as_deref().ok_or_else(Fault::not_found)?;
        let shell = self.shells.find(id, client.user).ok_or_else(Fault::not_found)?;
        let in_use = shell.in_use();
        Ok((shell, in_use))
    }

    /// The identifier that the client chose, where the host takes such, else a new one.
    pub(crate) fn identifier(&self, chosen: Option<&str>) -> Result<String, Fault> {
        match chosen.filter(|_| self.settings.client_ids) {
            Some(id) if guid::is_guid(id) => Ok(id.to_owned()),
            Some(_) => Err(Fault::schema("An identifier is no GUID. ")),
            None => Ok(guid::new().to_uppercase()),
        }
    }
}

/// What hosts answer to an identifier that is in use is not documented; Windows' own number for it is taken.
pub(crate) fn identifier_taken() -> Fault {
    Fault::with_code(2_147_942_583)
}
