//! The outbox worker. It claims as many deliveries as the rate limits and the parallelism allow, sends each
//! in its own task and settles the outcomes.
use super::action::Compose;
use super::rate_limit::RateLimits;
use super::sender::{DeliveryReport, Sender};
use super::status::OutboxStatus;
use super::topic_mode::TopicMode;
use crate::clock::{Clock, Deadline};
use crate::domain::ticket::topic::TopicChange;
use crate::engine::Engine;
use crate::engine::ports::{Outcome, StoreError};
use crate::inbox::status::TaskState;
use crate::telegram::{CallError, Telegram};
use std::sync::Arc;
use std::time::Duration;
use tokio::task::{JoinError, JoinSet};
use tokio_util::sync::CancellationToken;

/// Deliveries in flight at once, each to another chat. Telegram accepts about 30 per second, and a response
/// may take seconds.
const MAX_PARALLEL_SENDS: usize = 128;
/// The interval of probes while Telegram does not respond, and the delay after a failed store call.
const PROBE_INTERVAL: Duration = Duration::from_secs(1);
/// The shortest delay between claims if nothing wakes the worker.
const MIN_CLAIM_DELAY: Duration = Duration::from_millis(5);
/// The longest delay between claims if nothing wakes the worker.
const MAX_CLAIM_DELAY: Duration = Duration::from_secs(60);

/// The outbox's worker.
pub struct Outbox {
    sender: Sender,
    status: Arc<OutboxStatus>,
}

