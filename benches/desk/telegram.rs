//! Telegram server that answers at once. It records the time, chat and ticket number of every sent message.
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::net::TcpListener;

/// The time for which getUpdates is held; there are never updates.
const POLL_HOLD: Duration = Duration::from_secs(3_600);
/// The prefix and the length of a ticket number.
const TICKET_NUMBER: (&str, usize) = ("INC", 20);

/// A message that names a ticket.
#[derive(Debug, Clone)]
pub(crate) struct Sent {
    pub(crate) at: Instant,
    pub(crate) chat: i64,
    pub(crate) number: String,
}

/// The record of the calls to the server.
#[derive(Debug, Clone, Default)]
pub(crate) struct CallLog(Arc<CallLogInner>);

#[derive(Debug, Default)]
struct CallLogInner {
    sent: Mutex<Vec<Sent>>,
    calls: AtomicU64,
}

#[derive(Deserialize)]
struct SendMessage<'a> {
    chat_id: i64,
    #[serde(borrow)]
    text: std::borrow::Cow<'a, str>,
}

impl CallLog {
    /// Returns all sent messages that name a ticket.
    pub(crate) fn sent(&self) -> Vec<Sent> {
        self.0.sent.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Returns the number of calls.
    pub(crate) fn calls(&self) -> u64 {
        self.0.calls.load(Ordering::Relaxed)
    }
}

/// Starts the server on a free port. Returns its address and its call log.
pub(crate) async fn serve() -> (String, CallLog) {
    let call_log = CallLog::default();
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("its address"));
    let router = axum::Router::new()
        .route("/{token}/{method}", axum::routing::post(answer))
        .with_state(call_log.clone());
    tokio::spawn(async move { axum::serve(listener, router).await });
    (url, call_log)
}

async fn answer(
    State(call_log): State<CallLog>,
    Path((_, method)): Path<(String, String)>,
    body: Bytes,
) -> Response {
    let at = Instant::now();
    let calls = call_log.0.calls.fetch_add(1, Ordering::Relaxed);
    let result = match method.to_ascii_lowercase().as_str() {
        "getme" => r#"{"id":1,"is_bot":true,"first_name":"Antri","username":"antri_bot","can_join_groups":true,
            "can_read_all_group_messages":false,"supports_inline_queries":false,"can_connect_to_business":false,
            "has_main_web_app":false}"#
            .to_owned(),
        "getupdates" => {
            tokio::time::sleep(POLL_HOLD).await;
            "[]".to_owned()
        }
        "sendmessage" => {
            if let Ok(SendMessage { chat_id, text }) = serde_json::from_slice(&body)
                && let Some(start) = text.find(TICKET_NUMBER.0)
                && let Some(number) = text.get(start..start + TICKET_NUMBER.1)
            {
                let sent = Sent { at, chat: chat_id, number: number.to_owned() };
                call_log.0.sent.lock().unwrap_or_else(PoisonError::into_inner).push(sent);
            }
            format!(r#"{{"message_id":{}}}"#, calls % 1_000_000_000 + 1)
        }
        _ => "true".to_owned(),
    };
    ([(CONTENT_TYPE, "application/json")], format!(r#"{{"ok":true,"result":{result}}}"#)).into_response()
}
