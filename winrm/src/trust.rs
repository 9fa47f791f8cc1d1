//! How a host proves that it is the one meant.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use sha2::{Digest, Sha256};
use thiserror::Error;

/// What a host's certificate is checked against.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub enum Trust {
    /// The authorities that this system trusts.
    #[default]
    SystemRoots,
    /// The authorities in this PEM file, and no others.
    CaFile(PathBuf),
    /// This very certificate, whatever its names, dates and issuer say.
    Fingerprint(Fingerprint),
    /// Nothing. Anyone between here and the host can read what is sent and change what comes back.
    DangerousNone,
}

/// The SHA-256 hash of a certificate in DER form.
#[derive(Clone, Copy, Eq, Hash, PartialEq)]
pub struct Fingerprint([u8; 32]);

impl Fingerprint {
    /// Reads 64 hexadecimal digits in any case, with colons between the bytes or without.
    ///
    /// # Errors
    ///
    /// [`InvalidFingerprint`] for anything else.
    pub fn parse(text: &str) -> Result<Self, InvalidFingerprint> {
        let digits: Vec<u8> = text
            .trim()
            .chars()
            .filter(|c| *c != ':')
            .map(|c| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok()))
            .collect::<Option<_>>()
            .ok_or(InvalidFingerprint::NotHexadecimal)?;
        if digits.len() == 40 {
            return Err(InvalidFingerprint::Sha1);
        }
        let bytes: Vec<u8> =
            digits.chunks(2).map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | digit)).collect();
        match bytes.try_into() {
            Ok(bytes) if digits.len() == 64 => Ok(Self(bytes)),
            _ => Err(InvalidFingerprint::Length(digits.len())),
        }
    }

    /// The fingerprint of a certificate in DER form.
    pub fn of(certificate: &[u8]) -> Self {
        Self(Sha256::digest(certificate).into())
    }
}

impl FromStr for Fingerprint {
    type Err = InvalidFingerprint;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

/// 64 lower-case hexadecimal digits.
impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fingerprint({self})")
    }
}

/// Why a text is no fingerprint.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum InvalidFingerprint {
    /// Something other than digits, letters a to f and colons.
    #[error("a fingerprint has hexadecimal digits and colons only")]
    NotHexadecimal,
    /// 40 digits: the thumbprint that Windows shows.
    #[error(
        "40 digits are a SHA-1 thumbprint, as Windows shows it: give the SHA-256 fingerprint (64 digits), for example from \
         `openssl x509 -noout -fingerprint -sha256`"
    )]
    Sha1,
    /// Any other number of digits.
    #[error("a SHA-256 fingerprint has 64 hexadecimal digits, not {0}")]
    Length(usize),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_is_read_in_any_form_and_shown_in_one() {
        // SHA-256 of nothing, FIPS 180-4.
        let plain = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        let colons = "E3:B0:C4:42:98:FC:1C:14:9A:FB:F4:C8:99:6F:B9:24:27:AE:41:E4:64:9B:93:4C:A4:95:99:1B:78:52:B8:55";
        assert_eq!(Fingerprint::parse(plain), Ok(Fingerprint::of(b"")));
        assert_eq!(Fingerprint::parse(colons), Ok(Fingerprint::of(b"")));
        assert_eq!(Fingerprint::of(b"").to_string(), plain);
    }

    #[test]
    fn other_texts_are_refused_with_their_reason() {
        use InvalidFingerprint as No;
        let thumbprint = "ab".repeat(20);
        let odd = "a".repeat(63);
        let table = [
            ("", No::Length(0)),
            ("xyz", No::NotHexadecimal),
            ("ab-cd", No::NotHexadecimal),
            (thumbprint.as_str(), No::Sha1),
            (odd.as_str(), No::Length(63)),
        ];
        for (text, reason) in table {
            assert_eq!(Fingerprint::parse(text), Err(reason), "{text}");
        }
    }
}
