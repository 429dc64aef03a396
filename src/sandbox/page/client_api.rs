//! HTTP API of the chat page: users, events, and actions of users.
use std::convert::Infallible;
use std::time::Duration;

use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{StatusCode, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use futures::{Stream, StreamExt};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::sandbox::Sandbox;
use crate::sandbox::chats::users::UnknownUser;
use crate::sandbox::chats::views::{MediaKind, NewMedia, NewUser, User};
use crate::sandbox::control::faults::{Fault, FaultRule};

/// The largest request: a file of 50 MB in base64.
const MAX_BODY_BYTES: usize = 70 << 20;

pub(in crate::sandbox) fn routes() -> Router<Sandbox> {
    Router::new()
        .route("/sandbox/state", get(state))
        .route("/sandbox/events", get(events))
        .route("/sandbox/users", post(add_user))
        .route("/sandbox/users/{id}/messages", post(send))
        .route("/sandbox/users/{id}/press", post(press))
        .route("/sandbox/users/{id}/block", post(block))
        .route("/sandbox/files/{file_id}", get(file))
        .route("/sandbox/faults", post(add_fault).delete(clear_faults))
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
}

impl IntoResponse for UnknownUser {
    fn into_response(self) -> Response {
        (StatusCode::NOT_FOUND, Json(json!({"error": self.to_string()}))).into_response()
    }
}

async fn state(State(sandbox): State<Sandbox>) -> Json<Value> {
    let bot = sandbox.read(|state| state.bot_info());
    Json(json!({"bot": bot, "users": sandbox.users()}))
}

async fn events(State(sandbox): State<Sandbox>) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let events = sandbox.event_stream().map(|event| Ok(Event::default().data(event.to_string())));
    Sse::new(events).keep_alive(KeepAlive::new().interval(Duration::from_secs(15)))
}

async fn add_user(State(sandbox): State<Sandbox>, Json(user): Json<NewUser>) -> Json<User> {
    Json(sandbox.add_user(user))
}

/// A message of a user: a text, or a file in base64.
#[derive(Deserialize)]
#[serde(untagged)]
enum SendRequest {
    Media {
        kind: MediaKind,
        #[serde(default)]
        caption: Option<String>,
        #[serde(default)]
        file_name: Option<String>,
        #[serde(default)]
        mime: Option<String>,
        #[serde(default)]
        data: String,
        #[serde(default)]
        media_group_id: Option<String>,
    },
    Text {
        text: String,
    },
}

async fn send(
    State(sandbox): State<Sandbox>,
    Path(user): Path<i64>,
    Json(message): Json<SendRequest>,
) -> Result<Response, UnknownUser> {
    let id = match message {
        SendRequest::Text { text } => sandbox.try_send_text(user, &text)?,
        SendRequest::Media { kind, caption, file_name, mime, data, media_group_id } => {
            let Ok(bytes) = STANDARD.decode(data) else {
                let body = json!({"error": "data is not base64"});
                return Ok((StatusCode::BAD_REQUEST, Json(body)).into_response());
            };
            let media = NewMedia { kind, caption, file_name, mime, bytes, media_group_id };
            sandbox.try_send_media(user, media)?
        }
    };
    Ok(Json(json!({"message_id": id})).into_response())
}

#[derive(Deserialize)]
struct PressRequest {
    message_id: i64,
    data: String,
}

async fn press(
    State(sandbox): State<Sandbox>,
    Path(user): Path<i64>,
    Json(press): Json<PressRequest>,
) -> Result<Json<Value>, UnknownUser> {
    let id = sandbox.try_press(user, user, press.message_id, &press.data)?;
    Ok(Json(json!({"callback_query_id": id})))
}

#[derive(Deserialize)]
struct BlockRequest {
    blocked: bool,
}

async fn block(
    State(sandbox): State<Sandbox>,
    Path(user): Path<i64>,
    Json(block): Json<BlockRequest>,
) -> Result<Json<User>, UnknownUser> {
    sandbox.try_set_blocked(user, block.blocked).map(Json)
}

/// Serves a file. Only images, audio and video are shown inline, because an uploaded page must not run as
/// ours.
async fn file(State(sandbox): State<Sandbox>, Path(file_id): Path<String>) -> Response {
    let Some(file) = sandbox.read(|state| state.files.get(&file_id).cloned()) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let media = ["image/", "audio/", "video/"].iter().any(|kind| file.mime.starts_with(kind));
    let headers = [
        (header::CONTENT_TYPE, file.mime),
        (header::CONTENT_SECURITY_POLICY, "sandbox; default-src 'none'".to_owned()),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
        (header::CONTENT_DISPOSITION, if media { "inline" } else { "attachment" }.to_owned()),
    ];
    (headers, file.bytes).into_response()
}

#[derive(Deserialize)]
struct FaultRequest {
    method: Option<String>,
    chat: Option<i64>,
    times: u32,
    fault: FaultKind,
}

#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum FaultKind {
    TooManyRequests { retry_after: u32 },
    ServerError { status: u16 },
    HangAfterSuccess,
    HangBefore,
    ResetAfterSuccess,
    ResetBefore,
    Forbidden,
    BadEntities,
    Migrate { to: i64 },
    UnknownMethod,
    Conflict,
    Delay { millis: u64 },
}

impl From<FaultKind> for Fault {
    fn from(kind: FaultKind) -> Self {
        match kind {
            FaultKind::TooManyRequests { retry_after } => Self::TooManyRequests { retry_after },
            FaultKind::ServerError { status } => Self::ServerError(status),
            FaultKind::HangAfterSuccess => Self::HangAfterSuccess,
            FaultKind::HangBefore => Self::HangBefore,
            FaultKind::ResetAfterSuccess => Self::ResetAfterSuccess,
            FaultKind::ResetBefore => Self::ResetBefore,
            FaultKind::Forbidden => Self::Forbidden,
            FaultKind::BadEntities => Self::BadEntities,
            FaultKind::Migrate { to } => Self::Migrate { to },
            FaultKind::UnknownMethod => Self::UnknownMethod,
            FaultKind::Conflict => Self::Conflict,
            FaultKind::Delay { millis } => Self::Delay(Duration::from_millis(millis)),
        }
    }
}

async fn add_fault(State(sandbox): State<Sandbox>, Json(new): Json<FaultRequest>) -> StatusCode {
    let FaultRequest { method, chat, times, fault } = new;
    sandbox.faults().add(FaultRule { method, chat, times, fault: fault.into() });
    StatusCode::NO_CONTENT
}

async fn clear_faults(State(sandbox): State<Sandbox>) -> StatusCode {
    sandbox.faults().clear();
    StatusCode::NO_CONTENT
}
