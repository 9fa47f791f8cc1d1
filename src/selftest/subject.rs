//! The VM of a selftest, and the payloads that CloudStack would write for it.

use serde_json::{Map, Value, json};

use crate::error::Error;
use crate::request::ActionName;

/// A VM whose name and UUID nobody else has, made of one of CloudStack's `create` payloads.
pub(super) struct Subject {
    pub(super) name: String,
    pub(super) uuid: String,
    /// The UUID of a VM that is not this one.
    pub(super) strange_uuid: String,
    payload: Value,
}

/// A guest that may not even be there is not waited for.
const SHUTDOWN_SECONDS: &str = "5";

impl Subject {
    /// Takes the payload and names its VM anew.
    ///
    /// # Errors
    /// Where this machine gives no random numbers.
    pub(super) fn new(payload: Value) -> Result<Self, Error> {
        let mut bytes = [0; 40];
        getrandom::fill(&mut bytes)
            .map_err(|source| Error::new("this machine gives no random numbers").with_source(source))?;
        let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        let part = |from: usize, length: usize| digits.chars().skip(from).take(length).collect::<String>();
        let name = format!("hyperv-selftest-{}", part(0, 6));
        let mut subject = Self { name, uuid: uuid(&part(6, 31)), strange_uuid: uuid(&part(37, 31)), payload };
        subject.rename(&part(68, 8));
        Ok(subject)
    }

    /// The second VM, on which the host is asked what nobody has published.
    pub(super) fn probe_name(&self) -> String {
        format!("{}-probe", self.name)
    }

    /// What CloudStack writes for this action.
    pub(super) fn payload(&self, action: ActionName) -> Value {
        let mut payload = self.payload.clone();
        // A stop in the state of a create would be the one after a create that CloudStack never saw.
        let state = match action {
            ActionName::Prepare | ActionName::Create => return payload,
            ActionName::Start => "Starting",
            ActionName::Stop => "Stopping",
            _ => "Running",
        };
        set(&mut payload, &["cloudstack.vm.details", "state"], json!(state));
        if let Some(details) = payload.pointer_mut("/cloudstack.vm.details/details").and_then(Value::as_object_mut) {
            details.shift_remove("deployvm");
        }
        payload
    }

    /// Gives the VM its name and its UUID, and its adapters addresses of their own: the payload's may be in use on that
    /// very network.
    fn rename(&mut self, address: &str) {
        for (path, value) in [
            (&["virtualmachinename"][..], &self.name),
            (&["cloudstack.vm.details", "name"], &self.name),
            (&["virtualmachineid"], &self.uuid),
            (&["cloudstack.vm.details", "uuid"], &self.uuid),
        ] {
            set(&mut self.payload, path, json!(value));
        }
        let timeout = json!(SHUTDOWN_SECONDS);
        set(&mut self.payload, &["externaldetails", "virtualmachine", "shutdown_timeout"], timeout);
        let nics = self.payload.pointer_mut("/cloudstack.vm.details/nics").and_then(Value::as_array_mut);
        for (number, nic) in nics.into_iter().flatten().enumerate() {
            // 0e: for one adapter, and given by no maker.
            let digits: Vec<char> = format!("0e{address}{:02x}", number % 256).chars().collect();
            let pairs: Vec<String> = digits.chunks(2).map(String::from_iter).collect();
            if nic.is_object() {
                set(nic, &["mac"], json!(pairs.join(":")));
            }
        }
    }
}

/// Sets a key, whatever stood there and above it before.
pub(super) fn set(value: &mut Value, path: &[&str], new: Value) {
    let Some((key, rest)) = path.split_first() else {
        *value = new;
        return;
    };
    if !value.is_object() {
        *value = Value::Object(Map::new());
    }
    if let Value::Object(object) = value {
        set(object.entry(*key).or_insert(Value::Null), rest, new);
    }
}

/// A UUID of version 4 from 31 hexadecimal digits.
fn uuid(digits: &str) -> String {
    let part = |from: usize, length: usize| digits.chars().skip(from).take(length).collect::<String>();
    format!("{}-{}-4{}-a{}-{}", part(0, 8), part(8, 4), part(12, 3), part(15, 3), part(18, 12))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Subject;
    use crate::request::ActionName;

    #[test]
    fn the_vm_is_nobody_elses() {
        let payload = json!({
            "virtualmachineid": "x", "virtualmachinename": "i-2-45-VM",
            "cloudstack.vm.details": {"name": "i-2-45-VM", "state": "Starting", "details": {"deployvm": "true"}, "nics": [{"mac": "02:01:00:cc:00:01"}, null]},
            "externaldetails": {"host": {"url": "h"}},
        });
        let one = Subject::new(payload.clone()).unwrap();
        let other = Subject::new(payload).unwrap();
        assert!(one.name != other.name && one.uuid != other.uuid && one.uuid != one.strange_uuid);
        assert!(one.name.len() == 22 && one.uuid.len() == 36 && one.uuid.split('-').count() == 5, "{}", one.uuid);
        let create = one.payload(ActionName::Create);
        assert_eq!(create["cloudstack.vm.details"]["name"], json!(one.name));
        assert_eq!(create["externaldetails"]["virtualmachine"]["shutdown_timeout"], "5");
        let mac = create["cloudstack.vm.details"]["nics"][0]["mac"].as_str().unwrap();
        assert!(mac.starts_with("0e:") && mac.len() == 17, "{mac}");
        let stop = one.payload(ActionName::Stop);
        assert_eq!(stop["cloudstack.vm.details"]["state"], "Stopping");
        assert_eq!(stop["cloudstack.vm.details"]["details"], json!({}));
    }
}
