//! A client's half of NTLM, written for these tests from [MS-NLMP] 3.1.5 and bent where a test wants it bent.

use hmac::{Hmac, Mac};
use md4::Md4;
use md5::{Digest, Md5};
use sha2::{Sha256, Sha384};
use simulated_host::{Host, KeyKind};
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject;

const FLAGS: u32 = 0xa288_8205;
const KEY_EXCHANGE: u32 = 0x4000_0000;

/// Who logs in, and how.
#[derive(Clone, Debug)]
pub(crate) struct Login {
    pub(crate) user: String,
    pub(crate) domain: String,
    pub(crate) password: String,
    pub(crate) mic: Mic,
    pub(crate) binding: Option<[u8; 16]>,
    pub(crate) key: SessionKey,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Mic {
    None,
    Right,
    Wrong,
}

/// What stands in EncryptedRandomSessionKey.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum SessionKey {
    None,
    Exchanged,
    /// The fault of careless clients: the base key itself, although nobody negotiated a key.
    InClear,
}

impl Login {
    /// Everything right, with integrity code and bindings.
    pub(crate) fn of(host: &Host) -> Self {
        Self {
            user: host.username().to_owned(),
            domain: String::new(),
            password: host.password().to_owned(),
            mic: Mic::Right,
            binding: Some(binding(host, KeyKind::P256Sha256)),
            key: SessionKey::None,
        }
    }
}

/// MsvAvChannelBindings for the certificate of a host.
pub(crate) fn binding(host: &Host, key: KeyKind) -> [u8; 16] {
    let certificate = CertificateDer::from_pem_file(host.certificate_file()).unwrap();
    let mut data = b"tls-server-end-point:".to_vec();
    match key {
        KeyKind::P384Sha384 | KeyKind::RsaSha384 => data.extend(Sha384::digest(&certificate)),
        _ => data.extend(Sha256::digest(&certificate)),
    }
    let mut structure = vec![0; 16];
    structure.extend(u32::try_from(data.len()).unwrap().to_le_bytes());
    structure.extend(data);
    Md5::digest(structure).into()
}

pub(crate) fn negotiate(login: &Login) -> Vec<u8> {
    let mut message = b"NTLMSSP\0".to_vec();
    message.extend(1u32.to_le_bytes());
    message.extend(flags(login).to_le_bytes());
    message.extend([0; 16]);
    message.extend([10, 0, 0x63, 0x45, 0, 0, 0, 15]);
    message
}

pub(crate) fn authenticate(login: &Login, negotiate: &[u8], challenge: &[u8]) -> Vec<u8> {
    assert_eq!(challenge[..12], *b"NTLMSSP\0\x02\0\0\0");
    let raised = utf16(&login.user.to_uppercase());
    let ntowf = hmac(&Md4::digest(utf16(&login.password)), &[&raised, &utf16(&login.domain)]);
    let blob = blob(login, challenge);
    let proof = hmac(&ntowf, &[&challenge[24..32], &blob]);
    let base_key = hmac(&ntowf, &[&proof]);
    let (exported, sent_key) = match login.key {
        SessionKey::None => (base_key, Vec::new()),
        SessionKey::InClear => (base_key, base_key.to_vec()),
        SessionKey::Exchanged => ([0x55; 16], rc4(&base_key, &[0x55; 16])),
    };
    let parts =
        [vec![0; 24], [&proof[..], &blob].concat(), utf16(&login.domain), utf16(&login.user), Vec::new(), sent_key];
    let mut message = message(&parts, flags(login));
    if login.mic != Mic::None {
        let mut mic = hmac(&exported, &[negotiate, challenge, &message]);
        mic[0] ^= u8::from(login.mic == Mic::Wrong);
        message[72..88].copy_from_slice(&mic);
    }
    message
}

fn flags(login: &Login) -> u32 {
    FLAGS | if login.key == SessionKey::Exchanged { KEY_EXCHANGE } else { 0 }
}

fn message(parts: &[Vec<u8>], flags: u32) -> Vec<u8> {
    let mut message = b"NTLMSSP\0".to_vec();
    message.extend(3u32.to_le_bytes());
    let mut offset = 88;
    for part in parts {
        let length = u16::try_from(part.len()).unwrap().to_le_bytes();
        message.extend([length, length].concat());
        message.extend(u32::try_from(offset).unwrap().to_le_bytes());
        offset += part.len();
    }
    message.extend(flags.to_le_bytes());
    message.extend([10, 0, 0x63, 0x45, 0, 0, 0, 15]);
    message.extend([0; 16]);
    message.extend(parts.concat());
    message
}

/// The client's challenge with the host's own pairs and what the client adds to them.
fn blob(login: &Login, challenge: &[u8]) -> Vec<u8> {
    let length = usize::from(u16::from_le_bytes([challenge[40], challenge[41]]));
    let offset = usize::try_from(u32::from_le_bytes(challenge[44..48].try_into().unwrap())).unwrap();
    let info = &challenge[offset..offset + length - 4];
    let timestamp = pair(info, 7).unwrap_or(&[0; 8]);
    let mut blob = vec![1, 1, 0, 0, 0, 0, 0, 0];
    blob.extend(timestamp);
    blob.extend([0xaa; 8]);
    blob.extend([0; 4]);
    blob.extend(info);
    if login.mic != Mic::None {
        blob.extend([6, 0, 4, 0, 2, 0, 0, 0]);
    }
    if let Some(binding) = login.binding {
        blob.extend([10, 0, 16, 0]);
        blob.extend(binding);
    }
    blob.extend([0; 8]);
    blob
}

/// The value of a pair in target information.
pub(crate) fn pair(mut info: &[u8], wanted: u8) -> Option<&[u8]> {
    while info.len() >= 4 {
        let length = usize::from(u16::from_le_bytes([info[2], info[3]]));
        if info[0] == wanted {
            return Some(&info[4..4 + length]);
        }
        info = &info[4 + length..];
    }
    None
}

fn hmac(key: &[u8], parts: &[&[u8]]) -> [u8; 16] {
    let mut code = Hmac::<Md5>::new_from_slice(key).unwrap();
    parts.iter().for_each(|part| code.update(part));
    code.finalize().into_bytes().into()
}

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

fn rc4(key: &[u8], data: &[u8]) -> Vec<u8> {
    let mut s: Vec<u8> = (0..=255).collect();
    let mut j = 0usize;
    for i in 0..256 {
        j = (j + usize::from(s[i]) + usize::from(key[i % key.len()])) % 256;
        s.swap(i, j);
    }
    let (mut i, mut j) = (0usize, 0usize);
    data.iter()
        .map(|byte| {
            i = (i + 1) % 256;
            j = (j + usize::from(s[i])) % 256;
            s.swap(i, j);
            byte ^ s[(usize::from(s[i]) + usize::from(s[j])) % 256]
        })
        .collect()
}
