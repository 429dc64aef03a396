//! What runs side by side in a desk, and in which order it ends: first nothing new comes in, then what came in is handled,
//! then what is under way to Telegram is finished.
use super::incident_monitor::IncidentMonitor;
use super::{App, leadership};
use crate::api;
use crate::bot::cards::refresher::CardRefresher;
use crate::clock::Deadline;
use crate::config::telegram::WebhookConfig;
use crate::http_server::serve;
use crate::inbox::runner::Runner;
use crate::inbox::{Listener, poller, webhook};
use anyhow::Context;
use chrono::TimeDelta;
use std::sync::{Arc, PoisonError};
use std::time::Duration;
use teloxide::dispatching::Dispatcher;
use teloxide::error_handlers::LoggingErrorHandler;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// How long handlers may take to finish after a stop, and then the outbox: together below the ten seconds after which
/// process managers lose patience.
const HANDLER_DRAIN_TIMEOUT: Duration = Duration::from_secs(3);
const OUTBOX_DRAIN_TIMEOUT: Duration = Duration::from_secs(4);
/// How long requests and polls under way may take to end.
const HTTP_DRAIN_TIMEOUT: Duration = Duration::from_secs(1);
/// How long to wait after the store failed a background task.
const RETRY_DELAY: Duration = Duration::from_secs(1);
/// How far the wall clock may stray from the steady one between two sweeps before it counts as set by somebody.
const MIN_CLOCK_JUMP: TimeDelta = TimeDelta::seconds(30);
/// Rows of one chat that may wait in memory for their turn: all of them, so that one chat's flood never blocks others.
const WORKER_QUEUE: usize = 1 << 20;
/// How long handled updates are remembered: twice as long as Telegram keeps undelivered ones.
const RETENTION: TimeDelta = TimeDelta::hours(48);

/// Runs until `stop`: takes updates in, and works, alone or whenever it is this replica's turn.
pub(super) async fn run(app: &App, stop: CancellationToken) -> anyhow::Result<()> {
    let front = TaskTracker::new();
    serve_http(app, &front, &stop)?;
    if let Some(config) = &app.webhook {
        register(app, config, &stop).await?;
    }
    match &app.replicas {
        Some(replicas) => Box::pin(leadership::run_elections(app, replicas, &stop)).await,
        None => Box::pin(run_leader_tasks(app, Arc::new(Deadline::never(app.clock.clone())), &stop)).await,
    }
    front.close();
    let _ = tokio::time::timeout(HTTP_DRAIN_TIMEOUT, front.wait()).await;
    Ok(())
}

/// The desk's work, of which there is one at a time on a store, until `over`. Nothing is sent after `deadline`.
pub(super) async fn run_leader_tasks(app: &App, deadline: Arc<Deadline>, over: &CancellationToken) {
    let (front, back) = (TaskTracker::new(), TaskTracker::new());
    let end = CancellationToken::new();
    app.desk.tasks.reopen();
    let live = CardRefresher::new(
        Arc::clone(&app.engine),
        app.clock.clone(),
        Arc::clone(&app.served),
        app.longest_pause,
    );
    back.spawn(assign(Arc::clone(&app.engine), app.clock.clone(), end.clone()));
    back.spawn(refresh_cards(live, end.clone()));
    back.spawn(IncidentMonitor::new(app).run(app.sweep_every, end.clone()));
    back.spawn(Arc::clone(&app.outbox).run(end.clone(), Arc::clone(&deadline)));
    back.spawn(sweep(Arc::clone(&app.engine), app.clock.clone(), app.sweep_every, end.clone()));
    if app.webhook.is_none() {
        let telegram = app.desk.telegram.clone();
        let poll = poller::poll(telegram, app.inbox.clone(), Arc::clone(&app.desk), deadline, over.clone());
        front.spawn(poll);
    }
    dispatch(app, over).await;
    front.close();
    app.desk.tasks.close();
    let _ = tokio::time::timeout(HTTP_DRAIN_TIMEOUT, async {
        front.wait().await;
        app.desk.tasks.wait().await;
    })
    .await;
    end.cancel();
    back.close();
    if tokio::time::timeout(OUTBOX_DRAIN_TIMEOUT, back.wait()).await.is_err() {
        tracing::warn!("some deliveries did not end in time; they may be repeated after the next start");
    }
}

