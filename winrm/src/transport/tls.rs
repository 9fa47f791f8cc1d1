//! TLS for one host: what its certificate is checked against, and what was seen of it.

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{Resumption, WebPkiServerVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::{self, PemObject as _};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    AlertDescription, CertificateError as Flaw, ClientConfig, DigitallySignedStruct, Error, InvalidMessage,
    RootCertStore, SignatureScheme,
};

use super::certificate::unusable;
use super::{CertificateError, CertificateReason, SettingsError, ca_file};
use crate::{Fingerprint, Trust};

/// How TLS is set up.
pub(super) type Config = ClientConfig;

/// TLS set up by `trust`, and the place where it notes what hosts show.
///
/// # Errors
///
/// [`SettingsError`] where authorities are wanted and cannot be had.
pub(super) fn configure(trust: &Trust) -> Result<(Config, Arc<Seen>), SettingsError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let seen = Arc::new(Seen::default());
    let verifier =
        Verifier { check: Check::new(trust, &provider)?, provider: Arc::clone(&provider), seen: Arc::clone(&seen) };
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| SettingsError::Client(error.to_string()))?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    // Every connection shows its certificate, so every connection is counted.
    config.resumption = Resumption::disabled();
    Ok((config, seen))
}

/// What hosts have shown so far.
#[derive(Debug, Default)]
pub(super) struct Seen(Mutex<Sight>);

#[derive(Debug, Default)]
struct Sight {
    connections: u64,
    refused: Option<CertificateError>,
}

impl Seen {
    /// How many connections have got as far as a certificate.
    pub(super) fn connections(&self) -> u64 {
        self.lock().connections
    }

    /// The flaw of the last certificate, if it had one. It is told once: the next failure has a
    /// cause of its own.
    pub(super) fn take_refused(&self) -> Option<CertificateError> {
        self.lock().refused.take()
    }

    fn note(&self, refused: Option<CertificateError>) {
        let mut sight = self.lock();
        sight.connections += 1;
        sight.refused = refused;
    }

