//! A load balancer in front of the replicas. It forwards each update to the next replica that accepts it.
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::net::TcpListener;
use tokio_util::sync::{CancellationToken, DropGuard};

/// The header in which Telegram sends the webhook secret.
const SECRET: &str = "x-telegram-bot-api-secret-token";

/// A running balancer. It ends when it is dropped.
pub(crate) struct Balancer {
    /// The URL to which Telegram posts.
    pub(crate) url: String,
    accepted: Arc<Vec<AtomicUsize>>,
    _server: DropGuard,
}

#[derive(Clone)]
struct Upstreams {
    client: reqwest::Client,
    ports: Arc<Vec<u16>>,
    next: Arc<AtomicUsize>,
    accepted: Arc<Vec<AtomicUsize>>,
}

impl Balancer {
    /// Starts a balancer for the replicas at these ports.
    pub(crate) async fn start(ports: Vec<u16>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/telegram", listener.local_addr().unwrap());
        let accepted: Arc<Vec<_>> = Arc::new(ports.iter().map(|_| AtomicUsize::new(0)).collect());
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let upstreams = Upstreams {
            client,
            ports: Arc::new(ports),
            next: Arc::default(),
            accepted: Arc::clone(&accepted),
        };
        let server = CancellationToken::new();
        let router = Router::new().fallback(forward).with_state(upstreams);
        let stop = server.clone().cancelled_owned();
        tokio::spawn(axum::serve(listener, router).with_graceful_shutdown(stop).into_future());
        Self { url, accepted, _server: server.drop_guard() }
    }

    /// Returns the number of updates that each replica accepted.
    pub(crate) fn accepted_counts(&self) -> Vec<usize> {
        self.accepted.iter().map(|count| count.load(Ordering::SeqCst)).collect()
    }
}

async fn forward(
    State(upstreams): State<Upstreams>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    let first = upstreams.next.fetch_add(1, Ordering::SeqCst);
    for attempt in first..first + upstreams.ports.len() {
        let replica = attempt % upstreams.ports.len();
        let mut post =
            upstreams.client.post(format!("http://127.0.0.1:{}{}", upstreams.ports[replica], uri.path()));
        if let Some(secret) = headers.get(SECRET) {
            post = post.header(SECRET, secret);
        }
        let post = post.header("content-type", "application/json").body(body.clone());
        if let Ok(answer) = post.send().await
            && answer.status().is_success()
        {
            upstreams.accepted[replica].fetch_add(1, Ordering::SeqCst);
            return StatusCode::OK;
        }
    }
    StatusCode::BAD_GATEWAY
}
