//! What binds a login to the TLS connection that it goes over.

use md5::{Digest as _, Md5};
use sha2::{Sha256, Sha384, Sha512};

use crate::der::Der;

/// The value of the AV pair `MsvAvChannelBindings` for a server's certificate in DER form.
/// [MS-NLMP] 2.2.2.1
///
/// It is the MD5 of a `gss_channel_bindings_struct` (RFC 2744 3.11) without addresses, whose
/// application data is `tls-server-end-point:` and the hash of the certificate (RFC 5929 4.1).
pub fn channel_binding(certificate: &[u8]) -> [u8; 16] {
    let mut data = b"tls-server-end-point:".to_vec();
    data.extend(end_point(certificate));
    let length = u32::try_from(data.len()).unwrap_or(u32::MAX);
    Md5::new().chain_update([0; 16]).chain_update(length.to_le_bytes()).chain_update(data).finalize().into()
}

/// The hash of the certificate, by the hash of the signature on it; MD5 and SHA-1 are raised to
/// SHA-256. RFC 5929 4.1
///
/// SHA-256 also where the algorithm has no hash of its own or is unknown, as other clients do.
fn end_point(certificate: &[u8]) -> Vec<u8> {
    match signature_hash(certificate) {
        Some(Hash::Sha384) => Sha384::digest(certificate).to_vec(),
        Some(Hash::Sha512) => Sha512::digest(certificate).to_vec(),
        None => Sha256::digest(certificate).to_vec(),
    }
}

/// The hashes that are not replaced by SHA-256.
#[derive(Clone, Copy)]
enum Hash {
    Sha384,
    Sha512,
}

/// `Certificate ::= SEQUENCE { tbsCertificate, signatureAlgorithm, signature }`. RFC 5280 4.1
fn signature_hash(certificate: &[u8]) -> Option<Hash> {
    let (certificate, _) = Der::read(certificate)?;
    let (_to_be_signed, rest) = Der::read(certificate.sequence()?)?;
    let (algorithm, _) = Der::read(rest)?;
    algorithm_hash(algorithm.sequence()?)
}

/// `AlgorithmIdentifier ::= SEQUENCE { algorithm OBJECT IDENTIFIER, parameters ANY OPTIONAL }`. RFC
/// 5280 4.1.1.2
fn algorithm_hash(algorithm: &[u8]) -> Option<Hash> {
    let (identifier, parameters) = Der::read(algorithm)?;
    match identifier.object_identifier()? {
        // sha384WithRSAEncryption, ecdsa-with-SHA384, id-sha384
        [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0c]
        | [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x03]
        | [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02] => Some(Hash::Sha384),
        // sha512WithRSAEncryption, ecdsa-with-SHA512, id-sha512
        [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0d]
        | [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x04]
        | [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x03] => Some(Hash::Sha512),
        // id-RSASSA-PSS: the hash is in its parameters. RFC 4055 3.1
        [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0a] => {
            let (parameters, _) = Der::read(parameters)?;
            let (hash, _) = Der::read(parameters.sequence()?)?;
            let (algorithm, _) = Der::read(hash.context(0)?)?;
            algorithm_hash(algorithm.sequence()?)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHA256_RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b];
    const SHA384_RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0c];
    const SHA1_RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x05];
    const SHA512_EC: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x04];
    const PSS: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0a];
    const SHA384: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02];
    const ED25519: &[u8] = &[0x2b, 0x65, 0x70];

    fn der(tag: u8, content: &[u8]) -> Vec<u8> {
        let length = u16::try_from(content.len()).unwrap().to_be_bytes();
        [&[tag, 0x82], length.as_slice(), content].concat()
    }

    /// The frame of a certificate around an algorithm; what is signed is only skipped.
    fn certificate(algorithm: &[u8], parameters: &[u8]) -> Vec<u8> {
        let signed = der(0x30, &[7; 600]);
        let algorithm = der(0x30, &[der(0x06, algorithm), parameters.to_vec()].concat());
        der(0x30, &[signed, algorithm, der(0x03, &[0; 64])].concat())
    }

    #[test]
    fn the_hash_is_that_of_the_signature_on_the_certificate() {
        let null = [0x05, 0x00];
        let pss = der(0x30, &der(0xa0, &der(0x30, &der(0x06, SHA384))));
        let table: [(&[u8], &[u8], usize); 7] = [
            (SHA256_RSA, &null, 32),
            (SHA384_RSA, &null, 48),
            (SHA1_RSA, &null, 32),
            (SHA512_EC, &[], 64),
            (PSS, &pss, 48),
            (PSS, &[0x30, 0x00], 32),
            (ED25519, &[], 32),
        ];
        for (algorithm, parameters, length) in table {
            assert_eq!(end_point(&certificate(algorithm, parameters)).len(), length, "{algorithm:x?}");
        }
    }

    #[test]
    fn the_binding_is_the_hash_of_the_whole_structure() {
        let certificate = certificate(SHA256_RSA, &[0x05, 0x00]);
        let mut structure = vec![0; 16];
        structure.extend([53, 0, 0, 0]);
        structure.extend(b"tls-server-end-point:");
        structure.extend(Sha256::digest(&certificate));
        assert_eq!(channel_binding(&certificate).as_slice(), Md5::digest(&structure).as_slice());
    }

    #[test]
    fn bytes_that_are_no_certificate_do_no_harm() {
        let whole = certificate(SHA384_RSA, &[0x05, 0x00]);
        for length in 0..whole.len() {
            assert_eq!(end_point(&whole[..length]).len(), 32, "{length}");
        }
        assert_eq!(end_point(&[0x30, 0x84, 0xff, 0xff, 0xff, 0xff]).len(), 32);
    }
}
