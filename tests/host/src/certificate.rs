//! Certificates that WinRM hosts show: a good one, and the bad ones that users really have.

mod der;
mod key;
mod short_rsa;
mod version1;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rcgen::{BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyUsagePurpose};
use sha2::{Digest, Sha256};
use std::io;
use std::sync::Arc;
use time::{Duration, OffsetDateTime};
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::sign::{CertifiedKey, SigningKey};

pub use key::KeyKind;
pub(crate) use key::SignatureHash;

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
    /// Self-signed and marked as an authority, as scripts make them that want one certificate for both.
    SelfSignedAuthority,
    /// Self-signed and without a subject alternative name: its only name is in the subject.
    NoAlternativeName,
    /// As trusted, but of X.509 version 1, as `openssl x509 -req` without extensions makes them.
    Version1,
    /// As trusted, but shown by who does not have the key to it.
    Borrowed,
}

/// A certificate with its key and the authority a client is told to trust.
pub(crate) struct Identity {
    pub(crate) authority_pem: String,
    pub(crate) leaf_pem: String,
    leaf: CertificateDer<'static>,
    key: Arc<dyn SigningKey>,
    /// A key that no library signs with is there for the signatures of TLS 1.2 alone.
    pub(crate) tls12_only: bool,
}

impl Identity {
    pub(crate) fn new(certificate: Certificate, kind: KeyKind) -> io::Result<Self> {
        let authority_key = kind.authority_key().map_err(io::Error::other)?;
        let key = kind.key().map_err(io::Error::other)?;
        let (authority, leaf) = issue(certificate, &authority_key, &key).map_err(io::Error::other)?;
        let shown_by = match certificate {
            Certificate::Borrowed => kind.another_key().map_err(io::Error::other)?,
            _ => key,
        };
        Ok(Self {
            authority_pem: pem(&authority),
            leaf_pem: pem(&leaf),
            leaf,
            key: shown_by.for_tls().map_err(io::Error::other)?,
            tls12_only: kind == KeyKind::ShortRsaSha256,
        })
    }

    /// The leaf as it goes over the wire.
    pub(crate) fn leaf(&self) -> &[u8] {
        &self.leaf
    }

    /// SHA-256 over the leaf, as 64 lower-case hex digits.
    pub(crate) fn fingerprint(&self) -> String {
        Sha256::digest(&self.leaf).iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// What is shown in a handshake. Nobody looks whether the two fit.
    pub(crate) fn certified_key(&self) -> CertifiedKey {
        CertifiedKey::new(vec![self.leaf.clone()], Arc::clone(&self.key))
    }
}

/// The authority, and the certificate of the host.
fn issue(
    certificate: Certificate,
    authority_key: &key::Key,
    key: &key::Key,
) -> Result<(CertificateDer<'static>, CertificateDer<'static>), rcgen::Error> {
    let authority_params = authority_params();
    let authority = authority_params.self_signed(authority_key)?;
    let params = leaf_params(certificate)?;
    let leaf = match certificate {
        Certificate::SelfSigned | Certificate::SelfSignedAuthority | Certificate::NoAlternativeName => {
            params.self_signed(key)?
        }
        _ => params.signed_by(key, &Issuer::from_params(&authority_params, authority_key))?,
    };
    let leaf = match certificate {
        Certificate::Version1 => version1::downgraded(leaf.der(), authority_key)?.into(),
        _ => leaf.der().clone(),
    };
    Ok((authority.der().clone(), leaf))
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
        Certificate::NoAlternativeName => Vec::new(),
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
    if matches!(certificate, Certificate::AuthorityAsServer | Certificate::SelfSignedAuthority) {
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    }
    Ok(params)
}

/// RFC 7468 2
fn pem(certificate: &[u8]) -> String {
    let text = STANDARD.encode(certificate);
    let lines: String = text.as_bytes().chunks(64).map(|line| format!("{}\n", String::from_utf8_lossy(line))).collect();
    format!("-----BEGIN CERTIFICATE-----\n{lines}-----END CERTIFICATE-----\n")
}
