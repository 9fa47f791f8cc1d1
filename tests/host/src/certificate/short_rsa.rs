//! An RSA key of 1024 bits, as old hosts have it. No TLS library of today signs with it, so this does.

use num_bigint::BigUint;
use rcgen::{PKCS_RSA_SHA256, PublicKeyData, SignatureAlgorithm};
use sha2::{Digest, Sha256};
use tokio_rustls::rustls::sign::{Signer, SigningKey};
use tokio_rustls::rustls::{self, Error, SignatureScheme};

use super::der;

/// A fixed key for tests. It protects nothing.
const MODULUS: &[u8] = b"\
    cbeb4231756875850cf53d19b242ce7f47130193081df9fab7c56153e753260a\
    1202c0fefef0bc8555cf77088a38bdf03ed30eb0b238417e9b7ef1fca4970a2b\
    edf95da543454cc51077c7c91e4fe604c531ee5e5037817b5daf92ba89c87d1c\
    9be9bc39a39e670136037f1a38277b6e45e23e7a5351ae943f17f2091fcfc2b1";
const PRIVATE_EXPONENT: &[u8] = b"\
    3466a31ee485d0553d6c33a44bcba116d1e3cf6ec21239efb493b31c0580b770\
    b50a222024d12610b96953b44d18a1ae7fe66a8afb713b5b5687fb9529926a99\
    43c468c38d66fbd0058ac22c8ef056b531e34cafd0964253ab4595632645e55a\
    6d80a06897a0718bee38a5224a8921940b0786640cdaf0a70183de1936973e15";
const PUBLIC_EXPONENT: [u8; 3] = [1, 0, 1];

/// `DigestInfo` of SHA-256 up to the hash. RFC 8017 9.2
const SHA256_INFO: [u8; 19] =
    [0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20];

/// That key.
#[derive(Clone, Debug)]
pub(crate) struct ShortRsaKey {
    modulus: BigUint,
    exponent: BigUint,
    /// `RSAPublicKey` in DER form. RFC 8017 A.1.1
    public: Vec<u8>,
}

impl ShortRsaKey {
    pub(crate) fn new() -> Self {
        let number = |digits| BigUint::parse_bytes(digits, 16).unwrap_or_default();
        let modulus = number(MODULUS);
        // A number whose first bit is set takes a zero before it, or it would be below zero.
        let unsigned = [&[0], modulus.to_bytes_be().as_slice()].concat();
        let public = der::value(0x30, &[der::value(0x02, &unsigned), der::value(0x02, &PUBLIC_EXPONENT)].concat());
        Self { modulus, exponent: number(PRIVATE_EXPONENT), public }
    }

    /// RSASSA-PKCS1-v1_5 with SHA-256. RFC 8017 8.2.1
    fn signature(&self, message: &[u8]) -> Vec<u8> {
        let length = MODULUS.len() / 2;
        let mut info = SHA256_INFO.to_vec();
        info.extend(Sha256::digest(message));
        let mut padded = vec![0xff; length.saturating_sub(info.len() + 1)];
        padded.splice(..2, [0, 1]);
        padded.push(0);
        padded.extend(info);
        let signature = BigUint::from_bytes_be(&padded).modpow(&self.exponent, &self.modulus).to_bytes_be();
        [vec![0; length.saturating_sub(signature.len())], signature].concat()
    }
}

impl PublicKeyData for ShortRsaKey {
    fn der_bytes(&self) -> &[u8] {
        &self.public
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        &PKCS_RSA_SHA256
    }
}

impl rcgen::SigningKey for ShortRsaKey {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, rcgen::Error> {
        Ok(self.signature(message))
    }
}

impl SigningKey for ShortRsaKey {
    fn choose_scheme(&self, offered: &[SignatureScheme]) -> Option<Box<dyn Signer>> {
        offered.contains(&SignatureScheme::RSA_PKCS1_SHA256).then(|| -> Box<dyn Signer> { Box::new(self.clone()) })
    }

    fn algorithm(&self) -> rustls::SignatureAlgorithm {
        rustls::SignatureAlgorithm::RSA
    }
}

impl Signer for ShortRsaKey {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Error> {
        Ok(self.signature(message))
    }

    fn scheme(&self) -> SignatureScheme {
        SignatureScheme::RSA_PKCS1_SHA256
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The signature is one: raised to the public exponent it is the padded hash again.
    #[test]
    fn the_signature_is_one_of_the_key() {
        let key = ShortRsaKey::new();
        let signature = BigUint::from_bytes_be(&key.signature(b"message"));
        let opened = signature.modpow(&BigUint::from_bytes_be(&PUBLIC_EXPONENT), &key.modulus).to_bytes_be();
        assert_eq!((opened.len(), opened.first()), (127, Some(&1)));
        assert!(opened.ends_with(&[SHA256_INFO.as_slice(), &Sha256::digest(b"message")].concat()));
    }
}
