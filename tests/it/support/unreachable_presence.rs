//! Presence that a test can make unreachable.
use antri::domain::Time;
use antri::domain::ids::{DepartmentId, PersonId};
use antri::domain::person::Availability;
use antri::domain::presence::PresenceRecord;
use antri::engine::ports::{Presence, PresenceError};
use antri::presence::Memory;
use async_trait::async_trait;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Presence in memory, which can be made unreachable.
#[derive(Default)]
pub(crate) struct UnreachablePresence {
    memory: Memory,
    unreachable: AtomicBool,
}

impl UnreachablePresence {
    /// Makes presence unreachable, or reachable again.
    pub(crate) fn cut_off(&self, unreachable: bool) {
        self.unreachable.store(unreachable, Ordering::SeqCst);
    }

    fn memory_if_reachable(&self) -> Result<&Memory, PresenceError> {
        let unreachable = self.unreachable.load(Ordering::SeqCst);
        if unreachable { Err(PresenceError("no route".into())) } else { Ok(&self.memory) }
    }
}

#[async_trait]
impl Presence for UnreachablePresence {
    async fn heartbeat(&self, record: PresenceRecord, ttl: Duration, now: Time) -> Result<(), PresenceError> {
        self.memory_if_reachable()?.heartbeat(record, ttl, now).await
    }
    async fn leave(&self, agent: PersonId, departments: &[DepartmentId]) -> Result<(), PresenceError> {
        self.memory_if_reachable()?.leave(agent, departments).await
    }
    async fn report_client(
        &self,
        agent: PersonId,
        report: (&str, Availability),
        ttl: Duration,
        now: Time,
    ) -> Result<Vec<Availability>, PresenceError> {
        self.memory_if_reachable()?.report_client(agent, report, ttl, now).await
    }
    async fn get(&self, agent: PersonId, now: Time) -> Result<Option<PresenceRecord>, PresenceError> {
        self.memory_if_reachable()?.get(agent, now).await
    }
    async fn all(&self, now: Time) -> Result<Vec<PresenceRecord>, PresenceError> {
        self.memory_if_reachable()?.all(now).await
    }
    async fn in_department(
        &self,
        department: DepartmentId,
        now: Time,
    ) -> Result<Vec<PresenceRecord>, PresenceError> {
        self.memory_if_reachable()?.in_department(department, now).await
    }
    async fn memory_bytes(&self) -> Result<Option<u64>, PresenceError> {
        self.memory_if_reachable()?.memory_bytes().await
    }
}
