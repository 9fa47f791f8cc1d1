//! Where a host is reached.

mod invalid;

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};

use invalid::shown;

pub use invalid::InvalidEndpoint;

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
        let authority = rest.split(['/', '\\', '?', '#']).next().unwrap_or_default();
        let path = rest.strip_prefix(authority).unwrap_or_default();
        let (host, written) = split_authority(authority)?;
        Ok(Self { host: valid_host(host)?, port: one_port(written, port)?, path: valid_path(path)? })
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

/// What follows `https://`, or the whole text where it begins with no scheme.
fn without_scheme(text: &str) -> Result<&str, InvalidEndpoint> {
    if let Some((scheme, rest)) = text.split_once("://").filter(|(text, _)| is_scheme(text)) {
        return match scheme.to_ascii_lowercase().as_str() {
            "https" => Ok(rest),
            "http" => Err(InvalidEndpoint::PlainHttp),
            _ => Err(InvalidEndpoint::Scheme(shown(scheme))),
        };
    }
    match text.split_once(':') {
        Some((scheme, _)) if scheme.eq_ignore_ascii_case("https") => Err(InvalidEndpoint::Slashes),
        Some((scheme, _)) if scheme.eq_ignore_ascii_case("http") => Err(InvalidEndpoint::PlainHttp),
        _ => Ok(text),
    }
}

/// RFC 3986 3.1
fn is_scheme(text: &str) -> bool {
    let inner = |c: char| c.is_ascii_alphanumeric() || "+-.".contains(c);
    text.starts_with(|c: char| c.is_ascii_alphabetic()) && text.chars().all(inner)
}

fn valid_path(path: &str) -> Result<String, InvalidEndpoint> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "/-._~%".contains(c);
    match path {
        "" | "/" => Ok(PATH.to_owned()),
        _ if path.chars().all(allowed) => Ok(path.to_owned()),
        _ => Err(InvalidEndpoint::Path),
    }
}

/// Host and port text, told apart by brackets: a bare IPv6 address has colons of its own.
fn split_authority(authority: &str) -> Result<(&str, Option<&str>), InvalidEndpoint> {
    let has_zone = |text: &str| text.split_once('%').is_some_and(|(address, _)| is_ipv6(address));
    if let Some(inner) = authority.strip_prefix('[') {
        return match inner.split_once(']') {
            Some((address, _)) if has_zone(address) => Err(InvalidEndpoint::Zone),
            Some((address, after)) if is_ipv6(address) => match after.strip_prefix(':') {
                None if after.is_empty() => Ok((address, None)),
                None => Err(InvalidEndpoint::Brackets),
                port => Ok((address, port)),
            },
            _ => Err(InvalidEndpoint::Brackets),
        };
    }
    if is_ipv6(authority) {
        return Ok((authority, None));
    }
    if has_zone(authority) {
        return Err(InvalidEndpoint::Zone);
    }
    match authority.split_once(':') {
        Some((_, rest)) if rest.contains(':') => Err(InvalidEndpoint::Colons),
        Some((host, port)) => Ok((host, Some(port))),
        None => Ok((authority, None)),
    }
}

fn is_ipv6(text: &str) -> bool {
    text.parse::<Ipv6Addr>().is_ok()
}

fn valid_host(host: &str) -> Result<String, InvalidEndpoint> {
    if let Ok(address) = host.parse::<IpAddr>() {
        return Ok(address.to_string());
    }
    if host.is_empty() {
        return Err(InvalidEndpoint::NoHost);
    }
    if !host.is_ascii() {
        return Err(InvalidEndpoint::HostNotAscii(shown(host)));
    }
    let label = |label: &str| {
        let inner = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        !label.is_empty() && label.len() <= 63 && label.chars().all(inner) && !label.starts_with('-')
    };
    let name = host.strip_suffix('.').unwrap_or(host);
    // A last label that is a number would be read as a part of an IPv4 address further down.
    let numeric = name.rsplit('.').next().is_some_and(is_number);
    if name.len() <= LONGEST_HOST && name.split('.').all(label) && !numeric {
        Ok(name.to_owned())
    } else {
        Err(InvalidEndpoint::Host(shown(host)))
    }
}

fn is_number(label: &str) -> bool {
    match label.to_ascii_lowercase().strip_prefix("0x") {
        Some(digits) => digits.chars().all(|c| c.is_ascii_hexdigit()),
        None => label.chars().all(|c| c.is_ascii_digit()),
    }
}

fn one_port(written: Option<&str>, given: Option<u16>) -> Result<u16, InvalidEndpoint> {
    let written = written.map(valid_port).transpose()?;
    if given == Some(0) {
        return Err(InvalidEndpoint::Port("0".to_owned()));
    }
    match (written, given) {
        (Some(written), Some(given)) if written != given => Err(InvalidEndpoint::TwoPorts { written, given }),
        (Some(port), _) | (None, Some(port)) => Ok(port),
        (None, None) => Ok(HTTPS_PORT),
    }
}

