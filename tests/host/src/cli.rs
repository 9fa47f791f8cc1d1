//! The options of the program, and what they mean for a host.

mod rule;
mod tls;
mod wmi;

use clap::{Parser, ValueEnum};
use serde_json::json;
use simulated_host::{Account, ChannelBinding, Language, Noise, Options, Rule, ServerVersion, Windows, World};
use std::path::PathBuf;
use std::time::Duration;

const SWITCH: &str = "External vSwitch";
const TEMPLATE: &str = r"D:\Templates\ubuntu2404.vhdx";

/// A WinRM host on loopback with a small model of Hyper-V behind it, or a PowerShell with stand-in modules.
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
    /// The account may log in, but neither open a shell nor query WMI
    #[arg(long)]
    deny: bool,
    #[command(flatten)]
    tls: tls::TlsArgs,
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
    /// What runs scripts: a model that knows them, or PowerShell 7 (the variable PWSH, else pwsh on the PATH) against
    /// stand-ins for the modules of a Hyper-V host
    #[arg(long, value_enum, default_value = "model")]
    executor: ExecutorArg,
    /// Version of Windows Server; with PowerShell only
    #[arg(long, value_enum, default_value = "2022", value_name = "YEAR")]
    windows_version: VersionArg,
    /// Language of the host's names and sentences; with PowerShell only
    #[arg(long, value_enum, default_value = "en")]
    language: LanguageArg,
    /// Memory of the host, in bytes
    #[arg(long, value_name = "BYTES")]
    memory: Option<u64>,
    /// Free disk space of the host, in bytes; with the model only
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
    /// Hand out the output of a script in so many pieces; with the model only
    #[arg(long, default_value_t = 1)]
    pieces: usize,
    /// Print progress records, stray lines and a byte order mark beside the answers of scripts; with the model only
    #[arg(long)]
    noise: bool,
    /// Make identifiers of shells and commands, whatever the client chooses
    #[arg(long)]
    own_ids: bool,
    #[command(flatten)]
    wmi: wmi::WmiArgs,
    /// Answer as the recording in this folder says, from its beginning to its end and then again
    #[arg(long, value_name = "FOLDER")]
    serve: Option<PathBuf>,
    /// Fault to play: VERB[:N]=ACTION, with VERB one of connect, negotiate, create, command, send, receive, signal,
    /// delete, enumerate, pull, any; N the one time it happens, counted from 1; ACTION one of silence, silence-after, reset,
    /// reset-within, reset-after, cut, html, slow=MS, http=STATUS, fault=CODE, wmi-error=CODE
    #[arg(long, value_parser = rule::rule, value_name = "RULE")]
    fault: Vec<Rule>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum ChannelBindingArg {
    None,
    Relaxed,
    Strict,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
enum ExecutorArg {
    Model,
    #[value(name = "powershell")]
    PowerShell,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum VersionArg {
    #[value(name = "2016")]
    V2016,
    #[value(name = "2019")]
    V2019,
    #[value(name = "2022")]
    V2022,
    #[value(name = "2025")]
    V2025,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum LanguageArg {
    En,
    De,
}

impl Cli {
    /// The machine to run scripts on, where the model does not play them.
    pub(crate) fn windows(&self) -> Option<Windows> {
        if self.executor == ExecutorArg::Model {
            return None;
        }
        let mut windows = Windows::new().version(self.windows_version.into()).language(self.language.into());
        if self.without_switch {
            windows = windows.without_switch(SWITCH);
        }
        if self.without_template {
            windows = windows.without(TEMPLATE);
        }
        if let Some(bytes) = self.memory {
            windows = windows.memory(bytes);
        }
        let foreign = "cloudstack-vm-id: 0f3fce0a-55a4-4d39-b0d6-0d7f4f5b61c1";
        let machine = |notes| {
            move |windows: Windows, name: &String| {
                windows.with_machine(json!({"Name": name, "State": "Running", "Notes": notes}))
            }
        };
        windows = self.foreign_vm.iter().fold(windows, machine(foreign));
        Some(self.unmarked_vm.iter().fold(windows, machine("")))
    }

    /// What to start a host with.
    pub(crate) fn options(self) -> Options {
        let options = Options::new()
            .port(self.port)
            .account(self.account())
            .channel_binding(self.channel_binding.into())
            .mic_required(self.mic_required)
            .latency(Duration::from_millis(self.latency))
            .powershell_start(Duration::from_millis(self.powershell_start))
            .max_shells(self.max_shells)
            .pieces(self.pieces)
            .noise(if self.noise { Noise::ALL } else { Noise::default() })
            .client_ids(!self.own_ids)
            .world(self.world());
        let options = self.wmi.apply(self.tls.apply(options));
        let options = if self.deny { options.deny() } else { options };
        let options = self.serve.iter().fold(options, Options::serve);
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
            world = world.without_switch(SWITCH);
        }
        if self.without_template {
            world = world.without_file(TEMPLATE);
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

impl From<ChannelBindingArg> for ChannelBinding {
    fn from(arg: ChannelBindingArg) -> Self {
        match arg {
            ChannelBindingArg::None => Self::None,
            ChannelBindingArg::Relaxed => Self::Relaxed,
            ChannelBindingArg::Strict => Self::Strict,
        }
    }
}

impl From<VersionArg> for ServerVersion {
    fn from(arg: VersionArg) -> Self {
        match arg {
            VersionArg::V2016 => Self::V2016,
            VersionArg::V2019 => Self::V2019,
            VersionArg::V2022 => Self::V2022,
            VersionArg::V2025 => Self::V2025,
        }
    }
}

impl From<LanguageArg> for Language {
    fn from(arg: LanguageArg) -> Self {
        match arg {
            LanguageArg::En => Self::English,
            LanguageArg::De => Self::German,
        }
    }
}
