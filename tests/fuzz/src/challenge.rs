//! A login on any challenge: refused in a sentence, or answered with a token that holds together and gives nothing away.

use winrm::Credentials;
use winrm::auth::Ntlm;

use crate::shown::assert_shown;

const PASSWORD: &str = "Pa55-of-nobody";
const BINDING: [u8; 16] = [0x5a; 16];

/// The numbers of the pairs in the target info. [MS-NLMP] 2.2.2.1
const TERMINATOR: u16 = 0;
const FLAGS: u16 = 6;
const TARGET_NAME: u16 = 9;
const CHANNEL_BINDINGS: u16 = 10;

/// A token must fit into a header of HTTP.
const LONGEST_TOKEN: usize = 8192;

pub(crate) fn check(challenge: &[u8]) {
    let account = Credentials::new("Domain\\User", PASSWORD.into(), Some("COMPUTER".to_owned()));
    let (Ok(ntlm), Ok(account)) = (Ntlm::negotiate(), account) else {
        unreachable!("neither of them knows the challenge");
    };
    let bound = ntlm.authenticate(challenge, &account, "hv1", Some(BINDING));
    let unbound = ntlm.authenticate(challenge, &account, "hv1", None);
    assert_eq!(bound.is_ok(), unbound.is_ok(), "the challenge alone decides whether it is answered");
    match (bound, unbound) {
        (Ok(bound), Ok(unbound)) => {
            check_token(&bound, Some(BINDING));
            check_token(&unbound, None);
            for secret in [PASSWORD.as_bytes(), &utf16(PASSWORD)] {
                // Names and pairs of the host are sent back to it.
                let is_sent = contains(&bound, secret) || contains(&unbound, secret);
                assert!(!is_sent || contains(challenge, secret), "the password is sent");
            }
        }
        (Err(refusal), _) | (_, Err(refusal)) => assert_shown(&refusal.to_string(), 200),
    }
}

fn check_token(token: &[u8], binding: Option<[u8; 16]>) {
    assert!(token.len() <= LONGEST_TOKEN, "{} bytes", token.len());
    assert!(token.starts_with(b"NTLMSSP\0\x03\0\0\0"));
    // LM and NTLMv2 response, domain, user, workstation, session key. [MS-NLMP] 2.2.1.3
    let fields = [12, 20, 28, 36, 44, 52].map(|at| field(token, at));
    let [Some(lm), Some(nt), Some(domain), Some(user), Some(workstation), Some(key)] = fields else {
        unreachable!("a field lies outside of the token, or in its header: {token:x?}");
    };
    assert_eq!(lm.len(), 24);
    assert_eq!((domain, user, workstation), (&*utf16("Domain"), &*utf16("User"), &*utf16("COMPUTER")));
    assert!(key.is_empty(), "the session key is sent");
    assert_ne!(token.get(72..88), Some([0; 16].as_slice()), "the MIC is missing");

    // The proof and the fixed part of the response stand before the pairs.
    let pairs = nt.get(44..).map(pairs).unwrap_or_default();
    let of = |number| pairs.iter().filter(move |(found, _)| *found == number).map(|(_, data)| *data);
    assert_eq!(pairs.last().map(|(number, _)| *number), Some(TERMINATOR));
    assert!(of(TARGET_NAME).eq([&*utf16("HTTP/hv1")]), "the target is the client's to name");
    assert!(of(CHANNEL_BINDINGS).eq(binding.iter().map(<[u8; 16]>::as_slice)), "the binding is the client's to set");
    let flags: Vec<_> = of(FLAGS).filter_map(|data| data.first()).collect();
    assert!(matches!(flags.as_slice(), [flags] if *flags & 2 != 0), "the MIC is not announced, or twice");
}

/// A field by its length and offset; nothing where it does not lie in the payload behind the MIC.
fn field(token: &[u8], at: usize) -> Option<&[u8]> {
    let length = usize::from(number(token.get(at..)?)?);
    let offset = token.get(at + 4..at + 8)?;
    let offset = usize::try_from(u32::from_le_bytes(offset.try_into().ok()?)).ok()?;
    if offset < 88 { None } else { token.get(offset..offset.checked_add(length)?) }
}

/// The pairs, up to the one that ends them.
fn pairs(mut rest: &[u8]) -> Vec<(u16, &[u8])> {
    let mut found = Vec::new();
    while let Some(pair) = number(rest) {
        let Some(length) = rest.get(2..).and_then(number).map(usize::from) else { break };
        let Some(data) = rest.get(4..4 + length) else { break };
        found.push((pair, data));
        if pair == TERMINATOR {
            break;
        }
        rest = rest.get(4 + length..).unwrap_or_default();
    }
    found
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

fn number(bytes: &[u8]) -> Option<u16> {
    bytes.first_chunk().copied().map(u16::from_le_bytes)
}

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}
