//! Certificates as they were before X.509 version 3: without extensions. RFC 5280 4.1

use rcgen::SigningKey;

use super::der;

const VERSION: u8 = 0xa0;
const EXTENSIONS: u8 = 0xa3;

/// The same certificate in version 1, signed anew.
pub(super) fn downgraded(certificate: &[u8], issuer: &impl SigningKey) -> Result<Vec<u8>, rcgen::Error> {
    let parts = der::values(der::content(certificate).unwrap_or_default());
    let [signed, algorithm, _signature] = parts.as_slice() else { return Err(rcgen::Error::CouldNotParseCertificate) };
    let kept: Vec<&[u8]> = der::values(der::content(signed).unwrap_or_default())
        .into_iter()
        .filter(|value| !value.starts_with(&[VERSION]) && !value.starts_with(&[EXTENSIONS]))
        .collect();
    let signed = der::value(0x30, &kept.concat());
    // A bit string begins with the number of bits that are left over.
    let signature = der::value(0x03, &[vec![0], issuer.sign(&signed)?].concat());
    Ok(der::value(0x30, &[signed.as_slice(), algorithm, &signature].concat()))
}
