use super::*;

const PASSWORD: &str = "Password";
const SERVER_CHALLENGE: [u8; 8] = [0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef];
const FLAGS_OF_A_HOST: u32 = 0xe28a_8235;

fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> =
        text.chars().filter_map(|c| c.to_digit(16)).map(|digit| u8::try_from(digit).unwrap()).collect();
    digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect()
}

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

fn av(number: u16, data: &[u8]) -> Vec<u8> {
    [&number.to_le_bytes(), &u16::try_from(data.len()).unwrap().to_le_bytes(), data].concat()
}

/// A CHALLENGE with the given flags and pairs, laid out by [MS-NLMP] 2.2.1.2 and not by the crate
/// under test.
fn challenge(flags: u32, pairs: &[u8]) -> Vec<u8> {
    let mut message = b"NTLMSSP\0".to_vec();
    message.extend(2u32.to_le_bytes());
    message.extend([0; 4]);
    message.extend(56u32.to_le_bytes());
    message.extend(flags.to_le_bytes());
    message.extend(SERVER_CHALLENGE);
    message.extend([0; 8]);
    let length = u16::try_from(pairs.len()).unwrap();
    message.extend(length.to_le_bytes());
    message.extend(length.to_le_bytes());
    message.extend(56u32.to_le_bytes());
    message.extend([10, 0, 0x63, 0x45, 0, 0, 0, 15]);
    message.extend(pairs);
    message
}

fn account(user: &str) -> Credentials {
    Credentials::new(user, PASSWORD.into(), Some("COMPUTER".to_owned())).unwrap()
}

/// The fields of an AUTHENTICATE, read by [MS-NLMP] 2.2.1.3.
struct Authenticate<'a>(&'a [u8]);

impl<'a> Authenticate<'a> {
    fn field(&self, at: usize) -> &'a [u8] {
        let length = usize::from(u16::from_le_bytes([self.0[at], self.0[at + 1]]));
        let offset = u32::from_le_bytes(self.0[at + 4..at + 8].try_into().unwrap());
        let offset = usize::try_from(offset).unwrap();
        &self.0[offset..offset + length]
    }
    fn lm(&self) -> &'a [u8] {
        self.field(12)
    }
    fn nt(&self) -> &'a [u8] {
        self.field(20)
    }
    fn domain(&self) -> &'a [u8] {
        self.field(28)
    }
    fn user(&self) -> &'a [u8] {
        self.field(36)
    }
    fn workstation(&self) -> &'a [u8] {
        self.field(44)
    }
    fn session_key(&self) -> &'a [u8] {
        self.field(52)
    }
    fn flags(&self) -> u32 {
        u32::from_le_bytes(self.0[60..64].try_into().unwrap())
    }
    fn mic(&self) -> &'a [u8] {
        &self.0[72..88]
    }
    /// The pairs inside the NTLMv2 response: proof 16, header 8, time 8, challenge 8, reserved 4.
    fn pairs(&self) -> Vec<(u16, &'a [u8])> {
        let mut rest = &self.nt()[44..];
        let mut pairs = Vec::new();
        loop {
            let number = u16::from_le_bytes([rest[0], rest[1]]);
            let length = usize::from(u16::from_le_bytes([rest[2], rest[3]]));
            pairs.push((number, &rest[4..4 + length]));
            rest = &rest[4 + length..];
            if number == 0 {
                return pairs;
            }
        }
    }
    fn pair(&self, number: u16) -> Option<&'a [u8]> {
        self.pairs().into_iter().find(|(found, _)| *found == number).map(|(_, data)| data)
    }
}

/// [MS-NLMP] 4.2.4: the crate's password function, and our own HMAC over the parts of the worked
/// example.
#[test]
fn the_worked_example_of_the_specification() {
    let account = ntlmclient::Credentials {
        username: "User".to_owned(),
        password: PASSWORD.to_owned(),
        domain: "Domain".to_owned(),
    };
    let key = ntlmclient::ntlm_v2_password_func(&account);
    assert_eq!(key.as_slice(), hex("0c868a403bfd7a93a3001ef22ef02e3f"));

    let client_challenge = [0xaa; 8];
    let pairs = [av(2, &utf16("Domain")), av(1, &utf16("Server")), av(0, &[])].concat();
    let blob = [&[1, 1, 0, 0, 0, 0, 0, 0], [0; 8].as_slice(), &client_challenge, &[0; 4], &pairs, &[0; 4]].concat();
    let proof = hmac_md5(&key, &[&SERVER_CHALLENGE, &blob]).unwrap();
    assert_eq!(proof.as_slice(), hex("68cd0ab851e51c96aabc927bebef6a1c"));
    assert_eq!(hmac_md5(&key, &[&proof]).unwrap().as_slice(), hex("8de40ccadbc14a82f15cb0ad0de95ca3"));
    let lm = hmac_md5(&key, &[&SERVER_CHALLENGE, &client_challenge]).unwrap();
    assert_eq!(lm.as_slice(), hex("86c35097ac9cec102554764a57cccc19"));
}

