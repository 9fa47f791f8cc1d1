//! HTTPS with a login, over one connection.

use std::error::Error as StdError;
use std::io::{self, Read as _};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use reqwest::StatusCode;
use reqwest::blocking::{Client, Response};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, DATE, WWW_AUTHENTICATE};
use reqwest::redirect::Policy;
use reqwest::tls::TlsInfo;

use super::cause::{chain, innermost, is_refused, is_reset};
use super::resolve::{self, Found, Lookup, Resolver};
use super::tls::{self, Config, Seen};
use super::{Reply, SettingsError, Transport, TransportError, Unreachable};
use crate::auth::{self, LoginError, Ntlm, Offer, Verdict};
use crate::deadline::Deadline;
use crate::interrupt::Waited;
use crate::soap::datetime;
use crate::{ChannelBinding, Interrupt, Settings};

/// The largest answer that is read, in bytes: far above the 512,000 that every message asks for.
const LARGEST_ANSWER: u64 = 16 * 1024 * 1024;

/// How long the login of another process with the same password is waited for. It tells whether that is right.
const LOGIN_OF_ANOTHER: Duration = Duration::from_secs(20);

/// A host over HTTPS.
///
/// NTLM logs in a connection and not a request, so there is exactly one, and messages go over it
/// one after the other. The first message rides on the last leg of the login. Where the connection
/// is lost, the next message logs in anew.
pub struct Https {
    client: Client,
    tls: Config,
    settings: Settings,
    url: String,
    resolver: Resolver,
    seen: Arc<Seen>,
    /// How many connections had been seen when the last message failed. Where there are more by
    /// now, one stands or did so until a moment ago.
    lost: u64,
    login: Login,
    /// The host has taken this login before.
    is_known_good: bool,
}

/// How far the login is.
#[derive(Default)]
enum Login {
    /// The next message logs in.
    #[default]
    Due,
    /// The connection is logged in.
    Done,
    /// The password was refused. It is not sent again.
    Refused(LoginError),
}

impl Https {
    /// Sets up the client. No connection is made before the first message.
    ///
    /// # Errors
    ///
    /// [`SettingsError`] where the authorities that shall be trusted cannot be had.
    pub fn new(settings: Settings) -> Result<Self, SettingsError> {
        Self::with_lookup(settings, Arc::new(resolve::by_system))
    }

    /// With a name service of one's own.
    fn with_lookup(settings: Settings, lookup: Arc<Lookup>) -> Result<Self, SettingsError> {
        let (config, seen) = tls::configure(&settings.trust)?;
        let resolver = Resolver::new(settings.endpoint.clone(), lookup);
        let client = client(&config, &resolver, settings.timeouts.connect)?;
        let url = settings.endpoint.url();
        Ok(Self {
            client,
            tls: config,
            settings,
            url,
            resolver,
            seen,
            lost: 0,
            login: Login::Due,
            is_known_good: false,
        })
    }
}

/// A client without a connection.
fn client(tls: &Config, resolver: &Resolver, connect: Duration) -> Result<Client, SettingsError> {
    Client::builder()
        .tls_backend_preconfigured(tls.clone())
        .tls_info(true)
        .http1_only()
        .dns_resolver(resolver.found())
        // A proxy named by the environment is not between a management server and its hosts.
        .no_proxy()
        .redirect(Policy::none())
        .pool_max_idle_per_host(1)
        .pool_idle_timeout(None)
        .timeout(None)
        .connect_timeout(connect)
        .build()
        .map_err(|error| SettingsError::Client(innermost(&error)))
}

impl Transport for Https {
    fn send(&mut self, body: Vec<u8>, timeout: Duration, interrupt: &Interrupt) -> Result<Reply, TransportError> {
        let limit = Limit { until: Deadline::after(timeout), interrupt };
        match std::mem::take(&mut self.login) {
            Login::Refused(refused) => {
                self.login = Login::Refused(refused.clone());
                return Err(refused.into());
            }
            Login::Done => {
                let leg = self.post(None, body.clone(), limit)?;
                // Only a connection that nobody has logged in asks for a login. The message was not
                // looked at.
                if leg.status != StatusCode::UNAUTHORIZED {
                    self.login = Login::Done;
                    return Ok(leg.reply());
                }
            }
            Login::Due => {}
        }
        self.log_in(body, limit)
    }
}

impl Https {
    /// Logs in with `body` on the last leg, unless this login is known to be refused.
    fn log_in(&mut self, body: Vec<u8>, limit: Limit<'_>) -> Result<Reply, TransportError> {
        let Some(memory) = self.settings.login_memory.clone() else {
            return self.log_in_now(body, limit);
        };
        // What was begun with this login goes on with it, whatever others have met meanwhile.
        if !self.is_known_good {
            memory.admit((limit.until.remaining() / 2).min(LOGIN_OF_ANOTHER), limit.interrupt)?;
        }
        let result = self.log_in_now(body, limit);
        let verdict = match (&self.login, &result) {
            (Login::Refused(_), _) => Verdict::Refused,
            (Login::Done, Ok(reply)) if reply.is_of_winrm() => Verdict::Accepted,
            // Whatever turns messages away before WinRM does not look at passwords either.
            _ => Verdict::Unknown,
        };
        self.is_known_good |= verdict == Verdict::Accepted;
        memory.ended(verdict);
        result
    }

