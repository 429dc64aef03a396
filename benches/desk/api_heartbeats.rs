//! Heartbeats through the side API, compared with `/healthz` of the same server. The first part sends a
//! heartbeat of every agent at once, several times, and counts refusals and memory. The second part measures
//! heartbeats a second of a few callers.
use crate::backend::Backend;
use crate::fixture::{Fixture, Scenario, agent_id};
use crate::stats::{median, rate};
use crate::telegram;
use antri::app::App;
use antri::auth_token::{Session, TOKEN_LIFETIME, issue};
use antri::clock::Clock;
use antri::config::http::HttpConfig;
use antri::domain::person::Role;
use antri::engine::ports::Presence;
use secrecy::SecretString;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_util::sync::CancellationToken;

/// Agents that send heartbeats.
const AGENTS: usize = 10_000;
/// Connections over which all agents send at once.
const WAVE_CONNECTIONS: usize = 1_000;
/// Times that all agents send at once.
const WAVES: usize = 5;
/// Connections for measuring the rate.
const CALLERS: usize = 64;
const SECRET: &str = "a secret of the benchmark, long enough for HS256";

/// The result for one kind of presence.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ApiHeartbeats {
    /// The kind of presence.
    pub(crate) presence: &'static str,
    /// The heartbeats, of [`AGENTS`] × [`WAVES`], that were not answered with 200.
    pub(crate) refused: usize,
    /// Resident memory after the first wave and after the last, in MiB; 0 where the system does not report
    /// it.
    pub(crate) memory: (f64, f64),
    /// Heartbeats a second, `/healthz` a second, and the median of the rounds' ratios.
    pub(crate) rate: f64,
    pub(crate) bare: f64,
    pub(crate) ratio: f64,
}

/// Measures a whole desk with this presence.
pub(crate) async fn run(
    presence: Arc<dyn Presence>,
    name: &'static str,
    duration: Duration,
) -> ApiHeartbeats {
    let scenario = Scenario { agents: AGENTS as u64, capacity: 5, backlog: 0, auto: true };
    let fixture = Fixture::build(scenario, Backend::folder()).await;
    let (url, _call_log) = telegram::serve().await;
    let mut setup = crate::latency::setup(&fixture, &url).await;
    setup.presence = presence;
    setup.http = HttpConfig {
        jwt_secret: Some(SECRET.into()),
        rate_per_token: u32::MAX,
        rate_per_address: u32::MAX,
        ..HttpConfig::default()
    };
    let app = Arc::new(App::start(setup).await.expect("a desk"));
    let stop = CancellationToken::new();
    let running = tokio::spawn({
        let (app, stop) = (Arc::clone(&app), stop.clone());
        async move { app.run(stop).await }
    });

    let heartbeats: Arc<[Vec<u8>]> = (0..AGENTS as u64).map(heartbeat_request).collect();
    let (mut refused, mut memory) = (0, Vec::new());
    for _ in 0..WAVES {
        refused += wave(app.addr, Arc::clone(&heartbeats)).await;
        memory.push(crate::usage::resident_mib("self"));
    }
    let health: Arc<[Vec<u8>]> = Arc::new([b"GET /healthz HTTP/1.1\r\nhost: desk\r\n\r\n".to_vec()]);
    let (mut heartbeat_rates, mut bare_rates) = (Vec::new(), Vec::new());
    for _ in 0..5 {
        heartbeat_rates.push(rate_of(app.addr, Arc::clone(&heartbeats), duration).await);
        bare_rates.push(rate_of(app.addr, Arc::clone(&health), duration).await);
    }
    stop.cancel();
    running.await.expect("the desk ends").expect("without error");
    let ratio = median(heartbeat_rates.iter().zip(&bare_rates).map(|(rate, bare)| rate / bare));
    let memory = (memory[0], memory[WAVES - 1]);
    ApiHeartbeats {
        presence: name,
        refused,
        memory,
        rate: median(heartbeat_rates),
        bare: median(bare_rates),
        ratio,
    }
}

/// Returns the HTTP request of the nth agent's heartbeat.
fn heartbeat_request(n: u64) -> Vec<u8> {
    let secret = SecretString::from(SECRET);
    let now = Clock::system().now();
    let session = Session { person: agent_id(n), role: Role::Agent, epoch: 0, began: now, id: None };
    let token = issue(&secret, &session, now, TOKEN_LIFETIME).expect("a token");
    format!(
        "POST /api/agent-status/heartbeat HTTP/1.1\r\nhost: desk\r\nauthorization: Bearer {token}\r\n\
         content-length: 0\r\n\r\n"
    )
    .into_bytes()
}

/// Sends one heartbeat of every agent, all at the same time. Returns the number of refusals.
async fn wave(addr: SocketAddr, heartbeats: Arc<[Vec<u8>]>) -> usize {
    let next = Arc::new(AtomicUsize::new(0));
    let callers = (0..WAVE_CONNECTIONS).map(|_| {
        let (heartbeats, next) = (Arc::clone(&heartbeats), Arc::clone(&next));
        tokio::spawn(async move {
            let (mut connection, mut refused) = (HttpConnection::open(addr).await, 0);
            while let Some(request) = heartbeats.get(next.fetch_add(1, Ordering::Relaxed)) {
                refused += usize::from(connection.send(request).await != 200);
            }
            refused
        })
    });
    let mut refused = 0;
    for caller in callers.collect::<Vec<_>>() {
        refused += caller.await.expect("a caller");
    }
    refused
}

/// Returns the answers a second of a few callers, which send the requests round robin.
async fn rate_of(addr: SocketAddr, requests: Arc<[Vec<u8>]>, duration: Duration) -> f64 {
    let (done, start) = (Arc::new(AtomicUsize::new(0)), Instant::now());
    let callers = (0..CALLERS).map(|_| {
        let (requests, done) = (Arc::clone(&requests), Arc::clone(&done));
        tokio::spawn(async move {
            let mut connection = HttpConnection::open(addr).await;
            while start.elapsed() < duration {
                let nth = done.fetch_add(1, Ordering::Relaxed) % requests.len();
                assert_eq!(connection.send(&requests[nth]).await, 200);
            }
        })
    });
    for caller in callers.collect::<Vec<_>>() {
        caller.await.expect("a caller");
    }
    rate(done.load(Ordering::Relaxed) as u64, start.elapsed())
}

/// A keep-alive connection. The client is minimal, so that the figures are the server's.
struct HttpConnection {
    stream: TcpStream,
    received: Vec<u8>,
}

impl HttpConnection {
    async fn open(addr: SocketAddr) -> Self {
        let stream = TcpStream::connect(addr).await.expect("a connection");
        stream.set_nodelay(true).expect("a socket");
        Self { stream, received: Vec::with_capacity(1_024) }
    }

    /// Sends a request, reads the whole response, and returns its status.
    async fn send(&mut self, request: &[u8]) -> u16 {
        self.stream.write_all(request).await.expect("the server listens");
        self.received.clear();
        loop {
            let more = self.stream.read_buf(&mut self.received).await.expect("a response");
            assert!(more > 0, "the connection was closed");
            if let Some(head) = self.received.windows(4).position(|four| four == b"\r\n\r\n") {
                let text = std::str::from_utf8(&self.received[..head]).expect("a head").to_ascii_lowercase();
                let field = text.split("\r\n").find_map(|line| line.strip_prefix("content-length:"));
                let length: usize = field.map_or(0, |value| value.trim().parse().expect("a length"));
                if self.received.len() >= head + 4 + length {
                    return text.split(' ').nth(1).and_then(|code| code.parse().ok()).expect("a status");
                }
            }
        }
    }
}
