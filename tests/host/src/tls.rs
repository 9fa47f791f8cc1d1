//! What the host can do in TLS.

use crate::certificate::Identity;
use std::io;
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::{CryptoProvider, ring};
use tokio_rustls::rustls::sign::SingleCertAndKey;
use tokio_rustls::rustls::version::{TLS12, TLS13};
use tokio_rustls::rustls::{CipherSuite, ServerConfig, SupportedProtocolVersion};
use tokio_rustls::server::TlsStream;

/// Versions and ciphers of the host.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum Tls {
    /// TLS 1.2 and 1.3.
    #[default]
    Modern,
    /// TLS 1.2 as Server 2012 R2 has it: ciphers with forward secrecy and AES-GCM for ECDSA keys only. With an RSA key
    /// no modern client has a cipher in common with it.
    Server2012R2,
    /// Nothing newer than TLS 1.1.
    Obsolete,
}

const MODERN: &[&SupportedProtocolVersion] = &[&TLS12, &TLS13];
const TLS12_ONLY: &[&SupportedProtocolVersion] = &[&TLS12];

/// The fatal alert `protocol_version` in a record of TLS 1.0. RFC 5246 7.2
const PROTOCOL_VERSION_ALERT: [u8; 7] = [21, 3, 1, 0, 2, 2, 70];

/// Takes the handshakes of clients.
#[derive(Clone)]
pub(crate) enum Acceptor {
    Tls(TlsAcceptor),
    Obsolete,
}

impl Acceptor {
    pub(crate) fn new(tls: Tls, identity: &Identity) -> io::Result<Self> {
        let mut provider = ring::default_provider();
        let mut versions = MODERN;
        match tls {
            Tls::Modern => {}
            Tls::Server2012R2 => {
                versions = TLS12_ONLY;
                keep_ecdsa_with_gcm(&mut provider);
            }
            Tls::Obsolete => return Ok(Self::Obsolete),
        }
        if identity.tls12_only {
            versions = TLS12_ONLY;
        }
        let builder = ServerConfig::builder_with_provider(Arc::new(provider))
            .with_protocol_versions(versions)
            .map_err(io::Error::other)?;
        let resolver = Arc::new(SingleCertAndKey::from(identity.certified_key()));
        let config = builder.with_no_client_auth().with_cert_resolver(resolver);
        Ok(Self::Tls(TlsAcceptor::from(Arc::new(config))))
    }

    pub(crate) async fn accept<S>(&self, mut stream: S) -> io::Result<TlsStream<S>>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        match self {
            Self::Tls(acceptor) => acceptor.accept(stream).await,
            Self::Obsolete => {
                // The greeting is read to its end: closing on unread bytes would send a reset after the alert.
                let mut header = [0; 5];
                stream.read_exact(&mut header).await?;
                let [_, _, _, high, low] = header;
                let mut greeting = vec![0; usize::from(u16::from_be_bytes([high, low]))];
                stream.read_exact(&mut greeting).await?;
                stream.write_all(&PROTOCOL_VERSION_ALERT).await?;
                stream.shutdown().await?;
                Err(io::ErrorKind::Unsupported.into())
            }
        }
    }
}

fn keep_ecdsa_with_gcm(provider: &mut CryptoProvider) {
    provider.cipher_suites.retain(|suite| {
        matches!(
            suite.suite(),
            CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384 | CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256
        )
    });
}
