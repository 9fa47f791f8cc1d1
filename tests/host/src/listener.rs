//! The two listening sockets: WinRM over TLS, and the state page in the clear.

use crate::body::AnswerBody;
use crate::connection::Connection;
use crate::rule::{Action, Point};
use crate::site::Site;
use crate::state::State;
use crate::tls::Acceptor;
use crate::wire::{Fuse, Wire};
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Response, StatusCode};
use hyper_util::rt::TokioIo;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

/// MaxConnections of the service.
const MAX_CONNECTIONS: usize = 300;
/// A client that does not get on with its handshake is let go.
const HANDSHAKE: Duration = Duration::from_secs(30);
const MAX_HEADERS: usize = 64 << 10;
/// How long to wait when the system has no socket to give.
const BREATH: Duration = Duration::from_millis(10);

/// Serves WinRM until it is dropped.
pub(crate) async fn serve_winrm(listener: TcpListener, tls: Acceptor, site: Arc<Site>) {
    let room = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    while let Ok(place) = Arc::clone(&room).acquire_owned().await {
        let Ok((stream, address)) = listener.accept().await else {
            tokio::time::sleep(BREATH).await;
            continue;
        };
        let (tls, site) = (tls.clone(), Arc::clone(&site));
        tokio::spawn(async move {
            serve_connection(stream, address.ip().to_string(), tls, site).await;
            drop(place);
        });
    }
}

/// Serves the state page until it is dropped.
pub(crate) async fn serve_state(listener: TcpListener, site: Arc<Site>) {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            tokio::time::sleep(BREATH).await;
            continue;
        };
        let site = Arc::clone(&site);
        tokio::spawn(async move {
            let service = service_fn(|request: hyper::Request<_>| {
                let answer = state_page(&site, request.method(), request.uri().path());
                async move { Ok::<_, Infallible>(answer) }
            });
            // A client of the state page that goes away early is nobody's concern.
            http1::Builder::new().serve_connection(TokioIo::new(stream), service).await.unwrap_or_default();
        });
    }
}

async fn serve_connection(stream: TcpStream, address: String, tls: Acceptor, site: Arc<Site>) {
    // Answers are small and whole: waiting to fill a packet only costs time.
    stream.set_nodelay(true).unwrap_or_default();
    let fuse = Fuse::default();
    let wire = Wire::new(stream, Arc::clone(&site.tallies), fuse.clone());
    match site.rules.at(Point::Connect) {
        Some(Action::Reset | Action::ResetAfter | Action::Cut) => return fuse.blow(),
        Some(Action::Silence | Action::SilenceAfter) => return wire.closed_by_client().await,
        Some(Action::Slow(time)) => tokio::time::sleep(time).await,
        // There is no HTTP yet in which a status or a fault could be told.
        Some(Action::Status { .. } | Action::Fault(_) | Action::ResetWithin) | None => {}
    }
    let Ok(Ok(stream)) = tokio::time::timeout(HANDSHAKE, tls.accept(wire)).await else {
        return;
    };
    let connection = Connection::new(site, fuse, address);
    let service = service_fn(|request| connection.answer(request));
    // A connection may end in any way; what mattered has been counted.
    http1::Builder::new()
        .max_buf_size(MAX_HEADERS)
        // The host's clock is not this machine's.
        .auto_date_header(false)
        .serve_connection(TokioIo::new(stream), service)
        .await
        .unwrap_or_default();
}

fn state_page(site: &Site, method: &Method, path: &str) -> Response<AnswerBody> {
    let mut answer = Response::new(AnswerBody::whole(Vec::new()));
    if path != "/state" || method != Method::GET {
        *answer.status_mut() = StatusCode::NOT_FOUND;
        return answer;
    }
    match serde_json::to_vec(&state(site)) {
        Ok(json) => *answer.body_mut() = AnswerBody::whole(json),
        Err(_) => *answer.status_mut() = StatusCode::INTERNAL_SERVER_ERROR,
    }
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    answer
}

/// What the host holds and what happened on it.
pub(crate) fn state(site: &Site) -> State {
    State {
        inventory: site.service.executor.inventory(),
        counters: site.tallies.at_this_moment(site.service.shells.count()),
    }
}
