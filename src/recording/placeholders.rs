//! Names and addresses that are nobody else's business, and what stands for them in a recording.

use std::net::IpAddr;

use serde_json::Value;

use super::streams::{Edit, edited};
use super::words;
use super::xml::{Content, Element};

/// Which name became what. The same name is always the same placeholder, in any letter case.
#[derive(Default)]
pub struct Placeholders {
    known: Vec<Known>,
    kept: Vec<String>,
    hosts: usize,
    users: usize,
    domains: usize,
    addresses: usize,
}

struct Known {
    /// In lower case, as plain text and as ASCII JSON.
    spellings: Vec<Vec<u8>>,
    placeholder: String,
}

impl Known {
    fn is_spelled(&self, lower: &str) -> bool {
        self.spellings.iter().any(|spelling| spelling == lower.as_bytes())
    }
}

/// A name of one character is replaced nowhere but would be found everywhere.
const SHORTEST: usize = 2;

/// No run has so many names.
const MOST: usize = 500;

/// What these elements hold is for machines, or is constant.
const FOR_MACHINES: [&str; 6] = ["Stream", "Command", "Arguments", "Filter", "Value", "MessageID"];

/// Our scripts' own words for another host.
const WRITTEN_BY: &[u8] = b"was written by the host ";

/// Lines of our scripts that only mark the answer.
const MARKER: &[u8] = b"#hyperv ";

impl Placeholders {
    /// Whether there are so many names that replacing them would hold up the reply.
    pub(super) fn is_overwhelmed(&self) -> bool {
        self.known.len() >= MOST
    }

    /// Learns the names in a payload. Those of VMs are kept as they are.
    pub(super) fn learn_from_payload(&mut self, payload: &Value) {
        for pointer in ["/virtualmachinename", "/cloudstack.vm.details/name"] {
            self.kept.extend(payload.pointer(pointer).and_then(Value::as_str).map(str::to_ascii_lowercase));
        }
        if let Some(levels) = payload.get("externaldetails").and_then(Value::as_object) {
            levels.values().for_each(|level| self.learn_from_level(level));
        }
        self.learn_addresses(payload);
    }

    fn learn_from_level(&mut self, level: &Value) {
        let Some(details) = level.as_object() else { return };
        for (key, value) in details {
            let Some(text) = text_of(value) else { continue };
            let text = text.trim();
            match key.as_str() {
                "url" => self.host(host_of(text)),
                "ntlm_workstation" => self.host(text),
                "username" | "user" => self.account(text),
                _ if text.starts_with("https://") || text.starts_with("http://") => self.host(host_of(text)),
                _ => {
                    // The first word of `\\server\share`.
                    if let Some(path) = text.strip_prefix("\\\\") {
                        self.host(path.split('\\').find(|word| !word.is_empty()).unwrap_or_default());
                    }
                }
            }
        }
    }

    /// Every value that is an address, such as a guest's.
    fn learn_addresses(&mut self, value: &Value) {
        match value {
            Value::Object(object) => object.values().for_each(|value| self.learn_addresses(value)),
            Value::Array(items) => items.iter().for_each(|item| self.learn_addresses(item)),
            Value::String(text) => {
                self.address(text.trim().split('/').next().unwrap_or_default());
            }
            _ => {}
        }
    }

    /// Learns the names in an answer of the host: its own, and whom it takes us for.
    pub(super) fn learn_from_answer(&mut self, answer: &Element) {
        answer.walk(&mut |element| {
            if let Some(machine) = element.attribute("Machine") {
                self.host(machine);
            }
            match element.local() {
                "ClientIP" => self.host(element.text().trim()),
                "Owner" => self.account(element.text().trim()),
                // The one row that is no VM has the host's name there.
                "Msvm_ComputerSystem" | "XmlFragment" => {
                    let name = element.elements().find(|child| child.local() == "Name").map(Element::text);
                    self.host(name.as_deref().filter(|name| !is_guid(name.trim())).unwrap_or_default());
                }
                _ => {}
            }
        });
    }

    /// Learns the names that a certificate was for.
    pub(super) fn learn_from_certificate(&mut self, lost: &Value) {
        if lost.get("reason").and_then(Value::as_str) == Some("wrong_name") {
            let names = lost.get("detail").and_then(Value::as_array).into_iter().flatten();
            names.filter_map(Value::as_str).for_each(|name| self.host(name));
        }
    }

