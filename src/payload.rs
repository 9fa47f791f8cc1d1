//! What CloudStack wrote, as it stands in the file. No rules here: [`crate::request`] has them.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::marker::PhantomData;
use std::path::Path;

use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::error::Error;

/// Far above what CloudStack writes.
const LARGEST_FILE: u64 = 16 * 1024 * 1024;

/// The file of one call. Keys that no action needs are not read.
#[derive(Debug, Default, Deserialize)]
pub struct Payload {
    /// The settings of host, cluster registration, extension and VM.
    #[serde(default, deserialize_with = "object")]
    pub externaldetails: ExternalDetails,
    /// What a user chose for a custom action; absent where the action takes nothing.
    #[serde(default)]
    pub parameters: Details,
    /// CloudStack's UUID of the VM.
    #[serde(default)]
    pub virtualmachineid: Scalar,
    /// The VM's instance name, `i-2-45-VM`.
    #[serde(default)]
    pub virtualmachinename: Scalar,
    /// The VM itself; the dots are part of the key.
    #[serde(default, rename = "cloudstack.vm.details", deserialize_with = "object")]
    pub vm: VirtualMachine,
}

/// Each level holds text by key; a level that is empty is left out by CloudStack.
#[derive(Debug, Default, Deserialize)]
pub struct ExternalDetails {
    /// Of the host.
    #[serde(default)]
    pub host: Details,
    /// Of the cluster's registration with the extension.
    #[serde(default)]
    pub resourcemap: Details,
    /// Of the extension.
    #[serde(default)]
    pub extension: Details,
    /// Of the VM: offering, template, deploy request.
    #[serde(default)]
    pub virtualmachine: Details,
}

/// Settings by key.
pub type Details = BTreeMap<String, Scalar>;

/// A `VirtualMachineTO`.
#[derive(Debug, Default, Deserialize)]
pub struct VirtualMachine {
    /// The instance name.
    #[serde(default)]
    pub name: Scalar,
    /// The UUID.
    #[serde(default)]
    pub uuid: Scalar,
    /// `Starting`, `Running`, `Stopping` and others.
    #[serde(default)]
    pub state: Scalar,
    /// All details of the VM.
    #[serde(default)]
    pub details: Details,
    /// Virtual processors.
    #[serde(default)]
    pub cpus: Scalar,
    /// Bytes; what the user bought.
    #[serde(default, rename = "maxRam")]
    pub max_ram: Scalar,
    /// Absent where the call has no list; CloudStack may write a null into it.
    #[serde(default)]
    pub nics: Option<Vec<Option<Object<Nic>>>>,
}

/// A `NicTO`.
#[derive(Debug, Default, Deserialize)]
pub struct Nic {
    /// Its place; there may be holes.
    #[serde(default, rename = "deviceId")]
    pub device_id: Scalar,
    /// Six pairs of hexadecimal digits.
    #[serde(default)]
    pub mac: Scalar,
    /// `Vlan`, `Native` and others.
    #[serde(default, rename = "broadcastType")]
    pub broadcast_type: Scalar,
    /// `vlan://100` and others; absent for a released NIC.
    #[serde(default, rename = "broadcastUri")]
    pub broadcast_uri: Scalar,
}

/// A JSON object and nothing else: serde would take an array for a struct, by the order of its fields.
#[derive(Debug)]
pub struct Object<T>(pub T);

/// A single value, whatever its JSON type. Any of them may be a password: none is shown.
#[derive(Clone, Default)]
pub enum Scalar {
    /// Not there, or null.
    #[default]
    Missing,
    /// A text, or the text form of a number, `true` or `false`.
    Text(SecretString),
    /// An object or an array, where a single value is due.
    Compound,
}

impl Payload {
    /// A parameter of a custom action.
    pub fn parameter(&self, key: &str) -> &Scalar {
        self.parameters.get(key).unwrap_or(&Scalar::Missing)
    }

    /// Reads the file.
    ///
    /// # Errors
    /// Where it cannot be read, is no JSON object, or a key holds another kind of value than CloudStack writes there.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let json = read_text(path).map_err(|source| {
            Error::new(format!("the payload file {} cannot be read: {source}", path.display()))
                .with_hint("CloudStack writes it; give its path as the second operand")
        })?;
        Self::parse(&json).map_err(|problem| {
            Error::new(format!("the payload file {} {problem}", path.display()))
                .with_hint("it must be one JSON object, as CloudStack writes it")
        })
    }

    /// Reads the text of such a file.
    ///
    /// # Errors
    /// What is wrong with it, as the second half of a sentence that begins with the file. It shows no value.
    pub fn parse(json: &str) -> Result<Self, String> {
        let json = json.trim_start_matches('\u{feff}').trim();
        // serde would take an array for the object.
        if !json.starts_with('{') {
            return Err(match serde_json::from_str::<IgnoredAny>(json) {
                Ok(_) => "is no JSON object".to_owned(),
                Err(error) => describe_syntax(&error),
            });
        }
        let mut deserializer = serde_json::Deserializer::from_str(json);
        let payload = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| describe(&error))?;
        deserializer.end().map_err(|error| describe_syntax(&error))?;
        Ok(payload)
    }
}

