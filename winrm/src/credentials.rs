//! Who logs in.

use std::fmt;

use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};
use thiserror::Error;

/// The longest user, domain or workstation name that is sent, in characters.
///
/// Windows allows far less. The bound keeps every field of the NTLM message inside its 16-bit
/// length.
const LONGEST_NAME: usize = 256;

/// An account of the host, and where the login says that it comes from.
#[derive(Clone)]
pub struct Credentials {
    user: String,
    domain: String,
    password: SecretString,
    workstation: String,
}

impl Credentials {
    /// Reads a user name in any form that Windows people write.
    ///
    /// `name` and `.\name` are accounts of the host itself, `DOM\name` is one of a domain, and
    /// `name@dom.tld` goes to the host as it stands, which resolves it. `workstation` is only
    /// needed for accounts that may log in from named machines alone.
    ///
    /// # Errors
    ///
    /// [`InvalidCredentials`] where the host could never accept the name.
    pub fn new(user: &str, password: SecretString, workstation: Option<String>) -> Result<Self, InvalidCredentials> {
        let (domain, name) = split(user.trim())?;
        let workstation = workstation.unwrap_or_default();
        check_characters(name, "user name")?;
        check_characters(domain, "domain")?;
        check_characters(&workstation, "workstation")?;
        if name.is_empty() {
            return Err(InvalidCredentials::NoName);
        }
        if let Some(c) = name.chars().find(|c| c.to_uppercase().count() != 1) {
            return Err(InvalidCredentials::UpperCase(c));
        }
        Ok(Self { user: name.to_owned(), domain: domain.to_owned(), password, workstation })
    }

    /// The name without its domain; a user principal name is whole.
    pub fn user(&self) -> &str {
        &self.user
    }

    /// The domain; empty for accounts of the host and for user principal names.
    pub fn domain(&self) -> &str {
        &self.domain
    }

    /// The account as people write it.
    pub fn account(&self) -> String {
        match self.domain.as_str() {
            "" => self.user.clone(),
            domain => format!("{domain}\\{}", self.user),
        }
    }

    /// Tells whether a password was changed: the first bytes of SHA-256 over `salt`, account and password. Far too few to
    /// find the password by.
    pub fn mark(&self, salt: &str) -> [u8; 4] {
        let mut hash = Sha256::new();
        for part in [salt, &self.domain, &self.user, self.password.expose_secret()] {
            hash.update(part);
            hash.update([0]);
        }
        let hash: [u8; 32] = hash.finalize().into();
        let [a, b, c, d, ..] = hash;
        [a, b, c, d]
    }

    pub(crate) fn password(&self) -> &SecretString {
        &self.password
    }

    pub(crate) fn workstation(&self) -> &str {
        &self.workstation
    }
}

/// Shows the account, never the password.
impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("user", &self.user)
            .field("domain", &self.domain)
            .field("workstation", &self.workstation)
            .finish_non_exhaustive()
    }
}

/// Why a user name cannot be logged in with.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum InvalidCredentials {
    /// Nothing before or after the backslash.
    #[error("the user name is empty")]
    NoName,
    /// More than one backslash.
    #[error("the user name has more than one backslash: write DOMAIN\\name")]
    Backslashes,
    /// A control character.
    #[error("the {0} has a control character in it")]
    ControlCharacter(&'static str),
    /// Longer than any name of Windows.
    #[error("the {0} is longer than 256 characters")]
    TooLong(&'static str),
    /// A letter whose capital form is more than one letter. NTLM hashes the capital form, and
    /// Windows keeps such a letter as it is, so the login would always fail.
    #[error("the letter `{0}` in the user name cannot be used for NTLM: rename the account or use another")]
    UpperCase(char),
}

fn split(user: &str) -> Result<(&str, &str), InvalidCredentials> {
    match user.split_once('\\') {
        None => Ok(("", user)),
        Some((_, name)) if name.contains('\\') => Err(InvalidCredentials::Backslashes),
        Some((".", name)) => Ok(("", name)),
        Some((domain, name)) => Ok((domain, name)),
    }
}

fn check_characters(text: &str, what: &'static str) -> Result<(), InvalidCredentials> {
    if text.chars().any(char::is_control) {
        return Err(InvalidCredentials::ControlCharacter(what));
    }
    if text.chars().count() > LONGEST_NAME {
        return Err(InvalidCredentials::TooLong(what));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(user: &str) -> Result<Credentials, InvalidCredentials> {
        Credentials::new(user, "S3cret".into(), None)
    }

    #[test]
    fn every_form_of_a_user_name_is_read() {
        let table = [
            ("admin", "", "admin"),
            (" admin ", "", "admin"),
            (".\\admin", "", "admin"),
            ("CORP\\admin", "CORP", "admin"),
            ("corp.example.org\\admin", "corp.example.org", "admin"),
            ("admin@corp.example.org", "", "admin@corp.example.org"),
            ("Jürgen Šmíd", "", "Jürgen Šmíd"),
            ("\\admin", "", "admin"),
        ];
        for (text, domain, user) in table {
            let read = read(text).unwrap();
            assert_eq!((read.domain(), read.user()), (domain, user), "{text}");
        }
    }

    #[test]
    fn names_that_no_host_could_accept_are_refused() {
        use InvalidCredentials as No;
        let long = "x".repeat(257);
        let table = [
            ("", No::NoName),
            ("CORP\\", No::NoName),
            ("A\\B\\c", No::Backslashes),
            ("ad\0min", No::ControlCharacter("user name")),
            ("CO\nRP\\admin", No::ControlCharacter("domain")),
            ("Strauß", No::UpperCase('ß')),
            (long.as_str(), No::TooLong("user name")),
        ];
        for (text, reason) in table {
            assert_eq!(read(text).unwrap_err(), reason, "{text}");
        }
    }

    #[test]
    fn debug_shows_the_account_and_not_the_password() {
        let shown = format!("{:?}", read("CORP\\admin").unwrap());
        assert!(shown.contains("admin") && shown.contains("CORP"));
        assert!(!shown.contains("S3cret"));
    }
}
