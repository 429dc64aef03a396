//! Webhook delivery: updates of one chat in order, of different chats in parallel, retried until the bot
//! accepts them.
use std::sync::{Arc, Weak};
use std::time::Duration;

use axum::http::header;
use tokio::sync::watch;

use super::queue::Update;
use crate::sandbox::{Inner, Sandbox};

/// The delay after a failed delivery; it doubles up to [`MAX_RETRY_DELAY`].
const MIN_RETRY_DELAY: Duration = Duration::from_millis(50);
const MAX_RETRY_DELAY: Duration = Duration::from_secs(2);
/// The deliveries in flight at once, even if the bot allows more. This suffices to reorder chats.
const MAX_PARALLEL_POSTS: i64 = 8;
/// The time in which the bot must answer.
const POST_TIMEOUT: Duration = Duration::from_secs(60);

/// The webhook that the bot has set.
pub(in crate::sandbox) struct Webhook {
    pub(in crate::sandbox) url: String,
    secret: Option<String>,
    pub(in crate::sandbox) max_connections: i64,
    /// The time in Unix seconds, and the message.
    pub(in crate::sandbox) last_error: Option<(i64, String)>,
    /// The number of the setWebhook call. A delivery task stops when its webhook was replaced.
    pub(in crate::sandbox) generation: u64,
}

impl Webhook {
    pub(in crate::sandbox) fn new(url: &str, secret: Option<&str>, max_connections: i64) -> Self {
        let secret = secret.map(str::to_owned);
        Self { url: url.to_owned(), secret, max_connections, last_error: None, generation: 0 }
    }

    pub(in crate::sandbox) fn has_same_settings(&self, other: &Self) -> bool {
        self.url == other.url && self.secret == other.secret && self.max_connections == other.max_connections
    }
}

struct Delivery {
    url: String,
    secret: Option<String>,
    update: Update,
}

/// The next step of a delivery task.
enum Next {
    Deliver(Delivery),
    Wait,
    Stop,
}

/// Starts the delivery tasks of this webhook. They run until it is replaced or the sandbox is dropped.
pub(in crate::sandbox) fn start(sandbox: &Sandbox, generation: u64) {
    let allowed = sandbox.write(|state| {
        state.updates.release_posts();
        state.webhook.as_ref().map_or(1, |webhook| webhook.max_connections)
    });
    for _ in 0..allowed.clamp(1, MAX_PARALLEL_POSTS) {
        tokio::spawn(deliver(Arc::downgrade(&sandbox.inner), sandbox.changes(), generation));
    }
}

async fn deliver(inner: Weak<Inner>, mut changes: watch::Receiver<u64>, generation: u64) {
    let client = reqwest::Client::builder().no_proxy().timeout(POST_TIMEOUT).build().unwrap_or_default();
    let mut retry_delay = MIN_RETRY_DELAY;
    loop {
        changes.mark_unchanged();
        let next = inner.upgrade().map_or(Next::Stop, |inner| next(&Sandbox { inner }, generation));
        let delivery = match next {
            Next::Stop => return,
            Next::Wait => match changes.changed().await {
                Ok(()) => continue,
                Err(_) => return,
            },
            Next::Deliver(delivery) => delivery,
        };
        let result = post(&client, &delivery).await;
        let Some(inner) = inner.upgrade() else { return };
        record_result(&Sandbox { inner }, generation, &delivery.update, result.as_ref().err());
        if result.is_ok() {
            retry_delay = MIN_RETRY_DELAY;
        } else {
            tokio::time::sleep(retry_delay).await;
            retry_delay = (retry_delay * 2).min(MAX_RETRY_DELAY);
        }
    }
}

fn next(sandbox: &Sandbox, generation: u64) -> Next {
    sandbox.read(|state| {
        let Some(webhook) = state.webhook.as_ref().filter(|w| w.generation == generation) else {
            return Next::Stop;
        };
        match state.updates.claim_post() {
            Some(update) => {
                Next::Deliver(Delivery { url: webhook.url.clone(), secret: webhook.secret.clone(), update })
            }
            None => Next::Wait,
        }
    })
}

async fn post(client: &reqwest::Client, delivery: &Delivery) -> Result<(), String> {
    let request = client.post(&delivery.url).header(header::CONTENT_TYPE, "application/json");
    let mut request = request.body(delivery.update.bytes());
    if let Some(secret) = &delivery.secret {
        request = request.header("X-Telegram-Bot-Api-Secret-Token", secret);
    }
    match request.send().await {
        Ok(response) if response.status().is_success() => Ok(()),
        Ok(response) => Err(format!("Wrong response from the webhook: {}", response.status())),
        Err(error) if error.is_timeout() => Err("Read timeout expired".to_owned()),
        Err(_) => Err("Connection refused".to_owned()),
    }
}

fn record_result(sandbox: &Sandbox, generation: u64, update: &Update, error: Option<&String>) {
    sandbox.write(|state| {
        let now = state.now().timestamp();
        let Some(webhook) = state.webhook.as_mut().filter(|w| w.generation == generation) else { return };
        if let Some(message) = error {
            webhook.last_error = Some((now, message.clone()));
        }
        state.updates.settle_post(update, error.is_none());
    });
}
