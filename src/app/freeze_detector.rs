//! Freeze detector: notices that this process did not run for a while, because it was stopped, its machine
//! suspended, or its runtime blocked. Signs of activity were not received meanwhile.
use crate::clock::Clock;
use crate::engine::Engine;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// The interval of the ticks.
const TICK_INTERVAL: Duration = Duration::from_millis(250);
/// The shortest freeze that counts, unless the TTL of presence is shorter than a few of these.
const MIN_FREEZE: Duration = Duration::from_secs(5);
/// The lower bound of that limit, so that a busy machine is no frozen one.
const MIN_LIMIT: Duration = Duration::from_secs(1);

/// Compares the time between two ticks with their interval, on the clock of the timers themselves.
pub(super) struct FreezeDetector {
    engine: Arc<Engine>,
    clock: Clock,
    limit: Duration,
    last: Mutex<Instant>,
}

impl FreezeDetector {
    pub(super) fn new(engine: Arc<Engine>, clock: Clock) -> Self {
        let limit = (engine.config().presence_ttl / 4).clamp(MIN_LIMIT, MIN_FREEZE);
        Self { engine, clock, limit, last: Mutex::new(Instant::now()) }
    }

    pub(super) fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Ticks until `stop`.
    pub(super) async fn run(self: Arc<Self>, stop: CancellationToken) {
        loop {
            tokio::select! { () = tokio::time::sleep(TICK_INTERVAL) => {} () = stop.cancelled() => return }
            self.tick();
        }
    }

    /// Begins the engine's observation window anew if the process was frozen since the last tick. Must be
    /// called before agents are checked: after a freeze, the order of the tasks is arbitrary.
    pub(super) fn tick(&self) {
        let now = Instant::now();
        let last = std::mem::replace(&mut *self.last.lock().unwrap_or_else(PoisonError::into_inner), now);
        let elapsed = now.saturating_duration_since(last);
        if elapsed > TICK_INTERVAL + self.limit {
            tracing::warn!(
                seconds = elapsed.as_secs(),
                "the process was frozen; presence timeouts begin anew"
            );
            self.engine.restart_observation(self.clock.now());
        }
    }
}
