//! The options of the program, and what they mean for a host.

use clap::{Parser, ValueEnum};
use simulated_host::{
    Account, Action, Certificate, ChannelBinding, Fault, KeyKind, Noise, Options, Point, Rule,
    Verb, World,
};
use std::time::Duration;

/// A WinRM host on loopback with a small model of Hyper-V behind it.
///
/// Once it listens it prints one line of JSON: url, host, port, username, password, tls_ca_file, tls_fingerprint and
/// state_url. It serves until it is told to end (Ctrl+C or SIGTERM).
#[derive(Debug, Parser)]
#[command(name = "simulated-host")]
pub(crate) struct Cli {
    /// Port of WinRM; 0 takes any that is free
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Account that may log in
    #[arg(long, default_value = "Administrator")]
    username: String,
    /// Its password
    #[arg(long, default_value = "S3cr=t!")]
    password: String,
    /// Makes the account one of this domain: NETBIOS or NETBIOS:dns.name
    #[arg(long)]
    domain: Option<String>,
    /// The account may log in, but not open a shell
    #[arg(long)]
    deny: bool,
    /// Certificate to show
    #[arg(long, value_enum, default_value = "trusted")]
    certificate: CertificateArg,
    /// Key and signature of the certificate
    #[arg(long, value_enum, default_value = "p256-sha256")]
    key: KeyArg,
    /// What to make of channel bindings
    #[arg(long, value_enum, default_value = "relaxed")]
    channel_binding: ChannelBindingArg,
    /// Refuse logins without message integrity code
    #[arg(long)]
    mic_required: bool,
    /// Milliseconds before each HTTP answer
    #[arg(long, default_value_t = 0, value_name = "MS")]
    latency: u64,
    /// Milliseconds that PowerShell takes to start
    #[arg(long, default_value_t = 0, value_name = "MS")]
    powershell_start: u64,
    /// Shells that one user may have open
    #[arg(long, default_value_t = 30)]
    max_shells: usize,
    /// Memory of the host, in bytes
    #[arg(long, value_name = "BYTES")]
    memory: Option<u64>,
    /// Free disk space of the host, in bytes
    #[arg(long, value_name = "BYTES")]
    free_disk: Option<u64>,
    /// The host has no virtual switch
    #[arg(long)]
    without_switch: bool,
    /// The host has no template disk
    #[arg(long)]
    without_template: bool,
    /// A machine of that name that belongs to another CloudStack is there already
    #[arg(long, value_name = "NAME")]
    foreign_vm: Vec<String>,
    /// A machine of that name that nobody has marked is there already
    #[arg(long, value_name = "NAME")]
    unmarked_vm: Vec<String>,
    /// Hand out the output of a script in so many pieces
    #[arg(long, default_value_t = 1)]
    pieces: usize,
    /// Print progress records, stray lines and a byte order mark beside the answers of scripts
    #[arg(long)]
    noise: bool,
    /// Make identifiers of shells and commands, whatever the client chooses
    #[arg(long)]
    own_ids: bool,
    /// Fault to play: VERB[:N]=ACTION, with VERB one of connect, negotiate, create, command, send, receive, signal,
    /// delete, any; N the one time it happens, counted from 1; ACTION one of silence, silence-after, reset,
    /// reset-after, cut, html, slow=MS, http=STATUS, fault=CODE, wmi-error=CODE
    #[arg(long, value_parser = rule, value_name = "RULE")]
    fault: Vec<Rule>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum CertificateArg {
    Trusted,
    SelfSigned,
    Expired,
    NotYetValid,
    WrongName,
    AuthorityAsServer,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum KeyArg {
    P256Sha256,
    P384Sha384,
    RsaSha256,
    RsaSha384,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum ChannelBindingArg {
    None,
    Relaxed,
    Strict,
}

impl Cli {
    /// What to start a host with.
    pub(crate) fn options(self) -> Options {
        let options = Options::new()
            .port(self.port)
            .account(self.account())
            .certificate(self.certificate.into())
            .key(self.key.into())
            .channel_binding(self.channel_binding.into())
            .mic_required(self.mic_required)
            .latency(Duration::from_millis(self.latency))
            .powershell_start(Duration::from_millis(self.powershell_start))
            .max_shells(self.max_shells)
            .pieces(self.pieces)
            .noise(if self.noise {
                Noise::ALL
            } else {
                Noise::default()
            })
            .client_ids(!self.own_ids)
            .world(self.world());
        let options = if self.deny { options.deny() } else { options };
        self.fault.into_iter().fold(options, Options::rule)
    }

    fn account(&self) -> Account {
        match self.domain.as_deref() {
            None => Account::local(&self.username, &self.password),
            Some(domain) => {
                let (netbios, dns) = domain.split_once(':').unwrap_or((domain, domain));
                Account::in_domain(netbios, dns, &self.username, &self.password)
            }
        }
    }

    fn world(&self) -> World {
        let mut world = World::default();
        if self.without_switch {
            world = world.without_switch("External vSwitch");
        }
        if self.without_template {
            world = world.without_file(r"D:\Templates\ubuntu2404.vhdx");
        }
        if let Some(bytes) = self.memory {
            world = world.with_memory(bytes);
        }
        if let Some(bytes) = self.free_disk {
            world = world.with_free_disk(bytes);
        }
        world = self.foreign_vm.iter().fold(world, World::with_foreign_vm);
        self.unmarked_vm.iter().fold(world, World::with_unmarked_vm)
    }
}

impl From<CertificateArg> for Certificate {
    fn from(arg: CertificateArg) -> Self {
        match arg {
            CertificateArg::Trusted => Self::Trusted,
            CertificateArg::SelfSigned => Self::SelfSigned,
            CertificateArg::Expired => Self::Expired,
            CertificateArg::NotYetValid => Self::NotYetValid,
            CertificateArg::WrongName => Self::WrongName,
            CertificateArg::AuthorityAsServer => Self::AuthorityAsServer,
        }
    }
}

impl From<KeyArg> for KeyKind {
    fn from(arg: KeyArg) -> Self {
        match arg {
            KeyArg::P256Sha256 => Self::P256Sha256,
            KeyArg::P384Sha384 => Self::P384Sha384,
            KeyArg::RsaSha256 => Self::RsaSha256,
            KeyArg::RsaSha384 => Self::RsaSha384,
        }
    }
}

impl From<ChannelBindingArg> for ChannelBinding {
    fn from(arg: ChannelBindingArg) -> Self {
        match arg {
            ChannelBindingArg::None => Self::None,
            ChannelBindingArg::Relaxed => Self::Relaxed,
            ChannelBindingArg::Strict => Self::Strict,
        }
    }
}

fn rule(text: &str) -> Result<Rule, String> {
    let (place, what) = text
        .split_once('=')
        .ok_or("a rule is written VERB=ACTION or VERB:N=ACTION")?;
    let (point, n) = match place.split_once(':') {
        Some((point, n)) => (
            point,
            Some(
                n.parse()
                    .map_err(|_| format!("`{n}` is no number of times"))?,
            ),
        ),
        None => (place, None),
    };
    let rule = Rule::new(point_named(point)?, action(what)?);
    Ok(match n {
        Some(n) => rule.nth(n),
        None => rule,
    })
}

fn point_named(name: &str) -> Result<Point, String> {
    Ok(match name {
        "connect" => Point::Connect,
        "negotiate" => Point::Negotiate,
        "any" => Point::AnyVerb,
        _ => Verb::ALL
            .into_iter()
            .find(|verb| verb.name() == name)
            .map(Point::Verb)
            .ok_or_else(|| format!("`{name}` is no verb"))?,
    })
}

fn action(text: &str) -> Result<Action, String> {
    let (name, value) = text.split_once('=').unwrap_or((text, ""));
    let number = || {
        value
            .parse::<u32>()
            .map_err(|_| format!("`{name}` needs a number behind it, as in {name}=500"))
    };
    Ok(match name {
        "silence" => Action::Silence,
        "silence-after" => Action::SilenceAfter,
        "reset" => Action::Reset,
        "reset-after" => Action::ResetAfter,
        "cut" => Action::Cut,
        "html" => Action::page(500),
        "slow" => Action::Slow(Duration::from_millis(number()?.into())),
        "http" => Action::status(
            u16::try_from(number()?).map_err(|_| format!("`{value}` is no HTTP status"))?,
        ),
        "fault" => Action::Fault(Fault::with_code(number()?)),
        "wmi-error" => {
            Action::Fault(Fault::with_code(number()?).in_form(simulated_host::FaultForm::WmiError))
        }
        _ => return Err(format!("`{name}` is no action")),
    })
}
