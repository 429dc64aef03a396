//! The socket: HTTP/1.1 with limits that axum's own loop does not have. Headers have a time in which they must be there, and
//! connections are counted, so that whoever opens many and says nothing costs little and stops nobody else for long.
use axum::Router;
use axum::extract::ConnectInfo;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt;

/// How long a request's headers may take, and how long a connection may stay open without a request.
const HEADER_TIME: Duration = Duration::from_secs(15);
/// How many connections may be open at once: every agent of a large desk with a few pages.
const MOST: usize = 20_000;
/// How long to wait after a connection could not be taken: out of file descriptors, most likely.
const PAUSE: Duration = Duration::from_millis(100);

/// Serves `router` until `stop`, then lets the requests that are under way end. Who comes when [`MOST`] connections are
/// open waits.
pub async fn serve(listener: TcpListener, router: Router, stop: CancellationToken) {
    let room = Arc::new(Semaphore::new(MOST));
    let under_way = TaskTracker::new();
    loop {
        let permit = tokio::select! {
            permit = Arc::clone(&room).acquire_owned() => permit,
            () = stop.cancelled() => break,
        };
        let taken = tokio::select! { taken = listener.accept() => taken, () = stop.cancelled() => break };
        let (stream, peer) = match taken {
            Ok(taken) => taken,
            Err(error) => {
                tracing::warn!(%error, "a connection can't be taken");
                tokio::time::sleep(PAUSE).await;
                continue;
            }
        };
        // Answers are small and wanted now.
        let _ = stream.set_nodelay(true);
        let router = router.clone();
        let service = service_fn(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(ConnectInfo(peer));
            router.clone().oneshot(request)
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEADER_TIME)
            .serve_connection(TokioIo::new(stream), service)
            .with_upgrades();
        let stopped = stop.clone();
        under_way.spawn(async move {
            let mut connection = pin!(connection);
            let ended = tokio::select! {
                ended = connection.as_mut() => ended,
                () = stopped.cancelled() => {
                    connection.as_mut().graceful_shutdown();
                    connection.await
                }
            };
            // Clients hang up whenever they like.
            if let Err(error) = ended {
                tracing::debug!(%error, "a connection broke off");
            }
            drop(permit);
        });
    }
    drop(listener);
    under_way.close();
    under_way.wait().await;
}
