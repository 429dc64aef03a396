//! Failure rate of heartbeats: counted by each replica over fixed windows. The leader announces the incident,
//! so the other replicas signal their bad windows to it.
use crate::domain::Time;
use crate::engine::sweep::delta;
use std::time::Duration;

/// Length of a counting window.
const WINDOW_LENGTH: Duration = Duration::from_secs(60);
/// Minimum number of failures of a bad window. The minimum share is one in [`MIN_FAILURE_RATIO`].
const MIN_FAILURES: u64 = 5;
const MIN_FAILURE_RATIO: u64 = 20;

/// Heartbeats that this replica accepted and failed in the current window.
#[derive(Debug, Default)]
pub(in crate::engine) struct HeartbeatWindow {
    since: Option<Time>,
    accepted: u64,
    failed: u64,
    /// When the last bad window ended.
    last_bad: Option<Time>,
    /// Whether another replica has signalled a bad window since.
    remote_bad: bool,
}

impl HeartbeatWindow {
    /// Counts one heartbeat.
    pub(in crate::engine) fn count(&mut self, accepted: bool) {
        if accepted {
            self.accepted += 1;
        } else {
            self.failed += 1;
        }
    }

    /// Ends the window if it is over. Returns true if it was bad, once for each window.
    pub(in crate::engine) fn evaluate(&mut self, now: Time) -> bool {
        let since = *self.since.get_or_insert(now);
        if (now - since).abs() < delta(WINDOW_LENGTH) {
            return false;
        }
        let bad =
            self.failed >= MIN_FAILURES && self.failed * MIN_FAILURE_RATIO >= self.accepted + self.failed;
        (self.since, self.accepted, self.failed) = (Some(now), 0, 0);
        self.last_bad = if bad { Some(now) } else { self.last_bad };
        bad
    }

    /// Records that another replica had a bad window.
    pub(in crate::engine) fn record_remote_failure(&mut self) {
        self.remote_bad = true;
    }

    /// Returns whether heartbeats fail. That lasts until two windows were good everywhere, because the
    /// windows of replicas end at different times.
    pub(in crate::engine) fn is_failing(&mut self, now: Time) -> bool {
        if std::mem::take(&mut self.remote_bad) {
            self.last_bad = Some(now);
        }
        self.last_bad.is_some_and(|bad| (now - bad).abs() < delta(2 * WINDOW_LENGTH))
    }
}
