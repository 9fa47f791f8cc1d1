//! Logins, right and forged, under every policy.

use crate::client::{Client, header};
use crate::envelope;
use crate::ntlm::{Login, Mic, SessionKey, authenticate, binding};
use simulated_host::{Account, ChannelBinding, Host, KeyKind, Options, Refusal};

/// Tries a login on a connection of its own and returns why it was refused, if it was.
fn refusal(host: &Host, login: &Login) -> Option<Refusal> {
    let before = host.refusals().len();
    let reply = Client::connect(host).log_in(login, &envelope::delete("none").text());
    let refusal = host.refusals().into_iter().nth(before);
    assert_eq!(reply.status == 401, refusal.is_some(), "{reply:?}");
    refusal
}

#[test]
fn bindings_and_integrity_codes_under_every_policy() {
    use Refusal::{MissingChannelBinding, MissingMic, WrongChannelBinding, WrongMic};
    let policies = [
        (ChannelBinding::None, false),
        (ChannelBinding::Relaxed, false),
        (ChannelBinding::Strict, false),
        (ChannelBinding::Strict, true),
    ];
    let flip = |mut value: [u8; 16]| {
        value[15] ^= 1;
        value
    };
    for (key, (policy, mic_required)) in
        [KeyKind::P256Sha256, KeyKind::P384Sha384, KeyKind::RsaSha256, KeyKind::RsaSha384]
            .into_iter()
            .flat_map(|key| policies.map(|policy| (key, policy)))
    {
        let options = Options::new().key(key).channel_binding(policy).mic_required(mic_required);
        let host = Host::start(options).unwrap();
        let right = binding(&host, key);
        let strict = policy == ChannelBinding::Strict;
        let checked = policy != ChannelBinding::None;
        let missing = strict.then_some(MissingChannelBinding);
        let no_mic = mic_required.then_some(MissingMic);
        let wrong = checked.then_some(WrongChannelBinding);
        for (mic, binding, expected) in [
            (Mic::Right, Some(right), None),
            (Mic::Right, None, missing.clone()),
            (Mic::Right, Some(flip(right)), wrong.clone()),
            (Mic::Right, Some([0; 16]), wrong),
            (Mic::None, Some(right), no_mic.clone()),
            (Mic::None, None, no_mic.or(missing)),
            (Mic::Wrong, Some(right), Some(WrongMic)),
        ] {
            let login = Login { mic, binding, ..Login::of(&host) };
            assert_eq!(refusal(&host, &login), expected, "{key:?} {policy:?} {mic_required} {mic:?} {binding:?}");
        }
    }
}

#[test]
fn an_exchanged_key_signs_and_a_key_in_clear_is_refused() {
    let host = Host::start(Options::new().mic_required(true)).unwrap();
    let with = |key| Login { key, ..Login::of(&host) };
    assert_eq!(refusal(&host, &with(SessionKey::Exchanged)), None);
    assert_eq!(refusal(&host, &with(SessionKey::InClear)), Some(Refusal::SessionKeyInClear));
}

#[test]
fn names_are_found_in_every_form() {
    let local = Host::start(Options::new().account(Account::local("Jürgen", "pässwörd"))).unwrap();
    let account = Account::in_domain("CORP", "corp.example", "jd", "secret");
    let member = Host::start(Options::new().account(account)).unwrap();
    let unknown = Some(Refusal::UnknownUser);
    for (host, user, domain, expected) in [
        (&local, "Jürgen", "", None),
        (&local, "JÜRGEN", ".", None),
        (&local, "jürgen", "ANYWHERE", None),
        (&local, "Juergen", "", unknown.clone()),
        (&local, "", "", unknown.clone()),
        (&member, "jd", "CORP", None),
        (&member, "JD", "corp.example", None),
        (&member, "jd", "", None),
        (&member, "jd@corp.example", "", None),
        (&member, "jd", "HV01", unknown.clone()),
        (&member, "jd", "OTHER", unknown.clone()),
        (&member, "jd@other.example", "", unknown),
    ] {
        let login = Login { user: user.to_owned(), domain: domain.to_owned(), ..Login::of(host) };
        assert_eq!(refusal(host, &login), expected, "{user} {domain}");
    }
}

#[test]
fn a_refused_client_is_told_nothing() {
    let host = Host::start(Options::new()).unwrap();
    let mut client = Client::connect(&host);
    let reply = client.log_in(&Login { password: "wrong".to_owned(), ..Login::of(&host) }, "");
    assert_eq!(reply.status, 401);
    assert_eq!(reply.all("www-authenticate"), ["Kerberos", "Negotiate"]);
    assert_eq!(host.refusals(), [Refusal::WrongPassword]);
    // The same connection may try again.
    assert_eq!(client.log_in(&Login::of(&host), "").status, 200);
    assert_eq!(host.state().counters.logins, 2);
}

#[test]
fn a_login_belongs_to_its_connection() {
    let host = Host::start(Options::new()).unwrap();
    let mut client = Client::logged_in(&host);
    assert_eq!(client.soap(&envelope::create().text()).status, 200);
    assert_eq!(Client::connect(&host).soap(&envelope::create().text()).status, 401);
}

#[test]
fn bytes_that_are_no_login_are_refused() {
    let host = Host::start(Options::new()).unwrap();
    for token in ["Negotiate", "Negotiate !", "Basic QTpC", "Negotiate TlRMTVNTUAADAAAA", "Negotiate TlRMTVNTUAABAAAA"]
    {
        let reply = Client::connect(&host).post(&[("Authorization", token)], b"").unwrap();
        assert_eq!((reply.status, reply.all("www-authenticate")), (401, vec!["Kerberos", "Negotiate"]), "{token}");
    }
    // A right login, cut at every byte: never in, never a crash.
    let login = Login::of(&host);
    let whole = crate::ntlm::negotiate(&login);
    for length in 0..whole.len() {
        let mut client = Client::connect(&host);
        let reply = client.post(&[("Authorization", &header(&whole[..length]))], b"").unwrap();
        assert_eq!(reply.status, 401);
    }
    assert_eq!(Client::connect(&host).log_in(&login, "").status, 200);
}

#[test]
fn no_byte_of_a_login_may_change() {
    let host = Host::start(Options::new().channel_binding(ChannelBinding::Strict)).unwrap();
    let login = Login::of(&host);
    let mut client = Client::connect(&host);
    let mut position = 0;
    loop {
        let (negotiate, challenge) = client.challenge(&login);
        let mut message = authenticate(&login, &negotiate, &challenge);
        let Some(byte) = message.get_mut(position) else {
            break;
        };
        *byte ^= 0x10;
        let reply = client.post(&[("Authorization", &header(&message))], b"").unwrap();
        assert_eq!(reply.status, 401, "byte {position}");
        position += 1;
    }
    assert!(position > 200, "{position}");
    assert_eq!(client.log_in(&login, "").status, 200);
}
