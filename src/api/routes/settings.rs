//! Routes of `/api/settings`: the desk's policy.
use crate::api::Api;
use crate::api::http::auth::Admin;
use crate::api::http::envelope::{Answer, Envelope, Result};
use crate::api::http::error::ApiError;
use crate::api::http::extract::JsonBody;
use crate::api::json::enums::{AgentNaming, Mode, OfflineBehaviour, Strategy};
use crate::domain::policy::setting::MAX_SETTING_SECONDS;
use crate::domain::policy::{Capacity, Percent, Settings};
use crate::engine::error::EngineError;
use axum::Router;
use axum::extract::State;
use axum::routing::get;
use serde::{Deserialize, Deserializer, Serialize};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use utoipa::ToSchema;

pub(in crate::api) fn routes() -> Router<Arc<Api>> {
    Router::new().route("/", get(show).patch(change))
}

/// The desk's settings.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct SettingsBody {
    /// Their version, which grows with every change.
    #[schema(example = 3)]
    version: u64,
    /// The assignment strategy.
    strategy: Strategy,
    /// What happens to the tickets of an agent who goes offline.
    offline_behaviour: OfflineBehaviour,
    /// The assignment mode.
    mode: Mode,
    /// The share of new tickets that the engine assigns, in percent.
    #[schema(example = 100)]
    rollout_percent: u8,
    /// The capacity of a new agent.
    #[schema(example = 5)]
    default_capacity: u16,
    /// The grace period after which an agent whose presence is lost is set offline, in seconds.
    #[schema(example = 300)]
    grace_period: u64,
    /// How long an agent who is online through Telegram may be silent before they are asked, in seconds.
    #[schema(example = 1_800)]
    agent_idle_timeout: u64,
    /// How long after its completion a customer may reopen a ticket, in seconds.
    #[schema(example = 86_400)]
    reopen_window: u64,
    /// How long an agent may leave a ticket unopened before they are nudged, and again before it goes to another
    /// agent, in seconds; 0 is off.
    #[schema(example = 900)]
    no_answer_time: u64,
    /// What customers see of an agent.
    agent_naming: AgentNaming,
    /// How long the topic of a ticket that has ended is kept in its agent's chat, in seconds.
    #[schema(example = 86_400)]
    topic_retention: u64,
    /// How long a ticket may wait before the admins are alerted, in seconds.
    #[schema(example = 900)]
    wait_alert: u64,
    /// How long a department that is not critical may be without an online agent before the admins are alerted,
    /// in seconds.
    #[schema(example = 300)]
    unstaffed_alert: u64,
    /// The hour of the day at which the admins get the daily summary, in the desk's zone; null: never.
    #[schema(example = 8)]
    summary_hour: Option<u8>,
}

/// A change of the settings; absent fields stay unchanged.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct SettingsChange {
    /// The version that the change is meant for. If the settings have another one, the answer is 409 `stale`.
    #[schema(example = json!(null))]
    version: Option<u64>,
    /// The assignment strategy.
    strategy: Option<Strategy>,
    /// What happens to the tickets of an agent who goes offline.
    offline_behaviour: Option<OfflineBehaviour>,
    /// The assignment mode.
    mode: Option<Mode>,
    /// The share of new tickets that the engine assigns, in percent.
    #[schema(example = 100, maximum = 100)]
    rollout_percent: Option<u8>,
    /// The capacity of a new agent.
    #[schema(example = 5, minimum = 1, maximum = 100)]
    default_capacity: Option<u16>,
    /// The grace period after which an agent whose presence is lost is set offline, in seconds.
    #[schema(example = 300, minimum = 1, maximum = 604_800)]
    grace_period: Option<u64>,
    /// How long an agent who is online through Telegram may be silent before they are asked, in seconds.
    #[schema(example = 1_800, minimum = 1, maximum = 604_800)]
    agent_idle_timeout: Option<u64>,
    /// How long after its completion a customer may reopen a ticket, in seconds.
    #[schema(example = 86_400, minimum = 1, maximum = 604_800)]
    reopen_window: Option<u64>,
    /// How long an agent may leave a ticket unopened before they are nudged, and again before it goes to another
    /// agent, in seconds; 0 is off.
    #[schema(example = 900, minimum = 0, maximum = 604_800)]
    no_answer_time: Option<u64>,
    /// What customers see of an agent.
    agent_naming: Option<AgentNaming>,
    /// How long the topic of a ticket that has ended is kept in its agent's chat, in seconds.
    #[schema(example = 86_400, minimum = 0, maximum = 604_800)]
    topic_retention: Option<u64>,
    /// How long a ticket may wait before the admins are alerted, in seconds.
    #[schema(example = 900, minimum = 1, maximum = 604_800)]
    wait_alert: Option<u64>,
    /// How long a department that is not critical may be without an online agent before the admins are alerted,
    /// in seconds.
    #[schema(example = 300, minimum = 1, maximum = 604_800)]
    unstaffed_alert: Option<u64>,
    /// The hour of the day at which the admins get the daily summary, in the desk's zone; null: never.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<u8>, example = 8, maximum = 23)]
    summary_hour: Option<HourChange>,
}

/// An hour, or none.
#[derive(Debug, Clone, Copy)]
struct HourChange(Option<u8>);

/// Reads a field that is present, so that null differs from an absent field.
fn present<'de, D: Deserializer<'de>>(field: D) -> std::result::Result<Option<HourChange>, D::Error> {
    Option::deserialize(field).map(|hour| Some(HourChange(hour)))
}

