//! The server's side of a login. Its state belongs to one connection: NTLM logs in connections, not requests.

use crate::account::Account;
use crate::ntlm::binding::ChannelBinding;
use crate::ntlm::crypto::{self, Block};
use crate::ntlm::message::{self, Authenticate, TargetNames, pair};

/// What this host asks of whoever logs in.
#[derive(Debug)]
pub(crate) struct Policy {
    pub(crate) accounts: Vec<Account>,
    pub(crate) names: TargetNames,
    pub(crate) channel_binding: ChannelBinding,
    /// The bindings value of the host's own certificate.
    pub(crate) binding_value: Block,
    /// Refuse a login without integrity code, as hardened hosts do.
    pub(crate) mic_required: bool,
    /// Send a timestamp in the challenge; a client that gets one owes an integrity code.
    pub(crate) timestamp: bool,
}

/// How far the login of a connection has come.
#[derive(Debug, Default)]
pub(crate) enum Login {
    #[default]
    Fresh,
    Challenged(Exchange),
    Done(String),
}

/// The first two messages, kept to the byte because the integrity code covers them.
#[derive(Debug)]
pub(crate) struct Exchange {
    negotiate: Vec<u8>,
    challenge: Vec<u8>,
    server_challenge: [u8; 8],
}

/// What one token from the client led to.
#[derive(Debug)]
pub(crate) enum Step {
    Challenge(Vec<u8>),
    Accepted(String),
    Refused(Refusal),
}

/// Why a login was refused. A client is told none of it: it gets a bare 401.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Refusal {
    /// The bytes are no NTLM message that fits here.
    Malformed(&'static str),
    /// No account of that name.
    UnknownUser,
    /// The proof was not made with this account's password.
    WrongPassword,
    /// The integrity code does not fit the three messages.
    WrongMic,
    /// There is no integrity code, and the host asks for one.
    MissingMic,
    /// The channel bindings are those of another certificate.
    WrongChannelBinding,
    /// There are no channel bindings, and the host asks for them.
    MissingChannelBinding,
    /// A session key was sent that nobody negotiated: a client that does so gives its signing key away.
    SessionKeyInClear,
}

impl Login {
    /// The user of this connection, once it is logged in.
    pub(crate) fn user(&self) -> Option<&str> {
        match self {
            Self::Done(user) => Some(user),
            _ => None,
        }
    }

    /// Takes the token of one `Authorization` header. `now` is a FILETIME.
    pub(crate) fn step(&mut self, policy: &Policy, token: &[u8], nonce: [u8; 8], now: u64) -> Step {
        let before = std::mem::take(self);
        match (message::kind(token), before) {
            (Some(1), _) => self.challenge(policy, token, nonce, now),
            (Some(3), Self::Challenged(exchange)) => match exchange.verify(policy, token) {
                Ok(user) => {
                    *self = Self::Done(user.clone());
                    Step::Accepted(user)
                }
                Err(refusal) => Step::Refused(refusal),
            },
            (Some(3), _) => Step::Refused(Refusal::Malformed("a type-3 message without a challenge before it")),
            _ => Step::Refused(Refusal::Malformed("neither a type-1 nor a type-3 message")),
        }
    }

    fn challenge(&mut self, policy: &Policy, negotiate: &[u8], nonce: [u8; 8], now: u64) -> Step {
        let Some(asked) = message::negotiate_flags(negotiate) else {
            return Step::Refused(Refusal::Malformed("a type-1 message without flags"));
        };
        let needed = message::UNICODE | message::NTLM | message::EXTENDED_SESSION_SECURITY;
        if asked & needed != needed {
            return Step::Refused(Refusal::Malformed("a type-1 message without Unicode or session security"));
        }
        let challenge = message::challenge(asked, nonce, &policy.names, policy.timestamp.then_some(now));
        *self = Self::Challenged(Exchange {
            negotiate: negotiate.to_vec(),
            challenge: challenge.clone(),
            server_challenge: nonce,
        });
        Step::Challenge(challenge)
    }
}

impl Exchange {
    fn verify(&self, policy: &Policy, raw: &[u8]) -> Result<String, Refusal> {
        let message = Authenticate::read(raw).map_err(Refusal::Malformed)?;
        let account = policy
            .accounts
            .iter()
            .find(|account| account.is_meant_by(&message.user, &message.domain, &policy.names))
            .ok_or(Refusal::UnknownUser)?;
        let ntowf = crypto::ntowf_v2(&account.password, &message.user, &message.domain);
        if crypto::nt_proof(&ntowf, &self.server_challenge, message.blob) != message.proof {
            return Err(Refusal::WrongPassword);
        }
        let base_key = crypto::session_base_key(&ntowf, &message.proof);
        self.check_mic(policy, &message, &exported_key(&message, &base_key)?)?;
        check_binding(policy, message.pair(pair::CHANNEL_BINDINGS))?;
        Ok(account.name.clone())
    }

    /// [MS-NLMP] 3.2.5.1.2: the code counts where the pair of flags says that there is one.
    fn check_mic(&self, policy: &Policy, message: &Authenticate<'_>, key: &Block) -> Result<(), Refusal> {
        let flags = message.pair(pair::FLAGS).and_then(|flags| flags.first().copied()).unwrap_or(0);
        if flags & 2 == 0 {
            return if policy.mic_required { Err(Refusal::MissingMic) } else { Ok(()) };
        }
        let (code, cleared) = message.mic().ok_or(Refusal::WrongMic)?;
        if crypto::mic(key, &self.negotiate, &self.challenge, &cleared) == code {
            Ok(())
        } else {
            Err(Refusal::WrongMic)
        }
    }
}

fn exported_key(message: &Authenticate<'_>, base_key: &Block) -> Result<Block, Refusal> {
    if message.flags & message::KEY_EXCHANGE == 0 {
        return if message.encrypted_key.is_empty() { Ok(*base_key) } else { Err(Refusal::SessionKeyInClear) };
    }
    let encrypted =
        message.encrypted_key.try_into().map_err(|_| Refusal::Malformed("a session key of a wrong length"))?;
    Ok(crypto::rc4(base_key, encrypted))
}

fn check_binding(policy: &Policy, sent: Option<&[u8]>) -> Result<(), Refusal> {
    match (policy.channel_binding, sent) {
        (ChannelBinding::None, _) | (ChannelBinding::Relaxed, None) => Ok(()),
        (ChannelBinding::Strict, None) => Err(Refusal::MissingChannelBinding),
        (_, Some(value)) if value == policy.binding_value => Ok(()),
        (_, Some(_)) => Err(Refusal::WrongChannelBinding),
    }
}
