//! What is wrong with a host's certificate.

use std::fmt;
use std::ops::RangeInclusive;

use thiserror::Error;

use crate::Fingerprint;
use crate::der::Der;

/// A certificate that is not to be trusted, and how to name it if it is the right one after all.
#[derive(Clone, Debug, Error)]
#[error("the host's certificate is not trusted: {reason} (its SHA-256 fingerprint is {fingerprint})")]
pub struct CertificateError {
    /// What is wrong with it.
    pub reason: CertificateReason,
    /// The certificate that the host showed.
    pub fingerprint: Fingerprint,
}

/// What is wrong with a certificate.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum CertificateReason {
    /// Self-signed, or issued by an authority that is not trusted here.
    UnknownIssuer,
    /// Issued in the name of an authority that is trusted here, but not with its key.
    WrongAuthorityKey,
    /// For other names.
    WrongName {
        /// The names that it is for; some hosts have none.
        names: Vec<String>,
    },
    /// Its time is over.
    Expired,
    /// Its time has not begun.
    NotYetValid,
    /// Marked as an authority (`CA:TRUE`), which cannot be checked as a server.
    AuthorityAsServer,
    /// Signed by its issuer with an algorithm that is not taken any more, such as SHA-1.
    OldSignature,
    /// It is not the one that was named.
    OtherFingerprint,
    /// Of this version of X.509, which is not 3.
    OldVersion(u8),
    /// Its RSA key has this many bits, too few or too many.
    RsaKeyLength(usize),
    /// Its key is of a kind that the TLS library does not know, such as P-521.
    UnknownKey,
    /// The host does not prove that it has the key to it.
    KeyNotProven,
    /// Bytes that are no certificate.
    Malformed,
    /// Another form that cannot be checked.
    Unsupported(String),
}

impl CertificateReason {
    /// Whether the certificate passes once it is named by its fingerprint. Where the TLS library
    /// cannot check the signature of the handshake with it, it does not.
    pub fn fingerprint_helps(&self) -> bool {
        match self {
            Self::OldVersion(_) | Self::RsaKeyLength(_) | Self::UnknownKey | Self::KeyNotProven | Self::Malformed => {
                false
            }
            Self::UnknownIssuer
            | Self::WrongAuthorityKey
            | Self::WrongName { .. }
            | Self::Expired
            | Self::NotYetValid
            | Self::AuthorityAsServer
            | Self::OldSignature
            | Self::OtherFingerprint
            | Self::Unsupported(_) => true,
        }
    }
}

impl fmt::Display for CertificateReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownIssuer => write!(f, "it is self-signed or its issuer is not trusted here"),
            Self::WrongAuthorityKey => write!(
                f,
                "it names a trusted authority as its issuer, but that authority's signature does not match: has the authority \
                 got a new key?"
            ),
            Self::WrongName { names } if names.is_empty() => {
                write!(f, "it has no subject alternative name")
            }
            Self::WrongName { names } => write!(f, "it is for another name ({})", names.join(", ")),
            Self::Expired => write!(f, "it has expired"),
            Self::NotYetValid => write!(f, "it is not valid yet"),
            Self::AuthorityAsServer => {
                write!(f, "it is marked as a certificate authority and so cannot be checked as a server's")
            }
            Self::OldSignature => {
                write!(f, "its issuer has signed it with an algorithm that is not taken any more, such as SHA-1")
            }
            Self::OtherFingerprint => write!(f, "it is not the one with the given fingerprint"),
            Self::OldVersion(version) => {
                write!(f, "it is of X.509 version {version}, and the TLS library knows version 3 only")
            }
            Self::RsaKeyLength(bits) => write!(
                f,
                "its RSA key has {bits} bits, and the TLS library takes {} to {} only",
                RSA_BITS.start(),
                RSA_BITS.end()
            ),
            Self::UnknownKey => {
                write!(
                    f,
                    "its key is of a kind that the TLS library does not know: it takes RSA, P-256, P-384 and Ed25519"
                )
            }
            Self::KeyNotProven => write!(f, "the host does not prove that it has the key to it"),
            Self::Malformed => write!(f, "it is malformed"),
            Self::Unsupported(reason) => write!(f, "{reason}"),
        }
    }
}

/// The RSA keys that the TLS library takes.
const RSA_BITS: RangeInclusive<usize> = 2048..=8192;

/// rsaEncryption. RFC 8017 C
const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
/// id-ecPublicKey, secp256r1, secp384r1. RFC 5480 2.1.1
const EC: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
const P256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
const P384: &[u8] = &[0x2b, 0x81, 0x04, 0x00, 0x22];
/// id-Ed25519. RFC 8410 3
const ED25519: &[u8] = &[0x2b, 0x65, 0x70];

/// Why the TLS library cannot check the signature of a handshake with this certificate, whatever is
/// trusted.
///
/// It would not say so: to an RSA key that is too short it says that the signature is wrong.
pub(super) fn unusable(certificate: &[u8]) -> Option<CertificateReason> {
    let (version, public_key) = version_and_key(certificate)?;
    if version == 3 { unusable_key(public_key) } else { Some(CertificateReason::OldVersion(version)) }
}

