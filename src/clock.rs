//! The clock: the one place that reads the time. Everything else takes the moment as an argument, or this clock.
use crate::domain::Time;
use chrono::SubsecRound;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// A source of the current moment. Cheap to clone.
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
    /// The machine's clock, in whole microseconds: what the stores keep.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "this is the composition root's clock")]
    pub fn system() -> Self {
        let start = Instant::now();
        Self::from_parts(|| chrono::Utc::now().trunc_subsecs(6), move || start.elapsed())
    }

    /// A clock of one's own, for tests that wind it. Its steady half goes with it.
    #[must_use]
    pub fn from_fn(now: impl Fn() -> Time + Send + Sync + Clone + 'static) -> Self {
        let steady = now.clone();
        let start = now();
        Self::from_parts(now, move || (steady() - start).to_std().unwrap_or_default())
    }

    /// A wall clock, which can be set, and a steady one, which can't: time since some start.
    #[must_use]
    pub fn from_parts(
        wall: impl Fn() -> Time + Send + Sync + 'static,
        steady: impl Fn() -> Duration + Send + Sync + 'static,
    ) -> Self {
        Self { wall: Arc::new(wall), steady: Arc::new(steady) }
    }

    /// The current moment.
    #[must_use]
    pub fn now(&self) -> Time {
        (self.wall)()
    }

    /// Time since some start, unmoved by whoever sets the wall clock.
    #[must_use]
    pub fn steady(&self) -> Duration {
        (self.steady)()
    }
}

/// A moment on the steady clock up to which something may be done; it can be moved.
#[derive(Debug)]
pub struct Deadline {
    clock: Clock,
    /// In microseconds.
    at: AtomicU64,
}

impl Deadline {
    /// A deadline that never comes.
    #[must_use]
    pub fn never(clock: Clock) -> Self {
        Self { clock, at: AtomicU64::new(u64::MAX) }
    }

    /// A deadline at this moment of the clock's steady time.
    #[must_use]
    pub fn at(clock: Clock, at: Duration) -> Self {
        let deadline = Self::never(clock);
        deadline.set(at);
        deadline
    }

    /// Moves it.
    pub fn set(&self, at: Duration) {
        self.at.store(u64::try_from(at.as_micros()).unwrap_or(u64::MAX), Ordering::SeqCst);
    }

    /// Whether it has come.
    #[must_use]
    pub fn has_passed(&self) -> bool {
        self.clock.steady() >= Duration::from_micros(self.at.load(Ordering::SeqCst))
    }
}
