//! The `antri run` command: runs the desk on the configured back ends until a signal.
use crate::app::{
    AnswerLimits, App, MAX_REFRESH_INTERVAL, SWEEP_INTERVAL, Setup, Storage, TOPIC_DETECTION_INTERVAL,
    presence,
};
use crate::clock::Clock;
use crate::config::Config;
use crate::domain::quota::Quota;
use crate::engine::EngineConfig;
use crate::engine::random::Random;
use crate::outbox::rate_limit::RateLimits;
use crate::telegram::{CALL_TIMEOUT, Telegram};
use anyhow::Context;
use chrono::TimeDelta;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// Runs the desk until `stop`.
pub(super) async fn run(config: &Config, stop: CancellationToken) -> anyhow::Result<()> {
    #[cfg(feature = "failpoints")]
    super::failpoints::arm();
    let token = config.telegram.require_token()?.clone();
    let storage = Storage::open(&config.storage).await?;
    let listener = TcpListener::bind(config.http.addr).await;
    let listener = listener.with_context(|| format!("failed to bind HTTP_ADDR {}", config.http.addr))?;
    let webhook = config.telegram.webhook.clone();
    let mode = if webhook.is_some() { "webhook" } else { "long polling" };
    let mut random = Random::from_os();
    let replicas = storage.replicas(&config.storage, &mut random)?;
    let (presence, presence_is_volatile) = presence(&config.storage)?;
    let setup = Setup {
        store: storage.store(),
        presence,
        replicas,
        presence_is_volatile,
        telegram: Telegram::new(config.telegram.api_url.clone(), token, CALL_TIMEOUT)?,
        webhook,
        http: config.http.clone(),
        listener,
        engine: engine_config(config),
        initial_settings: config.desk.first_settings(),
        clock: clock(),
        random,
        rate_limits: rate_limits(),
        quota: quota(),
        retention: config.retention.retention(),
        sweep_interval: SWEEP_INTERVAL,
        topic_detection_interval: TOPIC_DETECTION_INTERVAL,
        max_refresh_interval: max_refresh_interval(),
        answer_limits: AnswerLimits::default(),
    };
    let started = tokio::select! {
        started = App::start(setup) => Some(started?),
        () = stop.cancelled() => None,
    };
    if let Some(app) = started {
        tracing::info!(bot = app.bot.bot_username, mode, http = %app.addr, "desk started");
        warn_of_overridden(config, &app).await?;
        if let Some(link) = app.claim_link().await? {
            tracing::info!("there is no admin yet; open {link} within 24 hours to become the first one");
        }
        app.run(stop).await?;
    }
    storage.close().await;
    tracing::info!("desk stopped");
    Ok(())
}

/// Warns of environment variables that differ from the stored settings: they only give the initial values.
async fn warn_of_overridden(config: &Config, app: &App) -> anyhow::Result<()> {
    let settings = app.engine.store().settings().await?;
    for (variable, environment, stored) in config.desk.overruled(&settings) {
        tracing::warn!(
            variable,
            environment_s = environment.as_secs(),
            desk_s = stored.as_secs(),
            "environment variable differs from the stored setting; the stored setting is used (/api/settings)"
        );
    }
    Ok(())
}

/// Returns the clock of the desk.
fn clock() -> Clock {
    #[cfg(feature = "failpoints")]
    return super::failpoints::clock();
    #[cfg(not(feature = "failpoints"))]
    Clock::system()
}

/// Returns the rate limits of calls to Telegram.
fn rate_limits() -> RateLimits {
    #[cfg(feature = "failpoints")]
    return super::failpoints::limits();
    #[cfg(not(feature = "failpoints"))]
    RateLimits::TELEGRAM
}

/// Returns the quota of updates per chat.
fn quota() -> Quota {
    // In the crash tests few people send many updates.
    if cfg!(feature = "failpoints") { Quota::NONE } else { Quota::PEOPLE }
}

/// Returns the longest delay between two refreshes of live cards.
fn max_refresh_interval() -> Duration {
    // The crash tests detect an idle desk from outside, and can't see a refresh that is still to follow a
    // delay.
    if cfg!(feature = "failpoints") { Duration::ZERO } else { MAX_REFRESH_INTERVAL }
}

/// Returns how long a released ticket stays away from its former holder.
fn return_delay() -> TimeDelta {
    // In the crash tests an agent who takes a break is often the only one for a ticket.
    #[cfg(feature = "failpoints")]
    return super::failpoints::RETURN_DELAY;
    #[cfg(not(feature = "failpoints"))]
    crate::domain::ticket::RETURN_DELAY
}

/// Returns the engine's part of the configuration.
pub(super) fn engine_config(config: &Config) -> EngineConfig {
    EngineConfig {
        zone: config.desk.timezone,
        default_locale: config.desk.default_locale,
        admin_ids: config.desk.admin_ids.clone(),
        presence_ttl: config.presence.status_ttl,
        return_delay: return_delay(),
    }
}
