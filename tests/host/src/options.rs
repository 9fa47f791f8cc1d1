//! What a host is started with.

use crate::account::Account;
use crate::certificate::{Certificate, KeyKind};
use crate::model::{Behaviour, Noise, World};
use crate::ntlm::ChannelBinding;
use crate::rule::{Action, Rule};
use crate::soap::fault::Fault;
use crate::soap::request::Verb;
use crate::tls::Tls;
use crate::winrs::service::Settings;
use crate::wmi::Wmi;
use std::path::PathBuf;
use std::time::Duration;

/// Settings of a host. The default one is healthy: `Administrator` may do everything, nothing is slow.
#[derive(Clone, Debug)]
pub struct Options {
    pub(crate) port: u16,
    pub(crate) accounts: Vec<Account>,
    pub(crate) certificate: Certificate,
    pub(crate) key: KeyKind,
    pub(crate) tls: Tls,
    pub(crate) channel_binding: ChannelBinding,
    pub(crate) mic_required: bool,
    pub(crate) ntlm_timestamp: bool,
    pub(crate) latency: Duration,
    pub(crate) world: World,
    pub(crate) behaviour: Behaviour,
    pub(crate) settings: Settings,
    pub(crate) wmi: Wmi,
    pub(crate) tells_date: bool,
    pub(crate) rules: Vec<Rule>,
    pub(crate) recording: Option<PathBuf>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            port: 0,
            accounts: vec![Account::local("Administrator", "S3cr=t!")],
            certificate: Certificate::default(),
            key: KeyKind::default(),
            tls: Tls::default(),
            channel_binding: ChannelBinding::default(),
            mic_required: false,
            ntlm_timestamp: true,
            latency: Duration::ZERO,
            world: World::default(),
            behaviour: Behaviour::default(),
            settings: Settings::default(),
            wmi: Wmi::default(),
            tells_date: true,
            rules: Vec::new(),
            recording: None,
        }
    }
}

impl Options {
    /// A healthy host.
    pub fn new() -> Self {
        Self::default()
    }

    /// Listens on that port; 0 takes any that is free.
    #[must_use]
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Replaces the accounts by this one; its name and password are what [`Host::username`](crate::Host::username)
    /// and [`Host::password`](crate::Host::password) tell.
    #[must_use]
    pub fn account(mut self, account: Account) -> Self {
        self.accounts = vec![account];
        self
    }

    /// Adds a further account.
    #[must_use]
    pub fn another_account(mut self, account: Account) -> Self {
        self.accounts.push(account);
        self
    }

    /// What is right or wrong with the certificate.
    #[must_use]
    pub fn certificate(mut self, certificate: Certificate) -> Self {
        self.certificate = certificate;
        self
    }

    /// Key and signature of the certificate.
    #[must_use]
    pub fn key(mut self, key: KeyKind) -> Self {
        self.key = key;
        self
    }

    /// Versions and ciphers of TLS.
    #[must_use]
    pub fn tls(mut self, tls: Tls) -> Self {
        self.tls = tls;
        self
    }

    /// What the host makes of channel bindings.
    #[must_use]
    pub fn channel_binding(mut self, policy: ChannelBinding) -> Self {
        self.channel_binding = policy;
        self
    }

    /// Refuses logins without message integrity code.
    #[must_use]
    pub fn mic_required(mut self, required: bool) -> Self {
        self.mic_required = required;
        self
    }

    /// Whether the challenge carries a timestamp. Without one a client owes no integrity code.
    #[must_use]
    pub fn ntlm_timestamp(mut self, sent: bool) -> Self {
        self.ntlm_timestamp = sent;
        self
    }

    /// Time that passes before each HTTP answer.
    #[must_use]
    pub fn latency(mut self, latency: Duration) -> Self {
        self.latency = latency;
        self
    }

    /// What the host holds.
    #[must_use]
    pub fn world(mut self, world: World) -> Self {
        self.world = world;
        self
    }

    /// Time that PowerShell takes to start.
    #[must_use]
    pub fn powershell_start(mut self, cost: Duration) -> Self {
        self.behaviour.start_cost = cost;
        self
    }

    /// Hands the output of a script out in so many pieces, each to a Receive of its own.
    #[must_use]
    pub fn pieces(mut self, pieces: usize) -> Self {
        self.behaviour.pieces = pieces;
        self
    }

    /// What the host prints beside the answer of a script.
    #[must_use]
    pub fn noise(mut self, noise: Noise) -> Self {
        self.behaviour.noise = noise;
        self
    }

    /// MaxShellsPerUser; Windows has 30.
    #[must_use]
    pub fn max_shells(mut self, shells: usize) -> Self {
        self.settings.max_shells = shells;
        self
    }

    /// Closes idle shells after this time, whatever their client asked for: a minute is the least it can ask.
    #[must_use]
    pub fn idle_timeout(mut self, timeout: Duration) -> Self {
        self.settings.idle_timeout = Some(timeout);
        self
    }

    /// Whether the host takes the identifiers that clients choose for shells and commands, or makes its own.
    #[must_use]
    pub fn client_ids(mut self, taken: bool) -> Self {
        self.settings.client_ids = taken;
        self
    }

    /// Whether a command is forgotten as soon as its exit code was handed out. Otherwise it may be asked again.
    #[must_use]
    pub fn forget_finished(mut self, forgotten: bool) -> Self {
        self.settings.forget_finished = forgotten;
        self
    }

    /// How queries of WMI are answered.
    #[must_use]
    pub fn wmi(mut self, wmi: Wmi) -> Self {
        self.wmi = wmi;
        self
    }

    /// Resets the connection when an enumeration is to go on after so many answers, once.
    #[must_use]
    pub fn drop_after_pages(self, pages: u32) -> Self {
        self.rule(Rule::new(Verb::Pull, Action::Reset).nth(pages))
    }

    /// Answers without the header `Date`: the host does not tell what time it is.
    #[must_use]
    pub fn without_date(mut self) -> Self {
        self.tells_date = false;
        self
    }

    /// Answers as the recording in that folder says, whatever the host holds.
    #[must_use]
    pub fn serve(mut self, recording: impl Into<PathBuf>) -> Self {
        self.recording = Some(recording.into());
        self
    }

    /// Adds a fault to play.
    #[must_use]
    pub fn rule(mut self, rule: Rule) -> Self {
        self.rules.push(rule);
        self
    }

    /// Lets the accounts log in and then denies them shells and queries, as a host does to who is no administrator.
    #[must_use]
    pub fn deny(self) -> Self {
        [Verb::Create, Verb::Enumerate]
            .into_iter()
            .fold(self, |options, verb| options.rule(Rule::new(verb, Action::Fault(Fault::access_denied()))))
    }
}
