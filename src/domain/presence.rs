//! Presence record of an agent, as Redis stores it under `agent:online:{agent_id}`, field for field.
use super::Time;
use super::ids::{DepartmentId, PersonId};
use super::person::Availability;
use serde::{Deserialize, Serialize};

/// An agent's presence. Exists only while the agent counts as present. Its JSON is specified.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PresenceRecord {
    /// The agent.
    pub agent_id: PersonId,
    /// Their name.
    pub name: String,
    /// Their mail address; empty when unknown.
    pub email: String,
    /// The first of their departments.
    pub department_id: Option<DepartmentId>,
    /// That department's name; empty when they have none.
    pub department: String,
    /// All their departments, for the department sets.
    #[serde(default)]
    pub department_ids: Vec<DepartmentId>,
    /// `online`, `busy` or `away`.
    pub status: Availability,
    /// When the last heartbeat came.
    pub last_heartbeat: Time,
    /// Number of tickets that they hold.
    pub current_chats: u16,
    /// Their capacity.
    pub max_chats: u16,
}

impl PresenceRecord {
    /// Returns true if the agent belongs to this department's set.
    #[must_use]
    pub fn serves(&self, department: DepartmentId) -> bool {
        self.department_id == Some(department) || self.department_ids.contains(&department)
    }
}
