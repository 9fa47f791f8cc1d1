//! CloudStack's UUID of a VM.

use std::fmt;

use super::field::Problem;

/// In lower case.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct VmUuid(String);

impl VmUuid {
    /// Checks a UUID in its usual form of 8-4-4-4-12 hexadecimal digits.
    ///
    /// # Errors
    /// What it must be.
    pub fn parse(text: &str) -> Result<Self, Problem> {
        let groups: Vec<&str> = text.split('-').collect();
        let lengths: Vec<usize> = groups.iter().map(|group| group.len()).collect();
        let is_hexadecimal = groups.iter().all(|group| group.bytes().all(|byte| byte.is_ascii_hexdigit()));
        if lengths != [8, 4, 4, 4, 12] || !is_hexadecimal {
            return Err(Problem::from("must be a UUID"));
        }
        Ok(Self(text.to_ascii_lowercase()))
    }
}

impl fmt::Display for VmUuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
