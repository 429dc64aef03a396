//! The HTTP server of a desk that is starting: its health checks answer while Telegram or the store is away.
use crate::http_server::{ServerLimits, serve};
use axum::Router;
use std::io;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::{CancellationToken, DropGuard};

/// How long requests may take to finish when the real server follows.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(1);

/// The running server. It stops when this is dropped.
pub(super) struct StartupServer {
    stop: DropGuard,
    task: JoinHandle<()>,
}

impl StartupServer {
    /// Serves `router` on the socket of `listener`. Returns the listener too, because the real server goes on
    /// with the same socket: a connection that waits meanwhile is not refused.
    pub(super) fn start(
        listener: TcpListener,
        router: Router,
        limits: ServerLimits,
    ) -> io::Result<(TcpListener, Self)> {
        let listener = listener.into_std()?;
        let own = TcpListener::from_std(listener.try_clone()?)?;
        let stop = CancellationToken::new();
        let task = tokio::spawn(serve(own, router, limits, stop.clone()));
        Ok((TcpListener::from_std(listener)?, Self { stop: stop.drop_guard(), task }))
    }

    /// Stops the server. A client that is slower than [`DRAIN_TIMEOUT`] is not waited for.
    pub(super) async fn stop(self) {
        drop(self.stop);
        let _ = tokio::time::timeout(DRAIN_TIMEOUT, self.task).await;
    }
}
