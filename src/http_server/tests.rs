//! Tests of the server's limits, over real sockets.
use super::guarded_io::WRITE_TIMEOUT;
use super::*;
use axum::routing::get;
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::sync::Notify;
use tokio::time::{Instant, sleep, timeout};

const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nhost: desk\r\n\r\n";
const HEADER_TIMEOUT: Duration = Duration::from_secs(15);
const IDLE_TIMEOUT: Duration = Duration::from_secs(90);
const LARGE_BODY: usize = 1 << 20;

/// A server, and the permission of its route `/slow` to answer.
struct Server {
    address: SocketAddr,
    go_on: Arc<Notify>,
    _stop: tokio_util::sync::DropGuard,
}

fn limits(max_connections: usize) -> ServerLimits {
    ServerLimits {
        header_timeout: HEADER_TIMEOUT,
        idle_timeout: IDLE_TIMEOUT,
        max_connections,
        trusted_proxies: vec!["127.0.0.9".parse().unwrap()],
    }
}

/// Starts a server that accepts `max_connections` connections.
async fn start_server(max_connections: usize) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let go_on = Arc::new(Notify::new());
    let permission = Arc::clone(&go_on);
    let slow = || async move {
        permission.notified().await;
        "slow"
    };
    let router = Router::new()
        .route("/", get(|| async { "halo" }))
        .route("/large", get(|| async { "x".repeat(LARGE_BODY) }))
        .route("/slow", get(slow));
    let stop = CancellationToken::new();
    tokio::spawn(serve(listener, router, limits(max_connections), stop.clone()));
    Server { address, go_on, _stop: stop.drop_guard() }
}

impl Server {
    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    /// Connects from another address of this machine.
    async fn connect_from(&self, address: &str) -> TcpStream {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind(format!("{address}:0").parse().unwrap()).unwrap();
        socket.connect(self.address).await.unwrap()
    }
}

/// Sends `bytes` and returns everything that the server sends until it closes the connection.
async fn exchange(stream: &mut TcpStream, bytes: &[u8]) -> String {
    stream.write_all(bytes).await.unwrap();
    let mut response = Vec::new();
    // A reset ends the response like a close.
    let _ = stream.read_to_end(&mut response).await;
    String::from_utf8(response).unwrap()
}

/// Sends a request and returns whether it is answered.
async fn is_served(stream: &mut TcpStream) -> bool {
    let mut start = [0; 12];
    stream.write_all(REQUEST).await.is_ok()
        && stream.read_exact(&mut start).await.is_ok()
        && start.ends_with(b"200")
}

/// Waits until the server closes this connection, on which it sends nothing.
async fn closed(stream: &mut TcpStream) {
    let mut byte = [0];
    let read = timeout(Duration::from_secs(5), stream.read(&mut byte)).await.expect("it is not closed");
    assert!(matches!(read, Ok(0) | Err(_)), "{read:?}");
}

#[tokio::test(start_paused = true)]
async fn silent_and_slow_clients_are_closed_before_idle_ones() {
    let server = start_server(8).await;
    let second_began = [REQUEST, b"GET / HTTP/1.1\r\nhost: de"].concat();
    for (bytes, least, most) in [
        (&b""[..], HEADER_TIMEOUT, HEADER_TIMEOUT),
        (b"GET / HTTP/1.1\r\nhost: de", HEADER_TIMEOUT, HEADER_TIMEOUT),
        (REQUEST, IDLE_TIMEOUT, IDLE_TIMEOUT + HEADER_TIMEOUT),
        (&second_began, HEADER_TIMEOUT, IDLE_TIMEOUT + HEADER_TIMEOUT),
    ] {
        let start = Instant::now();
        let response = exchange(&mut server.connect().await, bytes).await;
        assert_eq!(response.contains("halo"), bytes.starts_with(REQUEST), "{response}");
        let (elapsed, margin) = (start.elapsed(), Duration::from_secs(1));
        assert!((least..=most + margin).contains(&elapsed), "{elapsed:?}, not {least:?} to {most:?}");
    }
}

/// Balancers keep connections for 60 to 75 seconds and then send a request.
#[tokio::test(start_paused = true)]
async fn an_idle_connection_serves_the_next_request() {
    let server = start_server(8).await;
    let mut stream = server.connect().await;
    assert!(is_served(&mut stream).await);
    sleep(Duration::from_secs(80)).await;
    let response = exchange(&mut stream, REQUEST).await;
    assert_eq!(response.matches("200 OK").count(), 1, "{response}");
}

