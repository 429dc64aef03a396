//! Topic store: the topics of tickets in the chats of agents. They are written by
//! [`super::Outcome::Topic`].
use super::StoreError;
use crate::domain::Time;
use crate::domain::ids::{ChatId, PersonId, TicketId};
use crate::domain::ticket::topic::Topic;
use async_trait::async_trait;

/// The topics.
#[async_trait]
pub trait TopicStore: Send + Sync + 'static {
    /// Returns the topic of a ticket in the agent's chat.
    async fn topic(&self, ticket: TicketId, agent: PersonId) -> Result<Option<Topic>, StoreError>;
    /// Returns the topic of a chat with this id.
    async fn topic_at(&self, chat: ChatId, thread: i32) -> Result<Option<Topic>, StoreError>;
    /// Returns the topics that are not closed.
    async fn active_topics(&self) -> Result<Vec<Topic>, StoreError>;
    /// Returns topics that were closed before this time, at most `limit`, the oldest first.
    async fn closed_topics(&self, before: Time, limit: usize) -> Result<Vec<Topic>, StoreError>;
}
