//! Where a host is reached.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};

use thiserror::Error;

/// The port of a WinRM listener for HTTPS. [MS-WSMV] 2.1
const HTTPS_PORT: u16 = 5986;

/// The path that a WinRM listener answers at. [MS-WSMV] 2.1
const PATH: &str = "/wsman";

/// The longest name the DNS allows.
const LONGEST_HOST: usize = 253;

/// The address of a WinRM listener: host, port and path. Always HTTPS.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Endpoint {
    host: String,
    port: u16,
    path: String,
}

impl Endpoint {
    /// Reads an address as an operator writes it.
    ///
    /// Taken are `host`, `host:port`, `[v6]`, `[v6]:port`, a bare IPv6 address and `https://`
    /// before any of them, with a path or without. What is left out is port 5986 and path `/wsman`.
    /// `port` is a port given elsewhere; it may repeat the one in `text`, but not contradict it.
    ///
    /// # Errors
    ///
    /// [`InvalidEndpoint`] says what is wrong. It never repeats a text that may hold a password.
    pub fn parse(text: &str, port: Option<u16>) -> Result<Self, InvalidEndpoint> {
        let text = text.trim();
        if text.is_empty() {
            return Err(InvalidEndpoint::Empty);
        }
        if text.contains('@') {
            return Err(InvalidEndpoint::UserInfo);
        }
        let rest = without_scheme(text)?;
        let (authority, path) = match rest.split_once('/') {
            Some((authority, "")) => (authority, PATH.to_owned()),
            Some((authority, path)) => (authority, valid_path(path)?),
            None => (rest, PATH.to_owned()),
        };
        let (host, written) = split_authority(authority)?;
        Ok(Self {
            host: valid_host(host)?,
            port: one_port(written, port)?,
            path,
        })
    }

    /// The host as a name or an address; an IPv6 address without brackets.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The TCP port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The whole address, as it stands in `a:To` of every message.
    pub fn url(&self) -> String {
        format!("https://{self}{}", self.path)
    }
}

/// `host:port`, as a person reads it.
impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}

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
    /// A user name or password inside the address.
    #[error("an address must not hold a user name or password: give them in fields of their own")]
    UserInfo,
    /// The host is neither an address nor a name.
    #[error("`{0}` is not a host name or IP address")]
    Host(String),
    /// The host has letters outside ASCII.
    #[error(
        "`{0}` has letters that are not ASCII: give the name in its xn-- form or the IP address"
    )]
    HostNotAscii(String),
    /// The port is not a number from 1 to 65535.
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
    /// A query, a fragment or a character that no path has.
    #[error("`/{0}` is not a path that a WinRM listener can have")]
    Path(String),
}

fn without_scheme(text: &str) -> Result<&str, InvalidEndpoint> {
    match text.split_once("://") {
        None => Ok(text),
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("https") => Ok(rest),
        Some((scheme, _)) if scheme.eq_ignore_ascii_case("http") => Err(InvalidEndpoint::PlainHttp),
        Some((scheme, _)) => Err(InvalidEndpoint::Scheme(scheme.to_owned())),
    }
}

fn valid_path(path: &str) -> Result<String, InvalidEndpoint> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "/-._~%".contains(c);
    if path.chars().all(allowed) {
        Ok(format!("/{path}"))
    } else {
        Err(InvalidEndpoint::Path(path.to_owned()))
    }
}

/// Host and port text, told apart by brackets: a bare IPv6 address has colons of its own.
fn split_authority(authority: &str) -> Result<(&str, Option<&str>), InvalidEndpoint> {
    let refused = || InvalidEndpoint::Host(authority.to_owned());
    if let Some(inner) = authority.strip_prefix('[') {
        let (address, after) = inner.split_once(']').ok_or_else(refused)?;
        address.parse::<Ipv6Addr>().map_err(|_| refused())?;
        return match after {
            "" => Ok((address, None)),
            _ => Ok((address, Some(after.strip_prefix(':').ok_or_else(refused)?))),
        };
    }
    if authority.parse::<Ipv6Addr>().is_ok() {
        return Ok((authority, None));
    }
    match authority.split_once(':') {
        Some((host, port)) => Ok((host, Some(port))),
        None => Ok((authority, None)),
    }
}

fn valid_host(host: &str) -> Result<String, InvalidEndpoint> {
    if let Ok(address) = host.parse::<IpAddr>() {
        return Ok(address.to_string());
    }
    if !host.is_ascii() {
        return Err(InvalidEndpoint::HostNotAscii(host.to_owned()));
    }
    let label = |label: &str| {
        let inner = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        !label.is_empty()
            && label.len() <= 63
            && label.chars().all(inner)
            && !label.starts_with('-')
    };
    let name = host.strip_suffix('.').unwrap_or(host);
    // A last label of digits alone would be read as a broken IPv4 address further down.
    let numeric = name
        .rsplit('.')
        .next()
        .is_some_and(|last| last.chars().all(|c| c.is_ascii_digit()));
    if name.len() <= LONGEST_HOST && name.split('.').all(label) && !numeric {
        Ok(name.to_owned())
    } else {
        Err(InvalidEndpoint::Host(host.to_owned()))
    }
}

