//! The clock, the only module that reads the system time. All other code takes `now` as an argument, or a
//! [`Clock`].
use crate::domain::Time;
use chrono::SubsecRound;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
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
