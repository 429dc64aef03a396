//! Presence in memory, with the semantics of the keys in Redis: records that expire, sets of agents that live twice as
//! long, members without a record pruned when a set is read.
use crate::domain::Time;
use crate::domain::ids::{DepartmentId, PersonId};
use crate::domain::presence::PresenceRecord;
use crate::engine::ports::{Presence, PresenceError};
use async_trait::async_trait;
use chrono::TimeDelta;
use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Presence of one process.
#[derive(Debug, Default)]
pub struct Memory(Mutex<Records>);

#[derive(Debug, Default)]
struct Records {
    /// `agent:online:{agent_id}`
    by_agent: HashMap<PersonId, Expiring<PresenceRecord>>,
    /// `agents:all`
    all: Members,
    /// `agents:dept:{department_id}`
    departments: HashMap<DepartmentId, Members>,
}

type Members = Expiring<HashSet<PersonId>>;

/// A value and the moment from which on it is no more.
#[derive(Debug, Default)]
struct Expiring<T> {
    value: T,
    until: Time,
}

impl<T> Expiring<T> {
    fn alive(&self, now: Time) -> Option<&T> {
        (now < self.until).then_some(&self.value)
    }
}

impl Members {
    fn add(&mut self, agent: PersonId, now: Time, until: Time) {
        if self.alive(now).is_none() {
            self.value.clear();
        }
        self.value.insert(agent);
        self.until = until;
    }

    /// The records of those in the set; the others are removed from it.
    fn living(
        &mut self,
        records: &HashMap<PersonId, Expiring<PresenceRecord>>,
        belongs: impl Fn(&PresenceRecord) -> bool,
        now: Time,
    ) -> Vec<PresenceRecord> {
        if self.alive(now).is_none() {
            self.value.clear();
        }
        let mut found = Vec::with_capacity(self.value.len());
        self.value.retain(|agent| {
            let record = records.get(agent).and_then(|record| record.alive(now)).filter(|r| belongs(r));
            found.extend(record.cloned());
            record.is_some()
        });
        found.sort_unstable_by_key(|record| record.agent_id);
        found
    }
}

impl Memory {
    fn records(&self) -> MutexGuard<'_, Records> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn after(now: Time, ttl: Duration) -> Time {
    let ttl = TimeDelta::from_std(ttl).unwrap_or(TimeDelta::MAX);
    now.checked_add_signed(ttl).unwrap_or(Time::MAX_UTC)
}

#[async_trait]
impl Presence for Memory {
    async fn heartbeat(&self, record: PresenceRecord, ttl: Duration, now: Time) -> Result<(), PresenceError> {
        let (until, twice) = (after(now, ttl), after(now, ttl.saturating_mul(2)));
        let agent = record.agent_id;
        let mut records = self.records();
        records.all.add(agent, now, twice);
        for department in record.department_ids.iter().chain(&record.department_id) {
            records.departments.entry(*department).or_default().add(agent, now, twice);
        }
        records.by_agent.insert(agent, Expiring { value: record, until });
        Ok(())
    }

    async fn leave(&self, agent: PersonId, departments: &[DepartmentId]) -> Result<(), PresenceError> {
        let mut records = self.records();
        records.by_agent.remove(&agent);
        records.all.value.remove(&agent);
        for department in departments {
            if let Some(members) = records.departments.get_mut(department) {
                members.value.remove(&agent);
            }
        }
        Ok(())
    }

    async fn get(&self, agent: PersonId, now: Time) -> Result<Option<PresenceRecord>, PresenceError> {
        Ok(self.records().by_agent.get(&agent).and_then(|record| record.alive(now)).cloned())
    }

    async fn all(&self, now: Time) -> Result<Vec<PresenceRecord>, PresenceError> {
        let Records { by_agent: records, all, .. } = &mut *self.records();
        records.retain(|_, record| record.alive(now).is_some());
        Ok(all.living(records, |_| true, now))
    }

    async fn in_department(
        &self,
        department: DepartmentId,
        now: Time,
    ) -> Result<Vec<PresenceRecord>, PresenceError> {
        let Records { by_agent: records, departments, .. } = &mut *self.records();
        let Some(members) = departments.get_mut(&department) else { return Ok(Vec::new()) };
        // Who has left the department since is still in its set until that is read.
        Ok(members.living(records, |record| record.serves(department), now))
    }

    async fn memory_bytes(&self) -> Result<u64, PresenceError> {
        let records = self.records();
        let member = size_of::<PersonId>();
        let sets = std::iter::once(&records.all).chain(records.departments.values());
        let members: usize = sets.map(|set| set.value.capacity() * member).sum();
        let record = |r: &Expiring<PresenceRecord>| {
            let r = &r.value;
            let texts = r.name.capacity() + r.email.capacity() + r.department.capacity();
            member
                + size_of::<PresenceRecord>()
                + texts
                + r.department_ids.capacity() * size_of::<DepartmentId>()
        };
        Ok((members + records.by_agent.values().map(record).sum::<usize>()) as u64)
    }
}
