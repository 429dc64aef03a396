//! TCP listener whose connections can be reset: one on demand by a fault, all of them at shutdown.
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};

/// A handle that can reset one connection.
#[derive(Clone)]
pub(in crate::sandbox) struct ConnectionHandle(CancellationToken);

impl ConnectionHandle {
    /// Resets the connection and drops its requests.
    pub(in crate::sandbox) fn reset(&self) {
        self.0.cancel();
    }
}

/// A listener that resets all its connections when `closing` is cancelled.
pub(in crate::sandbox) struct ResettableListener {
    listener: TcpListener,
    closing: CancellationToken,
}

/// An accepted connection. Its reads and writes fail once it was reset.
pub(in crate::sandbox) struct Connection {
    stream: TcpStream,
    handle: ConnectionHandle,
    is_reset: Pin<Box<WaitForCancellationFutureOwned>>,
}

impl ResettableListener {
    pub(in crate::sandbox) fn new(listener: TcpListener, closing: CancellationToken) -> Self {
        Self { listener, closing }
    }
}

impl Listener for ResettableListener {
    type Io = Connection;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Connection, SocketAddr) {
        let (stream, address) = Listener::accept(&mut self.listener).await;
        let token = self.closing.child_token();
        let is_reset = Box::pin(token.clone().cancelled_owned());
        (Connection { stream, handle: ConnectionHandle(token), is_reset }, address)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

impl Connected<IncomingStream<'_, ResettableListener>> for ConnectionHandle {
    fn connect_info(stream: IncomingStream<'_, ResettableListener>) -> Self {
        stream.io().handle.clone()
    }
}

impl Connection {
    /// Returns an error once the connection was reset; otherwise registers the task to be woken by a reset.
    fn check(&mut self, cx: &mut Context<'_>) -> io::Result<()> {
        if self.is_reset.as_mut().poll(cx).is_pending() {
            return Ok(());
        }
        // Sends RST instead of FIN: the client loses what it has not read yet, as when a machine crashes.
        let _ = self.stream.set_zero_linger();
        Err(io::ErrorKind::ConnectionReset.into())
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.check(cx)?;
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.check(cx)?;
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.check(cx)?;
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.check(cx)?;
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
