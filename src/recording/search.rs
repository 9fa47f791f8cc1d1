//! The search for secrets in whatever form.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

/// A search for many words at once.
pub(super) struct Search {
    words: Vec<Vec<u8>>,
    /// Whether a word begins with these two bytes: few places do, and only there the words are looked at.
    beginnings: Vec<bool>,
}

impl Search {
    pub(super) fn new(secrets: &[String]) -> Self {
        let words: Vec<_> = secrets.iter().flat_map(|secret| spellings(secret)).collect();
        let mut beginnings = vec![false; 1 << 16];
        for word in &words {
            let found = pair(word).and_then(|pair| beginnings.get_mut(pair));
            found.into_iter().for_each(|begins| *begins = true);
        }
        Self { words, beginnings }
    }

    /// Whether any of the secrets is in these bytes: plain, escaped as in XML, JSON or CLIXML, in base64 at any place, in UTF-16,
    /// or in base64 of UTF-16. A very short one is taken to be where it may only seem to be.
    pub(super) fn finds(&self, bytes: &[u8]) -> bool {
        let once = unescaped(bytes);
        self.finds_plain(bytes) || once != bytes && (self.finds_plain(&once) || self.finds_plain(&unescaped(&once)))
    }

    fn finds_plain(&self, bytes: &[u8]) -> bool {
        // One that is too short for a pair of bytes, or says nothing in base64.
        let is_short = |word: &&Vec<u8>| word.len() < 2;
        if self.words.iter().filter(is_short).any(|word| word.first().is_none_or(|byte| bytes.contains(byte))) {
            return true;
        }
        let begins = |at: &usize| {
            let pair = bytes.get(*at..).and_then(pair);
            pair.and_then(|pair| self.beginnings.get(pair)).is_some_and(|begins| *begins)
        };
        let is_at = |at: usize| {
            let rest = bytes.get(at..).unwrap_or_default();
            self.words.iter().any(|word| rest.starts_with(word))
        };
        (0..bytes.len()).filter(begins).any(is_at)
    }
}

fn pair(bytes: &[u8]) -> Option<usize> {
    let [first, second] = bytes.first_chunk()?;
    Some(usize::from(*first) << 8 | usize::from(*second))
}

/// A secret in every form but the escaped ones.
fn spellings(secret: &str) -> Vec<Vec<u8>> {
    let utf16: Vec<u8> = secret.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let json = Value::from(secret).to_string();
    let json = json.trim_matches('"').as_bytes().to_vec();
    let mut spellings = vec![secret.as_bytes().to_vec()];
    for bytes in [secret.as_bytes(), &json, &utf16] {
        spellings.extend((0..3).map(|shift| in_base64(bytes, shift)));
    }
    spellings.push(utf16);
    spellings
}

/// The characters that do not depend on the bytes around, where `shift` bytes of the last group come before.
fn in_base64(bytes: &[u8], shift: usize) -> Vec<u8> {
    let mut padded = vec![0; shift];
    padded.extend(bytes);
    let text = STANDARD.encode(&padded);
    let (first, last) = ((shift * 8).div_ceil(6), padded.len() * 8 / 6);
    text.as_bytes().get(first..last).unwrap_or_default().to_vec()
}

/// Without the escapes of XML, JSON and CLIXML, in whatever mixture.
fn unescaped(bytes: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    let mut high: Option<u32> = None;
    while let Some((first, after)) = rest.split_first() {
        let Some((unit, length)) = escape(rest) else {
            plain.push(*first);
            rest = after;
            high = None;
            continue;
        };
        rest = rest.get(length..).unwrap_or_default();
        // A pair of surrogates is one character.
        let character = match (high.take(), unit) {
            (Some(high), 0xdc00..=0xdfff) => char::from_u32(0x1_0000 + ((high - 0xd800) << 10) + (unit - 0xdc00)),
            _ => char::from_u32(unit),
        };
        if (0xd800..0xdc00).contains(&unit) {
            high = Some(unit);
        }
        plain.extend(character.map(String::from).unwrap_or_default().into_bytes());
    }
    plain
}

/// The character of the escape that these bytes begin with, and how long the escape is.
fn escape(bytes: &[u8]) -> Option<(u32, usize)> {
    let number = |digits: &[u8], radix| u32::from_str_radix(std::str::from_utf8(digits).ok()?, radix).ok();
    match bytes {
        [b'\\', b'u', a, b, c, d, ..] => Some((number(&[*a, *b, *c, *d], 16)?, 6)),
        [b'\\', escaped, ..] => {
            let character = match escaped {
                b'n' => b'\n',
                b'r' => b'\r',
                b't' => b'\t',
                b'"' | b'\\' | b'/' => *escaped,
                _ => return None,
            };
            Some((character.into(), 2))
        }
        [b'_', b'x', a, b, c, d, b'_', ..] => Some((number(&[*a, *b, *c, *d], 16)?, 7)),
        [b'&', ..] => {
            let length = bytes.iter().take(12).position(|byte| *byte == b';')?;
            let character = match bytes.get(1..length)? {
                b"amp" => u32::from(b'&'),
                b"lt" => b'<'.into(),
                b"gt" => b'>'.into(),
                b"quot" => b'"'.into(),
                b"apos" => b'\''.into(),
                [b'#', b'x' | b'X', digits @ ..] => number(digits, 16)?,
                [b'#', digits @ ..] => number(digits, 10)?,
                _ => return None,
            };
            Some((character, length + 1))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const SECRET: &str = "S3cr=t! \"\u{fc}<\\x>";

    #[test]
    fn a_secret_is_found_in_whatever_form() {
        let secrets = Search::new(&[SECRET.to_owned()]);
        let utf16: Vec<u8> = SECRET.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let json = json!({"k": SECRET}).to_string();
        let mut texts = vec![
            SECRET.as_bytes().to_vec(),
            utf16.clone(),
            json.clone().into_bytes(),
            json!(json).to_string().into_bytes(),
            br#"{"k":"S3cr\u003dt! \"\u00fc\u003c\\x\u003e"}"#.to_vec(),
            "<a>S3cr=t! &quot;&#xFC;&lt;\\x&gt;</a>".as_bytes().to_vec(),
            "S3cr=t!_x0020_\"\u{fc}&lt;\\x&gt;".as_bytes().to_vec(),
        ];
        for before in ["", "a", "ab"] {
            texts.push(STANDARD.encode([before.as_bytes(), SECRET.as_bytes(), b"more"].concat()).into_bytes());
            texts.push(STANDARD.encode([before.as_bytes(), &utf16, b"more"].concat()).into_bytes());
            texts.push(STANDARD.encode(format!("{before}{json}")).into_bytes());
        }
        for text in texts {
            assert!(secrets.finds(&text), "{}", String::from_utf8_lossy(&text));
        }
        assert!(!secrets.finds(b"S3cr=t! and what else there is"));
    }

    #[test]
    fn a_short_secret_may_be_anywhere() {
        assert!(Search::new(&["ab".to_owned()]).finds(b"cab"));
        assert!(!Search::new(&["qzx".to_owned()]).finds(b"{\"name\":\"i-2-45-VM\"}"));
    }
}
