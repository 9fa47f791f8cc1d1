//! One connection of a client: HTTP requests one after the other, and the login that belongs to it.

use crate::body::AnswerBody;
use crate::http_date;
use crate::ntlm::acceptor::{Login, Step};
use crate::recording::{Play, Recording};
use crate::rule::{Action, Point};
use crate::site::Site;
use crate::soap::answer;
use crate::soap::fault::Fault;
use crate::soap::request::{MAX_ENVELOPE_SIZE, Request, Verb};
use crate::winrs::service::Client;
use crate::wire::Fuse;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use http_body_util::{BodyExt, Limited};
use hyper::body::{Bytes, Frame, Incoming};
use hyper::header::{
    AUTHORIZATION, CONNECTION, CONTENT_TYPE, DATE, HeaderMap, HeaderValue, SERVER, TRANSFER_ENCODING, WWW_AUTHENTICATE,
};
use hyper::{Method, Response, StatusCode};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

const SOAP: &str = "application/soap+xml;charset=UTF-8";
/// A NTLM token of a client is never larger.
const MAX_TOKEN: usize = 16 << 10;
/// Of a body that is too large so much is read before the refusal, so that the client is there to hear it.
const MAX_DRAINED: usize = 4 << 20;

/// What is known of one connection.
pub(crate) struct Connection {
    site: Arc<Site>,
    fuse: Fuse,
    address: String,
    login: Mutex<Login>,
}

/// The connection ends here, without an answer.
#[derive(Debug)]
pub(crate) struct Hangup;

impl fmt::Display for Hangup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the connection was reset on purpose")
    }
}

impl std::error::Error for Hangup {}

type Answer = Response<AnswerBody>;

impl Connection {
    pub(crate) fn new(site: Arc<Site>, fuse: Fuse, address: String) -> Self {
        Self { site, fuse, address, login: Mutex::default() }
    }

    /// Answers one HTTP request.
    pub(crate) async fn answer(&self, request: hyper::Request<Incoming>) -> Result<Answer, Hangup> {
        self.site.tallies.http_requests.one();
        let mut answer = self.respond(request).await?;
        // A recorded answer brings its own.
        if self.site.recording.is_none()
            && let Some(date) = self.site.date().and_then(|date| date.try_into().ok())
        {
            answer.headers_mut().insert(DATE, date);
        }
        tokio::time::sleep(self.site.latency).await;
        Ok(answer)
    }

    async fn respond(&self, request: hyper::Request<Incoming>) -> Result<Answer, Hangup> {
        if request.uri().path() != "/wsman" {
            return Ok(plain(StatusCode::NOT_FOUND));
        }
        if request.method() != Method::POST {
            return Ok(plain(StatusCode::METHOD_NOT_ALLOWED));
        }
        let (head, body) = request.into_parts();
        let Some(body) = self.read(body).await? else {
            return Ok(too_large());
        };
        if body.len() > MAX_ENVELOPE_SIZE {
            return Ok(too_large());
        }
        let user = match self.authenticate(&head.headers).await? {
            Ok(user) => user,
            Err(refusal) => return Ok(refusal),
        };
        if head.headers.contains_key(TRANSFER_ENCODING) {
            return Ok(self.fault(&Fault::with_code(50), None));
        }
        if body.is_empty() {
            return Ok(plain(StatusCode::OK));
        }
        if !is_soap(&head.headers) {
            return Ok(plain(StatusCode::UNSUPPORTED_MEDIA_TYPE));
        }
        match Request::read(&body) {
            Ok(soap) => {
                self.site.tallies.count(soap.verb);
                self.site.record(soap.verb, &body);
                self.perform(&soap, &user).await
            }
            Err(rejected) => Ok(self.fault(&rejected.fault, rejected.message_id.as_deref())),
        }
    }

    /// The whole body; nothing where it is too large. A rule may end the connection while it arrives.
    async fn read(&self, body: Incoming) -> Result<Option<Vec<u8>>, Hangup> {
        let mut body = Limited::new(body, MAX_DRAINED);
        let mut read = Vec::new();
        let mut verb = None;
        while let Some(frame) = body.frame().await {
            let Ok(frame) = frame.map(Frame::into_data) else {
                return Ok(None);
            };
            read.extend(frame.unwrap_or_default());
            if verb.is_none() {
                verb = Verb::in_beginning(&read);
                if verb.is_some_and(|verb| self.site.rules.tears(verb)) {
                    return Err(self.hang_up());
                }
            }
        }
        Ok(Some(read))
    }

    /// The user of this connection, or the answer that asks for a login or goes on with it.
    async fn authenticate(&self, headers: &HeaderMap) -> Result<Result<String, Answer>, Hangup> {
        let Some(header) = headers.get(AUTHORIZATION) else {
            let login = self.login.lock().unwrap_or_else(PoisonError::into_inner);
            return Ok(login.user().map(str::to_owned).ok_or_else(|| unauthorized(None)));
        };
        let Some(token) = header.to_str().ok().and_then(negotiate_token) else {
            return Ok(Err(unauthorized(None)));
        };
        let step = self.site.login_step(&mut self.login.lock().unwrap_or_else(PoisonError::into_inner), &token);
        match step {
            Step::Accepted(user) => Ok(Ok(user)),
            Step::Refused(_) => Ok(Err(unauthorized(None))),
            Step::Challenge(challenge) => {
                let answer = unauthorized(Some(&challenge));
                self.with_rule(Point::Negotiate, None, async || answer).await.map(Err)
            }
        }
    }

