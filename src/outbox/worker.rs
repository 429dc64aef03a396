//! The worker: claims as much as pace and parallelism allow, sends each delivery in a task of its own, settles what is done.
use super::action::{Compose, TelegramAction};
use super::error_policy::{ErrorAction, backoff, classify};
use super::rate_limit::{RateLimiter, RateLimits};
use crate::clock::{Clock, Deadline};
use crate::domain::ids::TelegramId;
use crate::engine::Engine;
use crate::engine::ports::{ClaimedDelivery, Outcome, StoreError};
use crate::telegram::{CallError, Telegram};
use chrono::TimeDelta;
use futures::FutureExt;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::task::{JoinError, JoinSet};
use tokio_util::sync::CancellationToken;

/// How many deliveries are under way at once, each to another chat. Telegram takes about 30 a second, and may take seconds to
/// answer one.
const MAX_PARALLEL_SENDS: usize = 128;
/// How often a silent Telegram is asked whether it answers again.
const PROBE_INTERVAL: Duration = Duration::from_secs(1);
/// The shortest and the longest wait for deliveries of which nobody tells.
const MIN_WAIT: Duration = Duration::from_millis(5);
const MAX_WAIT: Duration = Duration::from_secs(60);
/// How often a delivery may panic before it is given up.
const MAX_TRIES: u32 = 3;

/// The outbox's worker.
pub struct Outbox {
    engine: Arc<Engine>,
    composer: Arc<dyn Compose>,
    telegram: Telegram,
    clock: Clock,
    rate_limiter: Mutex<RateLimiter>,
}

/// What a task of the worker's came to.
enum TaskResult {
    /// A delivery, and what became of it.
    Delivery(DeliveryReport),
    /// A question whether Telegram answers: it does, or not.
    Probe(bool),
}

/// What became of one delivery, and whether Telegram seems to be out of reach.
struct DeliveryReport {
    id: u64,
    outcome: Outcome,
    silent: bool,
}

impl Outbox {
    /// A worker for the engine's outbox.
    #[must_use]
    pub fn new(
        engine: Arc<Engine>,
        composer: Arc<dyn Compose>,
        telegram: Telegram,
        clock: Clock,
        limits: RateLimits,
    ) -> Self {
        Self { engine, composer, telegram, clock, rate_limiter: Mutex::new(RateLimiter::new(limits)) }
    }

    /// Works until `stop`; then lets what is under way come to its end. Nothing is sent after `deadline`: whatever slept past
    /// it (a process that was stopped for a while) must take the outbox to be another replica's.
    pub async fn run(self: Arc<Self>, stop: CancellationToken, deadline: Arc<Deadline>) {
        let mut under_way: JoinSet<TaskResult> = JoinSet::new();
        let (mut silent, mut outcomes) = (false, Vec::new());
        loop {
            // Asked once a turn: were it asked again further down, a stop in between would leave nothing to wait for.
            let stopping = stop.is_cancelled();
            let ended = std::mem::take(&mut outcomes);
            let pause = if stopping || silent {
                self.settle(ended).await;
                if !stopping {
                    self.stage_only().await;
                }
                PROBE_INTERVAL
            } else {
                // Together, as a store does together what it is asked for at the same time.
                let (at_once, started) =
                    tokio::join!(self.settle(ended), self.claim_and_send(&mut under_way, &deadline));
                match started {
                    // The claim may have come before what makes way for more.
                    Ok(_) if !at_once => MIN_WAIT,
                    Ok(pause) => pause,
                    Err(error) => {
                        tracing::error!(%error, "the outbox can't be read");
                        PROBE_INTERVAL
                    }
                }
            };
            if stopping && under_way.is_empty() {
                return;
            }
            tokio::select! {
                Some(first) = under_way.join_next() => {
                    if collect(first, &mut under_way, &mut outcomes, &mut silent) && !stop.is_cancelled() {
                        let (worker, stop) = (Arc::clone(&self), stop.clone());
                        under_way.spawn(async move { TaskResult::Probe(worker.probe(&stop).await) });
                    }
                }
                () = self.engine.wait_for_deliveries(), if !stopping => {}
                () = tokio::time::sleep(pause), if !stopping => {}
                () = stop.cancelled(), if !stopping => {}
            }
        }
    }

