//! Presence port: the records of the agents who are there, each with a TTL.
use crate::domain::Time;
use crate::domain::ids::{DepartmentId, PersonId};
use crate::domain::person::Availability;
use crate::domain::presence::PresenceRecord;
use async_trait::async_trait;
use std::time::Duration;

/// The presence back end is unreachable. No agent's presence is known, and none is marked as lost because of
/// it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("presence is unavailable: {0}")]
pub struct PresenceError(pub String);

/// Clients of one agent that count; older ones are forgotten.
pub const MAX_CLIENTS: usize = 16;

/// The presence records. A record expires `ttl` after its last heartbeat; the sets of agents after twice
/// that.
#[async_trait]
pub trait Presence: Send + Sync + 'static {
    /// Stores the record for `ttl` from `now`, and adds the agent to the set of all and to those of its
    /// departments. Atomic, in one round trip.
    async fn heartbeat(&self, record: PresenceRecord, ttl: Duration, now: Time) -> Result<(), PresenceError>;
    /// Removes an agent's record and memberships.
    async fn leave(&self, agent: PersonId, departments: &[DepartmentId]) -> Result<(), PresenceError>;
    /// Stores the status that one client of an agent reports, for `ttl` from `now`. Returns the statuses of all
    /// their clients that have not expired, at most [`MAX_CLIENTS`], the newest.
    async fn report_client(
        &self,
        agent: PersonId,
        report: (&str, Availability),
        ttl: Duration,
        now: Time,
    ) -> Result<Vec<Availability>, PresenceError>;
    /// Returns an agent's record if it has not expired.
    async fn get(&self, agent: PersonId, now: Time) -> Result<Option<PresenceRecord>, PresenceError>;
    /// Returns every record that has not expired, by agent id. Removes members of the set whose record has
    /// expired.
    async fn all(&self, now: Time) -> Result<Vec<PresenceRecord>, PresenceError>;
    /// Returns every record of a department that has not expired, by agent id. Removes expired members
    /// likewise.
    async fn in_department(
        &self,
        department: DepartmentId,
        now: Time,
    ) -> Result<Vec<PresenceRecord>, PresenceError>;
    /// Returns roughly how many bytes of memory the records take; `None` if the back end may not say so.
    async fn memory_bytes(&self) -> Result<Option<u64>, PresenceError>;
    /// Returns how many records cannot be read. They are left out of every answer.
    async fn unreadable_records(&self) -> Result<usize, PresenceError> {
        Ok(0)
    }
}
