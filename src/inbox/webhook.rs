//! Webhook mode: Telegram posts updates here. 200 means that the update is safe; anything else makes Telegram try again.
use super::{ALLOWED_UPDATES, Inbox, chat_of};
use crate::bot::context::BotContext;
use crate::http_server::HEADER_TIMEOUT;
use crate::telegram::{CallError, Telegram};
use axum::Router;
use axum::body::{Body, Bytes, HttpBody, to_bytes};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use subtle::ConstantTimeEq;
use url::Url;

/// The header in which Telegram proves that it is Telegram.
const SECRET_HEADER: &str = "x-telegram-bot-api-secret-token";
/// Telegram's updates are a few kilobytes; the longest message with all its entities stays far below this.
const MAX_BODY_BYTES: usize = 1 << 20;
/// How long a body may take: as long as the headers before it.
const BODY_TIMEOUT: Duration = HEADER_TIMEOUT;

#[derive(Clone)]
struct WebhookState {
    inbox: Inbox,
    desk: Arc<BotContext>,
    secret: SecretString,
}

/// The route at the path of `url`. Replicas that share the secret can all stand behind one address.
pub fn router(inbox: Inbox, desk: Arc<BotContext>, url: &Url, secret: SecretString) -> Router {
    Router::new().route(url.path(), post(receive)).with_state(WebhookState { inbox, desk, secret })
}

/// Tells Telegram where to post. Never undone at the end: another replica may still be listening there.
pub async fn register(telegram: &Telegram, url: &Url, secret: &SecretString) -> Result<(), CallError> {
    let body = json!({
        "url": url.as_str(),
        "secret_token": secret.expose_secret(),
        "allowed_updates": ALLOWED_UPDATES,
    });
    telegram.call("setWebhook", &body).await.map(drop)
}

/// Who does not know the secret is not listened to: the body is read afterwards.
async fn receive(State(door): State<WebhookState>, headers: HeaderMap, body: Body) -> StatusCode {
    let given = headers.get(SECRET_HEADER).map_or(&[][..], |value| value.as_bytes());
    if !bool::from(given.ct_eq(door.secret.expose_secret().as_bytes())) {
        tracing::warn!("a webhook call without the right secret");
        return StatusCode::UNAUTHORIZED;
    }
    let body = match read(body).await {
        Ok(body) => body,
        Err(status) => return status,
    };
    let Ok(update) = serde_json::from_slice::<Value>(&body) else { return StatusCode::BAD_REQUEST };
    if super::id_of(&update).is_none() {
        return StatusCode::BAD_REQUEST;
    }
    let chat = chat_of(&update);
    match door.desk.with_outage_notice(chat, door.inbox.append(vec![update])).await {
        Ok(()) => StatusCode::OK,
        Err(error) => {
            tracing::error!(%error, "update not accepted");
            door.desk.send_outage_notice(chat);
            StatusCode::SERVICE_UNAVAILABLE
        }
    }
}

/// The whole body, in time and not too long.
async fn read(body: Body) -> Result<Bytes, StatusCode> {
    let most = MAX_BODY_BYTES as u64;
    if body.size_hint().lower() > most {
        return Err(StatusCode::PAYLOAD_TOO_LARGE);
    }
    match tokio::time::timeout(BODY_TIMEOUT, to_bytes(body, MAX_BODY_BYTES)).await {
        Ok(Ok(body)) => Ok(body),
        // One of unknown length was too long after all, or the client hung up and hears nothing.
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
