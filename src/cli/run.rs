//! `antri run`: the desk, on the configured back ends, until a signal.
use crate::app::{App, MAX_REFRESH_INTERVAL, SWEEP_INTERVAL, Setup, Storage, presence};
use crate::clock::Clock;
use crate::config::Config;
use crate::domain::quota::Quota;
use crate::engine::Rules;
use crate::engine::random::Random;
use crate::outbox::rate_limit::RateLimits;
use crate::telegram::{CALL_TIMEOUT, Telegram};
use anyhow::Context;
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
    let listener = listener.with_context(|| format!("HTTP_ADDR {} can't be used", config.http.addr))?;
    let webhook = config.telegram.webhook.clone();
    let mode = if webhook.is_some() { "webhook" } else { "long polling" };
    let mut chance = Random::from_os();
    let replicas = storage.replicas(&config.storage, &mut chance)?;
    let (presence, presence_is_volatile) = presence(config.storage.redis.as_ref())?;
    let setup = Setup {
        store: storage.store(),
        presence,
        replicas,
        presence_is_volatile,
        telegram: Telegram::new(config.telegram.api_url.clone(), token, CALL_TIMEOUT)?,
        webhook,
        http: config.http.clone(),
        listener,
        rules: rules(config),
        first_settings: config.desk.first_settings(),
        clock: Clock::system(),
        chance,
        limits: limits(),
        quota: quota(),
        sweep_every: SWEEP_INTERVAL,
        longest_pause: longest_pause(),
    };
    let started = tokio::select! {
        started = App::start(setup) => Some(started?),
        () = stop.cancelled() => None,
    };
    if let Some(app) = started {
        tracing::info!(bot = app.desk.bot_username, mode, http = %app.addr, "the desk is open");
        warn_of_overruled(config, &app).await?;
        if let Some(link) = app.claim_link().await? {
            tracing::info!("nobody is admin yet: open {link} within 24 hours to become the first one");
        }
        app.run(stop).await?;
    }
    storage.close().await;
    tracing::info!("the desk is closed");
    Ok(())
}

/// Says which variables are set in vain: they gave the first value, and the desk holds another one by now.
async fn warn_of_overruled(config: &Config, app: &App) -> anyhow::Result<()> {
    let stored = app.engine.store().settings().await?;
    for (variable, said, held) in config.desk.overruled(&stored) {
        tracing::warn!(
            variable,
            environment_s = said.as_secs(),
            desk_s = held.as_secs(),
            "the environment gives only the first value; the desk's own counts (/api/settings)"
        );
    }
    Ok(())
}

/// The pace to keep towards Telegram.
fn limits() -> RateLimits {
    #[cfg(feature = "failpoints")]
    return super::failpoints::limits();
    #[cfg(not(feature = "failpoints"))]
    RateLimits::TELEGRAM
}

/// How much one chat may send.
fn quota() -> Quota {
    // Crashes are looked for with few people who do much.
    if cfg!(feature = "failpoints") { Quota::NONE } else { Quota::PEOPLE }
}

/// How long live cards may rest.
fn longest_pause() -> Duration {
    // Who looks from outside for when a desk has come to rest can't see what will follow from a pause.
    if cfg!(feature = "failpoints") { Duration::ZERO } else { MAX_REFRESH_INTERVAL }
}

/// What the engine needs of the configuration.
pub(super) fn rules(config: &Config) -> Rules {
    Rules {
        zone: config.desk.timezone,
        default_locale: config.desk.default_locale,
        admin_ids: config.desk.admin_ids.clone(),
        presence_ttl: config.presence.status_ttl,
    }
}
