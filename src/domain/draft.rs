//! A ticket that a customer is still writing.
use super::Time;
use super::ids::{CategoryId, DepartmentId, DraftId, PersonId};
use super::text::Description;
use serde::{Deserialize, Serialize};

/// An unsent ticket. A person has one at most; it outlives restarts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// Its id, which becomes the ticket's idempotency key.
    pub id: DraftId,
    /// Who writes it.
    pub person: PersonId,
    /// Where it goes, once chosen.
    pub target: Option<(DepartmentId, CategoryId)>,
    /// What it says so far.
    pub description: Description,
    /// The album whose part came last: its parts come one by one and are shown together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub album: Option<String>,
    /// When it was begun.
    pub created_at: Time,
}

impl Draft {
    /// Whether it can be sent: it has a category and says something.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.target.is_some() && !self.description.is_empty()
    }
}
