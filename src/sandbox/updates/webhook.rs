//! Delivers updates to the bot's webhook: those of a chat in order, chats side by side, again and again until it takes them.
use std::sync::{Arc, Weak};
use std::time::Duration;

use serde_json::Value;
use tokio::sync::watch;

use crate::sandbox::{Inner, Sandbox};

/// The pause after a refused delivery; it doubles up to the longest.
const MIN_RETRY_DELAY: Duration = Duration::from_millis(50);
const MAX_RETRY_DELAY: Duration = Duration::from_secs(2);
/// The most deliveries under way at once, where the bot allows more: enough to be out of order.
const MAX_PARALLEL_POSTS: i64 = 8;
/// How long the bot may take to answer.
const POST_TIMEOUT: Duration = Duration::from_secs(60);

/// Where updates go.
pub(in crate::sandbox) struct Webhook {
    pub(in crate::sandbox) url: String,
    secret: Option<String>,
    pub(in crate::sandbox) max_connections: i64,
    /// Unix seconds and words.
    pub(in crate::sandbox) last_error: Option<(i64, String)>,
    /// Which setWebhook call this is from; a deliverer stops when its own is over.
    pub(in crate::sandbox) turn: u64,
}

impl Webhook {
    pub(in crate::sandbox) fn new(url: &str, secret: Option<&str>, max_connections: i64) -> Self {
        let secret = secret.map(str::to_owned);
        Self { url: url.to_owned(), secret, max_connections, last_error: None, turn: 0 }
    }

    pub(in crate::sandbox) fn same_as(&self, other: &Self) -> bool {
        self.url == other.url && self.secret == other.secret && self.max_connections == other.max_connections
    }
}

struct Delivery {
    url: String,
    secret: Option<String>,
    update: Value,
}

enum Next {
    Deliver(Delivery),
    Nothing,
    Over,
}

/// Starts delivering for the webhook with this turn, until it is replaced or the sandbox is gone.
pub(in crate::sandbox) fn start(sandbox: &Sandbox, turn: u64) {
    let allowed = sandbox.write(|state| {
        state.inbox.recall();
        state.webhook.as_ref().map_or(1, |webhook| webhook.max_connections)
    });
    for _ in 0..allowed.clamp(1, MAX_PARALLEL_POSTS) {
        tokio::spawn(deliver(Arc::downgrade(&sandbox.inner), sandbox.changes(), turn));
    }
}

async fn deliver(inner: Weak<Inner>, mut changes: watch::Receiver<u64>, turn: u64) {
    let client = reqwest::Client::builder().no_proxy().timeout(POST_TIMEOUT).build().unwrap_or_default();
    let mut pause = MIN_RETRY_DELAY;
    loop {
        changes.mark_unchanged();
        let next = inner.upgrade().map_or(Next::Over, |inner| next(&Sandbox { inner }, turn));
        let delivery = match next {
            Next::Over => return,
            Next::Nothing => match changes.changed().await {
                Ok(()) => continue,
                Err(_) => return,
            },
            Next::Deliver(delivery) => delivery,
        };
        let taken = post(&client, &delivery).await;
        let Some(inner) = inner.upgrade() else { return };
        note(&Sandbox { inner }, turn, &delivery.update, taken.as_ref().err());
        if taken.is_ok() {
            pause = MIN_RETRY_DELAY;
        } else {
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(MAX_RETRY_DELAY);
        }
    }
}

fn next(sandbox: &Sandbox, turn: u64) -> Next {
    sandbox.read(|state| {
        let Some(webhook) = state.webhook.as_ref().filter(|w| w.turn == turn) else { return Next::Over };
        match state.inbox.post() {
            Some(update) => {
                Next::Deliver(Delivery { url: webhook.url.clone(), secret: webhook.secret.clone(), update })
            }
            None => Next::Nothing,
        }
    })
}

async fn post(client: &reqwest::Client, delivery: &Delivery) -> Result<(), String> {
    let mut request = client.post(&delivery.url).json(&delivery.update);
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

fn note(sandbox: &Sandbox, turn: u64, update: &Value, error: Option<&String>) {
    sandbox.write(|state| {
        let now = state.now().timestamp();
        let Some(webhook) = state.webhook.as_mut().filter(|w| w.turn == turn) else { return };
        if let Some(words) = error {
            webhook.last_error = Some((now, words.clone()));
        }
        state.inbox.posted(update, error.is_none());
    });
}
