//! A failed conversation with the host in the operator's words: the library's sentence, and the key to set.

use winrm::{CertificateError, CertificateReason, ErrorKind, SettingsError, Unreachable};

use crate::deadline::Haste;
use crate::error::Error;

/// The error for the operator; the chain goes to the log.
pub(crate) fn explain(error: winrm::Error, haste: Haste) -> Error {
    let mut message = error.to_string();
    let remedy = match error.kind() {
        // A script that only looks changes nothing, and the next one is due in a minute.
        ErrorKind::TooSlow if haste == Haste::Report => Some(haste.remedy().to_owned()),
        _ if error.outcome_unknown() && haste == Haste::Report => None,
        // Whatever broke, it broke after the script had been sent.
        _ if error.outcome_unknown() => Some("look at the VM on the host before you run the action again".to_owned()),
        ErrorKind::Certificate(certificate) => Some(certificate_remedy(certificate)),
        ErrorKind::Settings(SettingsError::NoSystemRoots) => {
            Some("set tls_ca_file or tls_fingerprint of the host".to_owned())
        }
        ErrorKind::Settings(_) => Some("correct tls_ca_file of the host, or set tls_fingerprint".to_owned()),
        ErrorKind::Login(_) if error.is_login_refused() => {
            Some("correct username and password of the host; the login was tried once only".to_owned())
        }
        ErrorKind::Login(_) if error.is_login_withheld() => {
            Some(
                "correct username and password of the host, which is tried at once; where the account was at fault and is not \
                 any more, remove the folder `<log>.logins`"
                    .to_owned(),
            )
        }
        ErrorKind::Unreachable(Unreachable::Name { .. } | Unreachable::NameService { .. }) => {
            Some("check url of the host and this machine's name service, or give an IP address".to_owned())
        }
        ErrorKind::Unreachable(_) => Some("check url and port of the host, and that it is up".to_owned()),
        ErrorKind::TooSlow => {
            message.push_str("; nothing was done on the host");
            Some(haste.remedy().to_owned())
        }
        ErrorKind::Interrupted => {
            message.push_str("; nothing was done on the host");
            Some("run the action again".to_owned())
        }
        ErrorKind::Http(error) if error.status == 503 => {
            Some("run the action again once the service WinRM of the host is up".to_owned())
        }
        ErrorKind::Http(_) | ErrorKind::Tls(_) => {
            Some("check that url and port of the host are those of WinRM's HTTPS listener".to_owned())
        }
        ErrorKind::Lost(_) | ErrorKind::Silent if haste == Haste::Action => {
            message.push_str("; nothing was done on the host");
            Some("look whether the host is well, and run the action again".to_owned())
        }
        _ => None,
    };
    let told = match error.kind() {
        _ if error.outcome_unknown() => {
            "the connection to the host was lost, and whether it was done is not known; look at the instance before you try again"
        }
        ErrorKind::Interrupted => "the management server was told to stop, and nothing was done; try again later",
        ErrorKind::TooSlow => "the host of this instance did not answer in time, and nothing was done; try again later",
        _ => "the host of this instance cannot be reached at the moment; try again later",
    };
    let mut explained = Error::new(message).for_tenants(told);
    if error.outcome_unknown() {
        explained = explained.with_outcome_unknown();
    }
    match remedy {
        Some(remedy) => explained.with_hint(remedy).with_source(error),
        None => explained.with_source(error),
    }
}

fn certificate_remedy(error: &CertificateError) -> String {
    const ANEW: &str = "make a new certificate on the host (for example with New-SelfSignedCertificate) and give it to \
                        the HTTPS listener of WinRM";
    let fingerprint = format!("if you know this certificate, set tls_fingerprint to {}", error.fingerprint);
    match error.reason {
        CertificateReason::OtherFingerprint => {
            "if the host has got a new certificate, set tls_fingerprint to it".to_owned()
        }
        CertificateReason::KeyNotProven => {
            format!("check that url names the host itself and nothing answers in its place; else {ANEW}")
        }
        _ if !error.reason.fingerprint_helps() => format!(
            "neither a fingerprint nor any other setting helps, since no handshake with it can be checked: {ANEW}"
        ),
        CertificateReason::UnknownIssuer | CertificateReason::WrongAuthorityKey => {
            format!("set tls_ca_file of the host to the file of the authority that issued it, or, {fingerprint}")
        }
        _ => {
            format!("give the host a certificate without that flaw, of the authority in tls_ca_file, or, {fingerprint}")
        }
    }
}