    fn lock(&self) -> MutexGuard<'_, Sight> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Why TLS failed, if this error came from TLS. `None` for all other errors.
pub(super) fn explain(error: &(dyn std::error::Error + 'static)) -> Option<String> {
    let error = error.downcast_ref::<Error>()?;
    Some(match error {
        Error::AlertReceived(AlertDescription::HandshakeFailure | AlertDescription::InsufficientSecurity)
        | Error::PeerIncompatible(_) => format!(
            "no cipher that both sides know ({error}): Server 2012 R2 with an RSA certificate is like that, and hosts with a \
             P-521 key; give the listener a certificate with a P-256 key"
        ),
        Error::AlertReceived(AlertDescription::ProtocolVersion) => {
            "the host offers neither TLS 1.2 nor TLS 1.3".to_owned()
        }
        Error::InvalidMessage(InvalidMessage::InvalidContentType) => {
            "what listens there does not speak TLS: port 5985 is plain HTTP, 5986 is HTTPS".to_owned()
        }
        other => other.to_string(),
    })
}

/// Passes on what `check` says and notes it.
#[derive(Debug)]
struct Verifier {
    check: Check,
    provider: Arc<CryptoProvider>,
    seen: Arc<Seen>,
}

#[derive(Debug)]
enum Check {
    Roots(Arc<WebPkiServerVerifier>),
    Fingerprint(Fingerprint),
    Nothing,
}

impl Check {
    fn new(trust: &Trust, provider: &Arc<CryptoProvider>) -> Result<Self, SettingsError> {
        let roots = match trust {
            Trust::SystemRoots => system_roots()?,
            Trust::CaFile(path) => roots_in(path)?,
            Trust::Fingerprint(fingerprint) => return Ok(Self::Fingerprint(*fingerprint)),
            Trust::DangerousNone => return Ok(Self::Nothing),
        };
        WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider))
            .build()
            .map(Self::Roots)
            .map_err(|error| SettingsError::Client(error.to_string()))
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let fingerprint = Fingerprint::of(end_entity);
        // Told before all else: no setting helps against it.
        let unusable = unusable(end_entity);
        let verdict = match &self.check {
            _ if unusable.is_some() => Err(Error::InvalidCertificate(Flaw::BadEncoding)),
            Check::Roots(webpki) => {
                webpki.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
            }
            Check::Fingerprint(wanted) if *wanted != fingerprint => {
                Err(Error::InvalidCertificate(Flaw::ApplicationVerificationFailure))
            }
            Check::Fingerprint(_) | Check::Nothing => Ok(ServerCertVerified::assertion()),
        };
        let refused = verdict.as_ref().err().map(|error| unusable.unwrap_or_else(|| reason(error)));
        self.seen.note(refused.map(|reason| CertificateError { reason, fingerprint }));
        verdict
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        self.signature(certificate, verify_tls12_signature(message, certificate, signed, algorithms))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        self.signature(certificate, verify_tls13_signature(message, certificate, signed, algorithms))
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

impl Verifier {
    /// Notes a certificate that fails only here, whatever is trusted: one that is shown by who does
    /// not have the key to it, or a form that the library cannot read.
    fn signature(
        &self,
        certificate: &CertificateDer<'_>,
        verdict: Result<HandshakeSignatureValid, Error>,
    ) -> Result<HandshakeSignatureValid, Error> {
        if let Err(error @ Error::InvalidCertificate(flaw)) = &verdict {
            let reason = match flaw {
                Flaw::BadSignature | Flaw::UnsupportedSignatureAlgorithmForPublicKeyContext { .. } => {
                    CertificateReason::KeyNotProven
                }
                _ => reason(error),
            };
            let fingerprint = Fingerprint::of(certificate);
            self.seen.lock().refused = Some(CertificateError { reason, fingerprint });
        }
        verdict
    }
}

/// The reason in the library's verdict on a certificate.
fn reason(error: &Error) -> CertificateReason {
    let Error::InvalidCertificate(flaw) = error else {
        return CertificateReason::Unsupported(error.to_string());
    };
    match flaw {
        Flaw::UnknownIssuer => CertificateReason::UnknownIssuer,
        Flaw::BadSignature | Flaw::UnsupportedSignatureAlgorithmForPublicKeyContext { .. } => {
            CertificateReason::WrongAuthorityKey
        }
        Flaw::NotValidForName => CertificateReason::WrongName { names: Vec::new() },
        Flaw::NotValidForNameContext { presented, .. } => {
            CertificateReason::WrongName { names: presented.iter().take(8).map(|name| plain(name)).collect() }
        }
        Flaw::Expired | Flaw::ExpiredContext { .. } => CertificateReason::Expired,
        Flaw::NotValidYet | Flaw::NotValidYetContext { .. } => CertificateReason::NotYetValid,
        Flaw::ApplicationVerificationFailure => CertificateReason::OtherFingerprint,
        Flaw::UnsupportedSignatureAlgorithmContext { .. } => CertificateReason::OldSignature,
        Flaw::BadEncoding => CertificateReason::Malformed,
        other => match other.to_string() {
            // The library's own words for what WinRM hosts really have are for programmers.
            text if text.contains("CaUsedAsEndEntity") => CertificateReason::AuthorityAsServer,
            text => CertificateReason::Unsupported(text),
        },
    }
}

/// The library shows names as it holds them: `DnsName("hv1")`.
fn plain(name: &str) -> String {
    let inside = name.split_once('(').and_then(|(_, inside)| inside.strip_suffix(')'));
    inside.unwrap_or(name).trim_matches('"').to_owned()
}

/// The authorities that this system trusts.
///
/// # Errors
///
/// [`SettingsError::NoSystemRoots`] where it has none.
fn system_roots() -> Result<RootCertStore, SettingsError> {
    let mut roots = RootCertStore::empty();
    // Single files that cannot be read do not matter as long as some can.
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if roots.is_empty() { Err(SettingsError::NoSystemRoots) } else { Ok(roots) }
}

/// The authorities in a PEM file.
///
/// # Errors
///
/// [`SettingsError`] where the file cannot be read, or has no certificate or a broken one.
fn roots_in(path: &Path) -> Result<RootCertStore, SettingsError> {
    let shown = || path.display().to_string();
    let unusable = |reason| SettingsError::CaFile { path: shown(), reason };
    let text = ca_file::read(path).map_err(unusable)?;
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(&text) {
        let certificate = certificate.map_err(|error| unusable(broken(&error)))?;
        roots.add(certificate).map_err(|_| unusable("it holds a certificate that is damaged".to_owned()))?;
    }
    if roots.is_empty() { Err(SettingsError::NoCertificate { path: shown() }) } else { Ok(roots) }
}

/// The library's own words are for programmers: they show text as lists of numbers.
fn broken(error: &pem::Error) -> String {
    match error {
        pem::Error::MissingSectionEnd { .. } => "it holds a certificate that is cut short",
        pem::Error::IllegalSectionStart { .. } => "a line that begins with `-----BEGIN ` does not end with `-----`",
        pem::Error::Base64Decode(_) => "it holds a certificate that is not base64",
        _ => "it is not well-formed PEM",
    }
    .to_owned()
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn a_broken_file_of_authorities_is_told_in_words() {
        let table: [(&[u8], &str); 7] = [
            (b"", "has no PEM certificate"),
            (b"0\x82\x01", "has no PEM certificate"),
            (b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "has no PEM certificate"),
            (b"-----BEGIN CERTIFICATE-----\nAAAA\n", "holds a certificate that is cut short"),
            (b"-----BEGIN CERTIFICATE--", "does not end with"),
            (b"-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n", "not base64"),
            (b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "damaged"),
        ];
        for (text, words) in table {
            let mut file = tempfile::NamedTempFile::new().unwrap();
            file.write_all(text).unwrap();
            let refusal = roots_in(file.path()).unwrap_err().to_string();
            assert!(refusal.contains(&file.path().display().to_string()), "{refusal}");
            assert!(refusal.contains(words) && !refusal.contains('['), "{refusal}");
        }
    }

    #[test]
    fn a_signature_of_sha_1_is_told_in_words() {
        // sha1WithRSAEncryption
        let signature_algorithm_id = vec![0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x05];
        let flaw =
            Flaw::UnsupportedSignatureAlgorithmContext { signature_algorithm_id, supported_algorithms: Vec::new() };
        let reason = reason(&Error::InvalidCertificate(flaw));
        assert!(reason.to_string().contains("SHA-1") && reason.fingerprint_helps(), "{reason}");
    }
}
