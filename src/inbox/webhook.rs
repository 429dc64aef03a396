//! Webhook mode: Telegram posts updates here. 200 means that the update is safe; anything else makes Telegram try again.
use super::{ALLOWED_UPDATES, Inbox, chat_of};
use crate::bot::context::Desk;
use crate::telegram::{CallError, Telegram};
use axum::Router;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use std::sync::Arc;
use subtle::ConstantTimeEq;
use url::Url;

/// The header in which Telegram proves that it is Telegram.
const SECRET_HEADER: &str = "x-telegram-bot-api-secret-token";
/// Telegram's updates are a few kilobytes; the longest message with all its entities stays far below this.
const MAX_BODY: usize = 1 << 20;

#[derive(Clone)]
struct Door {
    inbox: Inbox,
    desk: Arc<Desk>,
    secret: SecretString,
}

/// The route at the path of `url`. Replicas that share the secret can all stand behind one address.
pub fn router(inbox: Inbox, desk: Arc<Desk>, url: &Url, secret: SecretString) -> Router {
    Router::new().route(url.path(), post(receive)).layer(DefaultBodyLimit::max(MAX_BODY)).with_state(Door {
        inbox,
        desk,
        secret,
    })
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

async fn receive(State(door): State<Door>, headers: HeaderMap, body: axum::body::Bytes) -> StatusCode {
    let given = headers.get(SECRET_HEADER).map_or(&[][..], |value| value.as_bytes());
    if !bool::from(given.ct_eq(door.secret.expose_secret().as_bytes())) {
        tracing::warn!("a webhook call without the right secret");
        return StatusCode::UNAUTHORIZED;
    }
    let Ok(update) = serde_json::from_slice::<Value>(&body) else { return StatusCode::BAD_REQUEST };
    if super::id_of(&update).is_none() {
        return StatusCode::BAD_REQUEST;
    }
    let chat = chat_of(&update);
    match door.inbox.accept(vec![update]).await {
        Ok(()) => StatusCode::OK,
        Err(error) => {
            tracing::error!(%error, "update not accepted");
            door.desk.apologise(chat);
            StatusCode::SERVICE_UNAVAILABLE
        }
    }
}
