//! The leader's tasks and their shutdown order: first the poller stops, then the handlers finish, then the
//! outbox finishes its calls to Telegram.
use super::App;
use super::freeze_detector::FreezeDetector;
use super::incident_monitor::IncidentMonitor;
use super::message_relay::MessageRelay;
use super::timers::{Timed, run_timer};
use crate::bot::cards::refresher::CardRefresher;
use crate::bot::context::BotContext;
use crate::clock::{Clock, Deadline};
use crate::engine::Engine;
use crate::engine::error::EngineError;
use crate::engine::ports::{ClockJump, Retention, StoreError};
use crate::inbox::runner::Runner;
use crate::inbox::status::{IntakeStatus, TaskState};
use crate::inbox::{Inbox, Listener, poller};
use crate::outbox::TopicMode;
use crate::telegram::local_me::LocalMe;
use chrono::TimeDelta;
use std::sync::Arc;
use std::time::Duration;
use teloxide::dispatching::Dispatcher;
use teloxide::error_handlers::LoggingErrorHandler;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// How long handlers may take to finish after a stop. With the outbox's time it stays below ten seconds,
/// after which process managers kill a process.
const HANDLER_DRAIN_TIMEOUT: Duration = Duration::from_secs(3);
/// How long the outbox and the other background tasks may take to finish after that.
const OUTBOX_DRAIN_TIMEOUT: Duration = Duration::from_secs(4);
/// How long the poller and answers to button presses may take to finish.
const POLL_DRAIN_TIMEOUT: Duration = Duration::from_secs(1);
/// How long to wait after the store failed a background task.
const RETRY_DELAY: Duration = Duration::from_secs(1);
/// How far the wall clock may differ from the steady clock between two sweeps before it counts as set by
/// hand.
const MIN_CLOCK_JUMP: TimeDelta = TimeDelta::seconds(30);
/// How many updates of one chat may wait in memory. The listener waits for a full chat, so practically all fit:
/// a flood in one chat must not block the others.
const WORKER_QUEUE_CAPACITY: usize = 1 << 20;

/// Runs the leader's tasks, of which a store has one set at a time, until `term_over`. Then it drains them.
/// Nothing is sent after `deadline`.
pub(super) async fn run_leader_tasks(app: &App, deadline: Arc<Deadline>, term_over: &CancellationToken) {
    let (intake, background) = (TaskTracker::new(), TaskTracker::new());
    let background_stop = CancellationToken::new();
    app.bot.tasks.reopen();
    let refresher = CardRefresher::new(
        Arc::clone(&app.engine),
        app.clock.clone(),
        Arc::clone(&app.events_refreshed),
        app.max_refresh_interval,
    );
    let (engine, clock) = (&app.engine, &app.clock);
    background.spawn(assign(Arc::clone(engine), clock.clone(), background_stop.clone()));
    background.spawn(refresh_cards(refresher, Arc::clone(app.inbox.status()), background_stop.clone()));
    background.spawn(IncidentMonitor::new(app).run(app.sweep_interval, background_stop.clone()));
    background.spawn(Arc::clone(&app.outbox).run(background_stop.clone(), Arc::clone(&deadline)));
    if let Some(webhooks) = &app.event_webhooks {
        background.spawn(Arc::clone(webhooks).run(background_stop.clone(), Arc::clone(&deadline)));
    }
    let freezes = Arc::new(FreezeDetector::new(Arc::clone(engine), clock.clone()));
    background.spawn(Arc::clone(&freezes).run(background_stop.clone()));
    background.spawn(sweep(
        Arc::clone(engine),
        app.inbox.clone(),
        freezes,
        (app.sweep_interval, app.retention),
        background_stop.clone(),
    ));
    background.spawn(MessageRelay::new(app).run(background_stop.clone()));
    for timed in Timed::ALL {
        let (engine, clock, stop) = (Arc::clone(engine), clock.clone(), background_stop.clone());
        background.spawn(run_timer(timed, engine, clock, app.sweep_interval, stop));
    }
    background.spawn(detect_modes(
        Arc::clone(&app.bot),
        Arc::clone(&app.topics),
        app.topic_detection_interval,
        background_stop.clone(),
    ));
    if app.webhook.is_none() {
        let (telegram, bot) = (app.bot.telegram.clone(), Arc::clone(&app.bot));
        intake.spawn(poller::poll(telegram, app.inbox.clone(), bot, deadline, term_over.clone()));
    }
    dispatch(app, term_over).await;
    intake.close();
    app.bot.tasks.close();
    let _ = tokio::time::timeout(POLL_DRAIN_TIMEOUT, async {
        intake.wait().await;
        app.bot.tasks.wait().await;
    })
    .await;
    background_stop.cancel();
    background.close();
    if tokio::time::timeout(OUTBOX_DRAIN_TIMEOUT, background.wait()).await.is_err() {
        tracing::warn!("timed out draining the outbox; deliveries may be repeated after the next start");
    }
}

