//! A receiver of outgoing webhooks that checks every signature, and answers as a test wants.
use antri::config::webhooks::EventWebhookConfig;
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use axum::routing::post;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha2::Sha256;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;

/// The secret of every test's webhooks.
pub(crate) const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// A webhook as it arrived.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Received {
    pub(crate) id: String,
    pub(crate) timestamp: i64,
    pub(crate) kind: String,
    pub(crate) ticket: String,
    pub(crate) data: Value,
    pub(crate) body: String,
    /// The status of the answer.
    pub(crate) answer: u16,
}

/// A running receiver.
#[derive(Clone)]
pub(crate) struct Receiver {
    pub(crate) url: String,
    inner: Arc<Inner>,
}

#[derive(Default)]
struct Inner {
    received: Mutex<Vec<Received>>,
    answers: Mutex<VecDeque<u16>>,
    otherwise: Mutex<Option<u16>>,
}

impl Receiver {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let inner = Arc::new(Inner::default());
        let router = Router::new().route("/hook", post(receive)).with_state(Arc::clone(&inner));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, inner }
    }

    /// Returns the configuration of a desk that posts to this receiver.
    pub(crate) fn config(&self) -> EventWebhookConfig {
        EventWebhookConfig { url: self.url.parse().unwrap(), secret: SECRET.into() }
    }

    /// Answers the next webhooks with these statuses.
    pub(crate) fn answer(&self, statuses: &[u16]) {
        self.inner.answers.lock().unwrap().extend(statuses);
    }

    /// Answers all other webhooks with this status.
    pub(crate) fn answer_always(&self, status: u16) {
        *self.inner.otherwise.lock().unwrap() = Some(status);
    }

    /// Returns what has arrived, in order.
    pub(crate) fn received(&self) -> Vec<Received> {
        self.inner.received.lock().unwrap().clone()
    }

    /// Returns the types of what was accepted.
    pub(crate) fn accepted(&self) -> Vec<String> {
        let accepted = self.received().into_iter().filter(|one| one.answer < 300);
        accepted.map(|one| one.kind).collect()
    }
}

async fn receive(State(inner): State<Arc<Inner>>, headers: HeaderMap, body: Bytes) -> impl IntoResponse {
    let header = |name: &str| headers[name].to_str().unwrap().to_owned();
    let body = String::from_utf8(body.to_vec()).unwrap();
    let (id, timestamp) = (header("webhook-id"), header("webhook-timestamp"));
    let key = STANDARD.decode(SECRET.strip_prefix("whsec_").unwrap()).unwrap();
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
    mac.update(format!("{id}.{timestamp}.{body}").as_bytes());
    let expected = format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()));
    let is_signed = header("webhook-signature") == expected && header("content-type") == "application/json";
    let json: Value = serde_json::from_str(&body).unwrap();
    let next = inner.answers.lock().unwrap().pop_front();
    let answer = match next.or(*inner.otherwise.lock().unwrap()) {
        _ if !is_signed => 401,
        Some(status) => status,
        None => 204,
    };
    inner.received.lock().unwrap().push(Received {
        id,
        timestamp: timestamp.parse().unwrap(),
        kind: json["type"].as_str().unwrap().to_owned(),
        ticket: json["data"]["ticket_id"].as_str().unwrap().to_owned(),
        data: json["data"].clone(),
        body,
        answer,
    });
    // A redirect that is followed would arrive as one more webhook.
    (StatusCode::from_u16(answer).unwrap(), [("location", "/hook")], "x".repeat(100_000))
}
