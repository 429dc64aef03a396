//! Presence in memory, with the semantics of the keys in Redis. Records expire; sets of agents live twice as
//! long; a read of a set prunes members without a record.
use super::clients::{Report, split};
use crate::domain::Time;
use crate::domain::ids::{DepartmentId, PersonId};
use crate::domain::person::Availability;
use crate::domain::presence::PresenceRecord;
use crate::engine::ports::{Presence, PresenceError};
use async_trait::async_trait;
use chrono::TimeDelta;
use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Presence of one process.
#[derive(Debug, Default)]
pub struct Memory(Mutex<Keyspace>);

#[derive(Debug, Default)]
struct Keyspace {
    /// `agent:online:{agent_id}`
    by_agent: HashMap<PersonId, Expiring<PresenceRecord>>,
    /// `agent:clients:{agent_id}`
    clients: HashMap<PersonId, Vec<Report>>,
    /// `agents:all`
    all: Members,
    /// `agents:dept:{department_id}`
    departments: HashMap<DepartmentId, Members>,
}

type Members = Expiring<HashSet<PersonId>>;

/// A value that expires at `until`.
#[derive(Debug, Default)]
struct Expiring<T> {
    value: T,
    until: Time,
}

impl<T> Expiring<T> {
    /// Returns the value, unless it has expired.
    fn get(&self, now: Time) -> Option<&T> {
        (now < self.until).then_some(&self.value)
    }
}

impl Members {
    /// Adds an agent and moves the expiry of the set to `until`.
    fn add(&mut self, agent: PersonId, now: Time, until: Time) {
        if self.get(now).is_none() {
            self.value.clear();
        }
        self.value.insert(agent);
        self.until = until;
    }

    /// Returns the live records of the members that belong in the set, by id. Other members are removed.
    fn prune(
        &mut self,
        records: &HashMap<PersonId, Expiring<PresenceRecord>>,
        belongs: impl Fn(&PresenceRecord) -> bool,
        now: Time,
    ) -> Vec<PresenceRecord> {
        if self.get(now).is_none() {
            self.value.clear();
        }
        let mut live = Vec::with_capacity(self.value.len());
        self.value.retain(|agent| {
            let record = records.get(agent).and_then(|record| record.get(now)).filter(|r| belongs(r));
            live.extend(record.cloned());
            record.is_some()
        });
        live.sort_unstable_by_key(|record| record.agent_id);
        live
    }
}

impl Memory {
    fn lock(&self) -> MutexGuard<'_, Keyspace> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn expiry(now: Time, ttl: Duration) -> Time {
    let ttl = TimeDelta::from_std(ttl).unwrap_or(TimeDelta::MAX);
    now.checked_add_signed(ttl).unwrap_or(Time::MAX_UTC)
}

#[async_trait]
impl Presence for Memory {
    async fn heartbeat(&self, record: PresenceRecord, ttl: Duration, now: Time) -> Result<(), PresenceError> {
        let (until, set_until) = (expiry(now, ttl), expiry(now, ttl.saturating_mul(2)));
        let agent = record.agent_id;
        let mut keyspace = self.lock();
        keyspace.all.add(agent, now, set_until);
        for department in record.department_ids.iter().chain(&record.department_id) {
            keyspace.departments.entry(*department).or_default().add(agent, now, set_until);
        }
        keyspace.by_agent.insert(agent, Expiring { value: record, until });
        Ok(())
    }

    async fn leave(&self, agent: PersonId, departments: &[DepartmentId]) -> Result<(), PresenceError> {
        let mut keyspace = self.lock();
        keyspace.by_agent.remove(&agent);
        keyspace.all.value.remove(&agent);
        for department in departments {
            if let Some(members) = keyspace.departments.get_mut(department) {
                members.value.remove(&agent);
            }
        }
        Ok(())
    }

    async fn report_client(
        &self,
        agent: PersonId,
        (client, status): (&str, Availability),
        ttl: Duration,
        now: Time,
    ) -> Result<Vec<Availability>, PresenceError> {
        let mut keyspace = self.lock();
        let mut reports = keyspace.clients.remove(&agent).unwrap_or_default();
        reports.retain(|report| report.client != client);
        reports.push(Report { client: client.to_owned(), status, expires_at: expiry(now, ttl) });
        let (live, _) = split(reports, now);
        let statuses = live.iter().map(|report| report.status).collect();
        keyspace.clients.insert(agent, live);
        Ok(statuses)
    }

    async fn get(&self, agent: PersonId, now: Time) -> Result<Option<PresenceRecord>, PresenceError> {
        Ok(self.lock().by_agent.get(&agent).and_then(|record| record.get(now)).cloned())
    }

    async fn all(&self, now: Time) -> Result<Vec<PresenceRecord>, PresenceError> {
        let Keyspace { by_agent: records, all, clients, .. } = &mut *self.lock();
        records.retain(|_, record| record.get(now).is_some());
        clients.retain(|_, reports| reports.iter().any(|report| now < report.expires_at));
        Ok(all.prune(records, |_| true, now))
    }

    async fn in_department(
        &self,
        department: DepartmentId,
        now: Time,
    ) -> Result<Vec<PresenceRecord>, PresenceError> {
        let Keyspace { by_agent: records, departments, .. } = &mut *self.lock();
        let Some(members) = departments.get_mut(&department) else { return Ok(Vec::new()) };
        // An agent who left the department stays in its set until this read.
        Ok(members.prune(records, |record| record.serves(department), now))
    }

    async fn memory_bytes(&self) -> Result<Option<u64>, PresenceError> {
        let keyspace = self.lock();
        let id_bytes = size_of::<PersonId>();
        let sets = std::iter::once(&keyspace.all).chain(keyspace.departments.values());
        let member_bytes: usize = sets.map(|set| set.value.capacity() * id_bytes).sum();
        let record_bytes = |r: &Expiring<PresenceRecord>| {
            let r = &r.value;
            let texts = r.name.capacity() + r.email.capacity() + r.department.capacity();
            id_bytes
                + size_of::<PresenceRecord>()
                + texts
                + r.department_ids.capacity() * size_of::<DepartmentId>()
        };
        Ok(Some((member_bytes + keyspace.by_agent.values().map(record_bytes).sum::<usize>()) as u64))
    }
}
