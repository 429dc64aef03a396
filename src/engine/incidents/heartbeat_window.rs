//! How heartbeats fare: counted at each replica, judged window by window. The replica that works tells the admins, so the
//! others tell it of theirs.
use crate::domain::Time;
use crate::engine::sweep::delta;
use std::time::Duration;

/// Over which time heartbeats are counted.
const WINDOW: Duration = Duration::from_secs(60);
/// Fewer failures than this are no incident, and neither is a smaller share: one in so many.
const MIN_FAILURES: u64 = 5;
const MIN_FAILURE_RATIO: u64 = 20;

/// Heartbeats that this replica took and failed, since a moment.
#[derive(Debug, Default)]
pub(in crate::engine) struct HeartbeatWindow {
    since: Option<Time>,
    taken: u64,
    failed: u64,
    /// When a window was bad last.
    bad: Option<Time>,
    /// Whether another replica has said since that one of its windows was.
    heard: bool,
}

impl HeartbeatWindow {
    /// One more.
    pub(in crate::engine) fn count(&mut self, taken: bool) {
        if taken {
            self.taken += 1;
        } else {
            self.failed += 1;
        }
    }

    /// Ends the window if it is time. Whether it was bad, once for each.
    pub(in crate::engine) fn evaluate(&mut self, now: Time) -> bool {
        let since = *self.since.get_or_insert(now);
        if (now - since).abs() < delta(WINDOW) {
            return false;
        }
        let bad = self.failed >= MIN_FAILURES && self.failed * MIN_FAILURE_RATIO >= self.taken + self.failed;
        (self.since, self.taken, self.failed) = (Some(now), 0, 0);
        self.bad = if bad { Some(now) } else { self.bad };
        bad
    }

    /// Another replica says that its window was bad.
    pub(in crate::engine) fn record_remote_failure(&mut self) {
        self.heard = true;
    }

    /// Whether they fail: until two windows were good everywhere, as replicas' windows end at different moments.
    pub(in crate::engine) fn fail(&mut self, now: Time) -> bool {
        if std::mem::take(&mut self.heard) {
            self.bad = Some(now);
        }
        self.bad.is_some_and(|bad| now - bad < delta(2 * WINDOW))
    }
}
