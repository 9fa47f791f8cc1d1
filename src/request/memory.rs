//! A VM's memory.

use super::field::Problem;

/// Hyper-V gives memory in such steps.
const STEP: u64 = 2 * 1024 * 1024;

/// The largest VM of Windows Server 2025: 240 TB.
const MOST: u64 = 240 * (1 << 40);

/// Static memory in bytes, a multiple of 2 MiB.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Memory(u64);

impl Memory {
    /// Reads whole bytes, and rounds them up to Hyper-V's next step: nobody gets less than was bought.
    ///
    /// # Errors
    /// Zero, less than the 32 MiB that Hyper-V asks for, or no number of bytes.
    pub fn parse(text: &str) -> Result<Self, Problem> {
        match text.parse::<u64>() {
            Ok(bytes) if (32 << 20..=MOST).contains(&bytes) && !text.starts_with('+') => {
                Ok(Self(bytes.next_multiple_of(STEP)))
            }
            _ => Err(Problem::from("must be the memory in whole bytes, from 32 MiB (33554432) to 240 TiB")),
        }
    }

    /// Bytes.
    pub const fn bytes(self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::Memory;

    #[test]
    fn whole_steps_upwards() {
        assert_eq!(Memory::parse("2147483648").unwrap().bytes(), 2_147_483_648);
        assert_eq!(Memory::parse("536870913").unwrap().bytes(), 538_968_064);
        for bad in ["0", "-1", "512.0", "512MB", "33554431", "18446744073709551615"] {
            assert!(Memory::parse(bad).is_err(), "{bad}");
        }
    }
}
