//! `antri run`: the desk, on the configured back ends, until a signal.
use crate::app::{App, SWEEP_EVERY, Setup, embedded};
use crate::clock::Clock;
use crate::config::Config;
use crate::engine::Rules;
use crate::engine::chance::Chance;
use crate::outbox::pace::Limits;
use crate::telegram::{CALL_TIMEOUT, Telegram};
use anyhow::Context;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// Runs the desk until `stop`.
pub(super) async fn run(config: &Config, stop: CancellationToken) -> anyhow::Result<()> {
    #[cfg(feature = "failpoints")]
    crate::crash::arm();
    let token = config.telegram.require_token()?.clone();
    if let Some(why) = config.storage.unsupported() {
        anyhow::bail!("{why}");
    }
    let back = embedded(&config.storage.data_dir).context("the store can't be opened (DATA_DIR)")?;
    let listener = TcpListener::bind(config.http.addr).await;
    let listener = listener.with_context(|| format!("HTTP_ADDR {} can't be used", config.http.addr))?;
    let webhook = config.telegram.webhook.clone();
    let mode = if webhook.is_some() { "webhook" } else { "long polling" };
    let setup = Setup {
        store: back.store.clone(),
        presence: back.presence,
        presence_is_volatile: true,
        telegram: Telegram::new(config.telegram.api_url.clone(), token, CALL_TIMEOUT)?,
        webhook,
        http: config.http.clone(),
        listener,
        rules: rules(config),
        first_settings: config.desk.first_settings(),
        clock: Clock::system(),
        chance: Chance::from_os(),
        limits: limits(),
        sweep_every: SWEEP_EVERY,
    };
    let started = tokio::select! {
        started = App::start(setup) => Some(started?),
        () = stop.cancelled() => None,
    };
    if let Some(app) = started {
        tracing::info!(bot = app.desk.bot_username, mode, http = %app.addr, "the desk is open");
        if let Some(link) = app.claim_link().await? {
            tracing::info!("nobody is admin yet: open {link} within 24 hours to become the first one");
        }
        app.run(stop).await?;
    }
    back.store.close().await;
    tracing::info!("the desk is closed");
    Ok(())
}

/// The pace to keep towards Telegram.
fn limits() -> Limits {
    #[cfg(feature = "failpoints")]
    return crate::crash::limits();
    #[cfg(not(feature = "failpoints"))]
    Limits::TELEGRAM
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
