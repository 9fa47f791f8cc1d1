//! Why no answer came, as JSON and back: a replay fails as the host did.

use serde_json::{Value, json};
use std::time::Duration;
use winrm::auth::LoginError;
use winrm::{CertificateError, CertificateReason, Fingerprint, SettingsError, TransportError, Unreachable};

/// The error with all that its sentence needs.
pub(super) fn to_json(error: &TransportError) -> Value {
    match error {
        TransportError::Settings(SettingsError::CaFile { path, reason }) => {
            json!({"kind": "ca_file", "path": path, "reason": reason})
        }
        TransportError::Settings(SettingsError::NoCertificate { path }) => {
            json!({"kind": "no_certificate", "path": path})
        }
        TransportError::Settings(SettingsError::NoSystemRoots) => json!({"kind": "no_system_roots"}),
        TransportError::Settings(SettingsError::Client(reason)) => json!({"kind": "client", "reason": reason}),
        TransportError::Unreachable(Unreachable::Name { host }) => json!({"kind": "name", "host": host}),
        TransportError::Unreachable(Unreachable::NameService { host, after }) => {
            json!({"kind": "name_service", "host": host, "seconds": after.as_secs_f64()})
        }
        TransportError::Unreachable(Unreachable::Refused { address }) => json!({"kind": "refused", "address": address}),
        TransportError::Unreachable(Unreachable::TimedOut { address, after }) => {
            json!({"kind": "unreachable", "address": address, "seconds": after.as_secs_f64()})
        }
        TransportError::Unreachable(Unreachable::Network { address, reason }) => {
            json!({"kind": "network", "address": address, "reason": reason})
        }
        TransportError::Certificate(error) => certificate(error),
        TransportError::Tls(reason) => json!({"kind": "tls", "reason": reason}),
        TransportError::Login(LoginError::Refused { user }) => json!({"kind": "login_refused", "user": user}),
        TransportError::Login(LoginError::NotOffered { offered }) => {
            json!({"kind": "login_not_offered", "offered": offered})
        }
        TransportError::Login(LoginError::Challenge(reason)) => json!({"kind": "login_challenge", "reason": reason}),
        TransportError::Lost { sent, reason } => json!({"kind": "lost", "sent": sent, "reason": reason}),
        TransportError::TimedOut { sent } => json!({"kind": "timed_out", "sent": sent}),
        TransportError::Nonsense(reason) => json!({"kind": "nonsense", "reason": reason}),
        other => json!({"kind": "nonsense", "reason": other.to_string()}),
    }
}

fn certificate(error: &CertificateError) -> Value {
    let (reason, detail) = match &error.reason {
        CertificateReason::UnknownIssuer => ("unknown_issuer", Value::Null),
        CertificateReason::WrongAuthorityKey => ("wrong_authority_key", Value::Null),
        CertificateReason::WrongName { names } => ("wrong_name", json!(names)),
        CertificateReason::Expired => ("expired", Value::Null),
        CertificateReason::NotYetValid => ("not_yet_valid", Value::Null),
        CertificateReason::OtherFingerprint => ("other_fingerprint", Value::Null),
        other => ("unsupported", json!(other.to_string())),
    };
    json!({"kind": "certificate", "reason": reason, "detail": detail, "fingerprint": error.fingerprint.to_string()})
}

/// The error that was written; nothing where this version knows no such.
pub(super) fn from_json(json: &Value) -> Option<TransportError> {
    let text = |key: &str| json.get(key).and_then(Value::as_str).map(str::to_owned);
    let after = || Duration::try_from_secs_f64(json.get("seconds")?.as_f64()?).ok();
    let sent = || json.get("sent")?.as_bool();
    Some(match json.get("kind")?.as_str()? {
        "ca_file" => SettingsError::CaFile { path: text("path")?, reason: text("reason")? }.into(),
        "no_certificate" => SettingsError::NoCertificate { path: text("path")? }.into(),
        "no_system_roots" => SettingsError::NoSystemRoots.into(),
        "client" => SettingsError::Client(text("reason")?).into(),
        "name" => Unreachable::Name { host: text("host")? }.into(),
        "name_service" => Unreachable::NameService { host: text("host")?, after: after()? }.into(),
        "refused" => Unreachable::Refused { address: text("address")? }.into(),
        "unreachable" => Unreachable::TimedOut { address: text("address")?, after: after()? }.into(),
        "network" => Unreachable::Network { address: text("address")?, reason: text("reason")? }.into(),
        "certificate" => read_certificate(json)?.into(),
        "tls" => TransportError::Tls(text("reason")?),
        "login_refused" => LoginError::Refused { user: text("user")? }.into(),
        "login_not_offered" => LoginError::NotOffered { offered: text("offered")? }.into(),
        "login_challenge" => LoginError::Challenge(text("reason")?).into(),
        "lost" => TransportError::Lost { sent: sent()?, reason: text("reason")? },
        "timed_out" => TransportError::TimedOut { sent: sent()? },
        "nonsense" => TransportError::Nonsense(text("reason")?),
        _ => return None,
    })
}

fn read_certificate(json: &Value) -> Option<CertificateError> {
    let detail = json.get("detail")?;
    let reason = match json.get("reason")?.as_str()? {
        "unknown_issuer" => CertificateReason::UnknownIssuer,
        "wrong_authority_key" => CertificateReason::WrongAuthorityKey,
        "wrong_name" => {
            let names = detail.as_array()?.iter().filter_map(Value::as_str).map(str::to_owned).collect();
            CertificateReason::WrongName { names }
        }
        "expired" => CertificateReason::Expired,
        "not_yet_valid" => CertificateReason::NotYetValid,
        "other_fingerprint" => CertificateReason::OtherFingerprint,
        _ => CertificateReason::Unsupported(detail.as_str()?.to_owned()),
    };
    Some(CertificateError { reason, fingerprint: Fingerprint::parse(json.get("fingerprint")?.as_str()?).ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_error_is_told_again_in_the_same_words() {
        let fingerprint = Fingerprint::of(b"certificate");
        let wrong = CertificateReason::WrongName { names: vec!["hv1".to_owned(), "hv2".to_owned()] };
        let after = Duration::from_millis(2500);
        let errors: [TransportError; 12] = [
            SettingsError::NoSystemRoots.into(),
            Unreachable::Name { host: "hv1".to_owned() }.into(),
            Unreachable::NameService { host: "hv1".to_owned(), after }.into(),
            Unreachable::Refused { address: "hv1:5986".to_owned() }.into(),
            Unreachable::TimedOut { address: "hv1:5986".to_owned(), after }.into(),
            CertificateError { reason: wrong, fingerprint }.into(),
            CertificateError { reason: CertificateReason::Expired, fingerprint }.into(),
            LoginError::Refused { user: "DOM\\admin".to_owned() }.into(),
            TransportError::Tls("handshake".to_owned()),
            TransportError::Lost { sent: true, reason: "reset".to_owned() },
            TransportError::TimedOut { sent: false },
            TransportError::Nonsense("no HTTP".to_owned()),
        ];
        for error in errors {
            let again = from_json(&to_json(&error)).unwrap();
            assert_eq!(again.to_string(), error.to_string());
            assert_eq!(again.may_have_arrived(), error.may_have_arrived(), "{error}");
        }
        assert!(from_json(&json!({"kind": "new"})).is_none());
    }
}
