//! HTTP over TLS by hand, blocking, one connection.

use crate::ntlm::{self, Login};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use simulated_host::Host;
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

pub(crate) const SOAP: &str = "application/soap+xml;charset=UTF-8";

/// One connection to a host.
pub(crate) struct Client {
    stream: StreamOwned<ClientConnection, TcpStream>,
}

/// An HTTP answer.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Client {
    /// Connects and trusts the host's authority.
    pub(crate) fn connect(host: &Host) -> Self {
        Self::try_connect(host).unwrap()
    }

    pub(crate) fn try_connect(host: &Host) -> io::Result<Self> {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_file(host.ca_file()).unwrap()).unwrap();
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let name = ServerName::try_from(host.host()).unwrap();
        let mut tls = ClientConnection::new(Arc::new(config), name).unwrap();
        let mut tcp = TcpStream::connect((host.host(), host.port()))?;
        tcp.set_nodelay(true)?;
        while tls.is_handshaking() {
            tls.complete_io(&mut tcp)?;
        }
        Ok(Self { stream: StreamOwned::new(tls, tcp) })
    }

    /// Connects and logs in as the first account.
    pub(crate) fn logged_in(host: &Host) -> Self {
        let mut client = Self::connect(host);
        let reply = client.log_in(&Login::of(host), "");
        assert_eq!(reply.status, 200, "{reply:?}");
        client
    }

    /// Both legs of a login, the second with that body.
    pub(crate) fn log_in(&mut self, login: &Login, body: &str) -> Reply {
        let (negotiate, challenge) = self.challenge(login);
        let authenticate = ntlm::authenticate(login, &negotiate, &challenge);
        let headers = [("Authorization", header(&authenticate)), ("Content-Type", SOAP.to_owned())];
        let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        self.post(&headers, body.as_bytes()).unwrap()
    }

    /// The first leg of a login: what was sent, and the challenge to it.
    pub(crate) fn challenge(&mut self, login: &Login) -> (Vec<u8>, Vec<u8>) {
        let negotiate = ntlm::negotiate(login);
        let reply = self.post(&[("Authorization", &header(&negotiate))], b"").unwrap();
        assert_eq!(reply.status, 401);
        (negotiate, reply.challenge().expect("a challenge"))
    }

    /// Posts an envelope on a connection that is logged in.
    pub(crate) fn soap(&mut self, envelope: &str) -> Reply {
        self.try_soap(envelope).unwrap()
    }

    pub(crate) fn try_soap(&mut self, envelope: &str) -> io::Result<Reply> {
        self.post(&[("Content-Type", SOAP)], envelope.as_bytes())
    }

    /// Posts an envelope and does not wait for its answer.
    pub(crate) fn write_soap(&mut self, envelope: &str) {
        let head = format!(
            "POST /wsman HTTP/1.1\r\nHost: host\r\nContent-Type: {SOAP}\r\nContent-Length: {}\r\n\r\n",
            envelope.len()
        );
        self.stream.write_all(head.as_bytes()).unwrap();
        self.stream.write_all(envelope.as_bytes()).unwrap();
        self.stream.flush().unwrap();
    }

    /// How long to wait for bytes.
    pub(crate) fn patience(&self, time: Duration) {
        self.stream.sock.set_read_timeout(Some(time)).unwrap();
    }

    pub(crate) fn post(&mut self, headers: &[(&str, &str)], body: &[u8]) -> io::Result<Reply> {
        let length = body.len().to_string();
        let headers: Vec<_> = headers.iter().copied().chain([("Content-Length", length.as_str())]).collect();
        self.request("POST", "/wsman", &headers, body)
    }

    pub(crate) fn request(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> io::Result<Reply> {
        let mut head = format!("{method} {path} HTTP/1.1\r\nHost: host\r\n");
        for (name, value) in headers {
            head += &format!("{name}: {value}\r\n");
        }
        head += "\r\n";
        self.stream.write_all(head.as_bytes())?;
        self.stream.write_all(body)?;
        self.stream.flush()?;
        self.read()
    }

    fn read(&mut self) -> io::Result<Reply> {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            self.stream.read_exact(&mut byte)?;
            head.push(byte[0]);
        }
        let head = String::from_utf8(head).unwrap();
        let mut lines = head.lines();
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let headers: Vec<_> = lines
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
            .collect();
        let length = headers.iter().find(|(name, _)| name == "content-length").map_or("0", |(_, value)| value);
        let mut body = vec![0; length.parse().unwrap()];
        self.stream.read_exact(&mut body)?;
        Ok(Reply { status, headers, body: String::from_utf8(body).unwrap() })
    }
}

impl Reply {
    pub(crate) fn all(&self, name: &str) -> Vec<&str> {
        self.headers.iter().filter(|(n, _)| n == name).map(|(_, value)| value.as_str()).collect()
    }

    fn challenge(&self) -> Option<Vec<u8>> {
        let headers = self.all("www-authenticate");
        let token = headers.iter().find_map(|header| header.strip_prefix("Negotiate "))?;
        BASE64_STANDARD.decode(token).ok()
    }

    /// Text between two tags; enough for answers whose form the host alone decides.
    pub(crate) fn between(&self, before: &str, after: &str) -> &str {
        let rest = self.body.split_once(before).map(|(_, rest)| rest);
        let found = rest.and_then(|rest| rest.split_once(after));
        found.unwrap_or_else(|| panic!("no {before} in {}", self.body)).0
    }

    /// The number inside a WSManFault.
    pub(crate) fn fault_code(&self) -> u32 {
        assert_eq!(self.status, 500, "{}", self.body);
        self.between("Code=\"", "\"").parse().unwrap()
    }
}

pub(crate) fn header(token: &[u8]) -> String {
    format!("Negotiate {}", BASE64_STANDARD.encode(token))
}
