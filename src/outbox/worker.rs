//! The outbox worker. It claims as many deliveries as the rate limits and the parallelism allow, sends each
//! in its own task and settles the outcomes.
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

/// Deliveries in flight at once, each to another chat. Telegram accepts about 30 per second, and a response
/// may take seconds.
const MAX_PARALLEL_SENDS: usize = 128;
/// The interval of probes while Telegram does not respond, and the pause after a failed store call.
const PROBE_INTERVAL: Duration = Duration::from_secs(1);
/// The shortest pause between claims if nothing wakes the worker.
const MIN_CLAIM_PAUSE: Duration = Duration::from_millis(5);
/// The longest pause between claims if nothing wakes the worker.
const MAX_CLAIM_PAUSE: Duration = Duration::from_secs(60);
/// Attempts after which a delivery that panics is dropped.
const MAX_ATTEMPTS: u32 = 3;

/// The outbox's worker.
pub struct Outbox {
    engine: Arc<Engine>,
    composer: Arc<dyn Compose>,
    telegram: Telegram,
    clock: Clock,
    rate_limiter: Mutex<RateLimiter>,
}

/// The result of a task of the worker.
enum TaskResult {
    /// The result of a delivery.
    Delivery(DeliveryReport),
    /// The result of a probe: true if Telegram responds.
    Probe(bool),
}

/// The result of one delivery.
struct DeliveryReport {
    id: u64,
    outcome: Outcome,
    /// True if Telegram did not respond.
    telegram_down: bool,
}

impl Outbox {
    /// Returns a worker for the outbox of `engine`.
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

    /// Works until `stop`, then finishes the deliveries in flight. Sends nothing after `deadline`: a process
    /// that was suspended past it must assume that another replica works on the outbox.
    pub async fn run(self: Arc<Self>, stop: CancellationToken, deadline: Arc<Deadline>) {
        let mut in_flight: JoinSet<TaskResult> = JoinSet::new();
        let (mut telegram_down, mut outcomes) = (false, Vec::new());
        loop {
            // Read once per iteration. If a second read saw a later stop, the `select!` below might have no
            // branch to wait for.
            let stopping = stop.is_cancelled();
            let finished = std::mem::take(&mut outcomes);
            let pause = if stopping || telegram_down {
                self.settle(finished).await;
                if !stopping {
                    self.stage_only().await;
                }
                PROBE_INTERVAL
            } else {
                // Concurrent, so that the store can batch both calls.
                let (first_try, claimed) =
                    tokio::join!(self.settle(finished), self.claim_and_send(&mut in_flight, &deadline));
                match claimed {
                    // The claim may have run before the late settlement, which can make more deliveries
                    // claimable.
                    Ok(_) if !first_try => MIN_CLAIM_PAUSE,
                    Ok(pause) => pause,
                    Err(error) => {
                        tracing::error!(%error, "the outbox can't be read");
                        PROBE_INTERVAL
                    }
                }
            };
            if stopping && in_flight.is_empty() {
                return;
            }
            tokio::select! {
                Some(first) = in_flight.join_next() => {
                    let needs_probe = collect(first, &mut in_flight, &mut outcomes, &mut telegram_down);
                    if needs_probe && !stop.is_cancelled() {
                        let (worker, stop) = (Arc::clone(&self), stop.clone());
                        in_flight.spawn(async move { TaskResult::Probe(worker.probe(&stop).await) });
                    }
                }
                () = self.engine.wait_for_deliveries(), if !stopping => {}
                () = tokio::time::sleep(pause), if !stopping => {}
                () = stop.cancelled(), if !stopping => {}
            }
        }
    }

