//! The lifetime of a desk: serves HTTP, runs the leader's tasks alone or whenever this replica is elected,
//! and drains HTTP at the end.
use super::{App, leadership, tasks};
use crate::api;
use crate::clock::Deadline;
use crate::config::telegram::WebhookConfig;
use crate::http_server::serve;
use crate::inbox::status::TaskState;
use crate::inbox::webhook;
use anyhow::Context;
use std::sync::{Arc, PoisonError};
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// How long HTTP requests may take to finish after a stop.
const HTTP_DRAIN_TIMEOUT: Duration = Duration::from_secs(1);
/// How long to wait before the webhook is registered again, unless Telegram says how long.
const RETRY_DELAY: Duration = Duration::from_secs(1);

/// Runs until `stop`. Errors if the app has run before, or if Telegram rejects the webhook.
pub(super) async fn run(app: &App, stop: CancellationToken) -> anyhow::Result<()> {
    let (http_tasks, stop) = (TaskTracker::new(), stop.child_token());
    if app.replicas.is_none() {
        // The desk is not ready before its dispatcher reads the inbox.
        app.inbox.status().dispatcher.set(TaskState::Failing);
    }
    serve_http(app, &http_tasks, &stop)?;
    // Concurrent: the webhook of an earlier process brings updates while Telegram delays a registration.
    let (registered, ()) = tokio::join!(register_webhook(app, &stop), run_tasks(app, &stop));
    http_tasks.close();
    let _ = tokio::time::timeout(HTTP_DRAIN_TIMEOUT, http_tasks.wait()).await;
    registered
}

/// Runs the leader's tasks alone, or whenever this replica is elected.
async fn run_tasks(app: &App, stop: &CancellationToken) {
    if let Some(replicas) = &app.replicas {
        Box::pin(leadership::run_elections(app, replicas, stop)).await;
    } else {
        let deadline = Arc::new(Deadline::never(app.clock.clone()));
        Box::pin(tasks::run_leader_tasks(app, deadline, stop)).await;
    }
}

/// Registers the webhook, if there is one. Stops the desk if Telegram rejects it.
async fn register_webhook(app: &App, stop: &CancellationToken) -> anyhow::Result<()> {
    let Some(config) = &app.webhook else { return Ok(()) };
    let registered = register(app, config, stop).await;
    if registered.is_err() {
        stop.cancel();
    }
    registered
}

/// Serves the side API and, in webhook mode, the webhook on the app's listener.
fn serve_http(app: &App, http_tasks: &TaskTracker, stop: &CancellationToken) -> anyhow::Result<()> {
    let listener = app.listener.lock().unwrap_or_else(PoisonError::into_inner).take();
    let listener = listener.context("an app runs only once")?;
    let mut router = api::router(&app.api);
    if let Some(config) = &app.webhook {
        let (inbox, bot) = (app.inbox.clone(), Arc::clone(&app.bot));
        let webhook = webhook::router(inbox, bot, &config.url, config.secret.clone());
        router = router.merge(api::limit_rejected(&app.api, webhook));
    }
    http_tasks.spawn(Arc::clone(&app.api).run_live(stop.clone()));
    http_tasks.spawn(serve(listener, router, app.server_limits.clone(), stop.clone()));
    Ok(())
}

/// Registers the webhook with Telegram; retries transient errors until `stop`.
async fn register(app: &App, config: &WebhookConfig, stop: &CancellationToken) -> anyhow::Result<()> {
    loop {
        let registered = tokio::select! {
            registered = webhook::register(&app.bot.telegram, &config.url, &config.secret, app.bot.inline_mode.is_enabled()) => registered,
            () = stop.cancelled() => return Ok(()),
        };
        match registered {
            Ok(()) => return Ok(()),
            Err(error) if error.is_transient() => {
                tracing::warn!(%error, "failed to register the webhook; retrying");
                let delay = error.retry_after().unwrap_or(RETRY_DELAY);
                tokio::select! { () = tokio::time::sleep(delay) => {} () = stop.cancelled() => {} }
            }
            Err(error) => return Err(error).context("Telegram rejected the webhook (WEBHOOK_URL)"),
        }
    }
}
