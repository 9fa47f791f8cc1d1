//! HTTPS with a login, over one connection.

use std::error::Error as StdError;
use std::io::{self, Read as _};
use std::sync::Arc;
use std::time::Duration;

use reqwest::StatusCode;
use reqwest::blocking::{Client, Response};
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, WWW_AUTHENTICATE};
use reqwest::redirect::Policy;
use reqwest::tls::TlsInfo;

use super::tls::{self, Seen};
use super::{Reply, SettingsError, Transport, TransportError, Unreachable};
use crate::auth::{self, LoginError, Ntlm, Offer};
use crate::deadline::Deadline;
use crate::{ChannelBinding, Settings};

/// The largest answer that is read, in bytes: far above the 512,000 that every message asks for.
const LARGEST_ANSWER: u64 = 16 * 1024 * 1024;

/// A host over HTTPS.
///
/// NTLM logs in a connection and not a request, so there is exactly one, and messages go over it
/// one after the other. The first message rides on the last leg of the login. Where the connection
/// is lost, the next message logs in anew.
pub struct Https {
    client: Client,
    settings: Settings,
    url: String,
    seen: Arc<Seen>,
    login: Login,
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
        let (config, seen) = tls::configure(&settings.trust)?;
        let client = Client::builder()
            .tls_backend_preconfigured(config)
            .tls_info(true)
            .http1_only()
            // A proxy named by the environment is not between a management server and its hosts.
            .no_proxy()
            .redirect(Policy::none())
            .pool_max_idle_per_host(1)
            .pool_idle_timeout(None)
            .timeout(None)
            .connect_timeout(settings.timeouts.connect)
            .build()
            .map_err(|error| SettingsError::Client(innermost(&error)))?;
        let url = settings.endpoint.url();
        Ok(Self {
            client,
            settings,
            url,
            seen,
            login: Login::Due,
        })
    }
}

impl Transport for Https {
    fn send(&mut self, body: Vec<u8>, timeout: Duration) -> Result<Reply, TransportError> {
        let until = Deadline::after(timeout);
        match std::mem::take(&mut self.login) {
            Login::Refused(refused) => {
                self.login = Login::Refused(refused.clone());
                return Err(refused.into());
            }
            Login::Done => {
                let leg = self.post(None, body.clone(), until)?;
                // Only a connection that nobody has logged in asks for a login. The message was not
                // looked at.
                if leg.status != StatusCode::UNAUTHORIZED {
                    self.login = Login::Done;
                    return Ok(leg.reply());
                }
            }
            Login::Due => {}
        }
        self.log_in(body, until)
    }
}

impl Https {
    /// Logs in with `body` on the last leg. [MS-NLMP] 3.1.5.1, RFC 4559 5
    ///
    /// A host may close the connection between the two legs; then the last one meets a host that
    /// does not know of the first. The password was not looked at, so this is tried once more.
    fn log_in(&mut self, body: Vec<u8>, until: Deadline) -> Result<Reply, TransportError> {
        match self.try_log_in(body.clone(), until)? {
            Attempt::Answered(reply) => Ok(reply),
            Attempt::OtherConnection => match self.try_log_in(body, until)? {
                Attempt::Answered(reply) => Ok(reply),
                Attempt::OtherConnection => Err(TransportError::Lost {
                    sent: false,
                    reason: "it is closed in the middle of the login, again and again".to_owned(),
                }),
            },
        }
    }

    fn try_log_in(&mut self, body: Vec<u8>, until: Deadline) -> Result<Attempt, TransportError> {
        let ntlm = Ntlm::negotiate()?;
        let first = self.post(Some(auth::authorization(ntlm.token())), Vec::new(), until)?;
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
        let token = ntlm.authenticate(
            &challenge,
            &self.settings.credentials,
            self.settings.endpoint.host(),
            binding,
        )?;
        let last = self.post(Some(auth::authorization(&token)), body, until)?;
        if last.status != StatusCode::UNAUTHORIZED {
            self.login = Login::Done;
            return Ok(Attempt::Answered(last.reply()));
        }
        if self.seen.connections() != connections {
            return Ok(Attempt::OtherConnection);
        }
        let refused = LoginError::Refused {
            user: self.account(),
        };
        self.login = Login::Refused(refused.clone());
        Err(refused.into())
    }

    fn account(&self) -> String {
        let credentials = &self.settings.credentials;
        match credentials.domain() {
            "" => credentials.user().to_owned(),
            domain => format!("{domain}\\{}", credentials.user()),
        }
    }

