//! A manual clock for tests.
use antri::clock::Clock;
use antri::domain::Time;
use chrono::TimeDelta;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

/// A clock that moves only when the test advances it.
#[derive(Clone)]
pub(crate) struct ManualClock {
    wall: Arc<AtomicI64>,
    steady: Arc<AtomicI64>,
}

impl ManualClock {
    pub(crate) fn new() -> Self {
        // 2025-12-04 13:52:53.600 in Jakarta, the moment of the ordered example.
        Self { wall: Arc::new(AtomicI64::new(1_764_831_173_600_000)), steady: Arc::default() }
    }

    pub(crate) fn now(&self) -> Time {
        Time::from_timestamp_micros(self.wall.load(Ordering::SeqCst)).unwrap()
    }

    /// Advances the wall clock and the steady clock.
    pub(crate) fn advance(&self, by: TimeDelta) {
        self.steady.fetch_add(by.num_microseconds().unwrap(), Ordering::SeqCst);
        self.jump_wall_clock(by);
    }

    /// Moves the wall clock only, as when somebody sets it.
    pub(crate) fn jump_wall_clock(&self, by: TimeDelta) {
        self.wall.fetch_add(by.num_microseconds().unwrap(), Ordering::SeqCst);
    }

    pub(crate) fn clock(&self) -> Clock {
        let (wall, steady) = (self.clone(), Arc::clone(&self.steady));
        let elapsed = move || Duration::from_micros(steady.load(Ordering::SeqCst).try_into().unwrap());
        Clock::from_parts(move || wall.now(), elapsed)
    }
}