    async fn perform(&self, request: &Request, user: &str) -> Result<Answer, Hangup> {
        if let Some(recording) = &self.site.recording {
            return self.play(recording, request).await;
        }
        let client = Client { user, address: &self.address };
        let id = Some(request.message_id.as_str());
        self.with_rule(request.verb.into(), id, async || match self.site.perform(request, client).await {
            Ok(bytes) => soap(StatusCode::OK, bytes),
            Err(fault) => self.fault(&fault, id),
        })
        .await
    }

    async fn play(&self, recording: &Recording, request: &Request) -> Result<Answer, Hangup> {
        match recording.play(request) {
            Ok(Play::Answer { status, content_type, body, date }) => {
                let mut answer = page(status, content_type, body);
                if let Some(date) = date.and_then(|date| http_date::format(date).try_into().ok()) {
                    answer.headers_mut().insert(DATE, date);
                }
                Ok(answer)
            }
            Ok(Play::HangUp) => Err(self.hang_up()),
            Ok(Play::Silence) => std::future::pending().await,
            Err(fault) => Ok(self.fault(&fault, Some(&request.message_id))),
        }
    }

    /// Answers as usual, unless a rule says otherwise.
    async fn with_rule(
        &self,
        point: Point,
        message_id: Option<&str>,
        usual: impl AsyncFnOnce() -> Answer,
    ) -> Result<Answer, Hangup> {
        match self.site.rules.at(point) {
            None => Ok(usual().await),
            Some(Action::Silence) => std::future::pending().await,
            Some(Action::SilenceAfter) => {
                usual().await;
                std::future::pending().await
            }
            Some(Action::Reset | Action::ResetWithin) => Err(self.hang_up()),
            Some(Action::ResetAfter) => {
                usual().await;
                Err(self.hang_up())
            }
            Some(Action::Cut) => {
                self.fuse.blow();
                Ok(usual().await.map(AnswerBody::cut))
            }
            Some(Action::Status { status, content_type, body }) => Ok(page(status, content_type, body)),
            Some(Action::Fault(fault)) => Ok(self.fault(&fault, message_id)),
            Some(Action::Slow(time)) => {
                tokio::time::sleep(time).await;
                Ok(usual().await)
            }
        }
    }

    fn hang_up(&self) -> Hangup {
        self.fuse.blow();
        Hangup
    }

    fn fault(&self, fault: &Fault, relates_to: Option<&str>) -> Answer {
        soap(StatusCode::INTERNAL_SERVER_ERROR, answer::fault(fault, &self.site.host_name, relates_to))
    }
}

/// The token behind `Negotiate`, the only scheme that is taken.
fn negotiate_token(header: &str) -> Option<Vec<u8>> {
    let (scheme, token) = header.trim().split_once(' ')?;
    let fits = scheme.eq_ignore_ascii_case("Negotiate") && token.len() <= MAX_TOKEN;
    fits.then(|| BASE64_STANDARD.decode(token.trim()).ok())?
}

fn is_soap(headers: &HeaderMap) -> bool {
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media_type = content_type.split(';').next().unwrap_or_default().trim();
    media_type.eq_ignore_ascii_case("application/soap+xml")
}

/// [RFC 4559] 4: the challenge, or the schemes that may be tried.
fn unauthorized(challenge: Option<&[u8]>) -> Answer {
    let mut answer = plain(StatusCode::UNAUTHORIZED);
    let headers = answer.headers_mut();
    let negotiate = match challenge {
        Some(token) => format!("Negotiate {}", BASE64_STANDARD.encode(token)),
        None => {
            headers.append(WWW_AUTHENTICATE, HeaderValue::from_static("Kerberos"));
            "Negotiate".to_owned()
        }
    };
    if let Ok(value) = negotiate.try_into() {
        headers.append(WWW_AUTHENTICATE, value);
    }
    answer
}

fn too_large() -> Answer {
    let mut answer = plain(StatusCode::PAYLOAD_TOO_LARGE);
    answer.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    answer
}

fn plain(status: StatusCode) -> Answer {
    page(status.as_u16(), "", String::new())
}

fn soap(status: StatusCode, body: Vec<u8>) -> Answer {
    finish(status, SOAP, AnswerBody::whole(body))
}

fn page(status: u16, content_type: &str, body: impl Into<Bytes>) -> Answer {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    finish(status, content_type, AnswerBody::whole(body))
}

fn finish(status: StatusCode, content_type: &str, body: AnswerBody) -> Answer {
    let mut answer = Response::new(body);
    *answer.status_mut() = status;
    let headers = answer.headers_mut();
    headers.insert(SERVER, HeaderValue::from_static("Microsoft-HTTPAPI/2.0"));
    if let Ok(value) = content_type.try_into()
        && !content_type.is_empty()
    {
        headers.insert(CONTENT_TYPE, value);
    }
    answer
}