    /// Learns the names in free text: addresses, servers in paths, and a host that a script of ours names.
    pub(super) fn learn_from_text(&mut self, text: &[u8]) {
        let text = String::from_utf8_lossy(text);
        for after in text.split(&*String::from_utf8_lossy(WRITTEN_BY)).skip(1) {
            self.host(after.split(|c: char| c == ';' || c.is_whitespace()).next().unwrap_or_default());
        }
        for server in unc_servers(&text) {
            self.host(server);
        }
        let mut at = 0;
        for word in text.split_inclusive(|c: char| !(c.is_ascii_digit() || c == '.')) {
            let before = text.get(at.max(16) - 16..at).unwrap_or_default();
            at += word.len();
            // CLIXML and manifests have versions that look like addresses.
            let named = before.trim_end_matches(['"', '=', ' ', ':', '\'']).to_ascii_lowercase();
            if !named.ends_with("version") {
                self.address(word.trim_end_matches(|c: char| !c.is_ascii_digit()));
            }
        }
    }

    /// A host's name or address.
    fn host(&mut self, name: &str) {
        let name = name.trim().trim_end_matches('.');
        if self.address(name.trim_matches(['[', ']'])) {
            return;
        }
        let is_of_name = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_');
        if self.is_settled(name) || !name.chars().all(is_of_name) {
            return;
        }
        match name.split_once('.') {
            None => {
                self.hosts += 1;
                self.add(name, format!("host-{}", self.hosts));
            }
            Some((label, domain)) => {
                self.host(label);
                self.domain(domain);
                let placeholder = format!("{}.{}", self.text(label), self.text(domain));
                self.add(name, placeholder);
            }
        }
    }

    fn account(&mut self, account: &str) {
        let (domain, user) = match account.split_once('\\') {
            Some((domain, user)) => (domain, user),
            None => account.split_once('@').map_or(("", account), |(user, domain)| (domain, user)),
        };
        if domain != "." {
            self.domain(domain);
        }
        self.user(user);
    }

    fn user(&mut self, name: &str) {
        let name = name.trim();
        if !self.is_settled(name) {
            self.users += 1;
            self.add(name, format!("user-{}", self.users));
        }
    }

    fn domain(&mut self, name: &str) {
        let name = name.trim();
        if !self.is_settled(name) {
            self.domains += 1;
            let placeholder = match name.contains('.') {
                true => format!("domain-{}.example", self.domains),
                false => format!("domain-{}", self.domains),
            };
            self.add(name, placeholder);
        }
    }

    /// Learns an address, if it is one: its placeholder is from the ranges for documentation, RFC 5737 and RFC 3849. A mask needs none.
    fn address(&mut self, spelled: &str) -> bool {
        let Ok(address) = spelled.parse::<IpAddr>() else { return false };
        let text = address.to_string();
        if address.is_unspecified() || text.starts_with("255.") || self.is_settled(spelled) {
            return true;
        }
        if !self.is_settled(&text) {
            self.addresses += 1;
            let number = self.addresses;
            let placeholder = match address {
                IpAddr::V4(_) if number < 255 => format!("192.0.2.{number}"),
                IpAddr::V4(_) => format!("198.51.100.{}", number % 256),
                IpAddr::V6(_) => format!("2001:db8::{number:x}"),
            };
            self.add(&text, placeholder);
        }
        // An IPv6 address has many spellings.
        if let Some(known) = self.known.iter_mut().find(|known| known.is_spelled(&text)) {
            known.spellings.push(spelled.to_ascii_lowercase().into_bytes());
        }
        true
    }

    /// Whether nothing is to be done about it.
    fn is_settled(&self, name: &str) -> bool {
        let lower = name.to_ascii_lowercase();
        let is_known = |known: &Known| known.is_spelled(&lower) || known.placeholder == lower;
        name.chars().count() < SHORTEST || self.kept.contains(&lower) || self.known.iter().any(is_known)
    }

    fn add(&mut self, name: &str, placeholder: String) {
        if self.is_overwhelmed() {
            return;
        }
        let json = |digits: fn(u16) -> String| -> String {
            let units = |c: char| c.encode_utf16(&mut [0; 2]).iter().map(|unit| digits(*unit)).collect();
            name.chars().map(|c| if c.is_ascii() { c.to_string() } else { units(c) }).collect()
        };
        let mut spellings = vec![name.to_ascii_lowercase().into_bytes()];
        if !name.is_ascii() {
            spellings.push(json(|unit| format!("\\u{unit:04x}")).to_ascii_lowercase().into_bytes());
        }
        self.known.push(Known { spellings, placeholder });
        // The longer one first: a name may be a part of another.
        self.known.sort_by_key(|known| std::cmp::Reverse(known.spellings.first().map_or(0, Vec::len)));
    }