    /// Claims what may go and starts sending it. Returns how long to wait if nothing else happens.
    async fn claim_and_send(
        self: &Arc<Self>,
        under_way: &mut JoinSet<TaskResult>,
        deadline: &Arc<Deadline>,
    ) -> Result<Duration, StoreError> {
        let store = self.engine.store();
        loop {
            if deadline.has_passed() {
                return Ok(PROBE_INTERVAL);
            }
            let now = self.clock.now();
            let room = self.rate_limiter().reserve(MAX_PARALLEL_SENDS.saturating_sub(under_way.len()), now);
            let claimed = if room == 0 { Ok(Vec::new()) } else { store.claim(room, now).await };
            self.rate_limiter().give_back(room - claimed.as_ref().map_or(0, Vec::len));
            let claimed = claimed?;
            // Fewer than there was room for: hardly anything else may go now, so that is soon enough looked at again.
            let (all, longest) = match claimed.len() {
                0 => (true, MAX_WAIT),
                some => (some < room, PROBE_INTERVAL),
            };
            if !claimed.is_empty() {
                fail::fail_point!("outbox-after-claim");
            }
            for delivery in claimed {
                let (worker, deadline) = (Arc::clone(self), Arc::clone(deadline));
                under_way
                    .spawn(async move { TaskResult::Delivery(worker.deliver(delivery, &deadline).await) });
            }
            if all {
                let next = if room == 0 {
                    Some(self.rate_limiter().next_room(now))
                } else {
                    store.next_delivery_at().await?
                };
                let wait = next.map_or(longest, |at| (at - now).to_std().unwrap_or_default());
                return Ok(wait.clamp(MIN_WAIT, longest));
            }
        }
    }

    /// While nothing is sent: a store may put what gathers there in order.
    async fn stage_only(&self) {
        if let Err(error) = self.engine.store().claim(0, self.clock.now()).await {
            tracing::error!(%error, "the outbox can't be read");
        }
    }

    /// Says what became of deliveries; and whether that was possible at once.
    async fn settle(&self, outcomes: Vec<(u64, Outcome)>) -> bool {
        if outcomes.is_empty() {
            return true;
        }
        let mut at_once = true;
        fail::fail_point!("outbox-before-mark");
        // An outcome that can't be written is worth every try: without it the message goes out twice.
        while let Err(error) = self.engine.store().settle(outcomes.clone(), self.clock.now()).await {
            tracing::error!(%error, "what was sent can't be marked");
            at_once = false;
            tokio::time::sleep(PROBE_INTERVAL).await;
        }
        fail::fail_point!("outbox-after-mark");
        at_once
    }

    /// Sends one delivery. One whose words can't be put together without a panic must not hold up its chat for ever.
    async fn deliver(&self, delivery: ClaimedDelivery, deadline: &Deadline) -> DeliveryReport {
        let (id, attempts) = (delivery.id, delivery.attempts);
        let sent = AssertUnwindSafe(self.send(delivery, deadline)).catch_unwind().await;
        sent.unwrap_or_else(|_| {
            tracing::error!(delivery = id, attempts, "a delivery panicked");
            let outcome = if attempts + 1 < MAX_TRIES {
                Outcome::Retry { until: self.clock.now() + backoff(attempts), unknown: false }
            } else {
                Outcome::Dropped("panicked".into())
            };
            DeliveryReport { id, outcome, silent: false }
        })
    }

