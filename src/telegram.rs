//! A client for the Telegram Bot API. teloxide parses updates and runs the dispatcher, but requests use this
//! client. The outbox must tell apart errors that teloxide does not: refused, not sent, and unknown outcome.
mod answer;
mod download;
mod error;
pub mod incoming;
pub mod local_me;
pub mod login;
mod updates;
mod upload;

pub use download::Download;
pub use error::CallError;
pub use upload::Upload;

use reqwest::Url;
use reqwest::redirect::Policy;
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use serde_json::Value;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// How long a call may take before its outcome counts as unknown. Telegram responds within a second; the
/// default of teloxide is 17 s.
pub const CALL_TIMEOUT: Duration = Duration::from_secs(15);
/// How long connecting may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// A client for one bot account at a Bot API server. Cheap to clone.
#[derive(Clone)]
pub struct Telegram {
    client: reqwest::Client,
    base: Url,
    token: SecretString,
    timeout: Duration,
    errors: Arc<Errors>,
}

/// Counters of failed calls since the start of the process, by kind of error.
#[derive(Debug, Default)]
pub struct Errors {
    /// Refused for another reason than the two below.
    pub refused: AtomicU64,
    /// Refused by the rate limit of Telegram: 429.
    pub limited: AtomicU64,
    /// Failed by a server error: 5xx.
    pub broken: AtomicU64,
    /// Not sent, because there was no connection.
    pub not_sent: AtomicU64,
    /// Sent without a complete response.
    pub unknown: AtomicU64,
}

impl Errors {
    fn count(&self, error: &CallError) {
        let counter = match error {
            CallError::Refused { code: 429, .. } => &self.limited,
            CallError::Refused { code: 500.., .. } => &self.broken,
            CallError::Refused { .. } => &self.refused,
            CallError::NotSent(_) => &self.not_sent,
            CallError::Unknown(_) => &self.unknown,
        };
        counter.fetch_add(1, Ordering::Relaxed);
    }
}

impl std::fmt::Debug for Telegram {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Telegram").field("base", &self.base.as_str()).finish_non_exhaustive()
    }
}

impl Telegram {
    /// Returns a client for the account of `token` at the server `base` (`TELEGRAM_API_URL`). Each call waits
    /// up to `timeout` for its response.
    pub fn new(base: Url, token: SecretString, timeout: Duration) -> Result<Self, CallError> {
        // The timeout also applies to calls of teloxide, whose dispatcher calls `getMe` before it starts.
        let client = reqwest::Client::builder().connect_timeout(CONNECT_TIMEOUT).timeout(timeout);
        // A redirect would carry the token and the message to a place that nobody has configured.
        let client = client.redirect(Policy::none()).referer(false).tcp_nodelay(true).build();
        let client = client.map_err(|error| CallError::NotSent(error.without_url().to_string()))?;
        Ok(Self { client, base, token, timeout, errors: Arc::default() })
    }

    /// Returns the counters of failed calls.
    #[must_use]
    pub fn errors(&self) -> &Errors {
        &self.errors
    }

    /// Returns the bot token, which also verifies log-ins.
    #[must_use]
    pub fn token(&self) -> &SecretString {
        &self.token
    }

    /// Calls `method` with `body` as JSON and returns the result.
    pub async fn call(&self, method: &str, body: &impl Serialize) -> Result<Value, CallError> {
        self.call_within(method, body, self.timeout).await
    }

    /// Like [`Telegram::call`], with another timeout, for long polling.
    pub async fn call_within(
        &self,
        method: &str,
        body: &impl Serialize,
        timeout: Duration,
    ) -> Result<Value, CallError> {
        let result = self.try_call(method, body, timeout).await;
        if let Err(error) = &result {
            self.errors.count(error);
        }
        result
    }

    async fn try_call(
        &self,
        method: &str,
        body: &impl Serialize,
        timeout: Duration,
    ) -> Result<Value, CallError> {
        let response = self.client.post(self.url(method)).json(body).timeout(timeout).send().await;
        let response = response.map_err(CallError::from_transport)?;
        let status = response.status();
        answer::parse(status, &answer::read(response, answer::max_bytes(method)).await?)
    }

    fn url(&self, method: &str) -> Url {
        let mut url = self.base.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().push(&format!("bot{}", self.token.expose_secret())).push(method);
        }
        url
    }
}