    /// One request and its whole answer. The body is read to its end, or the connection could not
    /// be used again.
    fn post(
        &self,
        authorization: Option<String>,
        body: Vec<u8>,
        until: Deadline,
    ) -> Result<Leg, TransportError> {
        let message = !body.is_empty();
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
        let response = request
            .send()
            .map_err(|error| self.failed(&error, message))?;
        Leg::read(response).map_err(|error| match error.kind() {
            io::ErrorKind::TimedOut => TransportError::TimedOut { sent: message },
            _ if is_timeout(&error) => TransportError::TimedOut { sent: message },
            io::ErrorKind::FileTooLarge => TransportError::Nonsense(error.to_string()),
            _ => TransportError::Lost {
                sent: message,
                reason: innermost(&error),
            },
        })
    }

    /// Tells the ways apart in which a request fails.
    fn failed(&self, error: &reqwest::Error, message: bool) -> TransportError {
        if !error.is_connect() {
            return match error.is_timeout() {
                true => TransportError::TimedOut { sent: message },
                false => TransportError::Lost {
                    sent: message,
                    reason: innermost(error),
                },
            };
        }
        if let Some(flaw) = self.seen.take_refused() {
            return flaw.into();
        }
        if let Some(reason) = chain(error).find_map(tls::explain) {
            return TransportError::Tls(reason);
        }
        let address = self.settings.endpoint.to_string();
        let refused = |cause: &(dyn StdError + 'static)| {
            cause
                .downcast_ref::<io::Error>()
                .is_some_and(|cause| cause.kind() == io::ErrorKind::ConnectionRefused)
        };
        if error.is_dns() {
            Unreachable::Name {
                host: self.settings.endpoint.host().to_owned(),
            }
        } else if error.is_timeout() {
            Unreachable::TimedOut {
                address,
                after: self.settings.timeouts.connect,
            }
        } else if chain(error).any(refused) {
            Unreachable::Refused { address }
        } else {
            Unreachable::Network {
                address,
                reason: innermost(error),
            }
        }
        .into()
    }
}

enum Attempt {
    Answered(Reply),
    /// The last leg of the login went over another connection than the first.
    OtherConnection,
}

fn not_offered(offered: &str) -> LoginError {
    LoginError::NotOffered {
        offered: offered.to_owned(),
    }
}

/// One answer of HTTP, read to its end.
struct Leg {
    status: StatusCode,
    authenticate: Vec<String>,
    certificate: Option<Vec<u8>>,
    body: Vec<u8>,
}

impl Leg {
    fn read(mut response: Response) -> io::Result<Self> {
        let headers = response.headers().get_all(WWW_AUTHENTICATE);
        let authenticate = headers
            .iter()
            .filter_map(|value| value.to_str().ok().map(str::to_owned))
            .collect();
        let certificate = response
            .extensions()
            .get::<TlsInfo>()
            .and_then(TlsInfo::peer_certificate)
            .map(<[u8]>::to_vec);
        let status = response.status();
        let mut body = Vec::new();
        response
            .by_ref()
            .take(LARGEST_ANSWER + 1)
            .read_to_end(&mut body)?;
        if u64::try_from(body.len()).is_ok_and(|length| length > LARGEST_ANSWER) {
            return Err(io::Error::new(
                io::ErrorKind::FileTooLarge,
                "it is larger than 16 MiB",
            ));
        }
        Ok(Self {
            status,
            authenticate,
            certificate,
            body,
        })
    }

    fn offer(&self) -> Offer {
        Offer::read(self.authenticate.iter().map(String::as_str))
    }

    fn reply(self) -> Reply {
        Reply {
            status: self.status.as_u16(),
            body: self.body,
        }
    }
}

/// An error and its causes, with those that `io::Error` hides inside.
fn chain<'a>(
    error: &'a (dyn StdError + 'static),
) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |error| {
        let error: &'a (dyn StdError + 'static) = *error;
        match error
            .downcast_ref::<io::Error>()
            .and_then(io::Error::get_ref)
        {
            Some(inner) => Some(inner),
            None => error.source(),
        }
    })
}

fn innermost(error: &(dyn StdError + 'static)) -> String {
    chain(error)
        .last()
        .map(ToString::to_string)
        .unwrap_or_default()
}

fn is_timeout(error: &io::Error) -> bool {
    chain(error).any(|cause| {
        cause
            .downcast_ref::<reqwest::Error>()
            .is_some_and(reqwest::Error::is_timeout)
    })
}
