//! How a login is carried in HTTP: `Negotiate` with tokens of NTLM. No I/O here; the transport asks
//! what to send.
//!
//! WinRM offers `Negotiate` and `Kerberos`, and takes plain NTLM under `Negotiate`. [MS-WSMV]
//! 2.2.9, RFC 4559

mod binding;
mod memory;
mod ntlm;

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use thiserror::Error;

pub use binding::channel_binding;
pub use memory::{LoginMemory, Verdict};
pub use ntlm::Ntlm;

const SCHEME: &str = "Negotiate";

/// The value of an `Authorization` header that carries a token.
pub fn authorization(token: &[u8]) -> String {
    format!("{SCHEME} {}", STANDARD.encode(token))
}

/// What the `WWW-Authenticate` headers of a 401 say.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Offer {
    /// `Negotiate` with a token: the host goes on with the login.
    Token(Vec<u8>),
    /// `Negotiate` alone: the host wants a login from the start, or refuses the one it got.
    Negotiate,
    /// Only other schemes, by name.
    Others(Vec<String>),
}

impl Offer {
    /// Reads all the headers, in any order: Kerberos may come before Negotiate.
    pub fn read<'a>(headers: impl IntoIterator<Item = &'a str>) -> Self {
        let mut negotiate = false;
        let mut others = Vec::new();
        for header in headers {
            let header = header.trim();
            let (scheme, token) = header.split_once(' ').unwrap_or((header, ""));
            if !scheme.eq_ignore_ascii_case(SCHEME) {
                others.push(scheme.chars().filter(char::is_ascii_alphanumeric).take(20).collect());
                continue;
            }
            negotiate = true;
            match STANDARD.decode(token.trim()) {
                Ok(token) if !token.is_empty() => return Self::Token(token),
                _ => {}
            }
        }
        if negotiate { Self::Negotiate } else { Self::Others(others) }
    }
}

/// Why there is no login.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum LoginError {
    /// The host has looked at the password and said no. The same password is never sent again.
    #[error(
        "the host refuses the login of `{user}`: wrong user name, domain or password, an account that is locked, expired or \
         may not log in over the network, or something between here and the host that shows a certificate of its own"
    )]
    Refused {
        /// The account, as it was given.
        user: String,
    },
    /// The host has refused this very login not long ago. It was not sent again.
    #[error(
        "the login of `{user}` is held back for {} s, lest the host locks the account: the host refused it {} s ago (wrong \
         user name, domain or password, an account that is locked, expired or may not log in over the network, or something \
         between here and the host that shows a certificate of its own)",
        left.as_secs().max(1), since.as_secs()
    )]
    Withheld {
        /// The account, as it was given.
        user: String,
        /// How long ago it was refused.
        since: Duration,
        /// For how long it is held back.
        left: Duration,
    },
    /// The host takes no NTLM.
    #[error(
        "the host takes no NTLM login (it offers {offered}): switch on Negotiate for the WinRM service and allow NTLM"
    )]
    NotOffered {
        /// The schemes that it offers.
        offered: String,
    },
    /// The host's challenge makes no sense, or asks for something that is not safe.
    #[error("the host's login challenge makes no sense: {0}")]
    Challenge(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_token_is_found_among_all_the_headers() {
        let table: [(&[&str], Offer); 8] = [
            (&["Kerberos", "Negotiate AQID"], Offer::Token(vec![1, 2, 3])),
            (&["negotiate AQID", "Basic realm=\"WSMAN\""], Offer::Token(vec![1, 2, 3])),
            (&["NEGOTIATE   AQID "], Offer::Token(vec![1, 2, 3])),
            (&["Kerberos", "Negotiate"], Offer::Negotiate),
            (&["Negotiate !!"], Offer::Negotiate),
            (&["Negotiate "], Offer::Negotiate),
            (&["Basic realm=\"WSMAN\"", "Kerberos"], Offer::Others(vec!["Basic".into(), "Kerberos".into()])),
            (&[], Offer::Others(vec![])),
        ];
        for (headers, offer) in table {
            assert_eq!(Offer::read(headers.iter().copied()), offer, "{headers:?}");
        }
    }
}
