//! Identifiers that the host makes up.

/// Sixteen random bytes in the usual form, lower case: `126f4562-1f0f-4313-875e-6150cabeb72f`.
pub(crate) fn new() -> String {
    let mut bytes = [0; 16];
    // Without random numbers no login could be checked either; zeros are as good as any other value then.
    getrandom::fill(&mut bytes).unwrap_or_default();
    let number = u128::from_be_bytes(bytes);
    // Version 4, variant 1: [RFC 9562] 5.4.
    let number = (number & !(0xf000 << 64) & !(0xc << 60)) | (0x4000 << 64) | (0x8 << 60);
    let hex = format!("{number:032x}");
    let mut guid = String::with_capacity(36);
    for (at, digit) in hex.chars().enumerate() {
        if matches!(at, 8 | 12 | 16 | 20) {
            guid.push('-');
        }
        guid.push(digit);
    }
    guid
}

/// Whether a text has the form of an identifier, in any letter case.
pub(crate) fn is_guid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn has_the_usual_form() {
        let guid = new();
        assert!(is_guid(&guid), "{guid}");
        assert_eq!(guid.as_bytes()[14], b'4');
        assert!(b"89ab".contains(&guid.as_bytes()[19]));
        assert_ne!(guid, new());
        assert!(!is_guid("126f4562-1f0f-4313-875e-6150cabeb72"));
    }
}
