//! A ticket that a customer is still writing.
use super::Time;
use super::ids::{CategoryId, DepartmentId, DraftId, PersonId};
use super::text::{Attachment, Description, DescriptionError};
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
    /// Telegram's ids of the newest messages in it.
    #[serde(default)]
    pub messages: Vec<i32>,
    /// The album whose part came last: its parts come one by one and are shown together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub album: Option<String>,
    /// When it was begun.
    pub created_at: Time,
}

/// How many messages are known again: many more than one chat can have under way when the desk dies.
const MAX_KNOWN_MESSAGES: usize = 200;

impl Draft {
    /// Whether it can be sent: it has a category and says something.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.target.is_some() && !self.description.is_empty()
    }

    /// This draft with one more message in it. A message whose update is handled again, because the desk died before it
    /// was marked as handled, is in it already and changes nothing.
    pub fn with(
        mut self,
        message: i32,
        text: &str,
        file: Option<Attachment>,
    ) -> Result<Self, DescriptionError> {
        if !self.messages.contains(&message) {
            self.description = self.description.and(text, file)?;
            self.messages.push(message);
            self.messages.drain(..self.messages.len().saturating_sub(MAX_KNOWN_MESSAGES));
        }
        Ok(self)
    }
}
