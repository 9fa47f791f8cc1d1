//! A rendered standard input taken apart again, for those who look at what was sent.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::render;

/// What a standard input holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Input {
    /// The token's content: `script`, `nonce`, `seconds`, `arguments`.
    pub call: Value,
    /// The script's text, with a newline at its end.
    pub script: String,
}

impl Input {
    /// Reads a standard input; nothing where it is none of [`render`](crate::render)'s, or not whole.
    pub fn read(input: &[u8]) -> Option<Self> {
        let (token, rest) = std::str::from_utf8(input).ok()?.split_once('\n')?;
        let (script, _) = rest.rsplit_once("#end ")?;
        let call = serde_json::from_slice(&STANDARD.decode(token).ok()?).ok()?;
        // The last line must be the one that this script ends with.
        let whole = render::input(token, script).as_bytes() == input;
        whole.then(|| Self { call, script: script.to_owned() })
    }

    /// The bytes to send.
    pub fn to_bytes(&self) -> Vec<u8> {
        render::input(&STANDARD.encode(self.call.to_string()), &self.script).into_bytes()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Input;

    #[test]
    fn what_was_taken_apart_can_be_put_together() {
        let input = Input { call: json!({"script": "stop", "seconds": 5.5}), script: "a\nb # #end 3\n".to_owned() };
        let bytes = input.to_bytes();
        assert_eq!(Input::read(&bytes), Some(input));
        assert_eq!(Input::read(bytes.get(..bytes.len() - 3).unwrap()), None);
        assert_eq!(Input::read(b"echo\n"), None);
    }
}
