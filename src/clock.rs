//! The clock, the only module that reads the system time. All other code takes `now` as an argument, or a
//! [`Clock`].
use crate::domain::Time;
use chrono::SubsecRound;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// A wall clock and a steady clock. Cheap to clone.
#[derive(Clone)]
pub struct Clock {
    wall: Arc<dyn Fn() -> Time + Send + Sync>,
    steady: Arc<dyn Fn() -> Duration + Send + Sync>,
}

impl std::fmt::Debug for Clock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Clock")
    }
}

impl Clock {
    /// Returns the system clock, truncated to whole microseconds, which is the precision of the stores.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "this is the composition root's clock")]
    pub fn system() -> Self {
        let start = Instant::now();
        Self::from_parts(|| chrono::Utc::now().trunc_subsecs(6), move || start.elapsed())
    }

    /// Returns a clock that calls `now`, for tests that control the time. The steady clock follows it.
    #[must_use]
    pub fn from_fn(now: impl Fn() -> Time + Send + Sync + Clone + 'static) -> Self {
        let wall = now.clone();
        let start = now();
        Self::from_parts(now, move || (wall() - start).to_std().unwrap_or_default())
    }

    /// Returns a clock from its two parts: the wall clock, which can be set, and the steady time since some
    /// start.
    #[must_use]
    pub fn from_parts(
        wall: impl Fn() -> Time + Send + Sync + 'static,
        steady: impl Fn() -> Duration + Send + Sync + 'static,
    ) -> Self {
        Self { wall: Arc::new(wall), steady: Arc::new(steady) }
    }

    /// Returns the wall-clock time.
    #[must_use]
    pub fn now(&self) -> Time {
        (self.wall)()
    }

    /// Returns the time since some start; setting the wall clock does not change it.
    #[must_use]
    pub fn steady(&self) -> Duration {
        (self.steady)()
    }
}

/// A movable deadline on the steady clock.
#[derive(Debug)]
pub struct Deadline {
    clock: Clock,
    /// The deadline in microseconds of steady time.
    at: AtomicU64,
}

impl Deadline {
    /// Returns a deadline that never passes.
    #[must_use]
    pub fn never(clock: Clock) -> Self {
        Self { clock, at: AtomicU64::new(u64::MAX) }
    }

    /// Returns a deadline at steady time `at`.
    #[must_use]
    pub fn at(clock: Clock, at: Duration) -> Self {
        let deadline = Self::never(clock);
        deadline.set(at);
        deadline
    }

    /// Moves the deadline to steady time `at`.
    pub fn set(&self, at: Duration) {
        self.at.store(u64::try_from(at.as_micros()).unwrap_or(u64::MAX), Ordering::SeqCst);
    }

    /// Returns whether the deadline has passed.
    #[must_use]
    pub fn has_passed(&self) -> bool {
        self.clock.steady() >= Duration::from_micros(self.at.load(Ordering::SeqCst))
    }
}

/// A detector of work that stands still: steps have begun, and for a while none has ended. The time is steady
/// time.
#[derive(Debug, Default)]
pub struct StallDetector(Mutex<Steps>);

#[derive(Debug, Default, Clone, Copy)]
struct Steps {
    open: u64,
    /// When the first of the open steps began or the last step ended.
    progressed_at: Duration,
}

impl StallDetector {
    /// Records that a step begins.
    pub fn begin(&self, now: Duration) {
        self.update(|steps| {
            if steps.open == 0 {
                steps.progressed_at = now;
            }
            steps.open += 1;
        });
    }

    /// Records that a step ends.
    pub fn end(&self, now: Duration) {
        self.update(|steps| *steps = Steps { open: steps.open.saturating_sub(1), progressed_at: now });
    }

    /// Forgets the open steps: who runs them has stopped.
    pub fn reset(&self) {
        self.update(|steps| *steps = Steps::default());
    }

    /// Returns true if steps are open and none has ended for `limit`.
    pub fn is_stalled(&self, limit: Duration, now: Duration) -> bool {
        let mut stalled = false;
        self.update(|steps| stalled = steps.open > 0 && now.saturating_sub(steps.progressed_at) >= limit);
        stalled
    }

    fn update(&self, change: impl FnOnce(&mut Steps)) {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_is_stalled_while_open_steps_do_not_end() {
        let (limit, at) = (Duration::from_secs(60), Duration::from_secs);
        let work = StallDetector::default();
        assert!(!work.is_stalled(limit, at(1_000)), "nothing is open");
        work.begin(at(1_000));
        work.begin(at(1_050));
        assert!(!work.is_stalled(limit, at(1_059)));
        assert!(work.is_stalled(limit, at(1_060)));
        work.end(at(1_061));
        assert!(!work.is_stalled(limit, at(1_120)));
        assert!(work.is_stalled(limit, at(1_121)), "one of two is still open");
        work.end(at(1_122));
        assert!(!work.is_stalled(limit, at(9_999)));
        work.begin(at(10_000));
        work.reset();
        assert!(!work.is_stalled(limit, at(20_000)));
    }
}
