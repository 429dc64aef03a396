//! Flapping: agents who go online and offline again and again within seconds, by a bad connection or by
//! presses. Their tickets are released when their availability has settled, so that customers do not read of
//! each change. The times are a part of the profile, so every replica knows them.
use super::AgentProfile;
use crate::domain::Time;
use chrono::TimeDelta;

/// How long ago a change may be to count, and so how long a release waits at most.
const SETTLE_TIME: TimeDelta = TimeDelta::seconds(10);

impl AgentProfile {
    /// Records that they are online; `before` is whether they were. Several changes at one time are one.
    pub fn record_online(&mut self, before: bool, now: Time) {
        if !before && self.last_online != Some(now) {
            self.earlier_online = self.last_online;
        }
        self.last_online = Some(now);
    }

    /// Returns whether they came online twice within the last ten seconds: their availability has not settled.
    #[must_use]
    pub fn is_flapping(&self, now: Time) -> bool {
        // The clock can be set back.
        let is_recent = |at: Time| (now - at).abs() < SETTLE_TIME;
        self.earlier_online.is_some_and(is_recent) && self.last_online.is_some_and(is_recent)
    }
}