impl Scalar {
    /// The text; nothing where it is missing or no single value.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text.expose_secret()),
            Self::Missing | Self::Compound => None,
        }
    }
}

fn object<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<T, D::Error> {
    Object::deserialize(deserializer).map(|Object(value)| value)
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ObjectVisitor(PhantomData))
    }
}

struct ObjectVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ObjectVisitor<T> {
    type Value = Object<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, entries: A) -> Result<Object<T>, A::Error> {
        T::deserialize(MapAccessDeserializer::new(entries)).map(Object)
    }
}

impl fmt::Debug for Scalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Missing => "Missing",
            Self::Text(_) => "Text",
            Self::Compound => "Compound",
        })
    }
}

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ScalarVisitor)
    }
}

struct ScalarVisitor;

impl<'de> Visitor<'de> for ScalarVisitor {
    type Value = Scalar;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_str<E>(self, text: &str) -> Result<Scalar, E> {
        Ok(Scalar::Text(text.into()))
    }

    fn visit_string<E>(self, text: String) -> Result<Scalar, E> {
        Ok(Scalar::Text(text.into()))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Scalar, E> {
        Ok(Scalar::Text(value.to_string().into()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Scalar, E> {
        Ok(Scalar::Text(number.to_string().into()))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Scalar, E> {
        Ok(Scalar::Text(number.to_string().into()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Scalar, E> {
        Ok(Scalar::Text(number.to_string().into()))
    }

    fn visit_unit<E>(self) -> Result<Scalar, E> {
        Ok(Scalar::Missing)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Scalar, A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Scalar::Compound)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Scalar, A::Error> {
        while entries.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Scalar::Compound)
    }
}

/// The text of a payload file.
///
/// # Errors
/// Where it cannot be read, is no regular file, or is too large.
pub(crate) fn read_text(path: &Path) -> io::Result<String> {
    // A pipe or a device would be waited for without end.
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::other("it is no regular file"));
    }
    let mut text = String::new();
    let size = File::open(path)?.take(LARGEST_FILE + 1).read_to_string(&mut text)?;
    if u64::try_from(size).unwrap_or(u64::MAX) > LARGEST_FILE {
        return Err(io::Error::other("it is larger than 16 MiB"));
    }
    Ok(text)
}

/// serde's own sentence would show the value, which may be a password.
fn describe(error: &serde_path_to_error::Error<serde_json::Error>) -> String {
    let path = error.path();
    match error.inner().classify() {
        serde_json::error::Category::Data if error.inner().to_string().starts_with("duplicate field") => {
            format!("has a key twice, at or in `{path}`")
        }
        serde_json::error::Category::Data => format!("holds another kind of value than CloudStack writes in `{path}`"),
        _ => describe_syntax(error.inner()),
    }
}

fn describe_syntax(error: &serde_json::Error) -> String {
    format!("is not JSON (line {}, column {})", error.line(), error.column())
}

#[cfg(test)]
mod tests {
    use super::Payload;

    #[test]
    fn every_single_value_is_text() {
        let payload = Payload::parse(
            "\u{feff}\n{\"externaldetails\":{\"host\":{\"a\":5986,\"b\":true,\"c\":null,\"d\":[1,{}],\"e\":\"x\"}}}",
        )
        .unwrap();
        let host = payload.externaldetails.host;
        let texts: Vec<_> = ["a", "b", "c", "d", "e"].map(|key| host[key].text()).into_iter().collect();
        assert_eq!(texts, [Some("5986"), Some("true"), None, None, Some("x")]);
    }

    #[test]
    fn a_wrong_kind_is_named_and_its_value_is_not() {
        let error = Payload::parse(r#"{"externaldetails":{"host":"hunter2"}}"#).unwrap_err();
        assert!(error.contains("`externaldetails.host`") && !error.contains("hunter2"), "{error}");
        let array = Payload::parse(r#"{"cloudstack.vm.details":{"nics":[[0,"02:01:00:cc:00:01"]]}}"#).unwrap_err();
        assert!(array.contains("`cloudstack.vm.details.nics[0]`"), "{array}");
        let array = Payload::parse(r#"{"externaldetails":[{}]}"#).unwrap_err();
        assert!(array.contains("`externaldetails`"), "{array}");
        let twice = Payload::parse(r#"{"cloudstack.vm.details":{"cpus":1,"cpus":2}}"#).unwrap_err();
        assert!(twice.contains("twice"), "{twice}");
        assert!(Payload::parse("[]").unwrap_err().contains("no JSON object"));
        assert!(Payload::parse("{} x").unwrap_err().contains("not JSON"));
        assert!(Payload::parse("").unwrap_err().contains("not JSON"));
    }

    #[test]
    fn no_value_shows_in_the_debug_form() {
        let payload = Payload::parse(r#"{"externaldetails":{"host":{"password":"hunter2","url":5}},"cloudstack.vm.details":{"nics":[{"mac":"x"}]}}"#).unwrap();
        assert!(!format!("{payload:?}").contains("hunter2"));
    }
}
