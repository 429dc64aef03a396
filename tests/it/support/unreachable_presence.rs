//! Presence out of reach.
use antri::domain::Time;
use antri::domain::ids::{DepartmentId, PersonId};
use antri::domain::presence::PresenceRecord;
use antri::engine::ports::{Presence, PresenceError};
use antri::presence::Memory;
use async_trait::async_trait;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Presence that can be cut off.
#[derive(Default)]
pub(crate) struct UnreachablePresence {
    near: Memory,
    away: AtomicBool,
}

impl UnreachablePresence {
    /// From now on nobody gets through, or everybody does.
    pub(crate) fn cut_off(&self, away: bool) {
        self.away.store(away, Ordering::SeqCst);
    }

    fn reach(&self) -> Result<&Memory, PresenceError> {
        let away = self.away.load(Ordering::SeqCst);
        if away { Err(PresenceError("no route".into())) } else { Ok(&self.near) }
    }
}

#[async_trait]
impl Presence for UnreachablePresence {
    async fn heartbeat(&self, record: PresenceRecord, ttl: Duration, now: Time) -> Result<(), PresenceError> {
        self.reach()?.heartbeat(record, ttl, now).await
    }
    async fn leave(&self, agent: PersonId, departments: &[DepartmentId]) -> Result<(), PresenceError> {
        self.reach()?.leave(agent, departments).await
    }
    async fn get(&self, agent: PersonId, now: Time) -> Result<Option<PresenceRecord>, PresenceError> {
        self.reach()?.get(agent, now).await
    }
    async fn all(&self, now: Time) -> Result<Vec<PresenceRecord>, PresenceError> {
        self.reach()?.all(now).await
    }
    async fn in_department(
        &self,
        department: DepartmentId,
        now: Time,
    ) -> Result<Vec<PresenceRecord>, PresenceError> {
        self.reach()?.in_department(department, now).await
    }
    async fn memory_bytes(&self) -> Result<u64, PresenceError> {
        self.reach()?.memory_bytes().await
    }
}
