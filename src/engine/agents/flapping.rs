//! Flapping: agents who go online and offline again and again within seconds, by a bad connection or by
//! presses. Their tickets are released when their availability has settled, so that customers do not read of
//! each change.
use crate::domain::Time;
use crate::domain::ids::PersonId;
use crate::engine::{Engine, lock};
use chrono::TimeDelta;
use std::collections::{BTreeSet, HashMap};

/// How long ago a change may be to count, and so how long a release waits at most.
const SETTLE_TIME: TimeDelta = TimeDelta::seconds(10);
/// At how many times within that an agent must have come online to be flapping.
const MIN_CHANGES: usize = 2;

/// When agents came online, within [`SETTLE_TIME`]. Each replica knows the changes that it made.
#[derive(Debug, Default)]
pub(in crate::engine) struct Flapping(HashMap<PersonId, BTreeSet<Time>>);

impl Flapping {
    fn record(&mut self, agent: PersonId, now: Time) {
        self.0.entry(agent).or_default().insert(now);
        self.0.retain(|_, times| {
            times.retain(|at| is_recent(*at, now));
            !times.is_empty()
        });
    }

    fn is_flapping(&self, agent: PersonId, now: Time) -> bool {
        let times = self.0.get(&agent).into_iter().flatten();
        times.filter(|at| is_recent(**at, now)).count() >= MIN_CHANGES
    }
}

fn is_recent(at: Time, now: Time) -> bool {
    (now - at).abs() < SETTLE_TIME
}

impl Engine {
    /// Records that an agent came online.
    pub(super) fn record_online(&self, agent: PersonId, now: Time) {
        lock(&self.flapping).record(agent, now);
    }

    /// Returns whether an agent's availability has not settled yet.
    pub(super) fn is_flapping(&self, agent: PersonId, now: Time) -> bool {
        lock(&self.flapping).is_flapping(agent, now)
    }
}
