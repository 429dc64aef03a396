//! HTTP API of the chat page: users, events, and actions of users.
use std::convert::Infallible;
use std::time::Duration;

use axum::body::Bytes;
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
use serde_json::{Map, Value, json};

use crate::sandbox::Sandbox;
use crate::sandbox::chats::reactions::reaction_list;
use crate::sandbox::chats::user_messages::UserMessage;
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
        .route("/sandbox/users/{id}/raw", post(send_raw))
        .route("/sandbox/users/{id}/edit", post(edit))
        .route("/sandbox/users/{id}/press", post(press))
        .route("/sandbox/users/{id}/react", post(react))
        .route("/sandbox/users/{id}/share", post(share))
        .route("/sandbox/topics", post(set_topics))
        .route("/sandbox/updates", post(deliver))
        .route("/sandbox/users/{id}/block", post(block))
        .route("/sandbox/files/{file_id}", get(file))
        .route("/sandbox/faults", get(count_faults).post(add_fault).delete(clear_faults))
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

/// A message of a user, and its place in the chat.
#[derive(Deserialize)]
struct SendRequest {
    #[serde(flatten)]
    content: Content,
    #[serde(default)]
    entities: Option<Value>,
    #[serde(default)]
    thread: Option<i64>,
    #[serde(default)]
    reply_to: Option<i64>,
    #[serde(default)]
    quote: Option<String>,
    #[serde(default)]
    forward_origin: Option<Value>,
}

/// A text, or a file in base64.
#[derive(Deserialize)]
#[serde(untagged)]
enum Content {
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
    Json(request): Json<SendRequest>,
) -> Result<Response, UnknownUser> {
    let mut message = match request.content {
        Content::Text { text } => UserMessage::text(text),
        Content::Media { kind, caption, file_name, mime, data, media_group_id } => {
            let Ok(bytes) = STANDARD.decode(data) else {
                let body = json!({"error": "data is not base64"});
                return Ok((StatusCode::BAD_REQUEST, Json(body)).into_response());
            };
            UserMessage::media(NewMedia { kind, caption, file_name, mime, bytes, media_group_id })
        }
    };
    message = request.entities.into_iter().fold(message, UserMessage::with_entities);
    message = request.thread.into_iter().fold(message, UserMessage::in_thread);
    message = request.reply_to.into_iter().fold(message, UserMessage::replying_to);
    message = request.quote.into_iter().fold(message, |message, quote| message.quoting(&quote));
    message = request.forward_origin.into_iter().fold(message, UserMessage::forwarded_from);
    let id = sandbox.try_send(user, message)?;
    Ok(Json(json!({"message_id": id})).into_response())
}

/// Sends a message with any fields.
async fn send_raw(
    State(sandbox): State<Sandbox>,
    Path(user): Path<i64>,
    Json(message): Json<Map<String, Value>>,
) -> Result<Json<Value>, UnknownUser> {
    let id = sandbox.try_send_raw(user, &message)?;
    Ok(Json(json!({"message_id": id})))
}

/// Queues the body in the place of an update. In a body that is no JSON object, `{update_id}` becomes the id.
async fn deliver(State(sandbox): State<Sandbox>, body: Bytes) -> StatusCode {
    match serde_json::from_slice::<Map<String, Value>>(&body) {
        Ok(update) => sandbox.deliver_raw(Value::Object(update)),
        Err(_) => drop(sandbox.deliver_bytes(|id| replace_id(&body, id))),
    }
    StatusCode::NO_CONTENT
}

fn replace_id(body: &[u8], id: i64) -> Vec<u8> {
    let mark = b"{update_id}";
    match body.windows(mark.len()).position(|part| part == mark) {
        Some(at) => {
            let (before, rest) = body.split_at(at);
            [before, id.to_string().as_bytes(), rest.get(mark.len()..).unwrap_or_default()].concat()
        }
        None => body.to_vec(),
    }
}

#[derive(Deserialize)]
struct EditRequest {
    message_id: i64,
    text: String,
}

async fn edit(
    State(sandbox): State<Sandbox>,
    Path(user): Path<i64>,
    Json(edit): Json<EditRequest>,
) -> StatusCode {
    if sandbox.write(|state| state.edit_by_user(user, edit.message_id, &edit.text)) {
        StatusCode::NO_CONTENT
    } else {
        StatusCode::NOT_FOUND
    }
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

/// The reaction to a message; none removes it.
#[derive(Deserialize)]
struct ReactRequest {
    message_id: i64,
    #[serde(default)]
    emoji: Option<String>,
}

async fn react(
    State(sandbox): State<Sandbox>,
    Path(user): Path<i64>,
    Json(request): Json<ReactRequest>,
) -> StatusCode {
    let reactions = reaction_list(request.emoji.as_deref());
    if sandbox.write(|state| state.react(user, request.message_id, &reactions)) {
        StatusCode::NO_CONTENT
    } else {
        StatusCode::NOT_FOUND
    }
}

/// The person whom a user chooses with the keyboard's button.
#[derive(Deserialize)]
struct ShareRequest {
    chosen: i64,
}

async fn share(
    State(sandbox): State<Sandbox>,
    Path(user): Path<i64>,
    Json(request): Json<ShareRequest>,
) -> Result<StatusCode, UnknownUser> {
    let sent = sandbox.try_share_user(user, request.chosen)?;
    Ok(if sent.is_some() { StatusCode::NO_CONTENT } else { StatusCode::NOT_FOUND })
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

#[derive(Deserialize)]
struct TopicsRequest {
    enabled: bool,
}

async fn set_topics(State(sandbox): State<Sandbox>, Json(topics): Json<TopicsRequest>) -> StatusCode {
    sandbox.set_topics_enabled(topics.enabled);
    StatusCode::NO_CONTENT
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
    RawAnswer { status: u16, content_type: String, body: String },
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
            FaultKind::RawAnswer { status, content_type, body } => {
                Self::RawAnswer { status, content_type, body: body.into_bytes() }
            }
            FaultKind::Delay { millis } => Self::Delay(Duration::from_millis(millis)),
        }
    }
}

async fn add_fault(State(sandbox): State<Sandbox>, Json(new): Json<FaultRequest>) -> StatusCode {
    let FaultRequest { method, chat, times, fault } = new;
    sandbox.faults().add(FaultRule { method, chat, times, fault: fault.into() });
    StatusCode::NO_CONTENT
}

/// Returns how many rules are not used up.
async fn count_faults(State(sandbox): State<Sandbox>) -> Json<Value> {
    Json(json!({"rules": sandbox.faults().remaining()}))
}

async fn clear_faults(State(sandbox): State<Sandbox>) -> StatusCode {
    sandbox.faults().clear();
    StatusCode::NO_CONTENT
}
