//! Who is there right now: the record that Redis holds under `agent:online:{agent_id}`, field for field.
use super::Time;
use super::ids::{DepartmentId, PersonId};
use super::person::Availability;
use serde::{Deserialize, Serialize};

/// An agent's presence. Exists only while the agent counts as there; its JSON is the ordered one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PresenceRecord {
    /// Who.
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
    /// When the last sign of life came.
    pub last_heartbeat: Time,
    /// Tickets they hold.
    pub current_chats: u16,
    /// Tickets they can hold.
    pub max_chats: u16,
}

impl PresenceRecord {
    /// Whether it is in the set of this department's agents.
    #[must_use]
    pub fn serves(&self, department: DepartmentId) -> bool {
        self.department_id == Some(department) || self.department_ids.contains(&department)
    }
}
