//! Observation window of the presence monitor: since when the desk receives signs of activity without a gap.
//! Silence in a gap says nothing about an agent, so timeouts count from the end of the last one: a start, a
//! freeze, an outage of the store or of presence, or a presence storage that came back empty.
use crate::domain::Time;
use crate::domain::ids::PersonId;
use crate::domain::person::Via;
use crate::domain::presence::PresenceRecord;
use crate::engine::{Engine, lock};
use std::collections::HashMap;
use std::time::Duration;

/// Since when signs of activity are received, by their source.
#[derive(Debug, Default)]
pub(in crate::engine) struct ObservationWindow {
    clients_since: Time,
    telegram_since: Time,
    /// Whether the last read of presence failed.
    presence_failed: bool,
    /// When the records of the last read expire.
    expiries: HashMap<PersonId, Time>,
}

impl ObservationWindow {
    /// Begins the window anew, after a gap that ended now.
    fn restart(&mut self, now: Time) {
        (self.clients_since, self.telegram_since) = (now, now);
    }

    /// Takes the records that were read, `None` if the read failed. `expected` says of an agent whether their
    /// record must still exist. The window of clients begins anew when presence can be read again, and when
    /// all records are gone that must exist.
    fn apply_read(
        &mut self,
        records: Option<&HashMap<PersonId, PresenceRecord>>,
        expected: impl Fn(PersonId) -> bool,
        ttl: Duration,
        now: Time,
    ) {
        let Some(records) = records else {
            self.presence_failed = true;
            return;
        };
        let mut unexpired = self.expiries.iter().filter(|(agent, at)| **at > now && expected(**agent));
        let first = unexpired.next();
        let is_emptied = first.into_iter().chain(unexpired).all(|(agent, _)| !records.contains_key(agent))
            && first.is_some();
        if std::mem::take(&mut self.presence_failed) || is_emptied {
            tracing::warn!(emptied = is_emptied, "presence was unavailable or emptied; timeouts begin anew");
            self.clients_since = now;
        }
        let ttl = crate::engine::sweep::delta(ttl);
        let expiry = |record: &PresenceRecord| record.last_heartbeat.checked_add_signed(ttl);
        self.expiries =
            records.iter().filter_map(|(agent, record)| Some((*agent, expiry(record)?))).collect();
    }
}

impl Engine {
    /// Begins the observation window anew: until now, the desk may have missed signs of activity.
    pub fn restart_observation(&self, now: Time) {
        lock(&self.observation_window).restart(now);
    }

    /// Begins the observation window of Telegram anew: until now, updates may not have arrived.
    pub fn restart_telegram_observation(&self, now: Time) {
        lock(&self.observation_window).telegram_since = now;
    }

    /// Returns since when signs of activity from this source are received.
    pub(in crate::engine) fn observed_since(&self, via: Via) -> Time {
        let window = lock(&self.observation_window);
        match via {
            Via::Telegram => window.telegram_since,
            Via::Client => window.clients_since,
        }
    }

    /// Takes the presence records that a sweep read, `None` if the read failed.
    pub(in crate::engine) fn observe_presence(
        &self,
        records: Option<&HashMap<PersonId, PresenceRecord>>,
        now: Time,
    ) {
        let roster = self.roster();
        let available = |agent: PersonId| {
            let person = roster.seat(agent).map(|seat| &seat.person);
            person.is_some_and(|person| person.availability() != crate::domain::person::Availability::Offline)
        };
        lock(&self.observation_window).apply_read(records, available, self.config.presence_ttl, now);
    }
}
