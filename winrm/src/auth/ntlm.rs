//! NTLMv2 with MIC and channel binding, built around `ntlmclient`. [MS-NLMP]
//!
//! The crate encodes the messages and computes the NTLMv2 response. What it lacks is here: the
//! pairs of the target info that a client adds, the MIC, and care for the session key, which the
//! crate would put on the wire in clear.

use hmac::{Hmac, Mac as _};
use md5::Md5;
use ntlmclient::{
    ChallengeMessage, Flags, Message, NegotiateMessage, OsVersion, TargetInfoEntry, TargetInfoType, get_ntlm_time,
    respond_challenge_ntlm_v2,
};
use secrecy::ExposeSecret as _;
use secrecy::zeroize::Zeroize as _;

use super::LoginError;
use crate::Credentials;

/// The most target info that is taken from a host, in bytes. Real ones have some 200; the crate
/// panics above 65,535.
const MOST_TARGET_INFO: usize = 4096;

/// Where the MIC stands in AUTHENTICATE. [MS-NLMP] 2.2.1.3
const MIC_OFFSET: usize = 72;
const MIC_LENGTH: usize = 16;

/// Where AUTHENTICATE says at which offsets its six payload fields begin. [MS-NLMP] 2.2.1.3
const PAYLOAD_OFFSETS: [usize; 6] = [16, 24, 32, 40, 48, 56];

/// "The MIC field is filled in", a bit of `MsvAvFlags`. [MS-NLMP] 2.2.2.1
const AV_FLAG_MIC: u32 = 2;

/// The first half of a login: the token that opens it, kept because the MIC covers its very bytes.
pub struct Ntlm {
    negotiate: Vec<u8>,
}

impl Ntlm {
    /// Opens a login. [MS-NLMP] 3.1.5.1.1
    ///
    /// # Errors
    ///
    /// [`LoginError::Challenge`] should the crate refuse to encode, which it has no reason for.
    pub fn negotiate() -> Result<Self, LoginError> {
        let message = Message::Negotiate(NegotiateMessage {
            flags: flags(),
            supplied_domain: String::new(),
            supplied_workstation: String::new(),
            // Some Windows hosts take a message without a version as malformed. This is Windows 10
            // 1809, Server 2019.
            os_version: OsVersion {
                major_version: 10,
                minor_version: 0,
                build_number: 17763,
                reserved: [0; 3],
                ntlm_revision: 15,
            },
        });
        let negotiate = message.to_bytes().map_err(|error| LoginError::Challenge(error.to_string()))?;
        Ok(Self { negotiate })
    }

    /// The token that opens the login.
    pub fn token(&self) -> &[u8] {
        &self.negotiate
    }

    /// The token that answers the host's challenge. [MS-NLMP] 3.1.5.1.2
    ///
    /// `host` is the name that the host was reached by; `binding` is the value of
    /// [`channel_binding`](super::channel_binding), left out where the login shall not be bound.
    ///
    /// # Errors
    ///
    /// [`LoginError::Challenge`] where the challenge is malformed, too large or asks for less than
    /// NTLMv2.
    pub fn authenticate(
        &self,
        challenge: &[u8],
        credentials: &Credentials,
        host: &str,
        binding: Option<[u8; 16]>,
    ) -> Result<Vec<u8>, LoginError> {
        let parsed = parse(challenge)?;
        let flags = agreed(parsed.flags)?;
        let (target_info, timestamp) = target_info(&parsed, host, binding)?;
        let mut account = ntlmclient::Credentials {
            username: credentials.user().to_owned(),
            password: credentials.password().expose_secret().to_owned(),
            domain: credentials.domain().to_owned(),
        };
        let time = timestamp.unwrap_or_else(get_ntlm_time);
        let mut response = respond_challenge_ntlm_v2(parsed.challenge, &target_info, time, &account);
        account.password.zeroize();
        if timestamp.is_some() {
            response.lm_response = vec![0; 24];
        }
        // Taken out before the message is made: the crate would send it in clear, and it signs the
        // MIC.
        let mut key = std::mem::take(&mut response.session_key);
        let message = response.to_message(&account, credentials.workstation(), flags);
        let authenticate = message.to_bytes().map_err(|error| LoginError::Challenge(error.to_string()))?;
        let signed = sign(authenticate, &key, &self.negotiate, challenge);
        key.zeroize();
        signed.ok_or_else(|| LoginError::Challenge("the answer to it cannot be signed".to_owned()))
    }
}

/// No key exchange: its key would have to be sent, and over HTTPS nothing is sealed with it.
/// [MS-NLMP] 2.2.2.5
fn flags() -> Flags {
    Flags::NEGOTIATE_UNICODE
        | Flags::REQUEST_TARGET
        | Flags::NEGOTIATE_NTLM
        | Flags::NEGOTIATE_ALWAYS_SIGN
        | Flags::NEGOTIATE_NTLM2_KEY
        | Flags::NEGOTIATE_TARGET_INFO
        | Flags::NEGOTIATE_VERSION
        | Flags::NEGOTIATE_128BIT
        | Flags::NEGOTIATE_56BIT
}