    /// What is to be replaced in a text.
    pub(super) fn edits(&self, text: &[u8]) -> Vec<Edit> {
        let lower = text.to_ascii_lowercase();
        let (mut edits, mut at, mut is_marker) = (Vec::new(), 0, lower.starts_with(MARKER));
        while let Some(rest) = lower.get(at..).filter(|rest| !rest.is_empty()) {
            let begins = words::begins(lower.get(..at).unwrap_or_default());
            if rest.starts_with(b"\n") {
                is_marker = rest.get(1..).is_some_and(|next| next.starts_with(MARKER));
            }
            let found = self.known.iter().filter(|_| begins && !is_marker).find_map(|known| {
                let spelling = known.spellings.iter().find(|spelling| rest.starts_with(spelling))?;
                words::is_whole(&lower, at, at + spelling.len()).then_some((known, spelling.len()))
            });
            match found {
                Some((known, length)) => {
                    edits.push(Edit { at: at..at + length, with: known.placeholder.clone().into_bytes() });
                    at += length;
                }
                None => at += 1,
            }
        }
        edits
    }

    pub(super) fn bytes(&self, text: &[u8]) -> Vec<u8> {
        edited(text, &self.edits(text))
    }

    pub(super) fn text(&self, text: &str) -> String {
        String::from_utf8_lossy(&self.bytes(text.as_bytes())).into_owned()
    }

    /// Replaces names in every text of a JSON value. Keys stay.
    pub(super) fn replace_in_json(&self, value: &mut Value) {
        match value {
            // A user's name may be a number.
            Value::Number(number) if self.text(&number.to_string()) != number.to_string() => {
                *value = self.text(&number.to_string()).into();
            }
            Value::Object(object) => object.values_mut().for_each(|value| self.replace_in_json(value)),
            Value::Array(items) => items.iter_mut().for_each(|item| self.replace_in_json(item)),
            Value::String(text) => *text = self.text(text),
            _ => {}
        }
    }

    /// Replaces names in an envelope, but not in the streams in it.
    pub(super) fn replace_in_envelope(&self, envelope: &mut Element) {
        let is_constant = |text: &str| text.trim_start().starts_with("http://schemas.");
        envelope.walk_mut(&mut |element| {
            let attributes = element.attributes.iter_mut().filter(|(name, _)| !name.starts_with("xmlns"));
            for (_, value) in attributes.filter(|(_, value)| !is_constant(value)) {
                *value = self.text(value);
            }
            if FOR_MACHINES.contains(&element.local()) {
                return;
            }
            for content in &mut element.content {
                if let Content::Text(text) = content
                    && !is_constant(text)
                {
                    *text = self.text(text);
                }
            }
        });
    }
}

/// The host of a URL, or of an address without a scheme: `https://hv1:5986/wsman`, `hv1:5986`, `[::1]`.
/// A detail may be a text or a number.
fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn host_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    if rest.parse::<IpAddr>().is_ok() {
        return rest;
    }
    let authority = rest.split(['/', '\\', '?', '#']).next().unwrap_or_default();
    let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    match authority.strip_prefix('[').and_then(|inner| inner.split_once(']')) {
        Some((address, _)) => address,
        None => authority.split(':').next().unwrap_or_default(),
    }
}

/// The servers in paths such as `\\\\server\\share`, plain or as JSON writes them.
fn unc_servers(text: &str) -> Vec<&str> {
    let is_of_name = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_');
    let mut servers = Vec::new();
    for slashes in ["\\\\", "\\\\\\\\"] {
        let half = slashes.get(slashes.len() / 2..).unwrap_or_default();
        for (at, _) in text.match_indices(slashes) {
            let before = text.get(..at).and_then(|before| before.chars().next_back());
            let after = text.get(at + slashes.len()..).unwrap_or_default();
            let name = after.split(|c| !is_of_name(c)).next().unwrap_or_default();
            let rest = after.get(name.len()..).unwrap_or_default();
            let is_path = rest.starts_with(half) && !rest.starts_with(slashes);
            if is_path && !name.is_empty() && !before.is_some_and(|c| is_of_name(c) || matches!(c, ':' | '\\')) {
                servers.push(name);
            }
        }
    }
    servers
}

fn is_guid(text: &str) -> bool {
    text.len() == 36 && text.chars().all(|c| c.is_ascii_hexdigit() || c == '-')
}

#[cfg(test)]
mod tests;
