//! A connection that ends between the two legs of the login, on a host that is nothing but a list of answers.

use std::io::{self, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use winrm::{Credentials, Endpoint, Https, Interrupt, Settings, Transport as _, TransportError, Trust};

/// What is said to one request. A host that closes says so, as HTTP.sys does.
#[derive(Clone, Copy)]
enum Answer {
    Challenge,
    ChallengeAndClose,
    /// 401 to a login whose first leg this connection has not seen.
    Unknown,
    Done,
}

impl Answer {
    fn text(self) -> String {
        let challenge = STANDARD.encode(challenge());
        let negotiate = |token: &str, connection: &str| {
            format!(
                "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Negotiate{token}\r\nConnection: {connection}\r\n\
                 Content-Length: 0\r\n\r\n"
            )
        };
        match self {
            Self::Challenge => negotiate(&format!(" {challenge}"), "keep-alive"),
            Self::ChallengeAndClose => negotiate(&format!(" {challenge}"), "close"),
            Self::Unknown => negotiate("", "close"),
            Self::Done => "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndone".to_owned(),
        }
    }
}

/// The smallest CHALLENGE: Unicode, extended session security, no target information but its end. [MS-NLMP] 2.2.1.2
fn challenge() -> Vec<u8> {
    let mut message = b"NTLMSSP\0".to_vec();
    message.extend(2u32.to_le_bytes());
    message.extend([0; 4]);
    message.extend(56u32.to_le_bytes());
    message.extend(0xe28a_8235u32.to_le_bytes());
    message.extend([1; 8]);
    message.extend([0; 8]);
    message.extend([4, 0, 4, 0, 56, 0, 0, 0]);
    message.extend([10, 0, 0x63, 0x45, 0, 0, 0, 15]);
    message.extend([0; 4]);
    message
}

/// Gives these answers, one list to a connection, and closes each in good order.
fn serve(connections: Vec<Vec<Answer>>) -> (Https, JoinHandle<io::Result<()>>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let endpoint = Endpoint::parse(&listener.local_addr().unwrap().to_string(), None).unwrap();
    let config = tls();
    let host = thread::spawn(move || {
        for answers in connections {
            let (connection, _) = listener.accept()?;
            let tls = ServerConnection::new(Arc::clone(&config)).map_err(io::Error::other)?;
            let mut stream = StreamOwned::new(tls, connection);
            for answer in answers {
                read_request(&mut stream)?;
                stream.write_all(answer.text().as_bytes())?;
            }
            stream.conn.send_close_notify();
            stream.flush()?;
        }
        Ok(())
    });
    let credentials = Credentials::new("Administrator", "S3cret".into(), None).unwrap();
    let mut settings = Settings::new(endpoint, credentials);
    settings.trust = Trust::DangerousNone;
    (Https::new(settings).unwrap(), host)
}

fn tls() -> Arc<ServerConfig> {
    let issued = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    let key = PrivatePkcs8KeyDer::from(issued.signing_key.serialize_der());
    let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![issued.cert.der().clone()], key.into())
        .unwrap();
    Arc::new(config)
}

fn read_request(stream: &mut StreamOwned<ServerConnection, TcpStream>) -> io::Result<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte)?;
        head.extend(byte);
    }
    let head = String::from_utf8_lossy(&head).to_ascii_lowercase();
    let length = head.split_once("content-length: ").and_then(|(_, rest)| rest.lines().next()?.parse().ok());
    stream.read_exact(&mut vec![0; length.unwrap_or(0)])
}

fn send(https: &mut Https) -> Result<Vec<u8>, TransportError> {
    https.send(b"message".to_vec(), Duration::from_secs(20), &Interrupt::default()).map(|reply| reply.body)
}

#[test]
fn a_login_whose_legs_went_over_two_connections_is_begun_anew() {
    use Answer::{Challenge, ChallengeAndClose, Done, Unknown};
    let (mut https, host) = serve(vec![vec![ChallengeAndClose], vec![Unknown], vec![Challenge, Done, Done]]);
    assert_eq!(send(&mut https).unwrap(), b"done");
    assert_eq!(send(&mut https).unwrap(), b"done");
    host.join().unwrap().unwrap();
}

#[test]
fn a_host_that_always_closes_between_the_legs_has_not_refused_the_password() {
    use Answer::{Challenge, ChallengeAndClose, Done, Unknown};
    let (mut https, host) = serve(vec![
        vec![ChallengeAndClose],
        vec![Unknown],
        vec![ChallengeAndClose],
        vec![Unknown],
        vec![Challenge, Done],
    ]);
    let error = send(&mut https).unwrap_err();
    assert!(matches!(error, TransportError::Lost { sent: false, .. }), "{error:?}");
    assert!(error.to_string().contains("in the middle of the login"), "{error}");
    assert_eq!(send(&mut https).unwrap(), b"done");
    host.join().unwrap().unwrap();
}
