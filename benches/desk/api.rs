//! Heartbeats through the side API, beside the same server's bare `/healthz`: first every agent at once, again and again, to
//! see that none is refused and that memory stays as it is; then as many a second as a few callers get answered.
use crate::home::Home;
use crate::stage::{Plan, Stage, agent_id};
use crate::stats::{median, rate};
use crate::telegram;
use antri::app::App;
use antri::auth_token::{TOKEN_LIFETIME, issue};
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

/// Agents whose hearts beat.
const AGENTS: usize = 10_000;
/// Connections over which all of them beat at once.
const CROWD: usize = 1_000;
/// How often they do.
const WAVES: usize = 5;
/// Connections by which the rate is taken.
const CALLERS: usize = 64;
const SECRET: &str = "a secret of the benchmark, long enough for HS256";

/// What one kind of presence came to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Beats {
    /// Where presence is.
    pub(crate) presence: &'static str,
    /// How many of [`AGENTS`] × [`WAVES`] heartbeats were not answered with 200.
    pub(crate) refused: usize,
    /// Resident memory after the first wave and after the last, in MiB; 0 where the system does not say.
    pub(crate) memory: (f64, f64),
    /// Heartbeats a second, `/healthz` a second, and the median of the rounds' ratios.
    pub(crate) rate: f64,
    pub(crate) bare: f64,
    pub(crate) ratio: f64,
}

/// Measures a desk with this presence.
pub(crate) async fn run(presence: Arc<dyn Presence>, name: &'static str, lasts: Duration) -> Beats {
    let plan = Plan { agents: AGENTS as u64, capacity: 5, backlog: 0, auto: true };
    let stage = Stage::build(plan, Home::folder()).await;
    let (url, _book) = telegram::serve().await;
    let mut setup = crate::latency::setup(&stage, &url).await;
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

    let beats: Arc<[Vec<u8>]> = (0..AGENTS as u64).map(beat).collect();
    let (mut refused, mut memory) = (0, Vec::new());
    for _ in 0..WAVES {
        refused += wave(app.addr, Arc::clone(&beats)).await;
        memory.push(resident());
    }
    let health: Arc<[Vec<u8>]> = Arc::new([b"GET /healthz HTTP/1.1\r\nhost: desk\r\n\r\n".to_vec()]);
    let (mut beaten, mut bare) = (Vec::new(), Vec::new());
    for _ in 0..5 {
        beaten.push(rate_of(app.addr, Arc::clone(&beats), lasts).await);
        bare.push(rate_of(app.addr, Arc::clone(&health), lasts).await);
    }
    stop.cancel();
    running.await.expect("the desk ends").expect("in good order");
    let ratio = median(beaten.iter().zip(&bare).map(|(beat, bare)| beat / bare));
    let memory = (memory[0], memory[WAVES - 1]);
    Beats { presence: name, refused, memory, rate: median(beaten), bare: median(bare), ratio }
}

/// The nth agent's heartbeat.
fn beat(n: u64) -> Vec<u8> {
    let secret = SecretString::from(SECRET);
    let token =
        issue(&secret, agent_id(n), Role::Agent, Clock::system().now(), TOKEN_LIFETIME).expect("a token");
    format!(
        "POST /api/agent-status/heartbeat HTTP/1.1\r\nhost: desk\r\nauthorization: Bearer {token}\r\n\
         content-length: 0\r\n\r\n"
    )
    .into_bytes()
}

/// Everybody beats once, all at the same time; returns how many were refused.
async fn wave(addr: SocketAddr, beats: Arc<[Vec<u8>]>) -> usize {
    let next = Arc::new(AtomicUsize::new(0));
    let callers = (0..CROWD).map(|_| {
        let (beats, next) = (Arc::clone(&beats), Arc::clone(&next));
        tokio::spawn(async move {
            let (mut line, mut refused) = (Line::open(addr).await, 0);
            while let Some(beat) = beats.get(next.fetch_add(1, Ordering::Relaxed)) {
                refused += usize::from(line.ask(beat).await != 200);
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

/// How often a second a few callers are answered, who ask in turn what there is to ask.
async fn rate_of(addr: SocketAddr, requests: Arc<[Vec<u8>]>, lasts: Duration) -> f64 {
    let (done, start) = (Arc::new(AtomicUsize::new(0)), Instant::now());
    let callers = (0..CALLERS).map(|_| {
        let (requests, done) = (Arc::clone(&requests), Arc::clone(&done));
        tokio::spawn(async move {
            let mut line = Line::open(addr).await;
            while start.elapsed() < lasts {
                let nth = done.fetch_add(1, Ordering::Relaxed) % requests.len();
                assert_eq!(line.ask(&requests[nth]).await, 200);
            }
        })
    });
    for caller in callers.collect::<Vec<_>>() {
        caller.await.expect("a caller");
    }
    rate(done.load(Ordering::Relaxed) as u64, start.elapsed())
}

/// A connection that is kept. No more of a client than that, so that the figures are the server's.
struct Line {
    stream: TcpStream,
    heard: Vec<u8>,
}

impl Line {
    async fn open(addr: SocketAddr) -> Self {
        let stream = TcpStream::connect(addr).await.expect("a connection");
        stream.set_nodelay(true).expect("a socket");
        Self { stream, heard: Vec::with_capacity(1_024) }
    }

    /// Asks, hears the answer out, and returns its status.
    async fn ask(&mut self, request: &[u8]) -> u16 {
        self.stream.write_all(request).await.expect("somebody listens");
        self.heard.clear();
        loop {
            let more = self.stream.read_buf(&mut self.heard).await.expect("an answer");
            assert!(more > 0, "hung up on");
            if let Some(head) = self.heard.windows(4).position(|four| four == b"\r\n\r\n") {
                let text = std::str::from_utf8(&self.heard[..head]).expect("a head").to_ascii_lowercase();
                let field = text.split("\r\n").find_map(|line| line.strip_prefix("content-length:"));
                let length: usize = field.map_or(0, |value| value.trim().parse().expect("a length"));
                if self.heard.len() >= head + 4 + length {
                    return text.split(' ').nth(1).and_then(|code| code.parse().ok()).expect("a status");
                }
            }
        }
    }
}

/// This process's resident memory in MiB, where the system says so.
fn resident() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.trim().trim_end_matches(" kB").trim().parse::<f64>().ok());
    kib.unwrap_or_default() / 1_024.0
}
