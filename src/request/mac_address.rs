//! A network adapter's address.

use std::fmt;

use super::field::{Problem, shown};

/// Six bytes of a single adapter: not multicast, not all zero.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct MacAddress([u8; 6]);

impl MacAddress {
    /// Reads six pairs of hexadecimal digits with colons or hyphens between them, or with nothing.
    ///
    /// # Errors
    /// What the address must be.
    pub fn parse(text: &str) -> Result<Self, Problem> {
        let bytes = read(text).ok_or_else(|| {
            Problem::from(format!("must be a MAC address such as 02:01:00:cc:00:01, not {}", shown(text)))
        })?;
        let [first, ..] = bytes;
        // Hyper-V takes it when it is set and fails only later, with an error that names no address.
        if first & 1 == 1 {
            return Err(Problem::from("must not be a multicast address (its first byte is odd)"));
        }
        if bytes == [0; 6] {
            return Err(Problem::from("must not be all zero"));
        }
        Ok(Self(bytes))
    }
}

/// Twelve upper-case digits, as Hyper-V reads an address back.
impl fmt::Display for MacAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02X}"))
    }
}

fn read(text: &str) -> Option<[u8; 6]> {
    let separator = text.chars().find(|c| matches!(c, ':' | '-'));
    let pairs: Vec<String> = match separator {
        Some(separator) => text.split(separator).map(str::to_owned).collect(),
        None => {
            let digits: Vec<char> = text.chars().collect();
            digits.chunks(2).map(|pair| pair.iter().collect()).collect()
        }
    };
    let bytes: Option<Vec<u8>> = pairs.iter().map(|pair| byte(pair)).collect();
    bytes?.try_into().ok()
}

fn byte(pair: &str) -> Option<u8> {
    let is_pair = pair.len() == 2 && pair.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_pair.then(|| u8::from_str_radix(pair, 16).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::MacAddress;

    #[test]
    fn addresses() {
        for good in ["02:01:00:cc:00:01", "02-01-00-CC-00-01", "020100cc0001"] {
            assert_eq!(MacAddress::parse(good).unwrap().to_string(), "020100CC0001");
        }
        for bad in [
            "",
            "02:01:00:cc:00",
            "02:01:00:cc:00:01:02",
            "02:01:00:cc:00:zz",
            "+2:01:00:cc:00:01",
            "02:01-00:cc:00:01",
            "01:00:5e:00:00:01",
            "00:00:00:00:00:00",
            "0:2:01:00:cc:0001",
            "02\u{e9}100cc0001",
        ] {
            assert!(MacAddress::parse(bad).is_err(), "{bad}");
        }
    }
}
