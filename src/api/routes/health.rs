//! Is the process alive, and can it work? For whatever watches over processes.
use crate::api::Api;
use crate::api::http::envelope::{Answer, Envelope};
use crate::domain::ids::PersonId;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;
use utoipa::ToSchema;
use uuid::Uuid;

/// How long Telegram's answer to "are you there" counts: readiness is asked for by anybody, and must not cost a call each.
const TELEGRAM_PROBE_TTL: Duration = Duration::from_secs(10);
/// How long each part may take to answer.
const PROBE_TIMEOUT: Duration = Duration::from_secs(2);

/// What is remembered between two questions: when Telegram was last asked, and whether it answered.
#[derive(Debug, Default)]
pub(in crate::api) struct Health(Mutex<Option<(Duration, bool)>>);

/// Nothing but that the process answers.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct Alive {
    /// The program's version.
    version: &'static str,
}

/// What the desk needs, and whether each part answers.
#[derive(Debug, Serialize, ToSchema)]
#[expect(clippy::struct_excessive_bools, clippy::struct_field_names, reason = "it is what the JSON is to be")]
pub(in crate::api) struct Ready {
    /// Whether all of them do.
    ready: bool,
    /// The queues.
    store: bool,
    /// Who is there.
    presence: bool,
    /// The Bot API.
    telegram: bool,
}

/// Whether the process answers at all.
#[utoipa::path(get, path = "/healthz", tag = "operation", responses((status = 200, body = Envelope<Alive>)))]
pub(in crate::api) async fn healthz() -> Answer<Alive> {
    Answer::ok("alive", Alive { version: env!("CARGO_PKG_VERSION") })
}

/// Whether the desk can work: 200 when store, presence and Telegram answer, else 503.
#[utoipa::path(get, path = "/readyz", tag = "operation",
    responses((status = 200, body = Envelope<Ready>), (status = 503, body = Envelope<Ready>)))]
pub(in crate::api) async fn readyz(State(api): State<Arc<Api>>) -> Response {
    let (store, presence, telegram) =
        tokio::join!(api.store_answers(), api.presence_answers(), api.telegram_answers());
    let ready = store && presence && telegram;
    let answer =
        Answer::ok(if ready { "ready" } else { "not ready" }, Ready { ready, store, presence, telegram });
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    answer.with_status(status).into_response()
}

impl Api {
    /// Whether the store can be read.
    pub(in crate::api) async fn store_answers(&self) -> bool {
        let read = tokio::time::timeout(PROBE_TIMEOUT, self.engine.store().settings());
        matches!(read.await, Ok(Ok(_)))
    }

    /// Whether presence can be read.
    pub(in crate::api) async fn presence_answers(&self) -> bool {
        let nobody = PersonId(Uuid::nil());
        let read = tokio::time::timeout(PROBE_TIMEOUT, self.engine.presence().get(nobody, self.now()));
        matches!(read.await, Ok(Ok(_)))
    }

    /// Whether Telegram answered lately.
    async fn telegram_answers(&self) -> bool {
        let now = self.clock.steady();
        let mut last = self.health.0.lock().await;
        if let Some((at, answered)) = *last
            && now.saturating_sub(at) < TELEGRAM_PROBE_TTL
        {
            return answered;
        }
        let nothing = serde_json::json!({});
        let answered = self.telegram.call_within("getMe", &nothing, PROBE_TIMEOUT).await.is_ok();
        *last = Some((now, answered));
        answered
    }
}
