//! The three messages of NTLM as bytes: [MS-NLMP] 2.2.1.

use crate::ntlm::crypto::{Block, utf16};

pub(crate) const UNICODE: u32 = 0x0000_0001;
pub(crate) const REQUEST_TARGET: u32 = 0x0000_0004;
pub(crate) const NTLM: u32 = 0x0000_0200;
pub(crate) const TARGET_TYPE_SERVER: u32 = 0x0002_0000;
pub(crate) const EXTENDED_SESSION_SECURITY: u32 = 0x0008_0000;
pub(crate) const TARGET_INFO: u32 = 0x0080_0000;
pub(crate) const VERSION: u32 = 0x0200_0000;
pub(crate) const KEY_EXCHANGE: u32 = 0x4000_0000;
/// Sign, seal, always sign, 128 and 56 bits: granted to whoever asks.
const GRANTED_ON_REQUEST: u32 = 0x0000_0010 | 0x0000_0020 | 0x0000_8000 | 0x2000_0000 | 0x8000_0000 | KEY_EXCHANGE;

const SIGNATURE: &[u8; 8] = b"NTLMSSP\0";
/// Windows Server 2022, NTLM revision 15.
const HOST_VERSION: [u8; 8] = [10, 0, 0x7c, 0x4f, 0, 0, 0, 15];
/// Where the code stands in a type-3 message that has one, and how long it is.
const MIC_AT: usize = 72;
const MIC_LENGTH: usize = 16;

/// Which of the messages these bytes claim to be.
pub(crate) fn kind(message: &[u8]) -> Option<u32> {
    message.starts_with(SIGNATURE).then(|| u32_at(message, 8))?
}

/// The flags of a type-1 message.
pub(crate) fn negotiate_flags(message: &[u8]) -> Option<u32> {
    u32_at(message, 12)
}

/// Names that the host tells about itself in the challenge.
#[derive(Clone, Debug)]
pub(crate) struct TargetNames {
    pub(crate) netbios_domain: String,
    pub(crate) netbios_computer: String,
    pub(crate) dns_domain: String,
    pub(crate) dns_computer: String,
}

/// A type-2 message. `timestamp` is a FILETIME: 100 ns since 1601.
pub(crate) fn challenge(asked: u32, server_challenge: [u8; 8], names: &TargetNames, timestamp: Option<u64>) -> Vec<u8> {
    let flags = UNICODE
        | REQUEST_TARGET
        | NTLM
        | TARGET_TYPE_SERVER
        | EXTENDED_SESSION_SECURITY
        | TARGET_INFO
        | VERSION
        | (asked & GRANTED_ON_REQUEST);
    let target_name = utf16(&names.netbios_computer);
    let target_info = target_info(names, timestamp);
    let mut message = SIGNATURE.to_vec();
    message.extend(2u32.to_le_bytes());
    push_field(&mut message, target_name.len(), 56);
    message.extend(flags.to_le_bytes());
    message.extend(server_challenge);
    message.extend([0; 8]);
    push_field(&mut message, target_info.len(), 56 + target_name.len());
    message.extend(HOST_VERSION);
    message.extend(target_name);
    message.extend(target_info);
    message
}

/// A type-3 message, taken apart.
#[derive(Debug)]
pub(crate) struct Authenticate<'m> {
    pub(crate) domain: String,
    pub(crate) user: String,
    /// NTProofStr and the blob it covers.
    pub(crate) proof: Block,
    pub(crate) blob: &'m [u8],
    pub(crate) encrypted_key: &'m [u8],
    pub(crate) flags: u32,
    raw: &'m [u8],
}

