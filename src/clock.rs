//! The clock: the one place that reads the time. Everything else takes the moment as an argument, or this clock.
use crate::domain::Time;
use chrono::SubsecRound;
use std::sync::Arc;

/// A source of the current moment. Cheap to clone.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Time + Send + Sync>);

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
        Self::from_fn(|| chrono::Utc::now().trunc_subsecs(6))
    }

    /// A clock of one's own: for tests that wind it.
    #[must_use]
    pub fn from_fn(now: impl Fn() -> Time + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    /// The current moment.
    #[must_use]
    pub fn now(&self) -> Time {
        (self.0)()
    }
}