    /// Claims deliveries and spawns a task for each. Returns the longest pause until the next claim.
    async fn claim_and_send(
        self: &Arc<Self>,
        in_flight: &mut JoinSet<TaskResult>,
        deadline: &Arc<Deadline>,
    ) -> Result<Duration, StoreError> {
        let store = self.engine.store();
        loop {
            if deadline.has_passed() {
                return Ok(PROBE_INTERVAL);
            }
            let now = self.clock.now();
            let reserved =
                self.rate_limiter().reserve(MAX_PARALLEL_SENDS.saturating_sub(in_flight.len()), now);
            let claimed = if reserved == 0 { Ok(Vec::new()) } else { store.claim(reserved, now).await };
            self.rate_limiter().give_back(reserved - claimed.as_ref().map_or(0, Vec::len));
            let claimed = claimed?;
            // A claim below the limit has taken nearly all ready deliveries, so the loop can end.
            let (drained, max_pause) = match claimed.len() {
                0 => (true, MAX_CLAIM_PAUSE),
                count => (count < reserved, PROBE_INTERVAL),
            };
            if !claimed.is_empty() {
                fail::fail_point!("outbox-after-claim");
            }
            for delivery in claimed {
                let (worker, deadline) = (Arc::clone(self), Arc::clone(deadline));
                in_flight
                    .spawn(async move { TaskResult::Delivery(worker.deliver(delivery, &deadline).await) });
            }
            if drained {
                let next = if reserved == 0 {
                    Some(self.rate_limiter().next_token_at(now))
                } else {
                    store.next_delivery_at().await?
                };
                let pause = next.map_or(max_pause, |at| (at - now).to_std().unwrap_or_default());
                return Ok(pause.clamp(MIN_CLAIM_PAUSE, max_pause));
            }
        }
    }

    /// Lets the store stage new deliveries while nothing is sent.
    async fn stage_only(&self) {
        if let Err(error) = self.engine.store().claim(0, self.clock.now()).await {
            tracing::error!(%error, "the outbox can't be read");
        }
    }

    /// Settles deliveries. Returns true if the first try succeeded.
    async fn settle(&self, outcomes: Vec<(u64, Outcome)>) -> bool {
        if outcomes.is_empty() {
            return true;
        }
        let mut first_try = true;
        fail::fail_point!("outbox-before-mark");
        // Retried without limit: a delivery whose outcome is not stored is sent twice.
        while let Err(error) = self.engine.store().settle(outcomes.clone(), self.clock.now()).await {
            tracing::error!(%error, "failed to settle deliveries");
            first_try = false;
            tokio::time::sleep(PROBE_INTERVAL).await;
        }
        fail::fail_point!("outbox-after-mark");
        first_try
    }

    /// Sends one delivery. A delivery that panics is dropped after some attempts, so it does not block its
    /// chat.
    async fn deliver(&self, delivery: ClaimedDelivery, deadline: &Deadline) -> DeliveryReport {
        let (id, attempts) = (delivery.id, delivery.attempts);
        let sent = AssertUnwindSafe(self.send(delivery, deadline)).catch_unwind().await;
        sent.unwrap_or_else(|_| {
            tracing::error!(delivery = id, attempts, "delivery panicked");
            let outcome = if attempts + 1 < MAX_ATTEMPTS {
                Outcome::Retry { until: self.clock.now() + backoff(attempts), unknown: false }
            } else {
                Outcome::Dropped("panicked".into())
            };
            DeliveryReport { id, outcome, telegram_down: false }
        })
    }

    async fn send(&self, delivery: ClaimedDelivery, deadline: &Deadline) -> DeliveryReport {
        let now = self.clock.now();
        let report = |outcome| DeliveryReport { id: delivery.id, outcome, telegram_down: false };
        let action = match self.composer.compose(delivery.chat, &delivery.message, now).await {
            Ok(action) => action,
            Err(error) => {
                self.rate_limiter().give_back(1);
                tracing::error!(%error, delivery = delivery.id, "failed to compose delivery");
                if let StoreError::Corrupt(reason) = error {
                    return report(Outcome::Dropped(reason));
                }
                return report(Outcome::Retry { until: now + TimeDelta::seconds(1), unknown: false });
            }
        };
        if action.call(delivery.chat).is_none() {
            self.rate_limiter().give_back(1);
            return report(Outcome::Sent(action.card(delivery.chat, None)));
        }
        if deadline.has_passed() {
            self.rate_limiter().give_back(1);
            return report(Outcome::Retry { until: now, unknown: false });
        }
        let permit = self.rate_limiter().take(delivery.chat, now);
        if let Err(until) = permit {
            self.rate_limiter().give_back(1);
            return report(Outcome::Retry { until, unknown: false });
        }
        fail::fail_point!("outbox-before-send");
        let result = self.call(&delivery, &action).await;
        fail::fail_point!("outbox-after-send");
        let error = match result {
            Ok(card) => {
                let latency = (self.clock.now() - delivery.committed_at).num_milliseconds();
                tracing::debug!(delivery = delivery.id, waited_ms = latency, "delivered");
                return report(Outcome::Sent(card));
            }
            Err(error) => error,
        };
        match classify(&error, delivery.attempts, delivery.unknown, action.is_idempotent(), now) {
            ErrorAction::AlreadyApplied => report(Outcome::Sent(action.card(delivery.chat, None))),
            ErrorAction::SendPlainText => {
                tracing::error!(%error, delivery = delivery.id, "Telegram rejected message entities (bug); sending plain text");
                let plain = action.to_plain_text();
                match self.call(&delivery, &plain).await {
                    Ok(card) => report(Outcome::Sent(card)),
                    Err(error) => report(Outcome::Dropped(error.to_string())),
                }
            }
            ErrorAction::SendWithoutThread => {
                tracing::warn!(%error, delivery = delivery.id, "topic is gone; sending to the chat itself");
                let result = match action.without_thread() {
                    Some(action) => self.call(&delivery, action).await,
                    None => Err(error),
                };
                match result {
                    Ok(card) => report(Outcome::Sent(card)),
                    Err(error) => report(Outcome::Dropped(error.to_string())),
                }
            }
            ErrorAction::MarkUnreachable(reason) => self.mark_unreachable(&delivery, reason).await,
            ErrorAction::Settle(outcome) => {
                tracing::warn!(%error, delivery = delivery.id, attempts = delivery.attempts, ?outcome, "failed to send delivery");
                let telegram_down = matches!(error, CallError::NotSent(_) | CallError::Unknown(_));
                DeliveryReport { id: delivery.id, outcome, telegram_down }
            }
        }
    }

