//! The keys that certificates are made for.

use rcgen::{
    KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384, PKCS_RSA_SHA256, PKCS_RSA_SHA384, PublicKeyData,
    SignatureAlgorithm,
};
use std::sync::Arc;
use tokio_rustls::rustls::crypto::ring::sign::any_supported_type;
use tokio_rustls::rustls::{self, sign::SigningKey};

use super::short_rsa::ShortRsaKey;

/// Fixed keys for tests, since ring makes no RSA keys. They protect nothing.
const RSA_KEY: &str = include_str!("rsa-2048.pem");
const OTHER_RSA_KEY: &str = include_str!("rsa-2048-other.pem");

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
    /// RSA of 1024 bits, signed with SHA-256, over TLS 1.2. Strict verifiers take no key that short.
    ShortRsaSha256,
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
            Self::P256Sha256 | Self::RsaSha256 | Self::ShortRsaSha256 => SignatureHash::Sha256,
            Self::P384Sha384 | Self::RsaSha384 => SignatureHash::Sha384,
        }
    }

    /// The key of the authority: it is never at fault.
    pub(super) fn authority_key(self) -> Result<Key, rcgen::Error> {
        match self {
            Self::ShortRsaSha256 => Self::P256Sha256.key(),
            _ => self.key(),
        }
    }

    pub(super) fn key(self) -> Result<Key, rcgen::Error> {
        self.key_or(RSA_KEY)
    }

    /// A key that is none of the other two.
    pub(super) fn another_key(self) -> Result<Key, rcgen::Error> {
        self.key_or(OTHER_RSA_KEY)
    }

    fn key_or(self, rsa: &str) -> Result<Key, rcgen::Error> {
        match self {
            Self::P256Sha256 => KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256),
            Self::P384Sha384 => KeyPair::generate_for(&PKCS_ECDSA_P384_SHA384),
            Self::RsaSha256 => KeyPair::from_pkcs8_pem_and_sign_algo(rsa, &PKCS_RSA_SHA256),
            Self::RsaSha384 => KeyPair::from_pkcs8_pem_and_sign_algo(rsa, &PKCS_RSA_SHA384),
            Self::ShortRsaSha256 => return Ok(Key::Short(ShortRsaKey::new())),
        }
        .map(|pair| Key::Pair(Box::new(pair)))
    }
}

/// A key that certificates and handshakes are signed with.
pub(super) enum Key {
    Pair(Box<KeyPair>),
    Short(ShortRsaKey),
}

impl Key {
    /// For handshakes.
    pub(super) fn for_tls(self) -> Result<Arc<dyn SigningKey>, rustls::Error> {
        match self {
            Self::Pair(pair) => any_supported_type(&(*pair).into()),
            Self::Short(key) => Ok(Arc::new(key)),
        }
    }
}

impl PublicKeyData for Key {
    fn der_bytes(&self) -> &[u8] {
        match self {
            Self::Pair(pair) => pair.der_bytes(),
            Self::Short(key) => key.der_bytes(),
        }
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        match self {
            Self::Pair(pair) => pair.algorithm(),
            Self::Short(key) => PublicKeyData::algorithm(key),
        }
    }
}

impl rcgen::SigningKey for Key {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, rcgen::Error> {
        match self {
            Self::Pair(pair) => pair.sign(message),
            Self::Short(key) => rcgen::SigningKey::sign(key, message),
        }
    }
}