    async fn send(&self, delivery: ClaimedDelivery, deadline: &Deadline) -> DeliveryReport {
        let now = self.clock.now();
        let done = |outcome| DeliveryReport { id: delivery.id, outcome, silent: false };
        let deed = match self.composer.compose(delivery.chat, &delivery.message, now).await {
            Ok(deed) => deed,
            Err(error) => {
                self.rate_limiter().give_back(1);
                tracing::error!(%error, delivery = delivery.id, "can't be put into words");
                if let StoreError::Corrupt(why) = error {
                    return done(Outcome::Dropped(why));
                }
                return done(Outcome::Retry { until: now + TimeDelta::seconds(1), unknown: false });
            }
        };
        if deed.call(delivery.chat).is_none() {
            self.rate_limiter().give_back(1);
            return done(Outcome::Sent(deed.card(delivery.chat, None)));
        }
        if deadline.has_passed() {
            self.rate_limiter().give_back(1);
            return done(Outcome::Retry { until: now, unknown: false });
        }
        let may_go = self.rate_limiter().take(delivery.chat, now);
        if let Err(until) = may_go {
            self.rate_limiter().give_back(1);
            return done(Outcome::Retry { until, unknown: false });
        }
        fail::fail_point!("outbox-before-send");
        let result = self.call(&delivery, &deed).await;
        fail::fail_point!("outbox-after-send");
        let error = match result {
            Ok(card) => {
                let waited = (self.clock.now() - delivery.committed_at).num_milliseconds();
                tracing::debug!(delivery = delivery.id, waited_ms = waited, "delivered");
                return done(Outcome::Sent(card));
            }
            Err(error) => error,
        };
        match classify(&error, delivery.attempts, delivery.unknown, deed.is_repeatable(), now) {
            ErrorAction::Done => done(Outcome::Sent(deed.card(delivery.chat, None))),
            ErrorAction::Plain => {
                tracing::error!(%error, delivery = delivery.id, "marks that Telegram can't read: a bug; sending it plain");
                let plain = deed.plain();
                match self.call(&delivery, &plain).await {
                    Ok(card) => done(Outcome::Sent(card)),
                    Err(error) => done(Outcome::Dropped(error.to_string())),
                }
            }
            ErrorAction::Unreachable(why) => self.unreachable(&delivery, why).await,
            ErrorAction::Settle(outcome) => {
                tracing::warn!(%error, delivery = delivery.id, attempts = delivery.attempts, ?outcome, "not delivered");
                let silent = matches!(error, CallError::NotSent(_) | CallError::Unknown(_));
                DeliveryReport { id: delivery.id, outcome, silent }
            }
        }
    }

    async fn call(
        &self,
        delivery: &ClaimedDelivery,
        deed: &TelegramAction,
    ) -> Result<Option<crate::domain::card::LiveCard>, CallError> {
        let Some((method, body)) = deed.call(delivery.chat) else { return Ok(None) };
        let answer = self.telegram.call(method, &body).await?;
        let sent = answer
            .get("message_id")
            .and_then(serde_json::Value::as_i64)
            .and_then(|id| i32::try_from(id).ok());
        Ok(deed.card(delivery.chat, sent))
    }

    /// The person blocked the bot: everybody who should know is told, and the delivery is given up.
    async fn unreachable(&self, delivery: &ClaimedDelivery, why: String) -> DeliveryReport {
        let (id, now) = (delivery.id, self.clock.now());
        match self.engine.set_reachable(TelegramId(delivery.chat.0), false).await {
            Ok(()) => DeliveryReport { id, outcome: Outcome::Dropped(why), silent: false },
            Err(error) => {
                tracing::error!(%error, "reachability not noted");
                let outcome = Outcome::Retry { until: now + TimeDelta::seconds(1), unknown: false };
                DeliveryReport { id, outcome, silent: false }
            }
        }
    }

    /// Whether Telegram answers (anything at all). A silent Telegram is asked with a call that can be repeated, so that
    /// the one repeat of a message whose outcome is unknown isn't wasted.
    async fn probe(&self, stop: &CancellationToken) -> bool {
        let nothing = serde_json::json!({});
        let probe = self.telegram.call("getMe", &nothing);
        let answer = tokio::select! {
            answer = probe => answer,
            () = stop.cancelled() => return false,
        };
        let silent = matches!(answer, Err(CallError::NotSent(_) | CallError::Unknown(_)));
        if silent {
            tokio::select! {
                () = tokio::time::sleep(PROBE_INTERVAL) => {}
                () = stop.cancelled() => {}
            }
        }
        !silent
    }

    fn rate_limiter(&self) -> std::sync::MutexGuard<'_, RateLimiter> {
        self.rate_limiter.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Notes what has ended: the first and all others that have ended meanwhile. Returns whether Telegram is to be asked whether
/// it answers (again).
fn collect(
    first: Result<TaskResult, JoinError>,
    under_way: &mut JoinSet<TaskResult>,
    outcomes: &mut Vec<(u64, Outcome)>,
    silent: &mut bool,
) -> bool {
    let (mut ask, mut next) = (false, Some(first));
    while let Some(ended) = next {
        match ended {
            Ok(TaskResult::Delivery(report)) => {
                ask |= report.silent && !*silent;
                *silent |= report.silent;
                outcomes.push((report.id, report.outcome));
            }
            Ok(TaskResult::Probe(answers)) => {
                *silent = !answers;
                ask |= !answers;
            }
            // Panics are caught in the task, and nobody aborts one.
            Err(error) => tracing::error!(%error, "a delivery broke off"),
        }
        next = under_way.try_join_next();
    }
    ask
}
