//! Messages whose author has several tickets and did not say which: they are kept until the author chooses.
use super::{NewMessage, is_first_answer, notices_of, relay_of};
use crate::domain::Time;
use crate::domain::department::canned_reply::Placeholders;
use crate::domain::ids::{PersonId, TicketId};
use crate::domain::person::Person;
use crate::domain::ticket::conversation::{ConversationMessage, Direction, MessageContent, Relay};
use crate::engine::Engine;
use crate::engine::error::EngineError;
use crate::engine::events::Event;
use crate::engine::ports::{Change, Write};

impl Engine {
    /// Keeps a message until its author has chosen the ticket.
    pub async fn keep_message(
        &self,
        author: &Person,
        direction: Direction,
        new: NewMessage,
        now: Time,
    ) -> Result<(), EngineError> {
        if author.agent.is_none() {
            self.drop_kept_of_agent(author.id).await?;
        }
        let message = self.new_message(author.id, None, direction, new, now);
        self.store_message(Vec::new(), message, false).await.map(drop)
    }

    /// Sends the author's kept messages to this ticket; templates are filled in with these values. Returns how
    /// many there were.
    pub async fn route_messages(
        &self,
        author: &Person,
        ticket: TicketId,
        values: &Placeholders,
    ) -> Result<usize, EngineError> {
        let _in_order = self.conversation_locks.lock(ticket).await;
        let kept = self.store.unrouted_messages(author.id).await?;
        let Some(direction) = kept.first().map(|message| message.direction) else { return Ok(0) };
        let (current, mut changes, relay) = if direction == Direction::ToAgent {
            let open = self.open_ticket_of(author.id, ticket).await?;
            let (due, to_holder) = self.due_relays(&open).await?;
            (open, due, to_holder.unwrap_or(Relay::Waiting))
        } else {
            let held = self.held_ticket(author.id, ticket).await?;
            let to_customer = Relay::to_customer(held.customer_chat);
            (held, Vec::new(), to_customer)
        };
        let mut routed = Vec::new();
        for message in &kept {
            let content = match direction {
                Direction::ToCustomer => message.content.clone().filled(values),
                _ => MessageContent { is_template: false, ..message.content.clone() },
            };
            let after = ConversationMessage { ticket: Some(ticket), content, ..message.with_relay(relay) };
            let after = ConversationMessage { relay: relay_of(&after, after.relay), ..after };
            let notices = notices_of(&after);
            let write = Write::Message {
                expected: Some(message.version),
                // The store keeps the first of several.
                is_first_answer: is_first_answer(&current, &after),
                message: Box::new(after),
            };
            changes.push(Change { write, event: None, notices });
            routed.push(message.id);
        }
        self.commit_relays(changes).await?;
        for message in &routed {
            self.publish(Event::Message { ticket, message: *message, is_new: true });
        }
        Ok(routed.len())
    }

    /// Drops the author's kept messages: they go to no ticket. Returns how many there were.
    pub async fn drop_kept(&self, author: PersonId) -> Result<usize, EngineError> {
        let kept = self.store.unrouted_messages(author).await?;
        self.release_kept(&kept).await?;
        Ok(kept.len())
    }

    /// Drops the messages to customers that a former agent kept. The author reads at the question that they are not
    /// sent, so they must not go out with later ones.
    pub(in crate::engine) async fn drop_kept_of_agent(&self, former: PersonId) -> Result<(), EngineError> {
        let mut kept = self.store.unrouted_messages(former).await?;
        kept.retain(|message| message.direction == Direction::ToCustomer);
        self.release_kept(&kept).await
    }

    /// Marks kept messages as done, because they went into a draft or were dropped.
    pub async fn release_kept(&self, kept: &[ConversationMessage]) -> Result<(), EngineError> {
        let done = kept.iter().map(|message| {
            let after = message.with_relay(Relay::Kept);
            Change::quiet(Write::message_update(after, message.version))
        });
        self.commit_relays(done.collect()).await
    }
}