/// The result of a task of the worker.
enum TaskResult {
    /// The result of a delivery.
    Delivery(DeliveryReport),
    /// The result of a probe: true if Telegram responds.
    Probe(bool),
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
        topics: Arc<TopicMode>,
    ) -> Self {
        Self {
            sender: Sender::new(engine, composer, telegram, (clock, limits), topics),
            status: Arc::default(),
        }
    }

    /// Returns the status of the outbox.
    #[must_use]
    pub fn status(&self) -> &Arc<OutboxStatus> {
        &self.status
    }

    /// Works until `stop`, then finishes the deliveries in flight. Sends nothing after `deadline`: a process
    /// that was suspended past it must assume that another replica works on the outbox.
    pub async fn run(self: Arc<Self>, stop: CancellationToken, deadline: Arc<Deadline>) {
        self.status.worker.set(TaskState::Working);
        self.work(stop, deadline).await;
        self.status.worker.set(TaskState::Absent);
    }

    async fn work(self: &Arc<Self>, stop: CancellationToken, deadline: Arc<Deadline>) {
        let mut in_flight: JoinSet<TaskResult> = JoinSet::new();
        let (mut telegram_down, mut outcomes) = (false, Vec::new());
        loop {
            // Read once per iteration. If a second read saw a later stop, the `select!` below might have no
            // branch to wait for.
            let stopping = stop.is_cancelled();
            let finished = std::mem::take(&mut outcomes);
            let operation = self.status.working.begin(self.sender.clock.steady());
            let delay = if stopping || telegram_down {
                self.status.worker.set(TaskState::Failing);
                self.settle(finished).await;
                if !stopping {
                    self.stage_only().await;
                }
                PROBE_INTERVAL
            } else {
                // Concurrent, so that the store can batch both calls.
                let (first_try, claimed) =
                    tokio::join!(self.settle(finished), self.claim_and_send(&mut in_flight, &deadline));
                let state = if claimed.is_ok() { TaskState::Working } else { TaskState::Failing };
                self.status.worker.set(state);
                match claimed {
                    // The claim may have run before the late settlement, which can make more deliveries
                    // claimable.
                    Ok(_) if !first_try => MIN_CLAIM_DELAY,
                    Ok(delay) => delay,
                    Err(error) => {
                        tracing::error!(%error, "the outbox can't be read");
                        PROBE_INTERVAL
                    }
                }
            };
            drop(operation);
            if stopping && in_flight.is_empty() {
                return;
            }
            tokio::select! {
                Some(first) = in_flight.join_next() => {
                    let needs_probe = collect(first, &mut in_flight, &mut outcomes, &mut telegram_down);
                    if needs_probe && !stop.is_cancelled() {
                        let (worker, stop) = (Arc::clone(self), stop.clone());
                        in_flight.spawn(async move { TaskResult::Probe(worker.probe(&stop).await) });
                    }
                }
                () = self.sender.engine.wait_for_deliveries(), if !stopping => {}
                () = tokio::time::sleep(delay), if !stopping => {}
                () = stop.cancelled(), if !stopping => {}
            }
        }
    }

    /// Claims deliveries and spawns a task for each. Returns the longest delay until the next claim.
    async fn claim_and_send(
        self: &Arc<Self>,
        in_flight: &mut JoinSet<TaskResult>,
        deadline: &Arc<Deadline>,
    ) -> Result<Duration, StoreError> {
        let store = self.sender.engine.store();
        loop {
            if deadline.has_passed() {
                return Ok(PROBE_INTERVAL);
            }
            let (now, steady) = (self.sender.clock.now(), self.sender.clock.steady());
            let room = MAX_PARALLEL_SENDS.saturating_sub(in_flight.len());
            let reserved = self.sender.rate_limiter().reserve(room, steady);
            let claimed = if reserved == 0 { Ok(Vec::new()) } else { store.claim(reserved, now).await };
            self.sender.rate_limiter().give_back(reserved - claimed.as_ref().map_or(0, Vec::len));
            let claimed = claimed?;
            // A claim below the limit has taken nearly all ready deliveries, so the loop can end.
            let (drained, max_delay) = match claimed.len() {
                0 => (true, MAX_CLAIM_DELAY),
                count => (count < reserved, PROBE_INTERVAL),
            };
            if !claimed.is_empty() {
                fail::fail_point!("outbox-after-claim");
            }
            for delivery in claimed {
                let (worker, deadline) = (Arc::clone(self), Arc::clone(deadline));
                let operation = self.status.working.begin(self.sender.clock.steady());
                in_flight.spawn(async move {
                    let _until_sent = operation;
                    TaskResult::Delivery(worker.sender.deliver(delivery, &deadline).await)
                });
            }
            if drained {
                let delay = if reserved == 0 {
                    self.sender.rate_limiter().next_token_at(steady).saturating_sub(steady)
                } else {
                    let next = store.next_delivery_at().await?;
                    next.map_or(max_delay, |at| (at - now).to_std().unwrap_or_default())
                };
                return Ok(delay.clamp(MIN_CLAIM_DELAY, max_delay));
            }
        }
    }

    /// Lets the store stage new deliveries while nothing is sent.
    async fn stage_only(&self) {
        if let Err(error) = self.sender.engine.store().claim(0, self.sender.clock.now()).await {
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
        while let Err(error) =
            self.sender.engine.store().settle(outcomes.clone(), self.sender.clock.now()).await
        {
            tracing::error!(%error, "failed to settle deliveries");
            first_try = false;
            tokio::time::sleep(PROBE_INTERVAL).await;
        }
        fail::fail_point!("outbox-after-mark");
        let relayed = |(_, outcome): &(u64, Outcome)| match outcome.of_delivery() {
            Outcome::Relayed(places) => places.iter().map(|place| place.message).collect(),
            _ => Vec::new(),
        };
        let relayed: Vec<_> = outcomes.iter().flat_map(relayed).collect();
        if !relayed.is_empty() {
            fail::fail_point!("relay-after-settle");
        }
        if outcomes.iter().any(|(_, outcome)| matches!(outcome, Outcome::Topic(TopicChange::Put(_), _))) {
            fail::fail_point!("topic-after-settle");
        }
        if let Err(error) = self.sender.engine.on_relayed(&relayed, self.sender.clock.now()).await {
            tracing::warn!(%error, "failed to show authors that their messages were delivered");
        }
        first_try
    }

    /// Returns true if Telegram responds, even with an error. The probe uses an idempotent call, so it does
    /// not use up the one repeat of a message with an unknown outcome.
    async fn probe(&self, stop: &CancellationToken) -> bool {
        let no_parameters = serde_json::json!({});
        let probe = self.sender.telegram.call("getMe", &no_parameters);
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
