//! Record of a ticket: the earlier messages of its conversation, for a new holder and for staff.
use crate::domain::ids::TicketId;
use crate::domain::ticket::conversation::{ConversationMessage, Relay};
use crate::engine::Engine;
use crate::engine::ports::StoreError;

/// Number of messages in the summary for a new holder.
pub const SUMMARY_MESSAGES: usize = 10;
/// Number of messages among which those of the summary are looked for.
const SUMMARY_WINDOW: usize = 50;
/// Number of messages that are read at once.
const MESSAGES_PER_READ: usize = 500;
/// Number of messages of a whole record; a longer one begins later.
const MAX_RECORD_MESSAGES: usize = 5_000;

impl Engine {
    /// Returns the last messages below the number `before` that have reached their recipient, and the notes,
    /// oldest first. Empty if no message has reached anybody.
    pub async fn earlier_messages(
        &self,
        ticket: TicketId,
        before: Option<u64>,
    ) -> Result<Vec<ConversationMessage>, StoreError> {
        let mut messages = self.store.conversation(ticket, before, SUMMARY_WINDOW).await?;
        messages.retain(|message| matches!(message.relay, Relay::Delivered { .. } | Relay::Kept));
        if !messages.iter().any(|message| matches!(message.relay, Relay::Delivered { .. })) {
            return Ok(Vec::new());
        }
        messages.drain(..messages.len().saturating_sub(SUMMARY_MESSAGES));
        Ok(messages)
    }

    /// Returns all messages of a ticket, oldest first. Of a very long conversation it returns the newest ones.
    pub async fn whole_conversation(&self, ticket: TicketId) -> Result<Vec<ConversationMessage>, StoreError> {
        let (mut all, mut before) = (Vec::new(), None);
        while all.len() < MAX_RECORD_MESSAGES {
            let mut page = self.store.conversation(ticket, before, MESSAGES_PER_READ).await?;
            let Some(first) = page.first() else { break };
            before = Some(first.seq);
            page.append(&mut all);
            all = page;
        }
        Ok(all)
    }
}
