//! Certificates that WinRM hosts show: a good one, and the bad ones that users really have.

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384, PKCS_RSA_SHA256, PKCS_RSA_SHA384,
};
use sha2::{Digest, Sha256};
use std::io;
use std::sync::Arc;
use time::{Duration, OffsetDateTime};
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// A fixed key for tests, since ring makes no RSA keys. It protects nothing.
const RSA_KEY: &str = include_str!("rsa-2048.pem");

/// What is right or wrong with the certificate that the host shows.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum Certificate {
    /// Issued by the host's own authority, for `127.0.0.1`, `::1` and `localhost`.
    #[default]
    Trusted,
    /// Issued by nobody, as `New-SelfSignedCertificate` makes them.
    SelfSigned,
    /// As trusted, but its time is over.
    Expired,
    /// As trusted, but its time has not come.
    NotYetValid,
    /// As trusted, but for `elsewhere.example`.
    WrongName,
    /// As trusted, but marked as an authority (`CA:TRUE`), which strict verifiers refuse in a server.
    AuthorityAsServer,
}

/// The key of the certificate and the signature on it; the hash of the latter makes the channel bindings.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum KeyKind {
    /// ECDSA on P-256, signed with SHA-256.
    #[default]
    P256Sha256,
    /// ECDSA on P-384, signed with SHA-384.
    P384Sha384,
    /// RSA of 2048 bits, signed with SHA-256.
    RsaSha256,
    /// RSA of 2048 bits, signed with SHA-384.
    RsaSha384,
}

/// The hash inside a certificate's signature.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum SignatureHash {
    Sha256,
    Sha384,
}

impl KeyKind {
    pub(crate) fn signature_hash(self) -> SignatureHash {
        match self {
            Self::P256Sha256 | Self::RsaSha256 => SignatureHash::Sha256,
            Self::P384Sha384 | Self::RsaSha384 => SignatureHash::Sha384,
        }
    }

    fn key_pair(self) -> Result<KeyPair, rcgen::Error> {
        match self {
            Self::P256Sha256 => KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256),
            Self::P384Sha384 => KeyPair::generate_for(&PKCS_ECDSA_P384_SHA384),
            Self::RsaSha256 => KeyPair::from_pkcs8_pem_and_sign_algo(RSA_KEY, &PKCS_RSA_SHA256),
            Self::RsaSha384 => KeyPair::from_pkcs8_pem_and_sign_algo(RSA_KEY, &PKCS_RSA_SHA384),
        }
    }
}

/// A certificate with its key and the authority a client is told to trust.
pub(crate) struct Identity {
    pub(crate) authority_pem: String,
    pub(crate) leaf_pem: String,
    leaf: CertificateDer<'static>,
    key: PrivateKeyDer<'static>,
}

impl Identity {
    pub(crate) fn new(certificate: Certificate, kind: KeyKind) -> io::Result<Self> {
        Self::issue(certificate, kind).map_err(io::Error::other)
    }

    /// The leaf as it goes over the wire.
    pub(crate) fn leaf(&self) -> &[u8] {
        &self.leaf
    }

    /// SHA-256 over the leaf, as 64 lower-case hex digits.
    pub(crate) fn fingerprint(&self) -> String {
        Sha256::digest(&self.leaf).iter().map(|byte| format!("{byte:02x}")).collect()
    }

    pub(crate) fn server_config(&self) -> io::Result<Arc<ServerConfig>> {
        ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .and_then(|builder| {
                builder.with_no_client_auth().with_single_cert(vec![self.leaf.clone()], self.key.clone_key())
            })
            .map(Arc::new)
            .map_err(io::Error::other)
    }

    fn issue(certificate: Certificate, kind: KeyKind) -> Result<Self, rcgen::Error> {
        let authority_key = kind.key_pair()?;
        let authority_params = authority_params();
        let authority = authority_params.self_signed(&authority_key)?;
        let leaf_key = kind.key_pair()?;
        let leaf_params = leaf_params(certificate)?;
        let leaf = match certificate {
            Certificate::SelfSigned => leaf_params.self_signed(&leaf_key)?,
            _ => leaf_params.signed_by(&leaf_key, &Issuer::from_params(&authority_params, &authority_key))?,
        };
        Ok(Self {
            authority_pem: authority.pem(),
            leaf_pem: leaf.pem(),
            leaf: leaf.der().clone(),
            key: leaf_key.into(),
        })
    }
}

fn authority_params() -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, "Simulated host authority");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::DigitalSignature];
    params
}

fn leaf_params(certificate: Certificate) -> Result<CertificateParams, rcgen::Error> {
    let names = match certificate {
        Certificate::WrongName => vec!["elsewhere.example".to_owned()],
        _ => vec!["localhost".to_owned(), "127.0.0.1".to_owned(), "::1".to_owned()],
    };
    let mut params = CertificateParams::new(names)?;
    params.distinguished_name.push(DnType::CommonName, "Simulated host");
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let now = OffsetDateTime::now_utc();
    (params.not_before, params.not_after) = match certificate {
        Certificate::Expired => (now - Duration::days(30), now - Duration::days(1)),
        Certificate::NotYetValid => (now + Duration::days(1), now + Duration::days(30)),
        _ => (now - Duration::days(1), now + Duration::days(30)),
    };
    if certificate == Certificate::AuthorityAsServer {
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    }
    Ok(params)
}