/// teloxide's dispatcher on the inbox: one update of a chat after the other, chats side by side.
async fn dispatch(app: &App, stop: &CancellationToken) {
    let runner = Arc::new(Runner::new(Arc::clone(&app.desk), app.clock.clone(), stop.clone()));
    let bot = app.desk.telegram.teloxide();
    while !stop.is_cancelled() {
        let mut dispatcher = Dispatcher::builder(bot.clone(), dptree::endpoint(Runner::handle))
            .dependencies(dptree::deps![Arc::clone(&runner)])
            .worker_queue_size(WORKER_QUEUE)
            .build();
        let token = dispatcher.shutdown_token();
        let listener = Listener::new(app.inbox.clone(), Arc::clone(&app.engine));
        let errors = LoggingErrorHandler::with_custom_text("the inbox");
        let work = dispatcher.try_dispatch_with_listener(listener, errors);
        tokio::pin!(work);
        let ended = tokio::select! {
            ended = &mut work => Some(ended),
            () = stop.cancelled() => None,
        };
        match ended {
            Some(ended) => {
                match ended {
                    Ok(()) => tracing::error!("the dispatcher ended by itself; starting another one"),
                    Err(error) => tracing::warn!(%error, "the dispatcher can't start yet"),
                }
                tokio::select! { () = tokio::time::sleep(RETRY_DELAY) => {} () = stop.cancelled() => {} }
            }
            None => {
                // Fails only when it is not running, and then there is nothing to wait for.
                if let Ok(_stopping) = token.shutdown()
                    && tokio::time::timeout(HANDLER_DRAIN_TIMEOUT, work).await.is_err()
                {
                    tracing::warn!(
                        "some updates were not handled in time; they come again after the next start"
                    );
                }
            }
        }
    }
}

/// The side API, and beside it the webhook, on the desk's socket.
fn serve_http(app: &App, front: &TaskTracker, stop: &CancellationToken) -> anyhow::Result<()> {
    let listener = app.listener.lock().unwrap_or_else(PoisonError::into_inner).take();
    let listener = listener.context("a desk runs once")?;
    let mut router = api::router(&app.api);
    if let Some(config) = &app.webhook {
        let (inbox, desk) = (app.inbox.clone(), Arc::clone(&app.desk));
        router = router.merge(webhook::router(inbox, desk, &config.url, config.secret.clone()));
    }
    front.spawn(Arc::clone(&app.api).run_live(stop.clone()));
    front.spawn(serve(listener, router, stop.clone()));
    Ok(())
}

/// Tells Telegram where to post, as often as it takes.
async fn register(app: &App, config: &WebhookConfig, stop: &CancellationToken) -> anyhow::Result<()> {
    loop {
        let registered = tokio::select! {
            registered = webhook::register(&app.desk.telegram, &config.url, &config.secret) => registered,
            () = stop.cancelled() => return Ok(()),
        };
        match registered {
            Ok(()) => return Ok(()),
            Err(error) if error.is_transient() => {
                tracing::warn!(%error, "the webhook is not registered yet; trying again");
                let wait = error.retry_after().unwrap_or(RETRY_DELAY);
                tokio::select! { () = tokio::time::sleep(wait) => {} () = stop.cancelled() => {} }
            }
            Err(error) => return Err(error).context("Telegram refuses the webhook (WEBHOOK_URL)"),
        }
    }
}

/// The assigner: sleeps until something happens that can need it.
async fn assign(engine: Arc<crate::engine::Engine>, clock: crate::clock::Clock, end: CancellationToken) {
    let _here = engine.assigner();
    loop {
        tokio::select! { () = engine.round_requested() => {} () = end.cancelled() => return }
        if let Err(error) = engine.run_rounds(|| clock.now()).await {
            // The departments stay marked; the wake-up is repeated when the store has had a moment.
            tracing::error!(%error, "a round failed");
            tokio::select! { () = tokio::time::sleep(RETRY_DELAY) => {} () = end.cancelled() => return }
            engine.wake();
        }
    }
}

async fn refresh_cards(mut live: CardRefresher, end: CancellationToken) {
    let mut behind = true;
    loop {
        let step = async {
            if behind {
                return live.catch_up().await.map(|()| true);
            }
            live.step().await
        };
        let result = tokio::select! { result = step => result, () = end.cancelled() => return };
        behind = match result {
            Ok(true) => false,
            Ok(false) => return,
            Err(error) => {
                tracing::error!(%error, "cards can't be refreshed");
                tokio::select! { () = tokio::time::sleep(RETRY_DELAY) => {} () = end.cancelled() => return }
                true
            }
        };
    }
}

/// The safety net, every so often; and once a day's worth of old rows is forgotten.
async fn sweep(
    engine: Arc<crate::engine::Engine>,
    clock: crate::clock::Clock,
    every: Duration,
    end: CancellationToken,
) {
    let (mut wall, mut steady) = (clock.now(), clock.steady());
    loop {
        tokio::select! { () = tokio::time::sleep(every) => {} () = end.cancelled() => return }
        let now = clock.now();
        let passed = clock.steady();
        let strayed = (now - wall) - TimeDelta::from_std(passed.saturating_sub(steady)).unwrap_or_default();
        (wall, steady) = (now, passed);
        let result = async {
            if strayed.abs() > MIN_CLOCK_JUMP {
                tracing::warn!(
                    seconds = strayed.num_seconds(),
                    "the clock was set: nobody is expired because of it"
                );
                engine.reset_idle_timers(now).await?;
            }
            engine.sweep(now).await?;
            engine.store().prune(now - RETENTION).await?;
            Ok::<(), crate::engine::error::EngineError>(())
        };
        if let Err(error) = result.await {
            tracing::error!(%error, "a sweep failed");
        }
    }
}
