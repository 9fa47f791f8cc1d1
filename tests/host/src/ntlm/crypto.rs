//! The arithmetic of NTLMv2: [MS-NLMP] 3.3.2, 3.4.5.1 and 3.1.5.1.2.

use hmac::{Hmac, Mac, digest};
use md4::{Digest, Md4};
use md5::Md5;

/// Every key and every checksum of NTLM is this long.
pub(crate) type Block = [u8; 16];

/// NTOWFv2: the key that stands for user and password.
///
/// The domain is the one the client wrote, in the client's letter case; only the user's name is raised.
pub(crate) fn ntowf_v2(password: &str, user: &str, domain: &str) -> Block {
    let password_hash: Block = Md4::digest(utf16(password)).into();
    hmac_md5(&password_hash, &[&utf16(&raised(user)), &utf16(domain)])
}

/// NTProofStr: what a client can only compute if it knows the password.
pub(crate) fn nt_proof(ntowf: &Block, server_challenge: &[u8; 8], blob: &[u8]) -> Block {
    hmac_md5(ntowf, &[server_challenge, blob])
}

/// SessionBaseKey, which for NTLMv2 is the key exchange key as well.
pub(crate) fn session_base_key(ntowf: &Block, proof: &Block) -> Block {
    hmac_md5(ntowf, &[proof])
}

/// The message integrity code over the three messages, the third with zeros where the code itself stands.
pub(crate) fn mic(exported_key: &Block, negotiate: &[u8], challenge: &[u8], authenticate: &[u8]) -> Block {
    hmac_md5(exported_key, &[negotiate, challenge, authenticate])
}

/// RC4, which NTLM uses to carry a session key that the client chose.
pub(crate) fn rc4(key: &Block, data: &Block) -> Block {
    let mut state = Rc4::new(key);
    data.map(|byte| byte ^ state.next())
}

pub(crate) fn hmac_md5(key: &Block, parts: &[&[u8]]) -> Block {
    let mut padded = digest::Key::<Hmac<Md5>>::default();
    for (slot, byte) in padded.iter_mut().zip(key) {
        *slot = *byte;
    }
    let mut code = <Hmac<Md5> as digest::KeyInit>::new(&padded);
    for part in parts {
        code.update(part);
    }
    code.finalize().into_bytes().into()
}

pub(crate) fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// Upper case as Windows raises names: one character becomes one character, or stays as it is (`ß`).
pub(crate) fn raised(name: &str) -> String {
    name.chars()
        .map(|c| {
            let mut upper = c.to_uppercase();
            match (upper.next(), upper.next()) {
                (Some(one), None) => one,
                _ => c,
            }
        })
        .collect()
}

struct Rc4 {
    table: [u8; 256],
    i: u8,
    j: u8,
}

impl Rc4 {
    fn new(key: &Block) -> Self {
        let mut table = [0; 256];
        for (slot, value) in table.iter_mut().zip(0..=u8::MAX) {
            *slot = value;
        }
        let mut state = Self { table, i: 0, j: 0 };
        for (i, key_byte) in (0..=u8::MAX).zip(key.iter().cycle()) {
            state.j = state.j.wrapping_add(state.at(i)).wrapping_add(*key_byte);
            state.table.swap(usize::from(i), usize::from(state.j));
        }
        state.j = 0;
        state
    }

    fn next(&mut self) -> u8 {
        self.i = self.i.wrapping_add(1);
        self.j = self.j.wrapping_add(self.at(self.i));
        self.table.swap(usize::from(self.i), usize::from(self.j));
        self.at(self.at(self.i).wrapping_add(self.at(self.j)))
    }

    fn at(&self, index: u8) -> u8 {
        self.table.get(usize::from(index)).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// [MS-NLMP] 4.2.4: User, Domain, Password, and the challenges given there.
    const SERVER_CHALLENGE: [u8; 8] = [0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef];

    fn blob() -> Vec<u8> {
        let mut blob = vec![1, 1, 0, 0, 0, 0, 0, 0];
        blob.extend([0; 8]);
        blob.extend([0xaa; 8]);
        blob.extend([0; 4]);
        for (id, text) in [(2u16, "Domain"), (1, "Server")] {
            let text = utf16(text);
            blob.extend(id.to_le_bytes());
            blob.extend(u16::try_from(text.len()).unwrap().to_le_bytes());
            blob.extend(text);
        }
        blob.extend([0; 8]);
        blob
    }

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    #[test]
    fn worked_example_of_the_specification() {
        let ntowf = ntowf_v2("Password", "User", "Domain");
        assert_eq!(hex(&ntowf), "0c868a403bfd7a93a3001ef22ef02e3f");
        let proof = nt_proof(&ntowf, &SERVER_CHALLENGE, &blob());
        assert_eq!(hex(&proof), "68cd0ab851e51c96aabc927bebef6a1c");
        let key = session_base_key(&ntowf, &proof);
        assert_eq!(hex(&key), "8de40ccadbc14a82f15cb0ad0de95ca3");
        assert_eq!(hex(&rc4(&key, &[0x55; 16])), "c5dad2544fc9799094ce1ce90bc9d03e");
    }

    #[test]
    fn names_are_raised_one_character_at_a_time() {
        assert_eq!(raised("Jürgen Groß"), "JÜRGEN GROß");
    }
}