    /// [MS-NLMP] 3.1.5.1, RFC 4559 5
    ///
    /// A host may close the connection between the two legs; then the last one meets a host that
    /// does not know of the first. The password was not looked at, so this is tried once more.
    fn log_in_now(&mut self, body: Vec<u8>, limit: Limit<'_>) -> Result<Reply, TransportError> {
        match self.try_log_in(body.clone(), limit)? {
            Attempt::Answered(reply) => Ok(reply),
            Attempt::OtherConnection => match self.try_log_in(body, limit)? {
                Attempt::Answered(reply) => Ok(reply),
                Attempt::OtherConnection => Err(TransportError::Lost {
                    sent: false,
                    reason: "it is closed in the middle of the login, again and again".to_owned(),
                }),
            },
        }
    }

    fn try_log_in(&mut self, body: Vec<u8>, limit: Limit<'_>) -> Result<Attempt, TransportError> {
        let ntlm = Ntlm::negotiate()?;
        let first = self.post(Some(auth::authorization(ntlm.token())), Vec::new(), limit)?;
        if first.status != StatusCode::UNAUTHORIZED {
            // Not WinRM, or not well: 403, 404, 503. The message was never sent, and its answer is
            // this one.
            return Ok(Attempt::Answered(first.reply()));
        }
        let challenge = match first.offer() {
            Offer::Token(challenge) => challenge,
            Offer::Negotiate => return Err(not_offered("Negotiate without NTLM").into()),
            Offer::Others(others) if others.is_empty() => return Err(not_offered("nothing").into()),
            Offer::Others(others) => return Err(not_offered(&others.join(", ")).into()),
        };
        let binding = match self.settings.channel_binding {
            ChannelBinding::Bind => first.certificate.as_deref().map(auth::channel_binding),
            ChannelBinding::Omit => None,
        };
        let connections = self.seen.connections();
        let token =
            ntlm.authenticate(&challenge, &self.settings.credentials, self.settings.endpoint.host(), binding)?;
        let last = self.post(Some(auth::authorization(&token)), body, limit)?;
        if last.status != StatusCode::UNAUTHORIZED {
            self.login = Login::Done;
            return Ok(Attempt::Answered(last.reply()));
        }
        if self.seen.connections() != connections {
            return Ok(Attempt::OtherConnection);
        }
        let refused = LoginError::Refused { user: self.settings.credentials.account() };
        self.login = Login::Refused(refused.clone());
        Err(refused.into())
    }

    /// One request and its whole answer.
    fn post(&mut self, authorization: Option<String>, body: Vec<u8>, limit: Limit<'_>) -> Result<Leg, TransportError> {
        let result = self.exchange(authorization, body, limit);
        if result.is_err() {
            self.lost = self.seen.connections();
        }
        result
    }

    fn exchange(
        &mut self,
        authorization: Option<String>,
        body: Vec<u8>,
        limit: Limit<'_>,
    ) -> Result<Leg, TransportError> {
        let Limit { until, interrupt } = limit;
        let sent = !body.is_empty();
        let for_the_name = until.remaining().min(self.settings.timeouts.connect);
        if !for_the_name.is_zero() {
            self.resolver.resolve(for_the_name, interrupt)?;
        }
        let timeout = until.remaining();
        if timeout.is_zero() {
            return Err(TransportError::TimedOut { sent: false });
        }
        let mut request = self
            .client
            .post(&self.url)
            .header(CONTENT_TYPE, "application/soap+xml;charset=UTF-8")
            .timeout(timeout)
            .body(body);
        if let Some(authorization) = authorization {
            request = request.header(AUTHORIZATION, authorization);
        }
        // The HTTPS client cannot be interrupted: an exchange that is given up goes on unheard.
        let exchange = interrupt.begin("exchange", move || request.send().map(Leg::read)).map_err(|error| {
            TransportError::Lost { sent: false, reason: format!("this machine is too busy ({error})") }
        })?;
        // It keeps the time by itself, and knows better what was waited for.
        let a_little_later = until.later(Duration::from_secs(1)).moment();
        let given_up = match exchange.wait(interrupt, a_little_later) {
            Waited::Ended(Ok(read)) => return read.map_err(|error| broken_off(&error, sent)),
            Waited::Ended(Err(error)) => return Err(self.no_answer(&error, sent, timeout)),
            Waited::TooLate => TransportError::TimedOut { sent: sent && self.has_connected() },
            Waited::Interrupted => TransportError::Interrupted { sent: sent && self.has_connected() },
            Waited::Died => TransportError::Lost { sent, reason: "the HTTPS client failed".to_owned() },
        };
        // Its connection would come back into the pool, in the middle of another one's login.
        self.client = client(&self.tls, &self.resolver, self.settings.timeouts.connect)?;
        Err(given_up)
    }

