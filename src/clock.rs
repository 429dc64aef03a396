//! The clock, the only module that reads the system time. All other code takes `now` as an argument, or a
//! [`Clock`].
use crate::domain::Time;
use chrono::SubsecRound;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
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

/// A detector of operations that do not end. Cheap to clone. The time is
/// steady time.
#[derive(Debug, Default, Clone)]
pub struct StallDetector(Arc<Mutex<InFlight>>);

#[derive(Debug, Default)]
struct InFlight {
    next: u64,
    /// When the operations in flight began. They begin in order, so the first is the oldest.
    starts: BTreeMap<u64, Duration>,
}

/// An operation in flight. It ends when this is dropped, however its task ends.
#[derive(Debug)]
#[must_use]
pub struct Operation {
    detector: StallDetector,
    number: u64,
}

impl StallDetector {
    /// Begins an operation.
    pub fn begin(&self, now: Duration) -> Operation {
        let mut in_flight = self.lock();
        let number = in_flight.next;
        in_flight.next += 1;
        in_flight.starts.insert(number, now);
        Operation { detector: self.clone(), number }
    }

    /// Returns true if an operation has been in flight for `limit` or longer. Others that end beside it do not hide it.
    #[must_use]
    pub fn is_stalled(&self, limit: Duration, now: Duration) -> bool {
        self.lock().starts.first_key_value().is_some_and(|(_, start)| now.saturating_sub(*start) >= limit)
    }

    fn lock(&self) -> MutexGuard<'_, InFlight> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Operation {
    fn drop(&mut self) {
        self.detector.lock().starts.remove(&self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_is_stalled_while_one_operation_does_not_end() {
        let (limit, at) = (Duration::from_secs(60), Duration::from_secs);
        let work = StallDetector::default();
        assert!(!work.is_stalled(limit, at(1_000)), "nothing is in flight");
        let first = work.begin(at(1_000));
        let second = work.begin(at(1_050));
        assert!(!work.is_stalled(limit, at(1_059)));
        assert!(work.is_stalled(limit, at(1_060)));
        drop(first);
        assert!(!work.is_stalled(limit, at(1_109)));
        for second in 1_050..1_110 {
            drop(work.begin(at(second)));
        }
        assert!(work.is_stalled(limit, at(1_110)), "others ended, this one did not");
        drop(second);
        assert!(!work.is_stalled(limit, at(9_999)));
    }

    #[test]
    fn an_operation_ends_when_its_task_panics() {
        let work = StallDetector::default();
        let operation = work.begin(Duration::ZERO);
        let task = std::panic::catch_unwind(move || {
            let _operation = operation;
            panic!("a handler's panic");
        });
        assert!(task.is_err());
        assert!(!work.is_stalled(Duration::ZERO, Duration::from_secs(1)));
    }
}
