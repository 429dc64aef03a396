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
pub const HEADER_TIMEOUT: Duration = Duration::from_secs(15);
/// How many connections may be open at once: every agent of a large desk with a few pages.
pub const MAX_CONNECTIONS: usize = 20_000;
/// How long to wait after a connection could not be taken: out of file descriptors, most likely.
const ACCEPT_RETRY_DELAY: Duration = Duration::from_millis(100);

/// Serves `router` until `stop`, then lets the requests that are under way end. Who comes when [`MOST`] connections are
/// open waits.
pub async fn serve(listener: TcpListener, router: Router, stop: CancellationToken) {
    serve_up_to(MAX_CONNECTIONS, listener, router, stop).await;
}

async fn serve_up_to(most: usize, listener: TcpListener, router: Router, stop: CancellationToken) {
    let room = Arc::new(Semaphore::new(most));
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
                tokio::time::sleep(ACCEPT_RETRY_DELAY).await;
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
            .header_read_timeout(HEADER_TIMEOUT)
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

#[cfg(test)]
mod tests {
    use super::*;
    use axum::routing::get;
    use std::net::SocketAddr;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpStream;

    const QUESTION: &[u8] = b"GET / HTTP/1.1\r\nhost: desk\r\n\r\n";

    /// A server with room for `most` connections.
    async fn served(most: usize, stop: &CancellationToken) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new().route("/", get(|| async { "halo" }));
        tokio::spawn(serve_up_to(most, listener, router, stop.clone()));
        address
    }

    /// Says something and hears the server out, until it hangs up.
    async fn heard(stream: &mut TcpStream, said: &[u8]) -> String {
        stream.write_all(said).await.unwrap();
        let mut heard = String::new();
        // A connection that is reset is as much at its end.
        let _ = stream.read_to_string(&mut heard).await;
        heard
    }

    #[tokio::test(start_paused = true)]
    async fn silent_and_slow_clients_are_hung_up_on() {
        let address = served(8, &CancellationToken::new()).await;
        for said in [&b""[..], b"GET / HTTP/1.1\r\nhost: de", QUESTION] {
            let start = tokio::time::Instant::now();
            let heard = heard(&mut TcpStream::connect(address).await.unwrap(), said).await;
            assert_eq!(heard.contains("halo"), said == QUESTION, "{heard}");
            assert!(start.elapsed() <= HEADER_TIMEOUT * 2, "{:?}", start.elapsed());
        }
    }

    #[tokio::test]
    async fn who_comes_when_there_is_no_room_waits_for_it() {
        let stop = CancellationToken::new();
        let address = served(1, &stop).await;
        let mut first = TcpStream::connect(address).await.unwrap();
        first.write_all(QUESTION).await.unwrap();
        assert!(first.read_u8().await.is_ok(), "the first is served");
        let mut second = TcpStream::connect(address).await.unwrap();
        second.write_all(QUESTION).await.unwrap();
        let mut byte = [0];
        let waiting = tokio::time::timeout(Duration::from_millis(50), second.read(&mut byte)).await;
        assert!(waiting.is_err(), "the second waits");
        drop(first);
        assert_eq!(second.read(&mut byte).await.unwrap(), 1, "there is room");
        stop.cancel();
    }
}
