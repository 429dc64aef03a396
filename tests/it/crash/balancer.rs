//! A load balancer before the replicas: each update goes to the next one that takes it.
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::net::TcpListener;
use tokio_util::sync::{CancellationToken, DropGuard};

/// The header in which Telegram proves itself.
const SECRET: &str = "x-telegram-bot-api-secret-token";

pub(crate) struct Balancer {
    /// Where Telegram posts.
    pub(crate) url: String,
    taken: Arc<Vec<AtomicUsize>>,
    _server: DropGuard,
}

#[derive(Clone)]
struct Behind {
    client: reqwest::Client,
    ports: Arc<Vec<u16>>,
    next: Arc<AtomicUsize>,
    taken: Arc<Vec<AtomicUsize>>,
}

impl Balancer {
    /// Listens for the replicas at these ports.
    pub(crate) async fn in_front_of(ports: Vec<u16>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/telegram", listener.local_addr().unwrap());
        let taken: Arc<Vec<_>> = Arc::new(ports.iter().map(|_| AtomicUsize::new(0)).collect());
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let behind =
            Behind { client, ports: Arc::new(ports), next: Arc::default(), taken: Arc::clone(&taken) };
        let server = CancellationToken::new();
        let router = Router::new().fallback(pass).with_state(behind);
        let over = server.clone().cancelled_owned();
        tokio::spawn(axum::serve(listener, router).with_graceful_shutdown(over).into_future());
        Self { url, taken, _server: server.drop_guard() }
    }

    /// How many updates each replica took.
    pub(crate) fn taken(&self) -> Vec<usize> {
        self.taken.iter().map(|taken| taken.load(Ordering::SeqCst)).collect()
    }
}

async fn pass(State(behind): State<Behind>, uri: Uri, headers: HeaderMap, body: Bytes) -> StatusCode {
    let first = behind.next.fetch_add(1, Ordering::SeqCst);
    for turn in first..first + behind.ports.len() {
        let to = turn % behind.ports.len();
        let mut post = behind.client.post(format!("http://127.0.0.1:{}{}", behind.ports[to], uri.path()));
        if let Some(secret) = headers.get(SECRET) {
            post = post.header(SECRET, secret);
        }
        let post = post.header("content-type", "application/json").body(body.clone());
        if let Ok(answer) = post.send().await
            && answer.status().is_success()
        {
            behind.taken[to].fetch_add(1, Ordering::SeqCst);
            return StatusCode::OK;
        }
    }
    StatusCode::BAD_GATEWAY
}
