//! A relay before a host that passes bytes on, and cuts its first connection at one byte of the way there or back.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

/// Which way the byte goes at which the connection is cut.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Way {
    ToTheHost,
    FromTheHost,
}

/// A relay that runs until the process ends.
pub(crate) struct Relay {
    pub(crate) port: u16,
    passed: [Arc<AtomicU64>; 2],
}

impl Relay {
    /// Relays to that port of loopback. The first connection ends after so many bytes of that way.
    pub(crate) fn start(host: u16, way: Way, bytes: u64) -> Self {
        Self::at(SocketAddr::from(([127, 0, 0, 1], 0)), host, way, bytes)
    }

    /// As [`Self::start`], at that address of loopback.
    pub(crate) fn at(address: SocketAddr, host: u16, way: Way, bytes: u64) -> Self {
        let listener = TcpListener::bind(address).unwrap();
        let port = listener.local_addr().unwrap().port();
        let passed: [Arc<AtomicU64>; 2] = Default::default();
        let counted = passed.clone();
        thread::spawn(move || {
            let mut limit = Some((way, bytes));
            while let Ok((client, _)) = listener.accept() {
                let Ok(host) = TcpStream::connect(SocketAddr::from(([127, 0, 0, 1], host))) else { continue };
                let limit = limit.take();
                let after = |wanted| limit.filter(|(way, _)| *way == wanted).map_or(u64::MAX, |(_, bytes)| bytes);
                pass(&client, &host, after(Way::ToTheHost), &counted[0]);
                pass(&host, &client, after(Way::FromTheHost), &counted[1]);
            }
        });
        Self { port, passed }
    }

    /// How many bytes have passed that way, over all connections.
    pub(crate) fn passed(&self, way: Way) -> u64 {
        self.passed[usize::from(way == Way::FromTheHost)].load(Ordering::Relaxed)
    }
}

/// Passes bytes on until their end, or cuts both ways after so many.
fn pass(from: &TcpStream, to: &TcpStream, mut left: u64, passed: &Arc<AtomicU64>) {
    let (mut from, mut to, passed) = (from.try_clone().unwrap(), to.try_clone().unwrap(), Arc::clone(passed));
    thread::spawn(move || {
        let mut buffer = [0; 4096];
        while left > 0 {
            let room = buffer.len().min(usize::try_from(left).unwrap_or(usize::MAX));
            match from.read(&mut buffer[..room]) {
                Ok(read) if read > 0 && to.write_all(&buffer[..read]).is_ok() => {
                    passed.fetch_add(read as u64, Ordering::Relaxed);
                    left -= read as u64;
                }
                _ => break,
            }
        }
        let _ = from.shutdown(Shutdown::Both);
        let _ = to.shutdown(Shutdown::Both);
    });
}