/// `TBSCertificate ::= SEQUENCE { version [0] DEFAULT v1, serialNumber, signature, issuer, validity,
/// subject, subjectPublicKeyInfo, ... }`. RFC 5280 4.1
fn version_and_key(certificate: &[u8]) -> Option<(u8, &[u8])> {
    let (certificate, _) = Der::read(certificate)?;
    let (signed, _) = Der::read(certificate.sequence()?)?;
    let signed = signed.sequence()?;
    let (first, after_version) = Der::read(signed)?;
    let (version, mut rest) = match first.context(0) {
        Some(version) => match Der::read(version)?.0.integer()? {
            [version] => (version.checked_add(1)?, after_version),
            _ => return None,
        },
        None => (1, signed),
    };
    for _serial_signature_issuer_validity_subject in 0..5 {
        (_, rest) = Der::read(rest)?;
    }
    let (public_key, _) = Der::read(rest)?;
    Some((version, public_key.sequence()?))
}

/// `SubjectPublicKeyInfo ::= SEQUENCE { algorithm, subjectPublicKey BIT STRING }`. RFC 5280 4.1
fn unusable_key(public_key: &[u8]) -> Option<CertificateReason> {
    let (algorithm, rest) = Der::read(public_key)?;
    let (identifier, parameters) = Der::read(algorithm.sequence()?)?;
    match identifier.object_identifier()? {
        RSA => {
            let bits = rsa_bits(Der::read(rest)?.0.bit_string()?)?;
            (!RSA_BITS.contains(&bits)).then_some(CertificateReason::RsaKeyLength(bits))
        }
        EC if matches!(Der::read(parameters)?.0.object_identifier(), Some(P256 | P384)) => None,
        ED25519 => None,
        _ => Some(CertificateReason::UnknownKey),
    }
}

/// `RSAPublicKey ::= SEQUENCE { modulus INTEGER, publicExponent INTEGER }`. RFC 8017 A.1.1
fn rsa_bits(key: &[u8]) -> Option<usize> {
    let (key, _) = Der::read(key)?;
    let (modulus, _) = Der::read(key.sequence()?)?;
    let mut digits = modulus.integer()?.iter().skip_while(|digit| **digit == 0);
    let first = digits.next()?;
    Some(digits.count() * 8 + usize::try_from(first.ilog2() + 1).ok()?)
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384, PKCS_ED25519};

    use super::*;

    fn certificate(algorithm: &'static rcgen::SignatureAlgorithm) -> Vec<u8> {
        let key = KeyPair::generate_for(algorithm).unwrap();
        CertificateParams::new(vec!["hv1".to_owned()]).unwrap().self_signed(&key).unwrap().der().to_vec()
    }

    /// With the first `old` that is found replaced.
    fn with(mut bytes: Vec<u8>, old: &[u8], new: &[u8]) -> Vec<u8> {
        let at = bytes.windows(old.len()).position(|window| window == old).unwrap();
        bytes.splice(at..at + old.len(), new.iter().copied());
        bytes
    }

    #[test]
    fn forms_that_no_setting_helps_against_are_seen() {
        // secp521r1, and the version before the one that is there.
        let p521 = [0x2b, 0x81, 0x04, 0x00, 0x23];
        let (version3, version2) = ([0xa0, 3, 2, 1, 2], [0xa0, 3, 2, 1, 1]);
        let p384 = certificate(&PKCS_ECDSA_P384_SHA384);
        let table = [
            (certificate(&PKCS_ECDSA_P256_SHA256), None),
            (certificate(&PKCS_ED25519), None),
            (p384.clone(), None),
            (with(p384.clone(), P384, &p521), Some(CertificateReason::UnknownKey)),
            (with(p384, &version3, &version2), Some(CertificateReason::OldVersion(2))),
        ];
        for (certificate, reason) in table {
            assert_eq!(unusable(&certificate), reason);
        }
    }

    #[test]
    fn an_rsa_key_is_as_long_as_its_modulus() {
        let table: [(&[u8], Option<usize>); 6] = [
            (&[0x80; 256], Some(2048)),
            (&[&[0], [0x80; 256].as_slice()].concat(), Some(2048)),
            (&[0x7f; 256], Some(2047)),
            (&[1], Some(1)),
            (&[0], None),
            (&[], None),
        ];
        for (modulus, bits) in table {
            let length = u16::try_from(modulus.len()).unwrap().to_be_bytes();
            let integer = [&[0x02, 0x82], length.as_slice(), modulus].concat();
            let length = u16::try_from(integer.len()).unwrap().to_be_bytes();
            assert_eq!(rsa_bits(&[&[0x30, 0x82], length.as_slice(), &integer].concat()), bits);
        }
    }

    #[test]
    fn bytes_that_are_no_certificate_are_left_to_the_library() {
        let whole = certificate(&PKCS_ECDSA_P256_SHA256);
        assert!((0..whole.len()).all(|length| unusable(&whole[..length]).is_none()));
    }
}
