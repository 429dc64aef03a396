//! Health checks for process managers: liveness and readiness.
use crate::api::Api;
use crate::api::http::envelope::{Answer, Envelope};
use crate::clock::StallDetector;
use crate::domain::Time;
use crate::domain::ids::PersonId;
use crate::engine::ports::{Presence, Store};
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
/// How long inbox and outbox may have work without any progress.
const STALL_TIMEOUT: Duration = Duration::from_secs(60);
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
    /// Whether updates are taken from the inbox. True on a standby.
    dispatcher: bool,
    /// Whether updates that were taken from the inbox get handled. True on a standby.
    inbox: bool,
    /// Whether messages get sent. True on a standby.
    outbox: bool,
}

/// Returns 200 while the process runs.
#[utoipa::path(get, operation_id = "getLiveness", path = "/healthz", tag = "operation", responses((status = 200, body = Envelope<Alive>)))]
pub(in crate::api) async fn healthz() -> Answer<Alive> {
    Answer::ok("alive", Alive { version: env!("CARGO_PKG_VERSION") })
}

/// Returns 200 if store, presence and Telegram answer, updates are read and handled, and messages are sent;
/// else 503.
#[utoipa::path(get, operation_id = "getReadiness", path = "/readyz", tag = "operation",
    responses((status = 200, body = Envelope<Ready>), (status = 503, body = Envelope<Ready>)))]
pub(in crate::api) async fn readyz(State(api): State<Arc<Api>>) -> Response {
    let (store, presence, telegram) = tokio::join!(
        store_answers(&**api.engine.store()),
        presence_answers(&**api.engine.presence(), api.now()),
        api.telegram_answers()
    );
    let works = |task: &SharedState| task.get() != TaskState::Failing;
    let (polls, dispatcher) = (works(&api.intake.polls), works(&api.intake.dispatcher));
    let moves = |work: &StallDetector| !work.is_stalled(STALL_TIMEOUT, api.clock.steady());
    let inbox = moves(&api.intake.handling);
    let outbox = works(&api.outbox.worker) && moves(&api.outbox.working);
    let ready = store && presence && telegram && polls && dispatcher && inbox && outbox;
    let ready = Ready { ready, store, presence, telegram, polls, dispatcher, inbox, outbox };
    ready.into_answer().into_response()
}

/// Returns whether the store can be read.
pub(in crate::api) async fn store_answers(store: &dyn Store) -> bool {
    matches!(tokio::time::timeout(PROBE_TIMEOUT, store.settings()).await, Ok(Ok(_)))
}

/// Returns whether presence can be read.
pub(in crate::api) async fn presence_answers(presence: &dyn Presence, now: Time) -> bool {
    let read = tokio::time::timeout(PROBE_TIMEOUT, presence.get(PersonId(Uuid::nil()), now));
    matches!(read.await, Ok(Ok(_)))
}

impl Ready {
    /// Returns the readiness of a desk that starts: no update is read or handled yet.
    pub(in crate::api) fn starting(store: bool, presence: bool, telegram: bool) -> Self {
        let (ready, polls, dispatcher, inbox, outbox) = Default::default();
        Self { ready, store, presence, telegram, polls, dispatcher, inbox, outbox }
    }

    /// Returns the response: 200 if all parts answer, else 503.
    pub(in crate::api) fn into_answer(self) -> Answer<Self> {
        let (message, status) = if self.ready {
            ("ready", StatusCode::OK)
        } else {
            ("not ready", StatusCode::SERVICE_UNAVAILABLE)
        };
        Answer::ok(message, self).with_status(status)
    }
}

impl Api {
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