fn parse(challenge: &[u8]) -> Result<ChallengeMessage, LoginError> {
    match Message::try_from(challenge) {
        Ok(Message::Challenge(message)) => Ok(message),
        Ok(_) => Err(LoginError::Challenge("it is another message".to_owned())),
        // The crate's own text would show what the host sent.
        Err(_) => Err(LoginError::Challenge("it is malformed".to_owned())),
    }
}

/// The flags that both sides have. Without these three there is no NTLMv2 with a MIC.
fn agreed(offered: Flags) -> Result<Flags, LoginError> {
    let needed = Flags::NEGOTIATE_UNICODE | Flags::NEGOTIATE_NTLM2_KEY | Flags::NEGOTIATE_TARGET_INFO;
    let agreed = flags() & offered;
    if agreed.contains(needed) {
        Ok(agreed)
    } else {
        Err(LoginError::Challenge("it asks for less than NTLMv2 with extended session security".to_owned()))
    }
}

/// The target info of the response, and the host's time where it gave one. [MS-NLMP] 3.1.5.1.2,
/// 2.2.2.1
fn target_info(
    challenge: &ChallengeMessage,
    host: &str,
    binding: Option<[u8; 16]>,
) -> Result<(Vec<u8>, Option<i64>), LoginError> {
    let size: usize = challenge.target_information.iter().map(|entry| entry.data.len() + 4).sum();
    if size > MOST_TARGET_INFO {
        return Err(LoginError::Challenge(format!("its target info has {size} bytes")));
    }
    let mut pairs = Vec::new();
    let mut timestamp = None;
    let mut flags = AV_FLAG_MIC;
    for entry in &challenge.target_information {
        match entry.entry_type {
            TargetInfoType::Terminator => break,
            // The client's own to set; what a host sends in them is no one's.
            TargetInfoType::TargetName | TargetInfoType::ChannelBindings => continue,
            TargetInfoType::Flags => {
                flags |= <[u8; 4]>::try_from(entry.data.as_slice()).map_or(0, u32::from_le_bytes);
                continue;
            }
            TargetInfoType::Timestamp => {
                timestamp = <[u8; 8]>::try_from(entry.data.as_slice()).ok().map(i64::from_le_bytes);
            }
            _ => {}
        }
        pairs.extend(entry.to_bytes());
    }
    // Left out, and never sent as zeros: Windows refuses those.
    if let Some(binding) = binding {
        pairs.extend(pair(TargetInfoType::ChannelBindings, &binding));
    }
    pairs.extend(TargetInfoEntry::from_string(TargetInfoType::TargetName, &format!("HTTP/{host}")).to_bytes());
    pairs.extend(pair(TargetInfoType::Flags, &flags.to_le_bytes()));
    pairs.extend(pair(TargetInfoType::Terminator, &[]));
    Ok((pairs, timestamp))
}

fn pair(entry_type: TargetInfoType, data: &[u8]) -> Vec<u8> {
    TargetInfoEntry { entry_type, data: data.to_vec() }.to_bytes()
}

/// Makes room for the MIC and fills it in. `None` only if the message is shorter than its own
/// header.
///
/// Without key exchange the exported session key is the session base key. [MS-NLMP] 3.1.5.1.2
fn sign(mut authenticate: Vec<u8>, key: &[u8], negotiate: &[u8], challenge: &[u8]) -> Option<Vec<u8>> {
    if authenticate.len() < MIC_OFFSET {
        return None;
    }
    authenticate.splice(MIC_OFFSET..MIC_OFFSET, [0; MIC_LENGTH]);
    for offset in PAYLOAD_OFFSETS {
        let field = authenticate.get_mut(offset..offset + 4)?;
        let moved =
            u32::from_le_bytes(<[u8; 4]>::try_from(&*field).ok()?).checked_add(u32::try_from(MIC_LENGTH).ok()?)?;
        field.copy_from_slice(&moved.to_le_bytes());
    }
    let mic = hmac_md5(key, &[negotiate, challenge, &authenticate])?;
    authenticate.get_mut(MIC_OFFSET..MIC_OFFSET + MIC_LENGTH)?.copy_from_slice(&mic);
    Some(authenticate)
}

fn hmac_md5(key: &[u8], parts: &[&[u8]]) -> Option<[u8; 16]> {
    // HMAC takes keys of every length; the error has no way to occur.
    let mut hmac = Hmac::<Md5>::new_from_slice(key).ok()?;
    for part in parts {
        hmac.update(part);
    }
    Some(hmac.finalize().into_bytes().into())
}

#[cfg(test)]
mod tests;