fn one_port(written: Option<&str>, given: Option<u16>) -> Result<u16, InvalidEndpoint> {
    let written = written.map(valid_port).transpose()?;
    if given == Some(0) {
        return Err(InvalidEndpoint::Port("0".to_owned()));
    }
    match (written, given) {
        (Some(written), Some(given)) if written != given => {
            Err(InvalidEndpoint::TwoPorts { written, given })
        }
        (Some(port), _) | (None, Some(port)) => Ok(port),
        (None, None) => Ok(HTTPS_PORT),
    }
}

fn valid_port(text: &str) -> Result<u16, InvalidEndpoint> {
    // `parse` alone would take a plus sign.
    let digits = text.chars().all(|c| c.is_ascii_digit());
    match text.parse() {
        Ok(port) if digits && port != 0 => Ok(port),
        _ => Err(InvalidEndpoint::Port(text.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_that_operators_write_is_read() {
        let table = [
            ("hv1", None, "https://hv1:5986/wsman"),
            (
                " hv1.example.org ",
                None,
                "https://hv1.example.org:5986/wsman",
            ),
            (
                "hv_1.example.org.",
                None,
                "https://hv_1.example.org:5986/wsman",
            ),
            ("hv1", Some(15986), "https://hv1:15986/wsman"),
            ("hv1:443", None, "https://hv1:443/wsman"),
            ("hv1:443", Some(443), "https://hv1:443/wsman"),
            ("10.0.0.5", None, "https://10.0.0.5:5986/wsman"),
            ("10.0.0.5:1", None, "https://10.0.0.5:1/wsman"),
            ("[fe80::1]", None, "https://[fe80::1]:5986/wsman"),
            ("[FE80::1]:7", None, "https://[fe80::1]:7/wsman"),
            ("fe80::1", Some(7), "https://[fe80::1]:7/wsman"),
            ("https://hv1", None, "https://hv1:5986/wsman"),
            ("HTTPS://hv1/", None, "https://hv1:5986/wsman"),
            ("https://hv1:443/wsman", None, "https://hv1:443/wsman"),
            (
                "https://gate/hv1/wsman",
                None,
                "https://gate:5986/hv1/wsman",
            ),
            ("https://[::1]:9/wsman", None, "https://[::1]:9/wsman"),
        ];
        for (text, port, url) in table {
            assert_eq!(Endpoint::parse(text, port).unwrap().url(), url, "{text}");
        }
    }

    #[test]
    fn the_host_is_shown_without_brackets_and_the_address_with_them() {
        let endpoint = Endpoint::parse("[::1]:9", None).unwrap();
        assert_eq!(endpoint.host(), "::1");
        assert_eq!(endpoint.to_string(), "[::1]:9");
    }

    #[test]
    fn what_is_no_address_is_refused_with_its_reason() {
        use InvalidEndpoint as No;
        let table = [
            ("", None, No::Empty),
            ("  ", None, No::Empty),
            ("http://hv1", None, No::PlainHttp),
            ("HTTP://hv1:5985/wsman", None, No::PlainHttp),
            ("ftp://hv1", None, No::Scheme("ftp".into())),
            ("https://u:secret@hv1", None, No::UserInfo),
            ("u:secret@hv1", None, No::UserInfo),
            ("hv1:0", None, No::Port("0".into())),
            ("hv1", Some(0), No::Port("0".into())),
            ("hv1:+5", None, No::Port("+5".into())),
            ("hv1:", None, No::Port(String::new())),
            ("hv1:65536", None, No::Port("65536".into())),
            (
                "hv1:443",
                Some(5986),
                No::TwoPorts {
                    written: 443,
                    given: 5986,
                },
            ),
            ("[fe80::1", None, No::Host("[fe80::1".into())),
            ("[hv1]", None, No::Host("[hv1]".into())),
            ("[::1]9", None, No::Host("[::1]9".into())),
            ("fe80::1%eth0", None, No::Port(":1%eth0".into())),
            ("a b", None, No::Host("a b".into())),
            ("a..b", None, No::Host("a..b".into())),
            ("-a", None, No::Host("-a".into())),
            ("10.0.0.256", None, No::Host("10.0.0.256".into())),
            ("https://", None, No::Host(String::new())),
            ("hô1", None, No::HostNotAscii("hô1".into())),
            ("https://hv1/wsman?x=1", None, No::Path("wsman?x=1".into())),
        ];
        for (text, port, reason) in table {
            assert_eq!(Endpoint::parse(text, port), Err(reason), "{text}");
        }
    }

    #[test]
    fn a_password_in_an_address_is_not_repeated() {
        let refused = Endpoint::parse("https://admin:S3cret@hv1", None).unwrap_err();
        assert!(!refused.to_string().contains("S3cret"));
        assert!(!format!("{refused:?}").contains("S3cret"));
    }

    #[test]
    fn the_refusal_of_plain_http_says_how_to_make_a_listener() {
        let refused = Endpoint::parse("http://hv1", None).unwrap_err().to_string();
        assert!(
            refused.contains("winrm quickconfig -transport:https"),
            "{refused}"
        );
    }
}
