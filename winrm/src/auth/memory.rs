//! What other processes have learnt of a login.

use std::fmt;
use std::time::Duration;

use super::LoginError;
use crate::Interrupt;

/// Remembers a login beyond this process. A host locks an account after a few wrong passwords, so one that was refused to
/// one process is not to be sent by the next.
pub trait LoginMemory: fmt::Debug + Send + Sync {
    /// Asked before a login. Whoever lets it go on is told its end.
    ///
    /// May wait, no longer than `patience` and until `interrupt` is raised, for a login of another process that tells whether the password is right.
    ///
    /// # Errors
    ///
    /// [`LoginError::Withheld`] where this very login was refused not long ago.
    fn admit(&self, patience: Duration, interrupt: &Interrupt) -> Result<(), LoginError>;

    /// What became of a login that was let go on.
    fn ended(&self, verdict: Verdict);
}

/// What a host says of a password.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Verdict {
    /// It is right.
    Accepted,
    /// It is wrong, or the account may not log in.
    Refused,
    /// The host did not get as far as that.
    Unknown,
}
