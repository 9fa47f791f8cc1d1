//! A host that runs beside a test, on threads of its own.

use crate::account::Account;
use crate::certificate::Identity;
use crate::counters::Tallies;
use crate::executor::Executor;
use crate::listener;
use crate::model::{Model, ScriptError, World};
use crate::ntlm::Refusal;
use crate::options::Options;
use crate::rule::Rule;
use crate::site::{Recorded, Site};
use crate::state::State;
use crate::tls::Acceptor;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};

/// A simulated host that listens. Dropping it ends everything it started and removes its files.
pub struct Host {
    /// Taken when the host is dropped.
    runtime: Option<Runtime>,
    site: Arc<Site>,
    model: Option<Arc<Model>>,
    address: SocketAddr,
    state_address: SocketAddr,
    account: Option<Account>,
    fingerprint: String,
    ca_file: PathBuf,
    certificate_file: PathBuf,
    _folder: TempDir,
}

impl Host {
    /// Starts a host with the model of Hyper-V behind it, and waits until it listens.
    ///
    /// # Errors
    ///
    /// Where a port, a thread, a certificate or a temporary folder cannot be had.
    pub fn start(options: Options) -> io::Result<Self> {
        let tallies = Arc::new(Tallies::default());
        let world = options.world.clone();
        let model = Arc::new(Model::new(world, options.behaviour.clone(), Arc::clone(&tallies)));
        let executor: Arc<dyn Executor> = model.clone();
        Self::listen(options, tallies, executor, Some(model))
    }

    /// Starts a host that runs commands by an executor of the caller's. [`Host::change`] and [`Host::fail_script`]
    /// have nothing to act on then.
    ///
    /// # Errors
    ///
    /// As [`Host::start`].
    pub fn start_with(options: Options, executor: Arc<dyn Executor>) -> io::Result<Self> {
        Self::listen(options, Arc::new(Tallies::default()), executor, None)
    }

    pub(crate) fn listen(
        options: Options,
        tallies: Arc<Tallies>,
        executor: Arc<dyn Executor>,
        model: Option<Arc<Model>>,
    ) -> io::Result<Self> {
        let identity = Identity::new(options.certificate, options.key)?;
        let folder = tempfile::Builder::new().prefix("simulated-host-").tempdir()?;
        let ca_file = folder.path().join("ca.pem");
        let certificate_file = folder.path().join("certificate.pem");
        std::fs::write(&ca_file, &identity.authority_pem)?;
        std::fs::write(&certificate_file, &identity.leaf_pem)?;
        let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        let bind = |address: IpAddr, port| runtime.block_on(TcpListener::bind((address, port)));
        let winrm = bind(Ipv4Addr::LOCALHOST.into(), options.port)?;
        let page = bind(Ipv4Addr::LOCALHOST.into(), 0)?;
        let (address, state_address) = (winrm.local_addr()?, page.local_addr()?);
        let tls = Acceptor::new(options.tls, &identity)?;
        let account = options.accounts.first().cloned();
        let site = Arc::new(Site::new(options, &identity, tallies, executor)?);
        // The same port on ::1 is for tests of IPv6 addresses; not every machine has it.
        if let Ok(winrm) = bind(Ipv6Addr::LOCALHOST.into(), address.port()) {
            runtime.spawn(listener::serve_winrm(winrm, tls.clone(), Arc::clone(&site)));
        }
        runtime.spawn(listener::serve_winrm(winrm, tls, Arc::clone(&site)));
        runtime.spawn(listener::serve_state(page, Arc::clone(&site)));
        let idle = Arc::clone(&site);
        runtime.spawn(async move { idle.service.close_idle_shells().await });
        Ok(Self {
            runtime: Some(runtime),
            site,
            model,
            address,
            state_address,
            account,
            fingerprint: identity.fingerprint(),
            ca_file,
            certificate_file,
            _folder: folder,
        })
    }

    /// `127.0.0.1`.
    pub fn host(&self) -> String {
        self.address.ip().to_string()
    }

    /// The port of WinRM.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// `https://127.0.0.1:PORT/wsman`.
    pub fn url(&self) -> String {
        format!("https://{}/wsman", self.address)
    }

    /// The name of the first account.
    pub fn username(&self) -> &str {
        self.account.as_ref().map_or("", |account| &account.name)
    }

    /// The password of the first account.
    pub fn password(&self) -> &str {
        self.account.as_ref().map_or("", |account| &account.password)
    }

    /// The authority to trust, as PEM. It goes when the host goes.
    pub fn ca_file(&self) -> &Path {
        &self.ca_file
    }

    /// The certificate that the host shows, as PEM. It goes when the host goes.
    pub fn certificate_file(&self) -> &Path {
        &self.certificate_file
    }

    /// SHA-256 of the certificate that the host shows, as 64 hex digits in lower case.
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// Where the state page is, for programs other than this one.
    pub fn state_url(&self) -> String {
        format!("http://{}/state", self.state_address)
    }

    /// What the host holds and what happened on it, as the state page tells it.
    pub fn state(&self) -> State {
        listener::state(&self.site)
    }

    /// The SOAP requests of logged-in connections, in the order in which they came. Very many push out the oldest.
    pub fn requests(&self) -> Vec<Recorded> {
        self.site.requests()
    }

    /// Why logins were refused, in order; the clients were told nothing.
    pub fn refusals(&self) -> Vec<Refusal> {
        self.site.refusals()
    }

    /// Adds a fault to play from now on.
    pub fn fail(&self, rule: Rule) {
        self.site.rules.add(rule);
    }

    /// Plays no more faults.
    pub fn recover(&self) {
        self.site.rules.clear();
    }

    /// Makes the next script fail with that error before it does anything.
    pub fn fail_script(&self, error: ScriptError) {
        if let Some(model) = &self.model {
            model.fail_next(error);
        }
    }

    /// Changes what the host holds, as an administrator would: `host.change(|world| ...)`.
    pub fn change(&self, change: impl FnOnce(World) -> World) {
        if let Some(model) = &self.model {
            model.change(change);
        }
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            // Connections that play dead must not hold up whoever is done with this host.
            runtime.shutdown_background();
        }
    }
}