/// Runs teloxide's dispatcher on the inbox: the updates of one chat in order, chats concurrently.
async fn dispatch(app: &App, stop: &CancellationToken) {
    let runner =
        Arc::new(Runner::new(Arc::clone(&app.bot), app.inbox.clone(), app.clock.clone(), stop.clone()));
    let state = &app.inbox.status().dispatcher;
    while !stop.is_cancelled() {
        // The listener sets it to working when the dispatcher begins to read it.
        state.set(TaskState::Failing);
        let local_me = match LocalMe::start(&app.bot.bot_username).await {
            Ok(local_me) => local_me,
            Err(error) => {
                tracing::error!(%error, "failed to start the local getMe endpoint; retrying");
                tokio::select! { () = tokio::time::sleep(RETRY_DELAY) => {} () = stop.cancelled() => {} }
                continue;
            }
        };
        let mut dispatcher = Dispatcher::builder(local_me.bot(), dptree::endpoint(Runner::handle))
            .dependencies(dptree::deps![Arc::clone(&runner)])
            .worker_queue_size(WORKER_QUEUE_CAPACITY)
            .build();
        let token = dispatcher.shutdown_token();
        let listener = Listener::new(app.inbox.clone(), Arc::clone(&app.engine));
        let errors = LoggingErrorHandler::with_custom_text("inbox listener failed");
        let dispatching = dispatcher.try_dispatch_with_listener(listener, errors);
        tokio::pin!(dispatching);
        let ended = tokio::select! {
            ended = &mut dispatching => Some(ended),
            () = stop.cancelled() => None,
        };
        match ended {
            Some(ended) => {
                state.set(TaskState::Failing);
                match ended {
                    Ok(()) => tracing::error!("dispatcher stopped unexpectedly; restarting it"),
                    Err(error) => tracing::warn!(%error, "failed to start dispatcher; retrying"),
                }
                tokio::select! { () = tokio::time::sleep(RETRY_DELAY) => {} () = stop.cancelled() => {} }
            }
            None => {
                // `shutdown` fails only if the dispatcher is not running, and then there is nothing to wait
                // for.
                if let Ok(_stopping) = token.shutdown()
                    && tokio::time::timeout(HANDLER_DRAIN_TIMEOUT, dispatching).await.is_err()
                {
                    tracing::warn!(
                        "timed out draining handlers; unfinished updates are handled after the next start"
                    );
                }
            }
        }
    }
    state.set(TaskState::Absent);
}

