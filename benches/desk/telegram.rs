//! A Telegram that answers at once: takes every call and notes when which ticket was told to whom.
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::net::TcpListener;

/// How long a poll for updates is kept waiting: there never are any.
const POLL: Duration = Duration::from_secs(3_600);
/// A ticket number's beginning and length.
const NUMBER: (&str, usize) = ("INC", 20);

/// What was sent to whom when.
#[derive(Debug, Clone)]
pub(crate) struct Sent {
    pub(crate) at: Instant,
    pub(crate) chat: i64,
    pub(crate) number: String,
}

/// The server's book.
#[derive(Debug, Clone, Default)]
pub(crate) struct Book(Arc<Pages>);

#[derive(Debug, Default)]
struct Pages {
    sent: Mutex<Vec<Sent>>,
    calls: AtomicU64,
}

#[derive(Deserialize)]
struct Send<'a> {
    chat_id: i64,
    #[serde(borrow)]
    text: std::borrow::Cow<'a, str>,
}

impl Book {
    /// Everything that was sent so far.
    pub(crate) fn sent(&self) -> Vec<Sent> {
        self.0.sent.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How many calls there were.
    pub(crate) fn calls(&self) -> u64 {
        self.0.calls.load(Ordering::Relaxed)
    }
}

/// Serves on a port of its own; returns the address.
pub(crate) async fn serve() -> (String, Book) {
    let book = Book::default();
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("its address"));
    let router =
        axum::Router::new().route("/{token}/{method}", axum::routing::post(answer)).with_state(book.clone());
    tokio::spawn(async move { axum::serve(listener, router).await });
    (url, book)
}

async fn answer(
    State(book): State<Book>,
    Path((_, method)): Path<(String, String)>,
    body: Bytes,
) -> Response {
    let at = Instant::now();
    let calls = book.0.calls.fetch_add(1, Ordering::Relaxed);
    let result = match method.to_ascii_lowercase().as_str() {
        "getme" => r#"{"id":1,"is_bot":true,"first_name":"Antri","username":"antri_bot","can_join_groups":true,
            "can_read_all_group_messages":false,"supports_inline_queries":false,"can_connect_to_business":false,
            "has_main_web_app":false}"#
            .to_owned(),
        "getupdates" => {
            tokio::time::sleep(POLL).await;
            "[]".to_owned()
        }
        "sendmessage" => {
            if let Ok(Send { chat_id, text }) = serde_json::from_slice(&body)
                && let Some(start) = text.find(NUMBER.0)
                && let Some(number) = text.get(start..start + NUMBER.1)
            {
                let sent = Sent { at, chat: chat_id, number: number.to_owned() };
                book.0.sent.lock().unwrap_or_else(PoisonError::into_inner).push(sent);
            }
            format!(r#"{{"message_id":{}}}"#, calls % 1_000_000_000 + 1)
        }
        _ => "true".to_owned(),
    };
    ([(CONTENT_TYPE, "application/json")], format!(r#"{{"ok":true,"result":{result}}}"#)).into_response()
}
