//! Who gets in, and how often a password is sent.

use simulated_host::{Account, ChannelBinding as Policy, Host, KeyKind, Options, Refusal, Relay};
use winrm::auth::LoginError;
use winrm::{ChannelBinding, Client, Command, Credentials, Endpoint, ErrorKind, Query, Settings, Trust};

use super::{echo, settings, soon, start};

const POLICIES: [(Policy, bool); 4] =
    [(Policy::None, false), (Policy::Relaxed, false), (Policy::Strict, false), (Policy::Strict, true)];

const KEYS: [KeyKind; 4] = [KeyKind::P256Sha256, KeyKind::P384Sha384, KeyKind::RsaSha256, KeyKind::RsaSha384];

#[test]
fn the_login_passes_under_every_policy_with_every_kind_of_certificate() {
    for (policy, mic) in POLICIES {
        for key in KEYS {
            let host = start(Options::new().channel_binding(policy).mic_required(mic).key(key));
            let result = echo(settings(&host));
            assert!(result.is_ok(), "{policy:?}, MIC {mic}, {key:?}: {result:?} {:?}", host.refusals());
        }
    }
}

#[test]
fn the_login_passes_where_the_host_sends_no_time() {
    let host = start(Options::new().ntlm_timestamp(false).channel_binding(Policy::Strict).mic_required(true));
    echo(settings(&host)).unwrap();
}

#[test]
fn an_unbound_login_passes_unless_the_host_is_strict() {
    for (policy, passes) in [(Policy::None, true), (Policy::Relaxed, true), (Policy::Strict, false)] {
        let host = start(Options::new().channel_binding(policy));
        let mut settings = settings(&host);
        settings.channel_binding = ChannelBinding::Omit;
        assert_eq!(echo(settings).is_ok(), passes, "{policy:?}");
        let missing = host.refusals().contains(&Refusal::MissingChannelBinding);
        assert_eq!(missing, !passes, "{policy:?}");
    }
}

/// Settings that go through the relay and trust it.
fn through(relay: &Relay, host: &Host, channel_binding: ChannelBinding) -> Settings {
    let endpoint = Endpoint::parse(&relay.url(), None).unwrap();
    let trust = Trust::CaFile(relay.ca_file().to_owned());
    Settings { endpoint, trust, channel_binding, ..settings(host) }
}

/// A binding that is sent must be the right one even where none would do.
#[test]
fn a_login_through_something_that_ends_tls_passes_only_unbound() {
    use ChannelBinding::{Bind, Omit};
    let table = [
        (Policy::None, Bind, None),
        (Policy::None, Omit, None),
        (Policy::Relaxed, Bind, Some(Refusal::WrongChannelBinding)),
        (Policy::Relaxed, Omit, None),
        (Policy::Strict, Bind, Some(Refusal::WrongChannelBinding)),
        (Policy::Strict, Omit, Some(Refusal::MissingChannelBinding)),
    ];
    for (policy, binding, refusal) in table {
        let host = start(Options::new().channel_binding(policy));
        let relay = Relay::start(&host).unwrap();
        let result = echo(through(&relay, &host, binding));
        assert_eq!(host.refusals(), Vec::from_iter(refusal.clone()), "{policy:?}, {binding:?}: {result:?}");
        assert_eq!(host.state().counters.logins, 1, "{policy:?}, {binding:?}");
        let Some(_) = refusal else {
            result.unwrap();
            continue;
        };
        let error = result.unwrap_err();
        assert!(error.is_login_refused(), "{policy:?}, {binding:?}: {error}");
        let cause = "something between here and the host that shows a certificate of its own";
        assert!(error.to_string().contains(cause), "{error}");
    }
}

/// The settings with another user name.
fn as_user(settings: Settings, user: &str, password: &str) -> Settings {
    Settings { credentials: Credentials::new(user, password.into(), None).unwrap(), ..settings }
}

#[test]
fn every_form_of_a_user_name_logs_in() {
    // A character beyond the first 65,536 is two units of UTF-16, and NTLM counts and hashes those.
    let local = ("Jürgen", "Пароль ♥ 密码 🗝");
    let in_domain = ("Администратор", "pässwörd € 🔑🔑");
    let host = start(Options::new().account(Account::local(local.0, local.1)).another_account(Account::in_domain(
        "CORP",
        "corp.example.org",
        in_domain.0,
        in_domain.1,
    )));
    for (user, password, passes) in [
        ("Jürgen", local.1, true),
        ("JÜRGEN", local.1, true),
        (".\\jürgen", local.1, true),
        // The name of the host itself.
        ("HV01\\jürgen", local.1, true),
        ("Jürgen", "Пароль ♥ 密码 🔑", false),
        ("Jurgen", local.1, false),
        ("Администратор", in_domain.1, true),
        ("CORP\\Администратор", in_domain.1, true),
        ("corp\\администратор", in_domain.1, true),
        ("corp.example.org\\администратор", in_domain.1, true),
        ("администратор@corp.example.org", in_domain.1, true),
        ("администратор@CORP.EXAMPLE.ORG", in_domain.1, true),
        ("OTHER\\Администратор", in_domain.1, false),
        ("администратор@other.example.org", in_domain.1, false),
        ("CORP\\Администратор", "pässwörd € 🔑", false),
    ] {
        let result = echo(as_user(settings(&host), user, password));
        match &result {
            Ok(_) => assert!(passes, "{user}, {password}"),
            Err(error) => {
                assert!(!passes && error.is_login_refused(), "{user}, {password}: {error} {:?}", host.refusals())
            }
        }
    }
}

#[test]
fn a_refused_password_is_sent_once() {
    let host = start(Options::new());
    let settings = as_user(settings(&host), "CORP\\Administrator", "not it");
    let mut client = Client::connect(settings).unwrap();
    let refused = client.run(&Command::new("hostname"), soon()).unwrap_err();
    assert!(refused.is_login_refused() && !refused.outcome_unknown());
    let told = refused.to_string();
    assert!(told.contains("the login of `CORP\\Administrator`"), "{told}");
    assert!(!told.contains("not it"), "{told}");
    let requests = host.state().counters.http_requests;
    assert_eq!((host.state().counters.logins, requests), (1, 2));

    // Neither another command nor a question to WMI sends it again.
    let again = client.run(&Command::new("hostname"), soon()).unwrap_err();
    assert!(again.is_login_refused());
    let query = Query::new("root/virtualization/v2", "SELECT * FROM Msvm_ComputerSystem");
    assert!(client.enumerate(&query, soon(), |_| ()).unwrap_err().is_login_refused());
    assert_eq!((host.state().counters.logins, host.state().counters.http_requests), (1, requests));
    assert_eq!(host.refusals(), [Refusal::WrongPassword]);
}

#[test]
fn a_login_that_is_cut_between_its_legs_is_begun_anew() {
    use simulated_host::{Action, Point, Rule};
    let host = start(Options::new().rule(Rule::new(Point::Negotiate, Action::ResetAfter).first(1)));
    echo(settings(&host)).unwrap();
    assert_eq!(host.state().counters.logins, 1);
}

#[test]
fn a_host_without_ntlm_is_told_apart_from_a_wrong_password() {
    use simulated_host::{Action, Point, Rule};
    let host = start(Options::new().rule(Rule::new(Point::Negotiate, Action::status(401))));
    let error = echo(settings(&host)).unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::Login(LoginError::NotOffered { offered }) if offered == "nothing"),
        "{error}"
    );
    assert_eq!(host.state().counters.logins, 0, "no password was sent");
}