/// Returns the settings.
#[utoipa::path(get, operation_id = "getSettings", path = "/api/settings", tag = "settings", security(("bearer" = [])),
    responses((status = 200, body = Envelope<SettingsBody>)))]
pub(in crate::api) async fn show(State(api): State<Arc<Api>>, _: Admin) -> Result<SettingsBody> {
    Ok(Answer::ok("Settings", api.engine.store().settings().await?.into()))
}

/// Changes the settings.
#[utoipa::path(patch, operation_id = "changeSettings", path = "/api/settings", tag = "settings", security(("bearer" = [])),
    request_body = SettingsChange, responses((status = 200, body = Envelope<SettingsBody>)))]
pub(in crate::api) async fn change(
    State(api): State<Arc<Api>>,
    Admin(admin): Admin,
    JsonBody(change): JsonBody<SettingsChange>,
) -> Result<SettingsBody> {
    let valid = change.validate()?;
    let (engine, now) = (Arc::clone(&api.engine), api.now());
    let operation = async move {
        let is_stale = AtomicBool::new(false);
        let changed = engine.change_settings(&admin, now, |settings| {
            let stale = valid.change.version.is_some_and(|version| version != settings.version.0);
            is_stale.store(stale, Ordering::Relaxed);
            if !stale {
                valid.apply(settings);
            }
        });
        Ok::<_, EngineError>((changed.await?, is_stale.into_inner()))
    };
    let (settings, is_stale) = Api::run(operation).await?;
    if is_stale {
        return Err(ApiError::conflict("stale", "somebody else changed the settings"));
    }
    Ok(Answer::ok("Settings changed", settings.into()))
}

/// A change whose values are all in range.
struct ValidChange {
    change: SettingsChange,
    percent: Option<Percent>,
    capacity: Option<Capacity>,
}

impl SettingsChange {
    fn validate(self) -> std::result::Result<ValidChange, ApiError> {
        let invalid = |message: &str| ApiError::unprocessable("bad_setting", message);
        let in_range = |seconds: &u64| (1..=u64::from(MAX_SETTING_SECONDS)).contains(seconds);
        let times = [
            self.grace_period,
            self.agent_idle_timeout,
            self.reopen_window,
            self.wait_alert,
            self.unstaffed_alert,
            // These two can be 0.
            self.no_answer_time.map(|seconds| seconds.max(1)),
            self.topic_retention.map(|seconds| seconds.max(1)),
        ];
        if !times.iter().flatten().all(in_range) {
            return Err(invalid(
                "a time is 1 to 604800 seconds; topic_retention and no_answer_time can be 0",
            ));
        }
        if self.summary_hour.and_then(|hour| hour.0).is_some_and(|hour| hour > 23) {
            return Err(invalid("summary_hour is 0 to 23, or null"));
        }
        let percent = |p| Percent::new(p).ok_or_else(|| invalid("rollout_percent is 0 to 100"));
        let capacity = |c| Capacity::new(c).ok_or_else(|| invalid("default_capacity is 1 to 100"));
        Ok(ValidChange {
            percent: self.rollout_percent.map(percent).transpose()?,
            capacity: self.default_capacity.map(capacity).transpose()?,
            change: self,
        })
    }
}

impl ValidChange {
    fn apply(&self, settings: &mut Settings) {
        fn set<T>(field: &mut T, value: Option<T>) {
            if let Some(value) = value {
                *field = value;
            }
        }
        set(&mut settings.strategy, self.change.strategy.map(Into::into));
        set(&mut settings.offline_behaviour, self.change.offline_behaviour.map(Into::into));
        set(&mut settings.mode, self.change.mode.map(Into::into));
        set(&mut settings.rollout_percent, self.percent);
        set(&mut settings.default_capacity, self.capacity);
        set(&mut settings.grace, self.change.grace_period.map(Duration::from_secs));
        set(&mut settings.idle_timeout, self.change.agent_idle_timeout.map(Duration::from_secs));
        set(&mut settings.reopen_window, self.change.reopen_window.map(Duration::from_secs));
        set(&mut settings.no_answer_time, self.change.no_answer_time.map(Duration::from_secs));
        set(&mut settings.agent_naming, self.change.agent_naming.map(Into::into));
        set(&mut settings.topic_retention, self.change.topic_retention.map(Duration::from_secs));
        set(&mut settings.wait_alert, self.change.wait_alert.map(Duration::from_secs));
        set(&mut settings.unstaffed_alert, self.change.unstaffed_alert.map(Duration::from_secs));
        set(&mut settings.summary_hour, self.change.summary_hour.map(|hour| hour.0));
    }
}

impl From<Settings> for SettingsBody {
    fn from(settings: Settings) -> Self {
        Self {
            version: settings.version.0,
            strategy: settings.strategy.into(),
            offline_behaviour: settings.offline_behaviour.into(),
            mode: settings.mode.into(),
            rollout_percent: settings.rollout_percent.get(),
            default_capacity: settings.default_capacity.get(),
            grace_period: settings.grace.as_secs(),
            agent_idle_timeout: settings.idle_timeout.as_secs(),
            reopen_window: settings.reopen_window.as_secs(),
            no_answer_time: settings.no_answer_time.as_secs(),
            agent_naming: settings.agent_naming.into(),
            topic_retention: settings.topic_retention.as_secs(),
            wait_alert: settings.wait_alert.as_secs(),
            unstaffed_alert: settings.unstaffed_alert.as_secs(),
            summary_hour: settings.summary_hour,
        }
    }
}
