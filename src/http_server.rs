//! An HTTP/1.1 server with limits that `axum::serve` does not have: timeouts for headers, for idle connections
//! and for answers that nobody reads, and a maximum number of connections in all and per client.
//!
//! A client that opens many idle connections costs little: when there are too many, the oldest one that
//! handles no request is closed.
pub(crate) mod address;
mod connections;
mod guarded_io;

use axum::Router;
use axum::extract::ConnectInfo;
use axum::http::{Request, StatusCode};
use connections::{Connections, Progress};
use guarded_io::GuardedIo;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use std::net::IpAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt;

/// How many connections may be open at once: enough for every agent of a large desk with a few pages.
const MAX_CONNECTIONS: u64 = 20_000;
/// How many file descriptors are kept for the stores, Telegram and the log: at least a quarter of all.
const MIN_RESERVED_DESCRIPTORS: u64 = 64;
/// How long to wait after `accept` failed, most likely for lack of file descriptors.
const ACCEPT_RETRY_DELAY: Duration = Duration::from_millis(100);

/// The limits of a server.
#[derive(Debug, Clone)]
pub struct ServerLimits {
    /// How long a client may take to send a request's headers.
    pub header_timeout: Duration,
    /// How long a connection without a request stays open.
    pub idle_timeout: Duration,
    /// How many connections may be open (see [`connection_limit`]). An address gets at most half of them.
    pub max_connections: usize,
    /// Proxies, whose connections are of many clients and not limited by address.
    pub trusted_proxies: Vec<IpAddr>,
}

/// Returns how many connections may be open at once, so that descriptors are left for everything else. Raises
/// the process's soft limit of descriptors as far as it may.
#[must_use]
pub fn connection_limit() -> usize {
    let found = getrlimit(Resource::Nofile);
    let wanted = MAX_CONNECTIONS + MAX_CONNECTIONS / 3;
    let raised = found.maximum.map_or(wanted, |maximum| maximum.min(wanted));
    let soft = match found.current {
        Some(current) if current < raised => {
            let limit = Rlimit { current: Some(raised), ..found };
            if setrlimit(Resource::Nofile, limit).is_ok() { raised } else { current }
        }
        Some(current) => current,
        None => wanted,
    };
    let limit = connections_within(soft);
    if limit < MAX_CONNECTIONS {
        tracing::info!(
            descriptors = soft,
            connections = limit,
            "few file descriptors: fewer connections are accepted"
        );
    }
    usize::try_from(limit).unwrap_or(usize::MAX)
}

/// Returns how many connections may be open with this many descriptors.
fn connections_within(descriptors: u64) -> u64 {
    let reserved = (descriptors / 4).max(MIN_RESERVED_DESCRIPTORS);
    descriptors.saturating_sub(reserved).clamp(8, MAX_CONNECTIONS)
}

/// Serves `router` until `stop`, then returns when the running requests are finished. A new connection waits
/// while the maximum is open and all of them handle requests.
pub async fn serve(listener: TcpListener, router: Router, limits: ServerLimits, stop: CancellationToken) {
    let open = Connections::new(&limits);
    let tasks = TaskTracker::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stop.cancelled() => break,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(%error, "failed to accept connection");
                tokio::time::sleep(ACCEPT_RETRY_DELAY).await;
                continue;
            }
        };
        tokio::select! { () = open.make_room() => {} () = stop.cancelled() => break }
        let progress = Arc::new(Progress::new(&limits));
        let Some(slot) = open.admit(peer.ip(), &progress) else {
            tracing::debug!(address = %peer.ip(), "closed connection: the address has too many");
            continue;
        };
        // Responses are small, and latency matters more than packet count.
        let _ = stream.set_nodelay(true);
        let (router, requests) = (router.clone(), Arc::clone(&progress));
        let service = service_fn(move |mut request: Request<Incoming>| {
            requests.request_began();
            request.extensions_mut().insert(ConnectInfo(peer));
            let (response, requests) = (router.clone().oneshot(request), Arc::clone(&requests));
            async move {
                let response = response.await;
                let upgraded = response
                    .as_ref()
                    .is_ok_and(|response| response.status() == StatusCode::SWITCHING_PROTOCOLS);
                requests.request_ended(upgraded);
                response
            }
        });
        let stream = GuardedIo::new(stream, Arc::clone(&progress), slot);
        let connection = http1::Builder::new()
            // The progress has the timeouts.
            .header_read_timeout(None)
            .serve_connection(TokioIo::new(stream), service)
            .with_upgrades();
        let stopped = stop.clone();
        tasks.spawn(async move {
            let mut connection = pin!(connection);
            let ended = tokio::select! {
                ended = connection.as_mut() => ended,
                () = progress.closing() => return,
                () = stopped.cancelled() => {
                    connection.as_mut().graceful_shutdown();
                    connection.await
                }
            };
            // Only `debug`: clients close connections at any time.
            if let Err(error) = ended {
                tracing::debug!(%error, "connection closed with an error");
            }
        });
    }
    drop(listener);
    tasks.close();
    tasks.wait().await;
}

#[cfg(test)]
mod tests;