impl<'m> Authenticate<'m> {
    /// Reads the message, or says what is wrong with it.
    pub(crate) fn read(raw: &'m [u8]) -> Result<Self, &'static str> {
        let response = field(raw, 20).ok_or("the NTLM response lies outside the message")?;
        let (proof, blob) = response.split_first_chunk().ok_or("the response is not NTLMv2")?;
        if blob.get(..2) != Some(&[1, 1]) || blob.len() < 28 {
            return Err("the response is not NTLMv2");
        }
        let name = |at| field(raw, at).and_then(text).ok_or("a name is not UTF-16 inside the message");
        Ok(Self {
            domain: name(28)?,
            user: name(36)?,
            proof: *proof,
            blob,
            encrypted_key: field(raw, 52).ok_or("the session key lies outside the message")?,
            flags: u32_at(raw, 60).ok_or("the message has no flags")?,
            raw,
        })
    }

    /// The pair of that number among those that the client put under its proof.
    pub(crate) fn pair(&self, wanted: u16) -> Option<&'m [u8]> {
        let mut rest = self.blob.get(28..)?;
        loop {
            let id = u16_at(rest, 0)?;
            let length = usize::from(u16_at(rest, 2)?);
            let value = rest.get(4..4 + length)?;
            if id == wanted {
                return Some(value);
            }
            if id == pair::END {
                return None;
            }
            rest = rest.get(4 + length..)?;
        }
    }

    /// The integrity code, and the message with zeros in its place.
    pub(crate) fn mic(&self) -> Option<(Block, Vec<u8>)> {
        let code = *self.raw.get(MIC_AT..)?.first_chunk()?;
        let mut cleared = self.raw.to_vec();
        cleared.get_mut(MIC_AT..MIC_AT + MIC_LENGTH)?.fill(0);
        Some((code, cleared))
    }
}

/// Numbers of the attribute pairs: [MS-NLMP] 2.2.2.1.
pub(crate) mod pair {
    pub(crate) const END: u16 = 0;
    pub(crate) const NETBIOS_COMPUTER: u16 = 1;
    pub(crate) const NETBIOS_DOMAIN: u16 = 2;
    pub(crate) const DNS_COMPUTER: u16 = 3;
    pub(crate) const DNS_DOMAIN: u16 = 4;
    pub(crate) const FLAGS: u16 = 6;
    pub(crate) const TIMESTAMP: u16 = 7;
    pub(crate) const CHANNEL_BINDINGS: u16 = 10;
}

fn target_info(names: &TargetNames, timestamp: Option<u64>) -> Vec<u8> {
    let mut info = Vec::new();
    push_pair(&mut info, pair::NETBIOS_DOMAIN, &utf16(&names.netbios_domain));
    push_pair(&mut info, pair::NETBIOS_COMPUTER, &utf16(&names.netbios_computer));
    push_pair(&mut info, pair::DNS_DOMAIN, &utf16(&names.dns_domain));
    push_pair(&mut info, pair::DNS_COMPUTER, &utf16(&names.dns_computer));
    if let Some(timestamp) = timestamp {
        push_pair(&mut info, pair::TIMESTAMP, &timestamp.to_le_bytes());
    }
    push_pair(&mut info, pair::END, &[]);
    info
}

fn push_pair(info: &mut Vec<u8>, id: u16, value: &[u8]) {
    info.extend(id.to_le_bytes());
    info.extend(u16::try_from(value.len()).unwrap_or(u16::MAX).to_le_bytes());
    info.extend(value);
}

fn push_field(message: &mut Vec<u8>, length: usize, offset: usize) {
    let length = u16::try_from(length).unwrap_or(u16::MAX).to_le_bytes();
    message.extend(length);
    message.extend(length);
    message.extend(u32::try_from(offset).unwrap_or(u32::MAX).to_le_bytes());
}

fn field(message: &[u8], at: usize) -> Option<&[u8]> {
    let length = usize::from(u16_at(message, at)?);
    let offset = usize::try_from(u32_at(message, at + 4)?).ok()?;
    if length == 0 {
        return Some(&[]);
    }
    message.get(offset..offset.checked_add(length)?)
}

fn text(bytes: &[u8]) -> Option<String> {
    let units = bytes.chunks(2).map(|unit| unit.try_into().ok().map(u16::from_le_bytes));
    String::from_utf16(&units.collect::<Option<Vec<_>>>()?).ok()
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}
