//! The sender of outgoing webhooks. It posts each event to the receiver, signed as Standard Webhooks writes it,
//! in the order of each ticket, and tries again with growing delays.
//!
//! An event is delivered at least once: the process may die between the receiver's answer and its record. Every
//! attempt has the same id and body, so the receiver can drop a repeat.
mod signature;

use crate::clock::{Clock, Deadline};
use crate::config::webhooks::EventWebhookConfig;
use crate::domain::Time;
use crate::engine::Engine;
use crate::engine::ports::{StoreError, StoredWebhook, WebhookAttempt, WebhookState};
use chrono::TimeDelta;
use futures::future::join_all;
use reqwest::header::{CONTENT_TYPE, RETRY_AFTER, USER_AGENT};
use reqwest::redirect::Policy;
use reqwest::{Client, Response, StatusCode};
use signature::sign;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use url::Url;

/// Webhooks in flight at once, each of another ticket.
const MAX_PARALLEL_POSTS: usize = 16;
/// How long the receiver may take for its answer.
const POST_TIMEOUT: Duration = Duration::from_secs(15);
/// How long connecting may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// How much of an answer is read, so that the connection can be used again. Its content has no meaning.
const MAX_ANSWER_BYTES: usize = 16 * 1_024;
/// The delay after the first failed attempt. Each further one is four times as long.
const FIRST_DELAY: TimeDelta = TimeDelta::seconds(5);
/// The longest delay.
const MAX_DELAY: TimeDelta = TimeDelta::hours(8);
/// Attempts after which a webhook is given up: after about 16 hours.
const MAX_ATTEMPTS: u32 = 9;
/// The longest wait if nothing wakes the sender.
const MAX_IDLE_DELAY: Duration = Duration::from_secs(5);
/// How long to wait after the store failed.
const RETRY_DELAY: Duration = Duration::from_secs(1);

/// The sender of webhooks.
pub struct WebhookSender {
    engine: Arc<Engine>,
    client: Client,
    url: Url,
    key: Vec<u8>,
    clock: Clock,
}

impl WebhookSender {
    /// Returns a sender to the configured receiver. Errors if there is no TLS.
    pub fn new(
        engine: Arc<Engine>,
        config: &EventWebhookConfig,
        clock: Clock,
    ) -> Result<Self, reqwest::Error> {
        // A redirect would carry people's words to a place that nobody has configured.
        let client = Client::builder().redirect(Policy::none()).referer(false).timeout(POST_TIMEOUT);
        // What is sent unencrypted must not leave the machine by a proxy.
        let client = if config.url.scheme() == "https" { client } else { client.no_proxy() };
        let client = client.connect_timeout(CONNECT_TIMEOUT).build()?;
        Ok(Self { engine, client, url: config.url.clone(), key: config.key(), clock })
    }

    /// Works until `stop`. Sends nothing after `deadline`, when another replica may do it.
    pub async fn run(self: Arc<Self>, stop: CancellationToken, deadline: Arc<Deadline>) {
        while !stop.is_cancelled() {
            let delay = if deadline.has_passed() {
                RETRY_DELAY
            } else {
                match self.send_due(&stop, &deadline).await {
                    Ok(delay) => delay,
                    Err(error) => {
                        tracing::error!(%error, "failed to read webhooks");
                        RETRY_DELAY
                    }
                }
            };
            tokio::select! {
                () = self.engine.wait_for_webhooks() => {}
                () = tokio::time::sleep(delay) => {}
                () = stop.cancelled() => {}
            }
        }
    }

    /// Sends what is due. Returns how long to wait for more.
    async fn send_due(&self, stop: &CancellationToken, deadline: &Deadline) -> Result<Duration, StoreError> {
        let store = self.engine.store();
        while !stop.is_cancelled() && !deadline.has_passed() {
            let due = store.due_webhooks(MAX_PARALLEL_POSTS, self.clock.now()).await?;
            if due.is_empty() {
                let next = store.next_webhook_at().await?;
                let delay = next.map(|at| (at - self.clock.now()).to_std().unwrap_or_default());
                return Ok(delay.unwrap_or(MAX_IDLE_DELAY).clamp(Duration::from_millis(5), MAX_IDLE_DELAY));
            }
            let attempts = join_all(due.iter().map(|webhook| self.attempt(webhook))).await;
            fail::fail_point!("webhook-after-send");
            self.settle(attempts, stop).await;
        }
        Ok(RETRY_DELAY)
    }

    /// Records attempts, until `stop`: a webhook whose delivery is not recorded is sent again.
    async fn settle(&self, attempts: Vec<WebhookAttempt>, stop: &CancellationToken) {
        while let Err(error) = self.engine.store().settle_webhooks(attempts.clone(), self.clock.now()).await {
            tracing::error!(%error, "failed to settle webhooks");
            tokio::select! { () = tokio::time::sleep(RETRY_DELAY) => {} () = stop.cancelled() => return }
        }
    }

