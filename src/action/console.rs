//! `getconsole`: where a browser finds a VM's screen.

use powershell::Identify;

use crate::error::Error;
use crate::remote::{self, Remote};
use crate::reply::Reply;
use crate::request::{ConsolePart, ConsoleRequest};

pub(super) fn perform(request: &ConsoleRequest, remote: &mut dyn Remote) -> Result<Reply, Error> {
    let id = match &request.hosted {
        Some(vm) => {
            let (name, uuid, vhd_path) = super::arguments::of(vm);
            remote::run(remote, &Identify { name, uuid, vhd_path })?.id
        }
        None => String::new(),
    };
    let url = request.parts.iter().map(|part| match part {
        ConsolePart::Text(text) => text.clone(),
        ConsolePart::Value(value) => percent_encoded(value),
        ConsolePart::VmId => percent_encoded(&id),
    });
    Ok(Reply::console(&url.collect::<String>()))
}

/// All but what RFC 3986 calls unreserved: a value can never become a part of the address.
fn percent_encoded(value: &str) -> String {
    let mut encoded = String::with_capacity(value.len());
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::percent_encoded;

    #[test]
    fn nothing_of_a_value_is_syntax() {
        assert_eq!(percent_encoded("fd00::1/?#&=%\u{fc} -._~a9"), "fd00%3A%3A1%2F%3F%23%26%3D%25%C3%BC%20-._~a9");
    }
}
