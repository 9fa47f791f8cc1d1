//! Who gets in, and how often a password is sent.

use simulated_host::{Account, ChannelBinding as Policy, KeyKind, Options, Refusal};
use winrm::auth::LoginError;
use winrm::{ChannelBinding, Client, Command, Credentials, ErrorKind, Settings};

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

/// The settings with another user name.
fn as_user(settings: Settings, user: &str, password: &str) -> Settings {
    Settings { credentials: Credentials::new(user, password.into(), None).unwrap(), ..settings }
}

#[test]
fn every_form_of_a_user_name_logs_in() {
    let in_domain = Account::in_domain("CORP", "corp.example.org", "Admin", "pässwörd €");
    let host = start(Options::new().account(Account::local("Jürgen", "Пароль ♥ 密码")).another_account(in_domain));
    for (user, password) in [
        ("Jürgen", "Пароль ♥ 密码"),
        ("JÜRGEN", "Пароль ♥ 密码"),
        (".\\jürgen", "Пароль ♥ 密码"),
        ("CORP\\Admin", "pässwörd €"),
        ("corp\\admin", "pässwörd €"),
        ("admin@corp.example.org", "pässwörd €"),
    ] {
        let result = echo(as_user(settings(&host), user, password));
        assert!(result.is_ok(), "{user}: {result:?} {:?}", host.refusals());
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

    let again = client.run(&Command::new("hostname"), soon()).unwrap_err();
    assert!(again.is_login_refused());
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
