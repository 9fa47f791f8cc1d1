//! As much of DER as it takes to rewrite a certificate. X.690 8.1

/// A value: tag, length, content.
pub(super) fn value(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len().to_be_bytes();
    let digits: Vec<u8> = length.into_iter().skip_while(|digit| *digit == 0).collect();
    let mut value = vec![tag];
    match digits.as_slice() {
        [] => value.push(0),
        [short] if *short < 0x80 => value.push(*short),
        long => {
            value.push(0x80 | u8::try_from(long.len()).unwrap_or_default());
            value.extend(long);
        }
    }
    value.extend(content);
    value
}

/// The content of the value at the start.
pub(super) fn content(bytes: &[u8]) -> Option<&[u8]> {
    let (header, length) = measure(bytes)?;
    bytes.get(header..header + length)
}

/// The values that follow one another, each with its tag and length.
pub(super) fn values(mut bytes: &[u8]) -> Vec<&[u8]> {
    let mut values = Vec::new();
    while let Some((value, rest)) = measure(bytes).and_then(|(header, length)| bytes.split_at_checked(header + length))
    {
        values.push(value);
        bytes = rest;
    }
    values
}

/// How long tag and length are, and the content.
fn measure(bytes: &[u8]) -> Option<(usize, usize)> {
    let first = *bytes.get(1)?;
    if first < 0x80 {
        return Some((2, usize::from(first)));
    }
    let digits = bytes.get(2..2 + usize::from(first & 0x7f))?;
    Some((2 + digits.len(), digits.iter().fold(0, |length, digit| length << 8 | usize::from(*digit))))
}