    /// Tells apart why an answer did not even begin.
    fn no_answer(&mut self, error: &reqwest::Error, sent: bool, timeout: Duration) -> TransportError {
        if error.is_connect() {
            self.resolver.forget();
            self.no_connection(error)
        } else if !error.is_timeout() {
            let reason = innermost(error);
            TransportError::Lost { sent, reason }
        } else if !self.has_connected() {
            // The message's time was over before a connection stood.
            self.unreachable_within(timeout).into()
        } else {
            TransportError::TimedOut { sent }
        }
    }

    /// Whether there was a connection since the last failure.
    fn has_connected(&self) -> bool {
        self.seen.connections() != self.lost
    }

    /// Tells apart why a connection could not be made.
    fn no_connection(&self, error: &reqwest::Error) -> TransportError {
        if let Some(flaw) = self.seen.take_refused() {
            return flaw.into();
        }
        if let Some(reason) = chain(error).find_map(tls::explain) {
            return TransportError::Tls(reason);
        }
        let address = self.settings.endpoint.to_string();
        if error.is_timeout() {
            self.unreachable_within(self.settings.timeouts.connect)
        } else if is_refused(error) {
            Unreachable::Refused { address }
        } else if is_reset(error) {
            // Windows ends a handshake in which it finds no cipher like this, and without an alert.
            let reason =
                "it ends the connection before TLS stands: WinRM is starting, or no cipher that both sides know";
            Unreachable::Network { address, reason: reason.to_owned() }
        } else {
            let reason = innermost(error);
            Unreachable::Network { address, reason }
        }
        .into()
    }

    fn unreachable_within(&self, after: Duration) -> Unreachable {
        Unreachable::TimedOut { address: self.settings.endpoint.to_string(), after }
    }
}

/// How long an exchange may last.
#[derive(Clone, Copy)]
struct Limit<'a> {
    until: Deadline,
    interrupt: &'a Interrupt,
}

/// Tells apart why an answer did not come whole.
fn broken_off(error: &io::Error, sent: bool) -> TransportError {
    if is_timeout(error) {
        TransportError::TimedOut { sent }
    } else if error.kind() == io::ErrorKind::FileTooLarge {
        TransportError::Nonsense(error.to_string())
    } else {
        TransportError::Lost { sent, reason: innermost(error) }
    }
}

enum Attempt {
    Answered(Reply),
    /// The last leg of the login went over another connection than the first.
    OtherConnection,
}

fn not_offered(offered: &str) -> LoginError {
    LoginError::NotOffered { offered: offered.to_owned() }
}

/// One answer of HTTP, read to its end.
struct Leg {
    status: StatusCode,
    authenticate: Vec<String>,
    /// The host's certificate in DER form.
    certificate: Option<Vec<u8>>,
    date: Option<SystemTime>,
    body: Vec<u8>,
}

impl Leg {
    /// Reads the whole body, or the connection could not be used again.
    ///
    /// # Errors
    ///
    /// What breaks while it is read; `FileTooLarge` where it does not end.
    fn read(mut response: Response) -> io::Result<Self> {
        let headers = response.headers().get_all(WWW_AUTHENTICATE);
        let authenticate = headers.iter().filter_map(|value| value.to_str().ok().map(str::to_owned)).collect();
        let certificate =
            response.extensions().get::<TlsInfo>().and_then(TlsInfo::peer_certificate).map(<[u8]>::to_vec);
        let status = response.status();
        let date = response.headers().get(DATE).and_then(|date| datetime::http_date(date.to_str().ok()?));
        let mut body = Vec::new();
        response.by_ref().take(LARGEST_ANSWER + 1).read_to_end(&mut body)?;
        if u64::try_from(body.len()).is_ok_and(|length| length > LARGEST_ANSWER) {
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, "it is larger than 16 MiB"));
        }
        Ok(Self { status, authenticate, certificate, date, body })
    }

    /// What the host says about logging in.
    fn offer(&self) -> Offer {
        Offer::read(self.authenticate.iter().map(String::as_str))
    }

    /// The answer to a message.
    fn reply(self) -> Reply {
        Reply { status: self.status.as_u16(), body: self.body, date: self.date }
    }
}

impl Resolve for Found {
    /// The client speaks to one host, so there is one name.
    fn resolve(&self, _: Name) -> Resolving {
        let addresses: Addrs = Box::new(self.addresses().into_iter());
        Box::pin(std::future::ready(Ok(addresses)))
    }
}

/// Whether time ran out while an answer was read.
fn is_timeout(error: &io::Error) -> bool {
    let is_timeout = |cause: &(dyn StdError + 'static)| {
        cause.downcast_ref::<reqwest::Error>().is_some_and(reqwest::Error::is_timeout)
    };
    error.kind() == io::ErrorKind::TimedOut || chain(error).any(is_timeout)
}

#[cfg(test)]
mod tests;
