//! The bytes below TLS: counted, and cut off where a fault asks for it.

use crate::counters::Tallies;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// A TCP connection of a client.
#[derive(Debug)]
pub(crate) struct Wire {
    stream: TcpStream,
    tallies: Arc<Tallies>,
    fuse: Fuse,
}

/// Makes a connection end with a reset instead of an orderly close.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fuse(Arc<AtomicBool>);

impl Fuse {
    pub(crate) fn blow(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    fn is_blown(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

impl Wire {
    pub(crate) fn new(stream: TcpStream, tallies: Arc<Tallies>, fuse: Fuse) -> Self {
        tallies.connections.one();
        tallies.connections_open.one();
        Self { stream, tallies, fuse }
    }

    /// Reads and forgets until the client goes away.
    pub(crate) async fn closed_by_client(&self) {
        let mut bytes = [0; 1024];
        while self.stream.readable().await.is_ok() {
            match self.stream.try_read(&mut bytes) {
                Ok(0) => return,
                Err(error) if error.kind() != io::ErrorKind::WouldBlock => return,
                _ => {}
            }
        }
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.tallies.connections_open.one_less();
        if self.fuse.is_blown() {
            // Closing a socket that may not linger sends a reset. Where that fails the client sees a plain close.
            self.stream.set_zero_linger().unwrap_or_default();
        }
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        self.tallies.bytes_in.add(buffer.filled().len().saturating_sub(before));
        read
    }
}

impl AsyncWrite for Wire {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        if let Poll::Ready(Ok(count)) = written {
            self.tallies.bytes_out.add(count);
        }
        written
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.fuse.is_blown() {
            return Poll::Ready(Ok(()));
        }
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