/// Runs the assigner: one batch of rounds whenever a round is requested, or a ticket may return to a former
/// holder.
async fn assign(engine: Arc<Engine>, clock: Clock, stop: CancellationToken) {
    let _assigner = engine.assigner();
    loop {
        let return_due = async {
            match engine.next_return_at() {
                Some(at) => tokio::time::sleep((at - clock.now()).to_std().unwrap_or_default()).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = engine.round_requested() => {}
            () = return_due => {}
            () = stop.cancelled() => return,
        }
        engine.request_returns(clock.now());
        if let Err(error) = engine.run_rounds(|| clock.now()).await {
            // The departments stay pending; the wake-up is repeated after a delay.
            tracing::error!(%error, "assignment round failed");
            tokio::select! { () = tokio::time::sleep(RETRY_DELAY) => {} () = stop.cancelled() => return }
            engine.wake_assigner();
        }
    }
}

async fn refresh_cards(mut refresher: CardRefresher, intake: Arc<IntakeStatus>, stop: CancellationToken) {
    // After a start all cards are due, and reading what they show takes long on a large desk. People come first.
    tokio::select! { () = intake.dispatcher.working() => {} () = stop.cancelled() => return }
    let mut must_catch_up = true;
    loop {
        let refresh = async {
            if must_catch_up {
                return refresher.catch_up().await.map(|()| true);
            }
            refresher.step().await
        };
        let result = tokio::select! { result = refresh => result, () = stop.cancelled() => return };
        must_catch_up = match result {
            Ok(true) => false,
            Ok(false) => return,
            Err(error) => {
                tracing::error!(%error, "failed to refresh cards");
                tokio::select! { () = tokio::time::sleep(RETRY_DELAY) => {} () = stop.cancelled() => return }
                true
            }
        };
    }
}

/// Asks Telegram again and again whether the bot has topics in private chats, and inline mode: an admin can switch
/// them.
async fn detect_modes(
    bot: Arc<BotContext>,
    topics: Arc<TopicMode>,
    interval: Duration,
    stop: CancellationToken,
) {
    loop {
        tokio::select! { () = tokio::time::sleep(interval) => {} () = stop.cancelled() => return }
        match bot.telegram.call("getMe", &serde_json::json!({})).await {
            Ok(me) => {
                topics.learn(&me);
                bot.inline_mode.learn(&me);
            }
            Err(error) => tracing::warn!(%error, "failed to detect topics and inline mode"),
        }
    }
}

/// Runs the sweep at each interval, and prunes the records that were kept long enough.
async fn sweep(
    engine: Arc<Engine>,
    inbox: Inbox,
    freezes: Arc<FreezeDetector>,
    (interval, retention): (Duration, Retention),
    stop: CancellationToken,
) {
    let clock = freezes.clock().clone();
    let (mut wall, mut steady) = (clock.now(), clock.steady());
    let mut store_failed = false;
    loop {
        tokio::select! { () = tokio::time::sleep(interval) => {} () = stop.cancelled() => return }
        let now = clock.now();
        let steady_now = clock.steady();
        let elapsed = TimeDelta::from_std(steady_now.saturating_sub(steady)).unwrap_or_default();
        let jump = ClockJump { before: wall, now, by: (now - wall) - elapsed };
        let was_set = jump.by.abs() > MIN_CLOCK_JUMP;
        if was_set {
            tracing::warn!(
                seconds = jump.by.num_seconds(),
                "system clock was set; idle timers start again and waits are moved"
            );
        }
        (wall, steady) = (now, steady_now);
        freezes.tick();
        // A store outage loses heartbeats, and while polls fail, no press arrives.
        if store_failed {
            engine.restart_observation(now);
        }
        if inbox.status().polls.get() == TaskState::Failing {
            engine.restart_telegram_observation(now);
        }
        let result = async {
            if was_set {
                engine.adjust_to_clock(jump).await?;
            }
            engine.sweep(now).await?;
            engine.store().prune(&retention.cutoffs(now)).await?;
            Ok::<(), EngineError>(())
        };
        let result = result.await;
        store_failed = matches!(result, Err(EngineError::Store(StoreError::Unavailable(_))));
        if let Err(error) = result {
            tracing::error!(%error, "sweep failed");
        }
    }
}
