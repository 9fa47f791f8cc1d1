//! What is wrong with an address, without what it may hold.
//!
//! An address comes from a person, and a password may stand anywhere in it by mistake. Only the
//! scheme, the host and a port of digits are ever repeated.

use thiserror::Error;

/// The most characters of a text that are repeated.
const MOST_SHOWN: usize = 80;

/// Why a text is no address of a WinRM listener.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum InvalidEndpoint {
    /// Nothing was given.
    #[error("the address is empty: give a host name, host:port or https://host:port")]
    Empty,
    /// Plain HTTP, which carries script and answer in clear or needs an encryption of its own.
    #[error(
        "plain http:// is not supported: make an HTTPS listener on the host (winrm quickconfig -transport:https, or \
         New-Item -Path WSMan:\\localhost\\Listener -Transport HTTPS -Address * -CertificateThumbPrint <thumbprint>) \
         and give https://host:5986"
    )]
    PlainHttp,
    /// A scheme other than https.
    #[error("only https:// is supported, not `{0}://`")]
    Scheme(String),
    /// `https:` without both slashes.
    #[error("`https:` is not followed by two slashes: give https://host or the host alone")]
    Slashes,
    /// A user name or password inside the address.
    #[error("an address must not hold a user name or password: give them in fields of their own")]
    UserInfo,
    /// Nothing stands where the host should.
    #[error("the address has no host: give a host name, host:port or https://host:port")]
    NoHost,
    /// The host is neither an address nor a name. Control characters are escaped.
    #[error("`{0}` is not a host name or IP address")]
    Host(String),
    /// The host has letters outside ASCII. Control characters are escaped.
    #[error("`{0}` has letters that are not ASCII: give the name in its xn-- form or the IP address")]
    HostNotAscii(String),
    /// Square brackets around something else than an IPv6 address, or with something behind them.
    #[error("square brackets hold an IPv6 address, and only a port may follow: give [address]:port")]
    Brackets,
    /// A link-local IPv6 address with the interface of this machine that leads there.
    #[error("an IPv6 address with a zone (the part from `%`) is not supported: give a host name or another address")]
    Zone,
    /// More than one colon, but no IPv6 address.
    #[error("the address has more than one colon and is no IPv6 address: give host:port or [address]:port")]
    Colons,
    /// A colon and nothing behind it.
    #[error("there is no port after the colon: give host:port or the host alone")]
    NoPort,
    /// The port is not written in digits.
    #[error("the port is not a number: give a number from 1 to 65535")]
    PortNotANumber,
    /// The port is 0 or above 65535.
    #[error("`{0}` is not a port: give a number from 1 to 65535")]
    Port(String),
    /// Two different ports.
    #[error("the address names port {written} and the port field {given}: give one of them")]
    TwoPorts {
        /// The port inside the address.
        written: u16,
        /// The port given beside it.
        given: u16,
    },
    /// A query, a fragment, a backslash or another character that no path has.
    #[error(
        "what follows the host in the address is not a path that a WinRM listener can have: leave it out for /wsman"
    )]
    Path,
}

/// A text as it may be repeated: control characters are escaped, and what is too long is cut.
pub(super) fn shown(text: &str) -> String {
    let mut shown = String::new();
    for c in text.chars() {
        let escaped = c.escape_debug();
        if shown.chars().count() + escaped.len() > MOST_SHOWN {
            shown.push_str("...");
            break;
        }
        shown.extend(escaped);
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_repeated_is_one_line_of_bounded_length() {
        let (full, long) = ("x".repeat(80), "x".repeat(81));
        let cut = format!("{full}...");
        let table = [
            ("a b", "a b"),
            ("a\nb\u{1b}[2J\u{202e}", "a\\nb\\u{1b}[2J\\u{202e}"),
            ("hô1", "hô1"),
            (&full, &full),
            (&long, &cut),
        ];
        for (text, expected) in table {
            assert_eq!(shown(text), expected, "{text:?}");
        }
        let escapes = shown(&"\u{1b}".repeat(80));
        assert!(escapes.ends_with("\\u{1b}...") && escapes.len() <= 83);
    }
}
