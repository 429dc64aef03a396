//! Drafts: tickets that a customer has not sent yet.
use super::Time;
use super::ids::{CategoryId, DepartmentId, DraftId, PersonId};
use super::text::{Attachment, Description, DescriptionError};
use serde::{Deserialize, Serialize};

/// An unsent ticket. A person has at most one; it survives restarts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// Its id, which becomes the ticket's idempotency key.
    pub id: DraftId,
    /// The customer who writes it.
    pub person: PersonId,
    /// The department and category, once chosen.
    pub target: Option<(DepartmentId, CategoryId)>,
    /// The description so far.
    pub description: Description,
    /// Telegram's ids of the newest messages in it.
    #[serde(default)]
    pub messages: Vec<i32>,
    /// The album of the newest message. An album's parts arrive one by one and are shown together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub album: Option<String>,
    /// When it was created.
    pub created_at: Time,
}

/// Number of message ids that a draft remembers: many more than one chat can have in flight when the process
/// is killed.
const MAX_MESSAGE_IDS: usize = 200;

impl Draft {
    /// Returns true if it can be sent: it has a category and a description.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.target.is_some() && !self.description.is_empty()
    }

    /// Returns this draft with one more message. An update is handled again if the process was killed before
    /// it was marked as handled; its message is then in the draft already and changes nothing.
    pub fn with(
        mut self,
        message: i32,
        text: &str,
        file: Option<Attachment>,
    ) -> Result<Self, DescriptionError> {
        if !self.messages.contains(&message) {
            self.description = self.description.append(text, file)?;
            self.messages.push(message);
            self.messages.drain(..self.messages.len().saturating_sub(MAX_MESSAGE_IDS));
        }
        Ok(self)
    }
}
