//! What goes wrong in a script, and at which call.

use serde::Serialize;
use std::time::Duration;

/// Something that happens at a call of a stood-in cmdlet: the process is killed, the call fails or takes long.
///
/// Which call is said by [`call`](Self::call), or by [`cmdlet`](Self::cmdlet), [`containing`](Self::containing) and
/// [`occurrence`](Self::occurrence); without any of them it is every one. Counts are per script.
#[derive(Clone, Debug, Serialize)]
pub struct Mishap {
    action: &'static str,
    when: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    call: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cmdlet: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    contains: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    occurrence: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fqeid: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    category: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hresult: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ms: Option<u128>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes: Option<u64>,
}

/// What happens.
impl Mishap {
    /// The process is killed as Windows ends one: no `finally` runs.
    pub fn kill() -> Self {
        Self::new("kill")
    }

    /// The call fails with that FullyQualifiedErrorId; without a comma in it the cmdlet's class is added.
    pub fn error(fqeid: impl Into<String>) -> Self {
        Self { fqeid: Some(fqeid.into()), ..Self::new("error") }
    }

    /// The call takes that much longer.
    pub fn delay(time: Duration) -> Self {
        Self { ms: Some(time.as_millis()), ..Self::new("delay") }
    }

    /// The error's HRESULT, as `0x80070070`: in the message of a Hyper-V cmdlet, in the exception of a file cmdlet.
    #[must_use]
    pub fn hresult(mut self, hresult: impl Into<String>) -> Self {
        self.hresult = Some(hresult.into());
        self
    }

    /// The error's category: `WriteError`.
    #[must_use]
    pub fn category(mut self, category: impl Into<String>) -> Self {
        self.category = Some(category.into());
        self
    }

    /// The error's sentence.
    #[must_use]
    pub fn message(mut self, message: impl Into<String>) -> Self {
        self.message = Some(message.into());
        self
    }

    fn new(action: &'static str) -> Self {
        Self {
            action,
            when: "before",
            call: None,
            cmdlet: None,
            contains: None,
            occurrence: None,
            fqeid: None,
            category: None,
            hresult: None,
            message: None,
            ms: None,
            bytes: None,
        }
    }
}

/// At which call.
impl Mishap {
    /// At the n-th call of the script, counted from 1 over all cmdlets.
    #[must_use]
    pub fn call(mut self, n: u32) -> Self {
        self.call = Some(n);
        self
    }

    /// At calls of that cmdlet.
    #[must_use]
    pub fn cmdlet(mut self, name: impl Into<String>) -> Self {
        self.cmdlet = Some(name.into());
        self
    }

    /// At calls whose line in the log holds that text.
    #[must_use]
    pub fn containing(mut self, text: impl Into<String>) -> Self {
        self.contains = Some(text.into());
        self
    }

    /// At the n-th of the calls that fit, counted from 1.
    #[must_use]
    pub fn occurrence(mut self, n: u32) -> Self {
        self.occurrence = Some(n);
        self
    }

    /// After the call has had its effect, not before it.
    #[must_use]
    pub fn after(mut self) -> Self {
        self.when = "after";
        self
    }

    /// In the middle of the call: half a file is copied, a machine's folder is there and the machine is not.
    #[must_use]
    pub fn during(mut self) -> Self {
        self.when = "during";
        self
    }

    /// In the middle of a `Set-Content`, when so many bytes are in the file.
    #[must_use]
    pub fn during_after_bytes(mut self, bytes: u64) -> Self {
        self.bytes = Some(bytes);
        self.during()
    }
}

#[cfg(test)]
mod tests {
    use super::Mishap;
    use serde_json::json;

    #[test]
    fn the_form_that_the_stand_in_reads() {
        let torn = Mishap::kill().cmdlet("Set-Content").occurrence(2).during_after_bytes(17);
        assert_eq!(
            serde_json::to_value(torn).unwrap(),
            json!({"action": "kill", "when": "during", "cmdlet": "Set-Content", "occurrence": 2, "bytes": 17})
        );
    }
}
