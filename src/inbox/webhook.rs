//! A webhook that receives updates from Telegram. Status 200 means that the update is stored; on any other
//! status Telegram sends the update again.
use super::raw_update::read_update;
use super::{Inbox, allowed_updates};
use crate::bot::context::BotContext;
use crate::telegram::{CallError, Telegram};
use axum::Router;
use axum::body::{Body, Bytes, HttpBody, to_bytes};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use subtle::ConstantTimeEq;
use tokio::time::Instant;
use url::Url;

/// The header in which Telegram sends the shared secret.
const SECRET_HEADER: &str = "x-telegram-bot-api-secret-token";
/// The longest body. Most updates have a few kilobytes; a long rich message in a reply to another has megabytes.
const MAX_BODY_BYTES: usize = 16 << 20;
/// The shortest interval between two log lines about rejected calls.
const REJECTION_LOG_INTERVAL: Duration = Duration::from_secs(60);
/// How long a body may take.
const BODY_TIMEOUT: Duration = Duration::from_secs(15);

#[derive(Clone)]
struct WebhookState {
    inbox: Inbox,
    bot: Arc<BotContext>,
    secret: SecretString,
    rejections: Arc<Rejections>,
}

/// The log of rejected calls. Anybody can make them, so one line a minute tells how many there were.
#[derive(Debug, Default)]
struct Rejections(Mutex<(Option<Instant>, u64)>);

impl Rejections {
    fn log(&self) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (logged_at, count) = &mut *state;
        *count += 1;
        if logged_at.is_none_or(|at| at.elapsed() >= REJECTION_LOG_INTERVAL) {
            tracing::warn!(calls = *count, "rejected webhook calls with a wrong secret");
            (*logged_at, *count) = (Some(Instant::now()), 0);
        }
    }
}

/// Returns the route at the path of `url`. Replicas that share the secret can use one address.
pub fn router(inbox: Inbox, bot: Arc<BotContext>, url: &Url, secret: SecretString) -> Router {
    Router::new().route(url.path(), post(receive)).with_state(WebhookState {
        inbox,
        bot,
        secret,
        rejections: Arc::default(),
    })
}

/// Sets the webhook at Telegram. It is not deleted on shutdown, because another replica may still serve it.
pub async fn register(
    telegram: &Telegram,
    url: &Url,
    secret: &SecretString,
    is_inline: bool,
) -> Result<(), CallError> {
    let body = json!({
        "url": url.as_str(),
        "secret_token": secret.expose_secret(),
        "allowed_updates": allowed_updates(is_inline),
    });
    telegram.call("setWebhook", &body).await.map(drop)
}

/// Stores one update. The secret is checked before the body is read, so unauthorized callers cost little.
async fn receive(State(state): State<WebhookState>, headers: HeaderMap, body: Body) -> StatusCode {
    let secret = headers.get(SECRET_HEADER).map_or(&[][..], |value| value.as_bytes());
    if !bool::from(secret.ct_eq(state.secret.expose_secret().as_bytes())) {
        state.rejections.log();
        return StatusCode::UNAUTHORIZED;
    }
    let body = match read(body).await {
        Ok(body) => body,
        Err(status) => return status,
    };
    // Any status but 200 makes Telegram send the update again, and others after it wait.
    let Some(update) = read_update(&body) else {
        tracing::warn!(bytes = body.len(), "ignored webhook call without an update_id");
        return StatusCode::OK;
    };
    let delayed = update.delayed();
    match state.bot.with_outage_notice(delayed, state.inbox.append(vec![update])).await {
        Ok(()) => StatusCode::OK,
        Err(error) => {
            tracing::error!(%error, "failed to store update");
            state.bot.send_outage_notice(delayed);
            StatusCode::SERVICE_UNAVAILABLE
        }
    }
}

/// Returns the whole body, unless it exceeds [`MAX_BODY_BYTES`] or [`BODY_TIMEOUT`].
async fn read(body: Body) -> Result<Bytes, StatusCode> {
    let max_bytes = MAX_BODY_BYTES as u64;
    if body.size_hint().lower() > max_bytes {
        return Err(StatusCode::PAYLOAD_TOO_LARGE);
    }
    match tokio::time::timeout(BODY_TIMEOUT, to_bytes(body, MAX_BODY_BYTES)).await {
        Ok(Ok(body)) => Ok(body),
        // A body of unknown length was too long, or the client has disconnected and gets no response.
        Ok(Err(_)) => Err(StatusCode::PAYLOAD_TOO_LARGE),
        Err(_) => Err(StatusCode::REQUEST_TIMEOUT),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::stream;
    use std::convert::Infallible;

    #[tokio::test(start_paused = true)]
    async fn a_body_is_read_whole_in_time_and_within_its_limit() {
        assert_eq!(read(Body::from("halo")).await, Ok(Bytes::from("halo")));
        assert_eq!(read(Body::from(vec![0; MAX_BODY_BYTES + 1])).await, Err(StatusCode::PAYLOAD_TOO_LARGE));
        let endless = stream::repeat_with(|| Ok::<_, Infallible>(vec![0; 4_096]));
        assert_eq!(read(Body::from_stream(endless)).await, Err(StatusCode::PAYLOAD_TOO_LARGE));
        let silent = stream::pending::<Result<Vec<u8>, Infallible>>();
        assert_eq!(read(Body::from_stream(silent)).await, Err(StatusCode::REQUEST_TIMEOUT));
    }
}
