//! Conversation store: the messages of tickets, and the ticket to which an agent writes.
use super::StoreError;
use crate::domain::content::MessageSource;
use crate::domain::ids::{MessageId, PersonId, TicketId};
use crate::domain::ticket::conversation::ConversationMessage;
use async_trait::async_trait;

/// The conversations. Messages are written by [`super::Write::Message`] and settled by
/// [`super::Outcome::Relayed`].
#[async_trait]
pub trait ConversationStore: Send + Sync + 'static {
    /// Returns a message.
    async fn message(&self, id: MessageId) -> Result<Option<ConversationMessage>, StoreError>;
    /// Returns the message that was written as, or brought as, this message of a chat.
    async fn message_at(&self, place: MessageSource) -> Result<Option<ConversationMessage>, StoreError>;
    /// Returns the message with this idempotency key.
    async fn message_by_key(&self, key: &str) -> Result<Option<ConversationMessage>, StoreError>;
    /// Returns the newest messages of a ticket with a number below `before`, at most `limit`, oldest first.
    async fn conversation(
        &self,
        ticket: TicketId,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Vec<ConversationMessage>, StoreError>;
    /// Returns the messages of these tickets that are still due, in their order.
    async fn due_messages(&self, tickets: &[TicketId]) -> Result<Vec<ConversationMessage>, StoreError>;
    /// Returns the messages of an author that have no ticket yet, in their order.
    async fn unrouted_messages(&self, author: PersonId) -> Result<Vec<ConversationMessage>, StoreError>;
    /// Returns the ticket to which an agent writes.
    async fn focus(&self, agent: PersonId) -> Result<Option<TicketId>, StoreError>;
    /// Sets the ticket to which an agent writes.
    async fn set_focus(&self, agent: PersonId, ticket: Option<TicketId>) -> Result<(), StoreError>;
}
