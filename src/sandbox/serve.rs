//! Serves the sandbox on a listener that can cut connections: one on demand, all of them at the end.
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

use super::Sandbox;

impl Sandbox {
    /// Serves the Bot API, the page and its API until `shutdown` is ready. Then every connection is cut, so
    /// this returns at once, whoever is still waiting. The same happens when the future is dropped.
    ///
    /// # Errors
    /// None at present; failing accepts are tried again.
    pub async fn serve(
        &self,
        listener: TcpListener,
        shutdown: impl Future<Output = ()> + Send + 'static,
    ) -> io::Result<()> {
        let app = self.bot_api().merge(self.page());
        let closing = CancellationToken::new();
        let _cut_all = closing.clone().drop_guard();
        let listening = CuttableListener { listener, closing: closing.clone() };
        axum::serve(listening, app.into_make_service_with_connect_info::<Cord>())
            .with_graceful_shutdown(async move {
                shutdown.await;
                closing.cancel();
            })
            .await
    }
}

/// A connection's plug: whoever holds it can pull it.
#[derive(Clone)]
pub(super) struct Cord(CancellationToken);

impl Cord {
    /// The connection is reset; the requests on it are dropped.
    pub(super) fn cut(&self) {
        self.0.cancel();
    }
}

struct CuttableListener {
    listener: TcpListener,
    closing: CancellationToken,
}

struct Connection {
    stream: TcpStream,
    cord: Cord,
    is_cut: Pin<Box<WaitForCancellationFutureOwned>>,
}

impl Listener for CuttableListener {
    type Io = Connection;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Connection, SocketAddr) {
        let (stream, address) = Listener::accept(&mut self.listener).await;
        let token = self.closing.child_token();
        let is_cut = Box::pin(token.clone().cancelled_owned());
        (Connection { stream, cord: Cord(token), is_cut }, address)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

impl Connected<IncomingStream<'_, CuttableListener>> for Cord {
    fn connect_info(stream: IncomingStream<'_, CuttableListener>) -> Self {
        stream.io().cord.clone()
    }
}

impl Connection {
    /// Ready when the cord was pulled; also wakes the task when that happens.
    fn check(&mut self, cx: &mut Context<'_>) -> io::Result<()> {
        if self.is_cut.as_mut().poll(cx).is_pending() {
            return Ok(());
        }
        // No farewell: what the client has not read yet is lost, as when a machine goes down.
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