    /// Sends a webhook once.
    async fn attempt(&self, webhook: &StoredWebhook) -> WebhookAttempt {
        let answer = self.post(webhook).await;
        let now = self.clock.now();
        let (status, error, wait) = match &answer {
            Ok((status, _)) if status.is_success() => (Some(status.as_u16()), None, None),
            Ok((status, wait)) => (Some(status.as_u16()), Some(format!("HTTP {}", status.as_u16())), *wait),
            Err(error) => (None, Some(describe(error)), None),
        };
        let retry_at = error.as_ref().and_then(|_| retry_at(webhook.attempts, wait, now));
        let event = &webhook.event;
        let attempt = WebhookAttempt { id: event.id.clone(), ticket: event.ticket, status, error, retry_at };
        let (id, kind) = (&attempt.id, &event.kind);
        match (attempt.state(), &attempt.error) {
            (WebhookState::Pending, Some(error)) => {
                self.engine.faults.webhook_failures.fetch_add(1, Ordering::Relaxed);
                tracing::warn!(id, kind, attempts = webhook.attempts + 1, error, "failed to send webhook");
            }
            (WebhookState::Dead, Some(error)) => {
                self.engine.faults.webhook_failures.fetch_add(1, Ordering::Relaxed);
                self.engine.faults.dead_webhooks.fetch_add(1, Ordering::Relaxed);
                tracing::error!(id, kind, attempts = webhook.attempts + 1, error, "gave up webhook");
            }
            _ => tracing::debug!(id, kind, "delivered webhook"),
        }
        attempt
    }

    /// Posts a webhook. Returns the status, and the wait that the receiver asks for.
    async fn post(&self, webhook: &StoredWebhook) -> Result<(StatusCode, Option<TimeDelta>), reqwest::Error> {
        let (event, timestamp) = (&webhook.event, self.clock.now().timestamp());
        let request = self.client.post(self.url.clone());
        let request = request.header(CONTENT_TYPE, "application/json");
        let request = request.header(USER_AGENT, concat!("antri/", env!("CARGO_PKG_VERSION")));
        let request = request.header("webhook-id", &event.id).header("webhook-timestamp", timestamp);
        let signature = sign(&self.key, &event.id, timestamp, &event.body);
        let request = request.header("webhook-signature", signature).body(event.body.clone());
        fail::fail_point!("webhook-before-send");
        let response = request.send().await?;
        let (status, wait) = (response.status(), wait_of(&response));
        drain(response).await;
        Ok((status, wait))
    }
}

/// Reads a bounded part of an answer. Its status is known, so a failure changes nothing.
async fn drain(mut response: Response) {
    let mut read = 0;
    while let Ok(Some(chunk)) = response.chunk().await {
        read += chunk.len();
        if read > MAX_ANSWER_BYTES {
            return;
        }
    }
}

/// Returns the wait of `Retry-After`, in seconds.
fn wait_of(response: &Response) -> Option<TimeDelta> {
    let seconds = response.headers().get(RETRY_AFTER)?.to_str().ok()?.parse().ok()?;
    TimeDelta::try_seconds(seconds).map(|wait| wait.clamp(TimeDelta::zero(), MAX_DELAY))
}

/// Returns when a webhook is sent again after a failure, with `attempts` earlier attempts. `None` if it is
/// given up.
fn retry_at(attempts: u32, wait: Option<TimeDelta>, now: Time) -> Option<Time> {
    if attempts + 1 >= MAX_ATTEMPTS {
        return None;
    }
    let factor = 4_i32.saturating_pow(attempts);
    let delay = FIRST_DELAY.checked_mul(factor).unwrap_or(MAX_DELAY).min(MAX_DELAY);
    Some(now + wait.unwrap_or(delay).max(delay))
}

/// Returns what failed, without the address, which may contain a key.
fn describe(error: &reqwest::Error) -> String {
    let what = if error.is_timeout() {
        "no answer in time"
    } else if error.is_connect() {
        "no connection"
    } else {
        "the connection broke"
    };
    what.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_grow_up_to_a_bound_and_end() {
        let now = Time::UNIX_EPOCH;
        let delays: Vec<_> =
            (0..).map_while(|n| retry_at(n, None, now)).map(|at| (at - now).num_seconds()).collect();
        assert_eq!(delays, [5, 20, 80, 320, 1_280, 5_120, 20_480, 28_800]);
        let asked = retry_at(0, Some(TimeDelta::seconds(60)), now);
        assert_eq!(asked, Some(now + TimeDelta::seconds(60)));
        assert_eq!(retry_at(3, Some(TimeDelta::seconds(60)), now), Some(now + TimeDelta::seconds(320)));
        assert_eq!(retry_at(u32::MAX - 1, None, now), None);
    }
}
