//! Identifiers of messages, shells and commands.

use sha2::{Digest, Sha256};

/// Where identifiers come from. Tests put one in that counts, so that every request can be
/// foretold.
pub trait Ids {
    /// The next identifier, a GUID in capitals, unlike all before.
    fn next(&mut self) -> String;
}

/// Random GUIDs from one reading of the system's randomness. RFC 9562 5.4
#[derive(Debug)]
pub struct RandomIds {
    seed: [u8; 32],
    count: u64,
}

impl RandomIds {
    /// Reads the seed.
    ///
    /// # Errors
    ///
    /// What the system says where it has no randomness to give.
    pub fn new() -> Result<Self, getrandom::Error> {
        let mut seed = [0; 32];
        getrandom::fill(&mut seed)?;
        Ok(Self { seed, count: 0 })
    }
}

impl Ids for RandomIds {
    fn next(&mut self) -> String {
        self.count += 1;
        let digest = Sha256::new().chain_update(self.seed).chain_update(self.count.to_be_bytes()).finalize();
        let number = digest.iter().take(16).fold(0u128, |number, byte| number << 8 | u128::from(*byte));
        guid(number)
    }
}

/// A GUID of version 4 and variant 1 with the other bits of `number`.
fn guid(number: u128) -> String {
    let number = number & !(0xf << 76) & !(0x3 << 62) | 0x4 << 76 | 0x2 << 62;
    format!(
        "{:08X}-{:04X}-{:04X}-{:04X}-{:012X}",
        number >> 96,
        number >> 80 & 0xffff,
        number >> 64 & 0xffff,
        number >> 48 & 0xffff,
        number & 0xffff_ffff_ffff
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guid_says_that_it_is_random() {
        assert_eq!(guid(0), "00000000-0000-4000-8000-000000000000");
        assert_eq!(guid(u128::MAX), "FFFFFFFF-FFFF-4FFF-BFFF-FFFFFFFFFFFF");
    }

    #[test]
    fn no_two_are_the_same() {
        let mut ids = RandomIds::new().unwrap();
        let mut other = RandomIds::new().unwrap();
        assert_ne!(ids.next(), ids.next());
        assert_ne!(ids.next(), other.next());
    }
}