fn valid_port(text: &str) -> Result<u16, InvalidEndpoint> {
    if text.is_empty() {
        return Err(InvalidEndpoint::NoPort);
    }
    if !text.chars().all(|c| c.is_ascii_digit()) {
        return Err(InvalidEndpoint::PortNotANumber);
    }
    match text.parse() {
        Ok(port) if port != 0 => Ok(port),
        _ => Err(InvalidEndpoint::Port(shown(text))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_that_operators_write_is_read() {
        let table = [
            ("hv1", None, "https://hv1:5986/wsman"),
            (" hv1.example.org ", None, "https://hv1.example.org:5986/wsman"),
            ("hv_1.example.org.", None, "https://hv_1.example.org:5986/wsman"),
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
            ("https://gate/hv1/wsman", None, "https://gate:5986/hv1/wsman"),
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
            ("hv1:+5", None, No::PortNotANumber),
            ("127.0.0.1:Zz_pw", None, No::PortNotANumber),
            ("hv1:", None, No::NoPort),
            ("hv1:65536", None, No::Port("65536".into())),
            ("hv1:443", Some(5986), No::TwoPorts { written: 443, given: 5986 }),
            ("127.0.0.1:1:1", None, No::Colons),
            ("[fe80::1", None, No::Brackets),
            ("[hv1]", None, No::Brackets),
            ("[::1]9", None, No::Brackets),
            ("[::1]:", None, No::NoPort),
            ("fe80::1%eth0", None, No::Zone),
            ("[fe80::1%25eth0]:5986", None, No::Zone),
            ("a b", None, No::Host("a b".into())),
            ("a\nb", None, No::Host("a\\nb".into())),
            ("a..b", None, No::Host("a..b".into())),
            ("-a", None, No::Host("-a".into())),
            ("10.0.0.256", None, No::Host("10.0.0.256".into())),
            ("1.0x7f", None, No::Host("1.0x7f".into())),
            ("https://", None, No::NoHost),
            ("https:///wsman", None, No::NoHost),
            ("://hv1", None, No::NoHost),
            (":5986", None, No::NoHost),
            ("https:/127.0.0.1", None, No::Slashes),
            ("HTTPS:hv1", None, No::Slashes),
            ("http:/hv1", None, No::PlainHttp),
            ("hô1", None, No::HostNotAscii("hô1".into())),
            ("hô\u{7}", None, No::HostNotAscii("hô\\u{7}".into())),
            ("https://hv1/wsman?x=1", None, No::Path),
            ("https://hv1/ws man", None, No::Path),
            ("hv1?x=://1", None, No::Path),
            ("hv1#x", None, No::Path),
            ("hv1\\share", None, No::Path),
        ];
        for (text, port, reason) in table {
            assert_eq!(Endpoint::parse(text, port), Err(reason), "{text}");
        }
    }

    #[test]
    fn what_may_be_a_password_is_not_repeated() {
        for text in [
            "https://admin:S3cret@hv1",
            "hv1:443@S3cret",
            "S3cret@",
            "127.0.0.1:S3cret",
            "hv1:443:S3cret",
            "admin:S3cret:443",
            "[::1]:S3cret",
            "[::1]S3cret",
            "[::1%S3cret",
            "fe80::1%S3cret",
            "https://127.0.0.1/?p=S3cret",
            "https://127.0.0.1?p=S3cret",
            "https://127.0.0.1/S3cret pw",
            "hv1/#S3cret",
            "a b#S3cret",
            "a b/S3cret",
            "a b\\S3cret",
            "https:S3cret",
            "http:S3cret",
            "https:///S3cret",
            "ftp://S3cret",
            "admin:S3cret://hv1",
            "hv1/S3cret?://",
        ] {
            let refused = Endpoint::parse(text, None).unwrap_err();
            let told = format!("{refused} {refused:?}");
            assert!(!told.contains("S3cret"), "{text}: {told}");
        }
    }

    #[test]
    fn a_long_host_is_cut_where_it_is_repeated() {
        let refused = Endpoint::parse(&"x".repeat(1000), None).unwrap_err();
        assert_eq!(refused.to_string(), format!("`{}...` is not a host name or IP address", "x".repeat(80)));
    }

    #[test]
    fn the_refusal_of_plain_http_says_how_to_make_a_listener() {
        let refused = Endpoint::parse("http://hv1", None).unwrap_err().to_string();
        assert!(refused.contains("winrm quickconfig -transport:https"), "{refused}");
    }
}
