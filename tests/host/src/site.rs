//! What all connections of a host share.

use crate::account::Account;
use crate::certificate::Identity;
use crate::counters::Tallies;
use crate::executor::Executor;
use crate::http_date;
use crate::ntlm::acceptor::{Login, Policy, Step};
use crate::ntlm::message::{self, TargetNames};
use crate::ntlm::{Refusal, binding};
use crate::options::Options;
use crate::recording::Recording;
use crate::rule::Rules;
use crate::soap::fault::Fault;
use crate::soap::request::{Request, Verb};
use crate::winrs::service::{Client, Service};
use crate::winrs::shell::Shells;
use crate::wmi::service::Service as WmiService;
use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Requests and refusals are remembered up to this number, and requests up to this size together.
const MAX_REMEMBERED: usize = 10_000;
const MAX_REMEMBERED_BYTES: usize = 32 << 20;
/// Seconds between 1601, where a FILETIME begins, and 1970.
const FILETIME_EPOCH: u64 = 11_644_473_600;

/// The host behind its connections.
pub(crate) struct Site {
    pub(crate) host_name: String,
    pub(crate) latency: Duration,
    pub(crate) policy: Policy,
    pub(crate) rules: Rules,
    pub(crate) service: Service,
    pub(crate) wmi: WmiService,
    /// Answers in place of all below.
    pub(crate) recording: Option<Recording>,
    /// Whether answers tell the host's clock.
    tells_date: bool,
    pub(crate) tallies: Arc<Tallies>,
    memory: Mutex<Memory>,
}

/// What tests may look at afterwards.
#[derive(Debug, Default)]
struct Memory {
    requests: VecDeque<Recorded>,
    bytes: usize,
    refusals: VecDeque<Refusal>,
}

/// A SOAP request as it arrived.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Recorded {
    /// What it asks for.
    pub verb: Verb,
    /// The envelope.
    pub body: String,
}

impl Site {
    pub(crate) fn new(
        options: Options,
        identity: &Identity,
        tallies: Arc<Tallies>,
        executor: Arc<dyn Executor>,
    ) -> io::Result<Self> {
        let recording = options.recording.as_deref().map(Recording::read).transpose()?;
        let host_name = options.world.host_name;
        let policy = Policy {
            names: target_names(&host_name, &options.accounts),
            accounts: options.accounts,
            channel_binding: options.channel_binding,
            binding_value: binding::expected(identity.leaf(), options.key.signature_hash()),
            mic_required: options.mic_required,
            timestamp: options.ntlm_timestamp,
        };
        let wmi = WmiService::new(options.wmi, Arc::clone(&executor));
        let service =
            Service { settings: options.settings, shells: Shells::default(), executor, tallies: Arc::clone(&tallies) };
        Ok(Self {
            recording,
            host_name,
            latency: options.latency,
            policy,
            rules: Rules::new(options.rules),
            service,
            wmi,
            tells_date: options.tells_date,
            tallies,
            memory: Mutex::default(),
        })
    }

    /// Does what a request asks and answers it.
    pub(crate) async fn perform(&self, request: &Request, client: Client<'_>) -> Result<Vec<u8>, Fault> {
        if WmiService::is_for(request) {
            self.wmi.perform(request, client)
        } else {
            self.service.perform(request, client).await
        }
    }

    /// The header `Date` of an answer that is written now.
    pub(crate) fn date(&self) -> Option<String> {
        self.tells_date.then(|| http_date::format(self.service.executor.clock()))
    }

    pub(crate) fn login_step(&self, login: &mut Login, token: &[u8]) -> Step {
        if message::kind(token) == Some(3) {
            self.tallies.logins.one();
        }
        let mut nonce = [0; 8];
        // Without random numbers a challenge of zeros still serves a test.
        getrandom::fill(&mut nonce).unwrap_or_default();
        let step = login.step(&self.policy, token, nonce, filetime_now());
        if let Step::Refused(refusal) = &step {
            self.memory.lock().unwrap_or_else(PoisonError::into_inner).refused(refusal.clone());
        }
        step
    }

    pub(crate) fn record(&self, verb: Verb, body: &[u8]) {
        let recorded = Recorded { verb, body: String::from_utf8_lossy(body).into_owned() };
        self.memory.lock().unwrap_or_else(PoisonError::into_inner).requested(recorded);
    }

    pub(crate) fn requests(&self) -> Vec<Recorded> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner).requests.iter().cloned().collect()
    }

    pub(crate) fn refusals(&self) -> Vec<Refusal> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner).refusals.iter().cloned().collect()
    }
}

impl Memory {
    fn requested(&mut self, recorded: Recorded) {
        self.bytes += recorded.body.len();
        self.requests.push_back(recorded);
        while self.requests.len() > MAX_REMEMBERED || self.bytes > MAX_REMEMBERED_BYTES {
            let oldest = self.requests.pop_front();
            self.bytes -= oldest.map_or(self.bytes, |oldest| oldest.body.len());
        }
    }

    fn refused(&mut self, refusal: Refusal) {
        self.refusals.push_back(refusal);
        if self.refusals.len() > MAX_REMEMBERED {
            self.refusals.pop_front();
        }
    }
}

/// A host is in the domain of its accounts; one that has only local accounts is its own domain.
fn target_names(host_name: &str, accounts: &[Account]) -> TargetNames {
    let domain = accounts.iter().find_map(|account| account.domain.as_ref());
    TargetNames {
        netbios_domain: domain.map_or(host_name, |domain| &domain.netbios).to_owned(),
        netbios_computer: host_name.to_owned(),
        dns_domain: domain.map_or(host_name, |domain| &domain.dns).to_owned(),
        dns_computer: domain.map_or_else(|| host_name.to_owned(), |domain| format!("{host_name}.{}", domain.dns)),
    }
}

fn filetime_now() -> u64 {
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let ticks = u64::try_from(since_1970.as_nanos() / 100).unwrap_or(0);
    ticks + FILETIME_EPOCH * 10_000_000
}
