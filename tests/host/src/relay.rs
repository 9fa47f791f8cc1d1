//! Something between client and host that looks into TLS.

use crate::certificate::{Certificate, Identity, KeyKind};
use crate::host::Host;
use crate::tls::{Acceptor, Tls};
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tempfile::TempDir;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, Runtime};
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

/// A proxy that ends TLS with a certificate of its own and passes every byte on to a host over TLS of its own. Dropping
/// it ends it.
pub struct Relay {
    /// Taken when the relay is dropped.
    runtime: Option<Runtime>,
    address: SocketAddr,
    ca_file: PathBuf,
    _folder: TempDir,
}

impl Relay {
    /// Starts a relay before a host with a certificate in order, and waits until it listens.
    ///
    /// # Errors
    ///
    /// Where a port, a thread, a certificate or a temporary folder cannot be had.
    pub fn start(host: &Host) -> io::Result<Self> {
        let identity = Identity::new(Certificate::Trusted, KeyKind::default())?;
        let folder = tempfile::Builder::new().prefix("simulated-relay-").tempdir()?;
        let ca_file = folder.path().join("ca.pem");
        std::fs::write(&ca_file, &identity.authority_pem)?;
        let acceptor = Acceptor::new(Tls::Modern, &identity)?;
        let connector = connector(host.ca_file())?;
        let target = SocketAddr::from((Ipv4Addr::LOCALHOST, host.port()));
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let listener = runtime.block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0)))?;
        let address = listener.local_addr()?;
        runtime.spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (acceptor, connector) = (acceptor.clone(), connector.clone());
                // A connection may end in any way; either side sees that of the other.
                tokio::spawn(async move { pass_on(stream, &acceptor, &connector, target).await.unwrap_or_default() });
            }
        });
        Ok(Self { runtime: Some(runtime), address, ca_file, _folder: folder })
    }

    /// `https://127.0.0.1:PORT/wsman`.
    pub fn url(&self) -> String {
        format!("https://{}/wsman", self.address)
    }

    /// The authority of the relay's certificate, as PEM. It goes when the relay goes.
    pub fn ca_file(&self) -> &Path {
        &self.ca_file
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

fn connector(ca_file: &Path) -> io::Result<TlsConnector> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(ca_file).map_err(io::Error::other)?).map_err(io::Error::other)?;
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}

async fn pass_on(
    stream: TcpStream,
    acceptor: &Acceptor,
    connector: &TlsConnector,
    target: SocketAddr,
) -> io::Result<()> {
    let mut client = acceptor.accept(stream).await?;
    let stream = TcpStream::connect(target).await?;
    let mut host = connector.connect(ServerName::from(target.ip()), stream).await?;
    copy_bidirectional(&mut client, &mut host).await?;
    Ok(())
}