#[tokio::test]
async fn a_connection_above_the_maximum_waits_while_all_others_handle_requests() {
    let server = start_server(2).await;
    let mut busy = [server.connect_from("127.0.0.2").await, server.connect_from("127.0.0.3").await];
    for stream in &mut busy {
        stream.write_all(b"GET /slow HTTP/1.1\r\nhost: desk\r\n\r\n").await.unwrap();
    }
    // Until the server handles both.
    sleep(Duration::from_millis(100)).await;
    let mut third = server.connect().await;
    let waiting = timeout(Duration::from_millis(300), is_served(&mut third)).await;
    assert!(waiting.is_err(), "the third waits");
    server.go_on.notify_one();
    let mut byte = [0];
    let read = timeout(Duration::from_secs(5), third.read(&mut byte)).await.unwrap();
    assert_eq!(read.unwrap(), 1, "an idle connection made room");
    server.go_on.notify_one();
}

#[tokio::test]
async fn silent_connections_make_room_for_new_ones() {
    let server = start_server(8).await;
    // One address gets half of the connections; its oldest silent one makes room for its next.
    let mut silent = Vec::new();
    for _ in 0..20 {
        silent.push(server.connect_from("127.0.0.2").await);
    }
    let mut other = server.connect_from("127.0.0.3").await;
    assert!(is_served(&mut other).await, "another address has its place");
    let mut same = server.connect_from("127.0.0.2").await;
    assert!(is_served(&mut same).await, "a new client of the same address has its place");
    for stream in &mut silent[..17] {
        closed(stream).await;
    }
    assert!(is_served(&mut silent[19]).await, "the newest are open");
}

#[tokio::test]
async fn many_addresses_share_the_maximum() {
    let server = start_server(8).await;
    let mut silent = Vec::new();
    for n in 10..50 {
        silent.push(server.connect_from(&format!("127.0.0.{n}")).await);
    }
    let mut new = server.connect_from("127.0.0.3").await;
    assert!(timeout(Duration::from_secs(5), is_served(&mut new)).await.unwrap());
    for stream in &mut silent[..32] {
        closed(stream).await;
    }
}

#[tokio::test]
async fn a_trusted_proxy_is_not_limited_by_its_address() {
    let server = start_server(8).await;
    let mut streams = Vec::new();
    for _ in 0..7 {
        streams.push(server.connect_from("127.0.0.9").await);
    }
    for stream in &mut streams {
        assert!(is_served(stream).await);
    }
}

/// A server that listens on `[::]` sees the mapped address.
#[test]
fn a_trusted_proxy_is_recognised_by_its_mapped_address() {
    let limits = limits(8);
    let connections = Connections::new(&limits);
    let busy = || {
        let progress = Arc::new(Progress::new(&limits));
        progress.request_began();
        progress
    };
    let admitted = |peer: &str| {
        let peer = peer.parse().unwrap();
        let permits: Vec<_> = (0..7).filter_map(|_| connections.admit(peer, &busy())).collect();
        permits.len()
    };
    assert_eq!(admitted("127.0.0.8"), 4, "half of the connections for an address");
    assert_eq!(admitted("::ffff:127.0.0.8"), 4);
    assert_eq!(admitted("127.0.0.9"), 7, "a trusted proxy");
    assert_eq!(admitted("::ffff:127.0.0.9"), 7);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_never_reads_is_closed() {
    let server = start_server(8).await;
    let mut stream = server.connect().await;
    let requests = 64;
    for _ in 0..requests {
        stream.write_all(b"GET /large HTTP/1.1\r\nhost: desk\r\n\r\n").await.unwrap();
    }
    sleep(WRITE_TIMEOUT + Duration::from_secs(5)).await;
    let mut received = Vec::new();
    let read = timeout(Duration::from_secs(5), stream.read_to_end(&mut received)).await;
    assert!(read.is_ok(), "the connection is open");
    assert!(received.len() < requests * LARGE_BODY, "all {} bytes came", received.len());
}

#[test]
fn descriptors_are_left_for_the_stores_and_telegram() {
    for (descriptors, connections) in
        [(64, 8), (256, 192), (1_024, 768), (4_096, 3_072), (1_000_000, MAX_CONNECTIONS)]
    {
        assert_eq!(connections_within(descriptors), connections, "{descriptors}");
    }
    assert!(connection_limit() >= 8);
}
