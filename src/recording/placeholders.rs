//! Names and addresses that are nobody else's business, and what stands for them in a recording.

use std::net::IpAddr;

use serde_json::Value;

use super::streams::{Edit, edited};
use super::xml::{Content, Element};

/// Which name became what. The same name is always the same placeholder, in any letter case.
#[derive(Default)]
pub(super) struct Placeholders {
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

/// A name of one character is replaced nowhere but would be found everywhere.
const SHORTEST: usize = 2;

/// What these elements hold is for machines, or is constant.
const FOR_MACHINES: [&str; 6] = ["Stream", "Command", "Arguments", "Filter", "Value", "MessageID"];

/// Our scripts' own words for another host.
const WRITTEN_BY: &[u8] = b"was written by the host ";

/// The built-in account, where a sentence means whoever has that part and not this account.
const ROLE: &[u8] = b"administrator";
const BEFORE_ROLE: [&[u8]; 5] = [b"the ", b"an ", b"'s ", b"built-in ", b"other than "];

/// Lines of our scripts that only mark the answer.
const MARKER: &[u8] = b"#hyperv ";

impl Placeholders {
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
            let Some(text) = value.as_str().map(str::trim) else { continue };
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
                let address = text.trim().split('/').next().unwrap_or_default();
                if let Ok(address) = address.parse() {
                    self.address(address);
                }
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
            let literal = word.trim_end_matches(|c: char| !c.is_ascii_digit());
            if let Some(address) = literal.parse().ok().filter(|_| !named.ends_with("version")) {
                self.address(address);
            }
        }
    }

    /// A host's name or address.
    fn host(&mut self, name: &str) {
        let name = name.trim().trim_end_matches('.');
        if let Ok(address) = name.trim_matches(['[', ']']).parse() {
            return self.address(address);
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

    /// One from the ranges for documentation, RFC 5737 and RFC 3849. A mask is no address.
    fn address(&mut self, address: IpAddr) {
        let text = address.to_string();
        if address.is_unspecified() || text.starts_with("255.") || self.is_settled(&text) {
            return;
        }
        self.addresses += 1;
        let number = self.addresses;
        let placeholder = match address {
            IpAddr::V4(_) if number < 255 => format!("192.0.2.{number}"),
            IpAddr::V4(_) => format!("198.51.100.{}", number % 256),
            IpAddr::V6(_) => format!("2001:db8::{number:x}"),
        };
        self.add(&text, placeholder);
    }

    /// Whether nothing is to be done about it.
    fn is_settled(&self, name: &str) -> bool {
        let lower = name.to_ascii_lowercase();
        let is_known = |known: &Known| {
            known.spellings.iter().any(|spelling| spelling == lower.as_bytes()) || known.placeholder == lower
        };
        name.chars().count() < SHORTEST || self.kept.contains(&lower) || self.known.iter().any(is_known)
    }

    fn add(&mut self, name: &str, placeholder: String) {
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
            let begins = begins_word(lower.get(..at).unwrap_or_default());
            if rest.starts_with(b"\n") {
                is_marker = rest.get(1..).is_some_and(|next| next.starts_with(MARKER));
            }
            let found = self.known.iter().filter(|_| begins && !is_marker).find_map(|known| {
                let spelling = known.spellings.iter().find(|spelling| rest.starts_with(spelling))?;
                is_whole(&lower, at, at + spelling.len()).then_some((known, spelling.len()))
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
fn host_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    if rest.parse::<IpAddr>().is_ok() {
        return rest;
    }
    let authority = rest.split(['/', '\\', '?', '#']).next().unwrap_or_default();
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

/// Whether a name that was found is a word of its own, and no key of a JSON object.
fn is_whole(text: &[u8], start: usize, end: usize) -> bool {
    let before = text.get(..start).unwrap_or_default();
    let after = text.get(end..).unwrap_or_default();
    let is_key = before.ends_with(b"\"") && after.starts_with(b"\":");
    let is_longer_number = |next: &[u8]| matches!(next, [b'.', digit, ..] if digit.is_ascii_digit());
    let name = text.get(start..end).unwrap_or_default();
    let is_number = name.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.');
    let is_role = name == ROLE && BEFORE_ROLE.iter().any(|word| before.ends_with(word));
    let ends =
        after.first().is_none_or(|byte| !is_of_word(*byte)) || is_escaped_unit(after.get(..7).unwrap_or_default());
    begins_word(before)
        && ends
        && !is_key
        && !is_role
        && !(is_number && (is_longer_number(after) || before.ends_with(b".")))
}

fn begins_word(before: &[u8]) -> bool {
    before.last().is_none_or(|byte| !is_of_word(*byte)) || ends_with_escape(before)
}

fn is_of_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_' || !byte.is_ascii()
}

/// `\n` and `\u0027` of JSON, `_x000A_` of CLIXML: their last character is part of no name.
fn ends_with_escape(before: &[u8]) -> bool {
    let last = |count: usize| before.len().checked_sub(count).and_then(|at| before.get(at..)).unwrap_or_default();
    match last(6) {
        [b'\\', b'u', digits @ ..] if digits.iter().all(u8::is_ascii_hexdigit) => true,
        _ => matches!(last(2), [b'\\', b'n' | b'r' | b't']) || is_escaped_unit(last(7)),
    }
}

fn is_escaped_unit(bytes: &[u8]) -> bool {
    matches!(bytes, [b'_', b'x', digits @ .., b'_'] if digits.len() == 4 && digits.iter().all(u8::is_ascii_hexdigit))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn learned() -> Placeholders {
        let mut names = Placeholders::default();
        names.learn_from_payload(&json!({
            "virtualmachinename": "i-2-45-VM",
            "cloudstack.vm.details": {"nics": [{"ip": "10.1.1.27", "netmask": "255.255.255.0"}]},
            "externaldetails": {"host": {
                "url": "https://hv1.contoso.com:5986/wsman", "username": "CONTOSO\\J\u{fc}rgen", "x": "\\\\files\\iso\\a.iso",
                "console_url": "https://gate.example.net/{vm_name}"
            }}
        }));
        names
    }

    #[test]
    fn names_become_placeholders_wherever_they_stand() {
        let names = learned();
        let table = [
            ("https://HV1.contoso.com:5986/wsman", "https://host-1.domain-1.example:5986/wsman"),
            ("HV1 is down, hv12 is not; hv1-old", "host-1 is down, hv12 is not; hv1-old"),
            ("by Contoso\\j\u{fc}rgen", "by domain-2\\user-1"),
            (r#"{"hv1":"J\u00FCrgen"}"#, r#"{"hv1":"user-1"}"#),
            (r"a\nHV1 says \u0027hv1\u0027", r"a\nhost-1 says \u0027host-1\u0027"),
            ("_x000A_HV1_x000D_", "_x000A_host-1_x000D_"),
            ("10.1.1.27, 10.1.1.27. 110.1.1.27 10.1.1.27.5", "192.0.2.1, 192.0.2.1. 110.1.1.27 10.1.1.27.5"),
            ("\\\\files\\iso; 255.255.255.0; i-2-45-VM", "\\\\host-2\\iso; 255.255.255.0; i-2-45-VM"),
            ("#hyperv hv1 begin\r\nhv1\r\n#hyperv hv1 end", "#hyperv hv1 begin\r\nhost-1\r\n#hyperv hv1 end"),
        ];
        for (text, expected) in table {
            assert_eq!(names.text(text), expected);
        }
    }

    #[test]
    fn the_administrator_is_no_one() {
        let mut names = Placeholders::default();
        names.learn_from_payload(&json!({"externaldetails": {"host": {"username": "Administrator"}}}));
        let text = "ask the administrator; the login of `Administrator`; the built-in Administrator; Administrators";
        let expected = "ask the administrator; the login of `user-1`; the built-in Administrator; Administrators";
        assert_eq!(names.text(text), expected);
    }

    #[test]
    fn an_answer_tells_more_names() {
        let mut names = Placeholders::default();
        let fault =
            "<f Machine=\"HV01\"><Owner>HV01\\admin</Owner><m>admin of HV01</m><a>http://schemas.x/HV01</a></f>";
        let mut fault = Element::parse(fault.as_bytes()).unwrap();
        names.learn_from_answer(&fault);
        names.replace_in_envelope(&mut fault);
        let text = "<f Machine=\"host-1\"><Owner>host-1\\user-1</Owner><m>user-1 of host-1</m><a>http://schemas.x/HV01</a></f>";
        assert_eq!(Some(fault), Element::parse(text.as_bytes()));
        names.learn_from_text(b"the record was written by the host HV02; at 10.0.0.7, Version=\"1.1.0.1\", 1.2.3");
        assert_eq!(names.text("HV02 10.0.0.7 1.1.0.1 1.2.3"), "host-2 192.0.2.1 1.1.0.1 1.2.3");
        assert_eq!(
            unc_servers(r"at \\\\files\\iso, \\fs2\x or D:\\x\\y, \\\\.\\pipe, \\win\\sys32"),
            ["fs2", "files", "."]
        );
    }
}
