//! The kind of virtual hardware.

use super::field::{self, Levels, Problem};
use crate::error::Error;
use crate::payload::Payload;

/// Hyper-V's two kinds. Only the second has a firmware that can check what it starts.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Generation {
    /// BIOS, boots from IDE.
    One,
    /// UEFI, boots from SCSI.
    Two(SecureBoot),
}

/// What the firmware checks.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum SecureBoot {
    /// Nothing; also where no key says otherwise, since most templates are Linux.
    Off,
    /// With Microsoft's template for Windows.
    Windows,
    /// With Microsoft's template for other systems.
    Linux,
}

impl Generation {
    /// Reads `generation` and `secure_boot`. Where nothing is said it is 1, as with the script that this program replaces.
    ///
    /// # Errors
    /// Where one of them is wrong, or Secure Boot is asked of generation 1.
    pub fn new(payload: &Payload) -> Result<Self, Error> {
        const WORDS: [(&str, SecureBoot); 3] =
            [("off", SecureBoot::Off), ("windows", SecureBoot::Windows), ("linux", SecureBoot::Linux)];
        let levels = Levels::of_vm(payload);
        let number = levels.find(&["generation"]).optional(field::number(1_u8, 2))?;
        let field = levels.find(&["secure_boot"]);
        let secure_boot = field.optional(field::word(&WORDS))?.unwrap_or(SecureBoot::Off);
        match (number, secure_boot) {
            (Some(2), secure_boot) => Ok(Self::Two(secure_boot)),
            (_, SecureBoot::Off) => Ok(Self::One),
            (_, _) => Err(field
                .error(&Problem::from("needs generation 2"))
                .with_hint("set generation to 2, or secure_boot to off")),
        }
    }
}
