//! How to reach a host and log in.

use std::fmt;
use std::path::PathBuf;

use winrm::{ChannelBinding, Credentials, Endpoint, Fingerprint, Trust};

use super::field::{self, Levels, Problem};
use crate::error::Error;
use crate::payload::Payload;

/// The host's address, the login, and how the host proves that it is the right one.
#[derive(Debug)]
pub struct Connection {
    /// From `url` and `port`.
    pub endpoint: Endpoint,
    /// From `username` or `user`, `password`, `ntlm_workstation`.
    pub credentials: Credentials,
    /// From `verify_tls_certificate`, `tls_fingerprint`, `tls_ca_file`.
    pub trust: Trust,
    /// From `ntlm_channel_binding`.
    pub channel_binding: ChannelBinding,
}

const ON_OFF: [(&str, bool); 4] = [("on", true), ("off", false), ("true", true), ("false", false)];

impl Connection {
    /// Reads the connection keys.
    ///
    /// # Errors
    /// The first key that is missing or wrong.
    pub fn new(payload: &Payload) -> Result<Self, Error> {
        let levels = Levels::of_host(payload);
        Ok(Self {
            endpoint: endpoint(payload)?,
            credentials: credentials(&levels)?,
            trust: trust(&levels)?,
            channel_binding: match levels.find(&["ntlm_channel_binding"]).optional(field::word(&ON_OFF))? {
                Some(false) => ChannelBinding::Omit,
                Some(true) | None => ChannelBinding::Bind,
            },
        })
    }
}

/// The host's address.
///
/// # Errors
/// Where `url` is missing, or it or `port` is wrong.
pub(super) fn endpoint(payload: &Payload) -> Result<Endpoint, Error> {
    let levels = Levels::of_host(payload);
    let port = levels.find(&["port"]).optional(field::number(1, u16::MAX))?;
    levels.find(&["url"]).required("set it to the host's name or address", |text| {
        Endpoint::parse(text, port).map_err(|error| problem(&error))
    })
}

fn credentials(levels: &Levels<'_>) -> Result<Credentials, Error> {
    let user = levels.find(&["username", "user"]);
    let name = user.required("set it to an administrator of the host", |text| Ok(text.to_owned()))?;
    let workstation = levels.find(&["ntlm_workstation"]).optional(workstation)?;
    let password = levels.find(&["password"]);
    password.required("set it to the password of that user", |_| Ok(()))?;
    // To the letter: blanks may belong to it.
    let secret = password.raw().unwrap_or_default().into();
    Credentials::new(&name, secret, workstation).map_err(|error| user.error(&problem(&error)))
}

/// A fingerprint is the narrowest promise, so it wins over all else: whoever sets one beside an old
/// `verify_tls_certificate=false` wants it looked at. `false` wins over a CA file.
fn trust(levels: &Levels<'_>) -> Result<Trust, Error> {
    const TRUE_FALSE: [(&str, bool); 2] = [("true", true), ("false", false)];
    let is_verified = levels.find(&["verify_tls_certificate"]).optional(field::word(&TRUE_FALSE))?;
    let fingerprint =
        levels.find(&["tls_fingerprint"]).optional(|text| Fingerprint::parse(text).map_err(|error| problem(&error)))?;
    let ca_file = levels.find(&["tls_ca_file"]).optional(|text| Ok(PathBuf::from(text)))?;
    Ok(match (fingerprint, is_verified, ca_file) {
        (Some(fingerprint), _, _) => Trust::Fingerprint(fingerprint),
        (None, Some(false), _) => Trust::DangerousNone,
        (None, _, Some(file)) => Trust::CaFile(file),
        (None, _, None) => Trust::SystemRoots,
    })
}

/// A NetBIOS name.
fn workstation(text: &str) -> Result<String, Problem> {
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    match text.len() <= 15 && text.chars().all(is_allowed) {
        true => Ok(text.to_owned()),
        false => Err(Problem::from("must be a computer name of at most 15 letters, digits and hyphens")),
    }
}

/// The library's sentence behind our key.
fn problem(error: &dyn fmt::Display) -> Problem {
    Problem::from(format!("is not usable: {error}"))
}