/// The example's server and account through the whole login: every figure is computed again from
/// what was sent.
#[test]
fn a_login_holds_together_from_end_to_end() {
    let pairs = [
        av(2, &utf16("Domain")),
        av(1, &utf16("Server")),
        av(7, &[9, 8, 7, 6, 5, 4, 3, 1]),
        av(6, &[1, 0, 0, 0]),
        av(10, &[0xee; 16]),
        av(9, &utf16("HTTP/elsewhere")),
        av(0, &[]),
    ];
    let challenge = challenge(FLAGS_OF_A_HOST, &pairs.concat());
    let ntlm = Ntlm::negotiate().unwrap();
    let token = ntlm.authenticate(&challenge, &account("Domain\\User"), "hv1", Some([0x5a; 16])).unwrap();
    let sent = Authenticate(&token);

    assert_eq!(sent.user(), utf16("User"));
    assert_eq!(sent.domain(), utf16("Domain"));
    assert_eq!(sent.workstation(), utf16("COMPUTER"));
    assert_eq!(sent.session_key(), b"", "the session key must never be sent");
    assert_eq!(sent.flags() & 0x4000_0000, 0, "no key exchange");
    assert_eq!(sent.flags() & !FLAGS_OF_A_HOST, 0, "nothing that the host did not offer");
    assert_eq!(sent.lm(), [0; 24]);

    let (proof, blob) = sent.nt().split_at(16);
    let key = hex("0c868a403bfd7a93a3001ef22ef02e3f");
    assert_eq!(hmac_md5(&key, &[&SERVER_CHALLENGE, blob]).unwrap().as_slice(), proof);
    assert_eq!(blob[8..16], [9, 8, 7, 6, 5, 4, 3, 1], "the host's own time");

    let numbers: Vec<u16> = sent.pairs().into_iter().map(|(number, _)| number).collect();
    assert_eq!(numbers, [2, 1, 7, 10, 9, 6, 0]);
    assert_eq!(sent.pair(10), Some([0x5a; 16].as_slice()));
    assert_eq!(sent.pair(9).unwrap(), utf16("HTTP/hv1"));
    assert_eq!(sent.pair(6), Some([3, 0, 0, 0].as_slice()), "the host's bit stays, the MIC's is added");

    let session_key = hmac_md5(&key, &[proof]).unwrap();
    let mut without = token.clone();
    without[72..88].fill(0);
    let mic = hmac_md5(&session_key, &[ntlm.token(), &challenge, &without]).unwrap();
    assert_eq!(sent.mic(), mic);
}

#[test]
fn without_a_time_of_the_host_the_lm_response_is_computed_and_the_mic_still_sent() {
    let challenge = challenge(FLAGS_OF_A_HOST, &[av(1, &utf16("Server")), av(0, &[])].concat());
    let token = Ntlm::negotiate().unwrap().authenticate(&challenge, &account("User"), "hv1", None).unwrap();
    let sent = Authenticate(&token);
    assert_ne!(sent.lm(), [0; 24]);
    assert_ne!(sent.mic(), [0; 16]);
    assert_eq!(sent.pair(10), None, "an unbound login leaves the pair out");
    assert_eq!(sent.domain(), b"");
}

#[test]
fn the_opening_token_asks_for_what_is_needed_and_has_a_version() {
    let ntlm = Ntlm::negotiate().unwrap();
    let token = ntlm.token();
    assert_eq!(&token[..12], b"NTLMSSP\0\x01\0\0\0");
    assert_eq!(u32::from_le_bytes(token[12..16].try_into().unwrap()), 0xa288_8205);
    assert_eq!(&token[32..40], [10, 0, 0x63, 0x45, 0, 0, 0, 15]);
}

#[test]
fn challenges_that_make_no_sense_are_refused() {
    let terminator = av(0, &[]);
    let large = [av(1, &vec![0; 4096]), terminator.clone()].concat();
    let good = challenge(FLAGS_OF_A_HOST, &terminator);
    let mut other = good.clone();
    other[8] = 3;
    let cases = [
        ("nothing", Vec::new()),
        ("short", good[..40].to_vec()),
        ("another message", other),
        ("no unicode", challenge(FLAGS_OF_A_HOST & !1, &terminator)),
        ("no extended session security", challenge(FLAGS_OF_A_HOST & !0x0008_0000, &terminator)),
        ("no target info", challenge(FLAGS_OF_A_HOST & !0x0080_0000, &terminator)),
        ("too much target info", challenge(FLAGS_OF_A_HOST, &large)),
    ];
    let ntlm = Ntlm::negotiate().unwrap();
    for (name, bytes) in cases {
        let refused = ntlm.authenticate(&bytes, &account("User"), "hv1", None);
        assert!(matches!(refused, Err(LoginError::Challenge(_))), "{name}");
    }
}

mod any_challenge {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn is_answered_or_refused_but_never_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
            let _ = Ntlm::negotiate().unwrap().authenticate(&bytes, &account("User"), "hv1", None);
        }

        #[test]
        fn with_any_pairs_is_answered_or_refused(
            flags in any::<u32>(),
            pairs in proptest::collection::vec((0u16..12, proptest::collection::vec(any::<u8>(), 0..20)), 0..12),
        ) {
            let pairs: Vec<u8> = pairs.iter().flat_map(|(number, data)| av(*number, data)).collect();
            let challenge = challenge(flags | FLAGS_OF_A_HOST, &pairs);
            let _ = Ntlm::negotiate().unwrap().authenticate(&challenge, &account("User"), "hv1", Some([1; 16]));
        }
    }
}
