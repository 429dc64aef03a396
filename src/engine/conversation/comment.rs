//! Continuation of a completed ticket by the comment to its rating: the comment becomes a message of the ticket.
use super::{NewMessage, notices_of};
use crate::domain::Time;
use crate::domain::content::MessageSource;
use crate::domain::ids::TicketId;
use crate::domain::person::Person;
use crate::domain::ticket::Ticket;
use crate::domain::ticket::conversation::{ConversationMessage, Direction, MessageContent, Relay};
use crate::engine::Engine;
use crate::engine::error::EngineError;
use crate::engine::events::Event;
use crate::engine::ports::{Change, CommitError, Write};

impl Engine {
    /// Stores the message of a comment without a ticket, so that its author can bring it to one. A repeated call with
    /// the same source has no effect.
    pub async fn keep_comment(
        &self,
        customer: &Person,
        new: NewMessage,
        now: Time,
    ) -> Result<(), EngineError> {
        let new = NewMessage { content: MessageContent { is_template: false, ..new.content }, ..new };
        let message = self.new_message(customer.id, None, Direction::ToAgent, new, now);
        let message = ConversationMessage { relay: Relay::Kept, ..message };
        self.store_message(Vec::new(), message, false).await.map(drop)
    }

    /// Reopens a ticket on behalf of its customer, and moves a kept comment to its conversation. `completion` names the
    /// completion. A ticket that is open again gets the comment all the same, and the rating keeps it too. These are
    /// two commits: a repeated call does what is left.
    pub async fn continue_with_comment(
        &self,
        customer: &Person,
        comment: MessageSource,
        (ticket, completion): (TicketId, u16),
        now: Time,
    ) -> Result<Ticket, EngineError> {
        if customer.is_banned() {
            return Err(EngineError::Forbidden);
        }
        let kept = self.kept_comment(customer, comment).await?;
        if let Some(ticket) = kept.ticket {
            return self.at_version(ticket, None).await;
        }
        if self.at_version(ticket, None).await?.status().is_end() {
            self.reopen_for_comment(customer.id, (ticket, completion), now).await?;
        }
        fail::fail_point!("comment-after-reopen");
        self.move_comment(customer, comment, ticket).await?;
        self.at_version(ticket, None).await
    }

    /// Returns the stored message of a comment. Errors with `NotFound` if it is none of the customer's, or was erased.
    async fn kept_comment(
        &self,
        customer: &Person,
        comment: MessageSource,
    ) -> Result<ConversationMessage, EngineError> {
        let stored = self.store.message_at(comment).await?;
        let is_theirs = |message: &ConversationMessage| {
            message.author == customer.id
                && message.direction == Direction::ToAgent
                && message.source == Some(comment)
                && !message.content.is_empty()
        };
        stored.filter(is_theirs).ok_or(EngineError::NotFound)
    }

    /// Commits a comment as a message of the ticket, behind those that wait in the conversation.
    async fn move_comment(
        &self,
        customer: &Person,
        comment: MessageSource,
        ticket: TicketId,
    ) -> Result<(), EngineError> {
        let _in_order = self.conversation_locks.lock(ticket).await;
        let open = self.open_ticket_of(customer.id, ticket).await?;
        let kept = self.kept_comment(customer, comment).await?;
        if kept.ticket.is_some() {
            return Ok(());
        }
        let (mut changes, to_holder) = self.due_relays(&open).await?;
        let moved = kept.with_relay(to_holder.unwrap_or(Relay::Waiting));
        let moved = ConversationMessage { ticket: Some(ticket), ..moved };
        let (notices, message) = (notices_of(&moved), moved.id);
        changes.push(Change { write: Write::message_update(moved, kept.version), event: None, notices });
        let result = self.store.commit(changes).await.pop();
        self.wake_outbox();
        match result {
            Some(Ok(_)) => self.publish(Event::Message { ticket, message, is_new: true }),
            Some(Err(CommitError::Store(error))) => return Err(error.into()),
            _ => return Err(EngineError::Contention),
        }
        Ok(())
    }
}
