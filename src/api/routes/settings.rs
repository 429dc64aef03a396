//! `/api/settings`: the desk's policy.
use crate::api::Api;
use crate::api::http::auth::Admin;
use crate::api::http::envelope::{Answer, Envelope, Result};
use crate::api::http::error::ApiError;
use crate::api::http::extract::Sent;
use crate::api::json::enums::{Mode, OfflineBehaviour, Strategy};
use crate::domain::policy::{Capacity, Percent, Settings};
use axum::Router;
use axum::extract::State;
use axum::routing::get;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::time::Duration;
use utoipa::ToSchema;

pub(in crate::api) fn routes() -> Router<Arc<Api>> {
    Router::new().route("/", get(show).patch(change))
}

/// The longest time-out, in seconds: a week. Beyond that it is rather a mistake in the unit.
const MAX_SECONDS: u64 = 7 * 24 * 3_600;

/// The desk's settings.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct SettingsBody {
    /// Who gets the next ticket.
    strategy: Strategy,
    /// What happens to the tickets of an agent who goes offline.
    offline_behaviour: OfflineBehaviour,
    /// Who moves tickets.
    mode: Mode,
    /// Which share of new tickets the engine assigns, in percent.
    rollout_percent: u8,
    /// The capacity of a new agent.
    default_capacity: u16,
    /// How long a lost presence may come back before its agent is offline, in seconds.
    grace_period: u64,
    /// How long an agent online through Telegram may be silent before they are asked, in seconds.
    agent_idle_timeout: u64,
}

/// What is to change; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct SettingsChange {
    /// Who gets the next ticket.
    strategy: Option<Strategy>,
    /// What happens to the tickets of an agent who goes offline.
    offline_behaviour: Option<OfflineBehaviour>,
    /// Who moves tickets.
    mode: Option<Mode>,
    /// Which share of new tickets the engine assigns, in percent.
    #[schema(maximum = 100)]
    rollout_percent: Option<u8>,
    /// The capacity of a new agent.
    #[schema(minimum = 1, maximum = 100)]
    default_capacity: Option<u16>,
    /// How long a lost presence may come back before its agent is offline, in seconds.
    #[schema(minimum = 1, maximum = 604_800)]
    grace_period: Option<u64>,
    /// How long an agent online through Telegram may be silent before they are asked, in seconds.
    #[schema(minimum = 1, maximum = 604_800)]
    agent_idle_timeout: Option<u64>,
}

/// The settings.
#[utoipa::path(get, path = "/api/settings", tag = "settings", security(("bearer" = [])),
    responses((status = 200, body = Envelope<SettingsBody>)))]
pub(in crate::api) async fn show(State(api): State<Arc<Api>>, _: Admin) -> Result<SettingsBody> {
    Ok(Answer::ok("Settings", api.engine.store().settings().await?.into()))
}

/// Changes the settings.
#[utoipa::path(patch, path = "/api/settings", tag = "settings", security(("bearer" = [])),
    request_body = SettingsChange, responses((status = 200, body = Envelope<SettingsBody>)))]
pub(in crate::api) async fn change(
    State(api): State<Arc<Api>>,
    Admin(admin): Admin,
    Sent(change): Sent<SettingsChange>,
) -> Result<SettingsBody> {
    let checked = change.checked()?;
    let engine = Arc::clone(&api.engine);
    let verb = async move { engine.change_settings(&admin, |settings| checked.apply(settings)).await };
    Ok(Answer::ok("Settings changed", Api::run(verb).await?.into()))
}

/// A change whose values are all within their bounds.
struct Checked {
    words: SettingsChange,
    percent: Option<Percent>,
    capacity: Option<Capacity>,
}

impl SettingsChange {
    fn checked(self) -> std::result::Result<Checked, ApiError> {
        let bad = |what: &str| ApiError::unprocessable("bad_setting", what);
        let in_time = |seconds: Option<u64>| seconds.is_none_or(|s| (1..=MAX_SECONDS).contains(&s));
        if !in_time(self.grace_period) || !in_time(self.agent_idle_timeout) {
            return Err(bad("a time-out is 1 to 604800 seconds"));
        }
        let percent = |p| Percent::new(p).ok_or_else(|| bad("rollout_percent is 0 to 100"));
        let capacity = |c| Capacity::new(c).ok_or_else(|| bad("default_capacity is 1 to 100"));
        Ok(Checked {
            percent: self.rollout_percent.map(percent).transpose()?,
            capacity: self.default_capacity.map(capacity).transpose()?,
            words: self,
        })
    }
}

impl Checked {
    fn apply(&self, settings: &mut Settings) {
        fn set<T>(place: &mut T, value: Option<T>) {
            if let Some(value) = value {
                *place = value;
            }
        }
        set(&mut settings.strategy, self.words.strategy.map(Into::into));
        set(&mut settings.offline_behaviour, self.words.offline_behaviour.map(Into::into));
        set(&mut settings.mode, self.words.mode.map(Into::into));
        set(&mut settings.rollout_percent, self.percent);
        set(&mut settings.default_capacity, self.capacity);
        set(&mut settings.grace, self.words.grace_period.map(Duration::from_secs));
        set(&mut settings.idle_timeout, self.words.agent_idle_timeout.map(Duration::from_secs));
    }
}

impl From<Settings> for SettingsBody {
    fn from(settings: Settings) -> Self {
        Self {
            strategy: settings.strategy.into(),
            offline_behaviour: settings.offline_behaviour.into(),
            mode: settings.mode.into(),
            rollout_percent: settings.rollout_percent.get(),
            default_capacity: settings.default_capacity.get(),
            grace_period: settings.grace.as_secs(),
            agent_idle_timeout: settings.idle_timeout.as_secs(),
        }
    }
}
