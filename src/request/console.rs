//! What `getconsole` needs: a template, and what stands in it.

use super::connection;
use super::field::{Levels, Problem};
use super::{HostedVm, VmName, VmUuid, vm};
use crate::error::Error;
use crate::payload::Payload;

/// A console's URL in the making.
#[derive(Clone, Debug)]
pub struct ConsoleRequest {
    /// The VM, where CloudStack names one.
    pub name: Option<VmName>,
    /// In their order.
    pub parts: Vec<ConsolePart>,
    /// The VM on its host, if its GUID is asked for.
    pub hosted: Option<HostedVm>,
}

/// A piece of the URL.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum ConsolePart {
    /// As it stands.
    Text(String),
    /// A value that is known, to be percent-encoded.
    Value(String),
    /// The VM's GUID on the host.
    VmId,
}

/// What may stand in braces.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Placeholder {
    VmName,
    VmId,
    InstanceUuid,
    Host,
}

const PLACEHOLDERS: [(&str, Placeholder); 4] = [
    ("vm_name", Placeholder::VmName),
    ("vm_id", Placeholder::VmId),
    ("instance_uuid", Placeholder::InstanceUuid),
    ("host", Placeholder::Host),
];

impl ConsoleRequest {
    /// Reads the template and only what it names.
    ///
    /// # Errors
    /// Without `console_url`, where it is no template of a web address, and where a value that it names is missing.
    pub fn new(payload: &Payload) -> Result<Self, Error> {
        let template = Levels::of_host(payload).find(&["console_url"]).required(REMEDY, parse);
        let template = template.map_err(|error| error.for_tenants("the console is not set up for this host"))?;
        let mut hosted = None;
        let parts = template.into_iter().map(|piece| {
            Ok(match piece {
                Piece::Text(text) => ConsolePart::Text(text),
                Piece::Placeholder(Placeholder::VmName) => ConsolePart::Value(vm::name(payload)?.to_string()),
                Piece::Placeholder(Placeholder::InstanceUuid) => ConsolePart::Value(uuid(payload)?.to_string()),
                Piece::Placeholder(Placeholder::Host) => {
                    ConsolePart::Value(connection::endpoint(payload)?.host().to_string())
                }
                Piece::Placeholder(Placeholder::VmId) => {
                    hosted = Some(HostedVm::new(payload)?);
                    ConsolePart::VmId
                }
            })
        });
        let parts = parts.collect::<Result<Vec<_>, Error>>()?;
        Ok(Self { name: vm::name(payload).ok(), parts, hosted })
    }
}

const REMEDY: &str = "set it, in the details of the host, to the address of your console gateway, such as https://gateway.example.org/#/vm/{vm_id}?name={vm_name}";

fn uuid(payload: &Payload) -> Result<VmUuid, Error> {
    vm::uuid(payload)
}

enum Piece {
    Text(String),
    Placeholder(Placeholder),
}

/// A browser goes where this says, so it is an address of the web and nothing else.
fn parse(template: &str) -> Result<Vec<Piece>, Problem> {
    let scheme = template.split_once("://").map(|(scheme, _)| scheme);
    if !scheme.is_some_and(|scheme| scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("http")) {
        return Err(Problem::from("must begin with https:// or http://"));
    }
    // Without a host a browser would take the next word of the path for it.
    let authority = template.split_once("://").map(|(_, rest)| rest).unwrap_or_default();
    if authority.is_empty() || authority.starts_with(['/', '\\', '?', '#']) {
        return Err(Problem::from("must name the gateway behind https://"));
    }
    if template.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return Err(Problem::from("must not hold blanks or control characters"));
    }
    let mut pieces = Vec::new();
    let mut rest = template;
    while let Some((text, behind)) = rest.split_once('{') {
        let (name, after) = behind.split_once('}').ok_or_else(unbalanced)?;
        let found = PLACEHOLDERS.iter().find(|(known, _)| *known == name);
        let (_, placeholder) = found.ok_or_else(|| {
            let known: Vec<_> = PLACEHOLDERS.iter().map(|(known, _)| format!("{{{known}}}")).collect();
            Problem::from(format!(
                "holds {}, and may hold only {}",
                super::field::shown(&format!("{{{name}}}")),
                known.join(", ")
            ))
        })?;
        pieces.push(Piece::Text(closed(text)?));
        pieces.push(Piece::Placeholder(*placeholder));
        rest = after;
    }
    pieces.push(Piece::Text(closed(rest)?));
    Ok(pieces)
}

fn closed(text: &str) -> Result<String, Problem> {
    if text.contains('}') { Err(unbalanced()) } else { Ok(text.to_owned()) }
}

fn unbalanced() -> Problem {
    Problem::from("holds a brace without its other half")
}

#[cfg(test)]
mod tests {
    use super::{ConsolePart, ConsoleRequest};
    use crate::payload::{Payload, Scalar};

    fn request(url: &str) -> Result<ConsoleRequest, String> {
        let mut payload = Payload::default();
        let text = |text: &str| Scalar::Text(text.into());
        payload.vm.name = text("i-2-45-VM");
        payload.vm.uuid = text("126f4562-1f0f-4313-875e-6150cabeb72f");
        payload.externaldetails.host.insert("console_url".to_owned(), text(url));
        payload.externaldetails.host.insert("url".to_owned(), text("[fd00::1]:5986"));
        ConsoleRequest::new(&payload).map_err(|error| error.to_string())
    }

    #[test]
    fn only_what_it_names_is_needed() {
        let made = request("https://g/{vm_name}?h={host}#{instance_uuid}").unwrap();
        let value = |text: &str| ConsolePart::Value(text.to_owned());
        let text = |text: &str| ConsolePart::Text(text.to_owned());
        assert_eq!(
            made.parts,
            [
                text("https://g/"),
                value("i-2-45-VM"),
                text("?h="),
                value("fd00::1"),
                text("#"),
                value("126f4562-1f0f-4313-875e-6150cabeb72f"),
                text("")
            ]
        );
        assert!(made.hosted.is_none());
        // The VM's GUID needs the record's folder.
        assert!(request("https://g/{vm_id}").unwrap_err().contains("vhd_path"));
    }

    #[test]
    fn a_browser_is_sent_to_the_web_only() {
        for bad in [
            "javascript:alert(1)",
            "data:text/html,x",
            "//g/{vm_name}",
            "ftp://g",
            "{vm_name}",
            "https://g/ x",
            "https://g/\nx",
            "https",
            "https://",
            "https:///{vm_name}",
            "https://\\g",
            "javascript://https://",
        ] {
            assert!(request(bad).is_err(), "{bad}");
        }
        for (bad, word) in [
            ("https://g/{vm}", "{vm}"),
            ("https://g/{", "brace"),
            ("https://g/}", "brace"),
            ("https://g/{{vm_name}}", "{{vm_name"),
            ("https://g/{password}", "{password}"),
        ] {
            let error = request(bad).unwrap_err();
            assert!(error.contains(word) && error.contains("console_url"), "{error}");
        }
    }
}
