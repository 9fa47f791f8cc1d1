//! What must never be in a recording.

use serde_json::Value;

use super::search::Search;

/// The secrets of a payload, in the order in which they stand there.
#[derive(Default)]
pub(super) struct Secrets(Vec<String>);

impl Secrets {
    /// Takes every secret out of a payload and puts a placeholder into its place: `secret-1`, the same for the same secret.
    ///
    /// Only at the keys that say so. A secret that stands elsewhere too is a surprise, and a [`Search`] finds it.
    pub(super) fn take_from(payload: &mut Value) -> Self {
        let mut secrets = Self::default();
        secrets.take(payload, false);
        secrets
    }

    fn take(&mut self, value: &mut Value, is_secret: bool) {
        match value {
            Value::Object(object) => {
                for (key, value) in object.iter_mut() {
                    if is_of_the_guest(key) && !value.is_null() {
                        *value = "removed".into();
                    } else if key == "bootArgs" {
                        self.take_from_words(value);
                    }
                    self.take(value, is_secret || says_secret(key));
                    if let Value::String(text) = value {
                        self.take_from_url(text, key == "url");
                    }
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.take(item, is_secret)),
            Value::String(text) if is_secret && !is_dull(text) => *value = self.placeholder(&text.clone()).into(),
            Value::Number(number) if is_secret => *value = self.placeholder(&number.to_string()).into(),
            _ => {}
        }
    }

    /// Takes the values of `name=value` whose names say so.
    fn take_from_words(&mut self, value: &mut Value) {
        let Value::String(text) = value else { return };
        let mut word = |word: &str| match word.split_once('=') {
            Some((name, value)) if says_secret(name) && !is_dull(value) => {
                format!("{name}={}", self.placeholder(value))
            }
            _ => word.to_owned(),
        };
        *text = text.split(' ').map(&mut word).collect::<Vec<_>>().join(" ");
    }

    /// Takes what a URL has before its host, and the values in its query that are secret by their names.
    fn take_from_url(&mut self, text: &mut String, is_url: bool) {
        let start = match text.find("://") {
            Some(at) => at + 3,
            None if is_url => 0,
            None => return,
        };
        let (before, rest) = text.split_at(start);
        let (path, query) = rest.split_once('?').map_or((rest, None), |(path, query)| (path, Some(query)));
        // No path of a host's address has an @, but a password may have a slash.
        let end = path.find(['/', '\\', '#']).filter(|_| !is_url).unwrap_or(path.len());
        let (authority, path) = path.split_at(end);
        let authority = match authority.rsplit_once('@') {
            Some((user, host)) if !is_dull(user) => format!("{}@{host}", self.placeholder(user)),
            _ => authority.to_owned(),
        };
        let mut value_of = |pair: &str| match pair.split_once('=') {
            Some((name, value)) if says_secret(name) && !is_dull(value) => {
                format!("{name}={}", self.placeholder(value))
            }
            _ => pair.to_owned(),
        };
        let query = query.map(|query| query.split('&').map(&mut value_of).collect::<Vec<_>>().join("&"));
        *text = format!("{before}{authority}{path}{}", query.map(|query| format!("?{query}")).unwrap_or_default());
    }

    fn placeholder(&mut self, secret: &str) -> String {
        // Someone may well have left the blanks around it out.
        let secret = secret.trim();
        let at = self.0.iter().position(|known| known == secret).unwrap_or_else(|| {
            self.0.push(secret.to_owned());
            self.0.len() - 1
        });
        format!("secret-{}", at + 1)
    }

    /// What to look for, so that none of them is overlooked.
    pub(super) fn search(&self) -> Search {
        Search::new(&self.0)
    }
}

/// `password`, `vncPassword`, `api_key`, `sshkey`, but not `keyboard`.
/// What CloudStack hands to a guest, its password and user data among it. No action reads any.
fn is_of_the_guest(key: &str) -> bool {
    let lower = key.to_ascii_lowercase();
    ["vmdata", "userdata", "user_data"].contains(&lower.as_str()) || lower.starts_with("configdrive")
}

fn says_secret(key: &str) -> bool {
    let lower = key.to_ascii_lowercase();
    let parts = ["password", "passwd", "passphrase", "secret", "token", "credential"];
    let words = ["key", "keys", "pwd", "pass"];
    let is_word = |word: &str| words.iter().any(|known| word.eq_ignore_ascii_case(known));
    parts.iter().any(|part| lower.contains(part))
        || lower.ends_with("key")
        || lower.ends_with("keys")
        || split_words(key).iter().any(|word| is_word(word))
}

/// `apiKeyOfHost`, `api.key` and `api_key` have a word `key`.
fn split_words(key: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut was_lower = false;
    for c in key.chars() {
        if !c.is_alphanumeric() || (c.is_uppercase() && was_lower) {
            words.push(String::new());
        }
        was_lower = c.is_lowercase();
        if let Some(word) = words.last_mut().filter(|_| c.is_alphanumeric()) {
            word.push(c);
        }
    }
    words
}

/// A switch or nothing at all.
fn is_dull(text: &str) -> bool {
    matches!(text.trim().to_ascii_lowercase().as_str(), "" | "true" | "false" | "null")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn secrets_are_known_by_their_keys() {
        for key in ["password", "vncPassword", "External:api_key", "sshkey", "accessKeys", "userToken", "db.pass"] {
            assert!(says_secret(key), "{key}");
        }
        for key in ["keyboard", "name", "passthrough", "monkeyBusiness", "networkIdToNetworkNameMap"] {
            assert!(!says_secret(key), "{key}");
        }
        let mut payload = json!({"a": {"password": "x y z", "tokens": ["", "x y z ", "other"]}, "key": true, "b": "x"});
        let secrets = Secrets::take_from(&mut payload);
        let expected =
            json!({"a": {"password": "secret-1", "tokens": ["", "secret-1", "secret-2"]}, "key": true, "b": "x"});
        assert_eq!((payload, secrets.0), (expected, vec!["x y z".to_owned(), "other".to_owned()]));
    }

    #[test]
    fn a_url_may_have_secrets_in_it() {
        let mut payload = json!({
            "url": "admin:p/w@hv1:5986",
            "console_url": "https://u:p@gate/#/{vm_id}?name={vm_name}&token=t1&x=https://y",
            "path": "D:\\a@b", "broadcastUri": "vlan://100",
        });
        let secrets = Secrets::take_from(&mut payload);
        let expected = json!({
            "url": "secret-1@hv1:5986",
            "console_url": "https://secret-2@gate/#/{vm_id}?name={vm_name}&token=secret-3&x=https://y",
            "path": "D:\\a@b", "broadcastUri": "vlan://100",
        });
        assert_eq!((payload, secrets.0), (expected, vec!["admin:p/w".to_owned(), "u:p".to_owned(), "t1".to_owned()]));
    }
}