    /// Makes the call of an action. Returns the live card that the message is afterwards.
    async fn call(
        &self,
        delivery: &ClaimedDelivery,
        action: &TelegramAction,
    ) -> Result<Option<crate::domain::card::LiveCard>, CallError> {
        let Some((method, body)) = action.call(delivery.chat) else { return Ok(None) };
        let result = self.telegram.call(method, &body).await?;
        let sent_id = result
            .get("message_id")
            .and_then(serde_json::Value::as_i64)
            .and_then(|id| i32::try_from(id).ok());
        Ok(action.card(delivery.chat, sent_id))
    }

    /// Marks a person who blocked the bot as unreachable and drops the delivery. The engine notifies everyone
    /// who is affected.
    async fn mark_unreachable(&self, delivery: &ClaimedDelivery, reason: String) -> DeliveryReport {
        let (id, now) = (delivery.id, self.clock.now());
        match self.engine.set_reachable(TelegramId(delivery.chat.0), false).await {
            Ok(()) => DeliveryReport { id, outcome: Outcome::Dropped(reason), telegram_down: false },
            Err(error) => {
                tracing::error!(%error, "failed to record unreachable person");
                let outcome = Outcome::Retry { until: now + TimeDelta::seconds(1), unknown: false };
                DeliveryReport { id, outcome, telegram_down: false }
            }
        }
    }

    /// Returns true if Telegram responds, even with an error. The probe uses an idempotent call, so it does
    /// not use up the one repeat of a message with an unknown outcome.
    async fn probe(&self, stop: &CancellationToken) -> bool {
        let no_parameters = serde_json::json!({});
        let probe = self.telegram.call("getMe", &no_parameters);
        let answer = tokio::select! {
            answer = probe => answer,
            () = stop.cancelled() => return false,
        };
        let telegram_down = matches!(answer, Err(CallError::NotSent(_) | CallError::Unknown(_)));
        if telegram_down {
            tokio::select! {
                () = tokio::time::sleep(PROBE_INTERVAL) => {}
                () = stop.cancelled() => {}
            }
        }
        !telegram_down
    }

    fn rate_limiter(&self) -> std::sync::MutexGuard<'_, RateLimiter> {
        self.rate_limiter.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Collects `first` and all other finished tasks. Returns true if a probe must be started.
fn collect(
    first: Result<TaskResult, JoinError>,
    in_flight: &mut JoinSet<TaskResult>,
    outcomes: &mut Vec<(u64, Outcome)>,
    telegram_down: &mut bool,
) -> bool {
    let (mut needs_probe, mut next) = (false, Some(first));
    while let Some(result) = next {
        match result {
            Ok(TaskResult::Delivery(report)) => {
                needs_probe |= report.telegram_down && !*telegram_down;
                *telegram_down |= report.telegram_down;
                outcomes.push((report.id, report.outcome));
            }
            Ok(TaskResult::Probe(responds)) => {
                *telegram_down = !responds;
                needs_probe |= !responds;
            }
            // Cannot happen: tasks catch panics and are never aborted.
            Err(error) => tracing::error!(%error, "delivery task failed"),
        }
        next = in_flight.try_join_next();
    }
    needs_probe
}
