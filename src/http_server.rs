//! An HTTP/1.1 server with limits that `axum::serve` does not have: a timeout for request headers and a
//! maximum number of connections. A client that opens many idle connections costs little and blocks others
//! only until the timeout.
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

/// How long a client may take to send a request's headers, and how long a connection may stay idle.
pub const HEADER_TIMEOUT: Duration = Duration::from_secs(15);
/// How many connections may be open at once: enough for every agent of a large desk with a few pages.
pub const MAX_CONNECTIONS: usize = 20_000;
/// How long to wait after `accept` failed, most likely for lack of file descriptors.
const ACCEPT_RETRY_DELAY: Duration = Duration::from_millis(100);

/// Serves `router` until `stop`, then returns when the running requests are finished. New connections wait
/// while [`MAX_CONNECTIONS`] are open.
pub async fn serve(listener: TcpListener, router: Router, stop: CancellationToken) {
    serve_up_to(MAX_CONNECTIONS, listener, router, stop).await;
}

async fn serve_up_to(max_connections: usize, listener: TcpListener, router: Router, stop: CancellationToken) {
    let permits = Arc::new(Semaphore::new(max_connections));
    let connections = TaskTracker::new();
    loop {
        let permit = tokio::select! {
            permit = Arc::clone(&permits).acquire_owned() => permit,
            () = stop.cancelled() => break,
        };
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
        // Responses are small, and latency matters more than packet count.
        let _ = stream.set_nodelay(true);
        let router = router.clone();
        let service = service_fn(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(ConnectInfo(peer));
            router.clone().oneshot(request)
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEADER_TIMEOUT)
            .serve_connection(TokioIo::new(stream), service)
            .with_upgrades();
        let stopped = stop.clone();
        connections.spawn(async move {
            let mut connection = pin!(connection);
            let ended = tokio::select! {
                ended = connection.as_mut() => ended,
                () = stopped.cancelled() => {
                    connection.as_mut().graceful_shutdown();
                    connection.await
                }
            };
            // Only `debug`: clients close connections at any time.
            if let Err(error) = ended {
                tracing::debug!(%error, "connection closed with an error");
            }
            drop(permit);
        });
    }
    drop(listener);
    connections.close();
    connections.wait().await;
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::routing::get;
    use std::net::SocketAddr;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpStream;

    const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nhost: desk\r\n\r\n";

    /// Starts a server that accepts `max_connections` connections and returns its address.
    async fn start_server(max_connections: usize, stop: &CancellationToken) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new().route("/", get(|| async { "halo" }));
        tokio::spawn(serve_up_to(max_connections, listener, router, stop.clone()));
        address
    }

    /// Sends `bytes` and returns everything that the server sends until it closes the connection.
    async fn exchange(stream: &mut TcpStream, bytes: &[u8]) -> String {
        stream.write_all(bytes).await.unwrap();
        let mut response = String::new();
        // A reset ends the response like a close.
        let _ = stream.read_to_string(&mut response).await;
        response
    }

    #[tokio::test(start_paused = true)]
    async fn connections_of_silent_and_slow_clients_are_closed() {
        let address = start_server(8, &CancellationToken::new()).await;
        for bytes in [&b""[..], b"GET / HTTP/1.1\r\nhost: de", REQUEST] {
            let start = tokio::time::Instant::now();
            let response = exchange(&mut TcpStream::connect(address).await.unwrap(), bytes).await;
            assert_eq!(response.contains("halo"), bytes == REQUEST, "{response}");
            assert!(start.elapsed() <= HEADER_TIMEOUT * 2, "{:?}", start.elapsed());
        }
    }

    #[tokio::test]
    async fn a_connection_above_the_maximum_waits_until_another_closes() {
        let stop = CancellationToken::new();
        let address = start_server(1, &stop).await;
        let mut first = TcpStream::connect(address).await.unwrap();
        first.write_all(REQUEST).await.unwrap();
        assert!(first.read_u8().await.is_ok(), "the first is served");
        let mut second = TcpStream::connect(address).await.unwrap();
        second.write_all(REQUEST).await.unwrap();
        let mut byte = [0];
        let waiting = tokio::time::timeout(Duration::from_millis(50), second.read(&mut byte)).await;
        assert!(waiting.is_err(), "the second waits");
        drop(first);
        assert_eq!(second.read(&mut byte).await.unwrap(), 1, "a permit is free");
        stop.cancel();
    }
}
