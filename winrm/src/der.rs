//! As much of DER as certificates are read with.

/// One value of DER: tag and content. X.690 8.1
pub(crate) struct Der<'a> {
    tag: u8,
    content: &'a [u8],
}

impl<'a> Der<'a> {
    /// The value at the start of `bytes`, and what follows it. Tags above 30 do not occur where
    /// this reads.
    pub(crate) fn read(bytes: &'a [u8]) -> Option<(Self, &'a [u8])> {
        let (&tag, rest) = bytes.split_first()?;
        let (&first, rest) = rest.split_first()?;
        let (length, rest) = match first {
            0..=0x7f => (usize::from(first), rest),
            0x81..=0x84 => {
                let (digits, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
                (digits.iter().fold(0, |length, digit| length << 8 | usize::from(*digit)), rest)
            }
            _ => return None,
        };
        let (content, rest) = rest.split_at_checked(length)?;
        Some((Self { tag, content }, rest))
    }

    pub(crate) fn sequence(self) -> Option<&'a [u8]> {
        (self.tag == 0x30).then_some(self.content)
    }

    pub(crate) fn object_identifier(self) -> Option<&'a [u8]> {
        (self.tag == 0x06).then_some(self.content)
    }

    pub(crate) fn context(self, number: u8) -> Option<&'a [u8]> {
        (self.tag == 0xa0 | number).then_some(self.content)
    }

    pub(crate) fn integer(self) -> Option<&'a [u8]> {
        (self.tag == 0x02).then_some(self.content)
    }

    /// The bytes of a bit string that has nothing but whole ones.
    pub(crate) fn bit_string(self) -> Option<&'a [u8]> {
        self.content.split_first().filter(|(left_over, _)| self.tag == 0x03 && **left_over == 0).map(|(_, bytes)| bytes)
    }
}
