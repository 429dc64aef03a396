//! Health checks for process managers: liveness and readiness.
use crate::api::Api;
use crate::api::http::envelope::{Answer, Envelope};
use crate::domain::ids::PersonId;
use crate::inbox::status::{SharedState, TaskState};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;
use utoipa::ToSchema;
use uuid::Uuid;

/// How long a probe of Telegram is cached: anyone may request readiness, and a request must not cost a call.
const TELEGRAM_PROBE_TTL: Duration = Duration::from_secs(10);
/// How long the probe of a part may take.
const PROBE_TIMEOUT: Duration = Duration::from_secs(2);

/// The cached probe of Telegram: its steady time, and whether Telegram answered.
#[derive(Debug, Default)]
pub(in crate::api) struct Health(Mutex<Option<(Duration, bool)>>);

/// The liveness of the process.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct Alive {
    /// The program's version.
    #[schema(example = "0.1.0")]
    version: &'static str,
}

/// The readiness of the desk and of each part.
#[derive(Debug, Serialize, ToSchema)]
#[expect(
    clippy::struct_excessive_bools,
    clippy::struct_field_names,
    reason = "the fields are those of the JSON"
)]
pub(in crate::api) struct Ready {
    /// Whether all parts answer.
    ready: bool,
    /// Whether the store answers.
    store: bool,
    /// Whether presence answers.
    presence: bool,
    /// Whether the Bot API answers.
    telegram: bool,
    /// Whether the last answer with updates could be read. True where this process does not poll.
    polls: bool,
    /// Whether updates are handled. True on a standby.
    dispatcher: bool,
}

/// Returns 200 while the process runs.
#[utoipa::path(get, operation_id = "getLiveness", path = "/healthz", tag = "operation", responses((status = 200, body = Envelope<Alive>)))]
pub(in crate::api) async fn healthz() -> Answer<Alive> {
    Answer::ok("alive", Alive { version: env!("CARGO_PKG_VERSION") })
}

/// Returns 200 if store, presence and Telegram answer and updates are read and handled, else 503.
#[utoipa::path(get, operation_id = "getReadiness", path = "/readyz", tag = "operation",
    responses((status = 200, body = Envelope<Ready>), (status = 503, body = Envelope<Ready>)))]
pub(in crate::api) async fn readyz(State(api): State<Arc<Api>>) -> Response {
    let (store, presence, telegram) =
        tokio::join!(api.store_answers(), api.presence_answers(), api.telegram_answers());
    let works = |task: &SharedState| task.get() != TaskState::Failing;
    let (polls, dispatcher) = (works(&api.intake.polls), works(&api.intake.dispatcher));
    let ready = store && presence && telegram && polls && dispatcher;
    let message = if ready { "ready" } else { "not ready" };
    let answer = Answer::ok(message, Ready { ready, store, presence, telegram, polls, dispatcher });
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    answer.with_status(status).into_response()
}

impl Api {
    /// Returns whether the store can be read.
    pub(in crate::api) async fn store_answers(&self) -> bool {
        let read = tokio::time::timeout(PROBE_TIMEOUT, self.engine.store().settings());
        matches!(read.await, Ok(Ok(_)))
    }

    /// Returns whether presence can be read.
    pub(in crate::api) async fn presence_answers(&self) -> bool {
        let no_person = PersonId(Uuid::nil());
        let read = tokio::time::timeout(PROBE_TIMEOUT, self.engine.presence().get(no_person, self.now()));
        matches!(read.await, Ok(Ok(_)))
    }

    /// Returns whether Telegram answered the last probe; probes again after [`TELEGRAM_PROBE_TTL`].
    async fn telegram_answers(&self) -> bool {
        let now = self.clock.steady();
        let mut last = self.health.0.lock().await;
        if let Some((at, answered)) = *last
            && now.saturating_sub(at) < TELEGRAM_PROBE_TTL
        {
            return answered;
        }
        let no_parameters = serde_json::json!({});
        let answered = self.telegram.call_within("getMe", &no_parameters, PROBE_TIMEOUT).await.is_ok();
        *last = Some((now, answered));
        answered
    }
}
