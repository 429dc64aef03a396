//! Conversation of customer and agent: messages are stored together with their deliveries, and follow their
//! ticket to whoever holds it.
mod comment;
mod continuation;
mod edits;
pub mod forget;
pub mod history;
mod outcomes;
mod reactions;
mod replies;
mod topics;
mod unrouted;
pub mod withdraw;

use super::Engine;
use super::error::EngineError;
use super::events::Event;
use super::ports::{Change, CommitError, UniqueKey, Write};
use crate::domain::Time;
use crate::domain::content::MessageSource;
use crate::domain::ids::{ChatId, MessageId, PersonId, TicketId, Version};
use crate::domain::notice::{Message, Outgoing, RelayPart};
use crate::domain::person::Person;
use crate::domain::ticket::conversation::{
    ConversationMessage, Direction, MessageContent, Reactions, Relay, RelayFailure,
};
use crate::domain::ticket::{Refusal, Status, Ticket, TicketState};
use crate::engine::tickets::steps::Step;
use outcomes::failure_notices;
use std::hash::{DefaultHasher, Hash, Hasher};
use tokio::sync::{Mutex, MutexGuard};

/// The number of locks that conversations share.
const LOCKS: usize = 64;
/// Number of tickets whose due messages are read at once.
const TICKETS_PER_READ: usize = 500;

/// Locks that keep the messages of one ticket in order: between the read of its holder and the commit of a
/// message, no other message of the ticket is handled.
#[derive(Debug)]
pub(super) struct ConversationLocks([Mutex<()>; LOCKS]);

impl Default for ConversationLocks {
    fn default() -> Self {
        Self(std::array::from_fn(|_| Mutex::default()))
    }
}

impl ConversationLocks {
    async fn lock(&self, ticket: TicketId) -> Option<MutexGuard<'_, ()>> {
        let mut hasher = DefaultHasher::new();
        ticket.hash(&mut hasher);
        let index = usize::try_from(hasher.finish() % LOCKS as u64).unwrap_or_default();
        match self.0.get(index) {
            Some(lock) => Some(lock.lock().await),
            None => None,
        }
    }
}

/// A message that a person wrote.
#[derive(Debug, Clone)]
pub struct NewMessage {
    /// The message in their chat; `None` if it came by the side API, or beside a message that has it.
    pub source: Option<MessageSource>,
    /// The idempotency key of a message that came by the side API or from a draft.
    pub key: Option<String>,
    /// The topic of the chat.
    pub thread: Option<i32>,
    /// What it says.
    pub content: MessageContent,
}

impl Engine {
    /// Stores a message of the customer and enqueues it for the agent who holds the ticket. While the ticket
    /// waits, the message waits with it. A repeated call with the same source or key has no effect.
    pub async fn write_to_agent(
        &self,
        customer: &Person,
        ticket: TicketId,
        new: NewMessage,
        now: Time,
    ) -> Result<ConversationMessage, EngineError> {
        let _in_order = self.conversation_locks.lock(ticket).await;
        let current = self.open_ticket_of(customer.id, ticket).await?;
        let message = self.new_message(customer.id, Some(ticket), Direction::ToAgent, new, now);
        let (relays, to) = self.due_relays(&current).await?;
        let relay = relay_of(&message, to.unwrap_or(Relay::Waiting));
        self.store_message(relays, ConversationMessage { relay, ..message }, false).await
    }

    /// Stores a message of the agent who holds the ticket, and enqueues it for the customer. The first message
    /// opens the ticket.
    pub async fn write_to_customer(
        &self,
        agent: &Person,
        ticket: TicketId,
        new: NewMessage,
        now: Time,
    ) -> Result<ConversationMessage, EngineError> {
        let in_order = self.conversation_locks.lock(ticket).await;
        let current = self.held_ticket(agent.id, ticket).await?;
        let message = self.new_message(agent.id, Some(ticket), Direction::ToCustomer, new, now);
        let relay = relay_of(&message, Relay::to_customer(current.customer_chat));
        let message = ConversationMessage { relay, ..message };
        let is_first_answer = is_first_answer(&current, &message);
        let stored = self.store_message(Vec::new(), message, is_first_answer).await?;
        drop(in_order);
        if current.status() == Status::Assigned {
            match self.step(agent.id, ticket, Step::Start, None, now).await {
                Ok(_) | Err(EngineError::Refused(..)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(stored)
    }

    /// Stores an internal note of the agent who holds the ticket.
    pub async fn add_note(
        &self,
        agent: &Person,
        ticket: TicketId,
        new: NewMessage,
        now: Time,
    ) -> Result<ConversationMessage, EngineError> {
        self.held_ticket(agent.id, ticket).await?;
        let message = self.new_message(agent.id, Some(ticket), Direction::Note, new, now);
        self.store_message(Vec::new(), message, false).await
    }

    /// Enqueues the messages of these tickets that wait for an agent, or that were meant for an agent who no
    /// longer holds the ticket.
    pub async fn relay_due(&self, tickets: &[TicketId]) -> Result<(), EngineError> {
        for tickets in tickets.chunks(TICKETS_PER_READ) {
            let due = self.store.due_messages(tickets).await?;
            let mut with_due: Vec<_> = due.iter().filter_map(|message| message.ticket).collect();
            with_due.dedup();
            for ticket in with_due {
                let _in_order = self.conversation_locks.lock(ticket).await;
                let Some(current) = self.store.ticket(ticket).await? else { continue };
                let (relays, _) = self.due_relays(&current).await?;
                self.commit_relays(relays).await?;
            }
        }
        Ok(())
    }

    /// Does the same for all tickets that are held, after a start or when events were missed.
    pub async fn relay_all_due(&self) -> Result<(), EngineError> {
        let held: Vec<_> = self.store.all_held().await?.iter().map(|ticket| ticket.id).collect();
        self.relay_due(&held).await
    }

    /// Returns the changes that enqueue what is due to the ticket's holder, and the state of a message that is
    /// enqueued for the holder.
    async fn due_relays(&self, ticket: &Ticket) -> Result<(Vec<Change>, Option<Relay>), EngineError> {
        let Some(holder) = self.holder_of(ticket).await? else { return Ok((Vec::new(), None)) };
        let to_holder =
            Relay::Enqueued { chat: holder.chat(), held_since: ticket.hold().map(|hold| hold.assigned_at) };
        let due = self.store.due_messages(&[ticket.id]).await?.into_iter();
        let due = due.filter(|m| m.direction == Direction::ToAgent && m.relay != to_holder);
        let relays = due.map(|message| {
            let after = message.with_relay(to_holder);
            let notices = deliveries_of(&after);
            let write = Write::message_update(after, message.version);
            Change { write, event: None, notices }
        });
        Ok((relays.collect(), Some(to_holder)))
    }

    /// Commits the relays of waiting messages. One that was settled meanwhile is left out.
    async fn commit_relays(&self, relays: Vec<Change>) -> Result<(), EngineError> {
        if relays.is_empty() {
            return Ok(());
        }
        for result in self.store.commit(relays).await {
            if let Err(CommitError::Store(error)) = result {
                return Err(error.into());
            }
        }
        self.wake_outbox();
        Ok(())
    }

    /// Commits a new message behind those that waited before it. A message with the same source or
    /// key is returned instead of a second one.
    async fn store_message(
        &self,
        mut before: Vec<Change>,
        message: ConversationMessage,
        is_first_answer: bool,
    ) -> Result<ConversationMessage, EngineError> {
        let write = Write::Message { message: Box::new(message.clone()), expected: None, is_first_answer };
        let notices = notices_of(&message);
        before.push(Change { write, event: None, notices });
        fail::fail_point!("relay-before-commit");
        let result = self.store.commit(before).await.pop();
        fail::fail_point!("relay-after-commit");
        self.wake_outbox();
        match result {
            Some(Ok(_)) => {
                if let Some(ticket) = message.ticket {
                    self.publish(Event::Message { ticket, message: message.id, is_new: true });
                }
                Ok(message)
            }
            Some(Err(CommitError::Duplicate(UniqueKey::Message))) => {
                let mut stored = None;
                if let Some(source) = message.source {
                    stored = self.store.message_at(source).await?;
                }
                if let (None, Some(key)) = (&stored, &message.source_key) {
                    stored = self.store.message_by_key(key).await?;
                }
                stored.ok_or(EngineError::Contention)
            }
            Some(Err(CommitError::Store(error))) => Err(error.into()),
            _ => Err(EngineError::Contention),
        }
    }

    fn new_message(
        &self,
        author: PersonId,
        ticket: Option<TicketId>,
        direction: Direction,
        NewMessage { source, key, thread, content }: NewMessage,
        now: Time,
    ) -> ConversationMessage {
        ConversationMessage {
            id: MessageId::time_ordered(now, self.random().id()),
            seq: 0,
            version: Version::default(),
            ticket,
            author,
            direction,
            source,
            source_key: key,
            thread,
            content,
            written_at: now,
            edited_at: None,
            reactions: Reactions::default(),
            relay: if direction == Direction::Note { Relay::Kept } else { Relay::Waiting },
        }
    }

    /// Returns the customer's open ticket. Other people must not learn its state.
    async fn open_ticket_of(&self, customer: PersonId, ticket: TicketId) -> Result<Ticket, EngineError> {
        let current = self.at_version(ticket, None).await?;
        if current.customer != customer {
            return Err(EngineError::Refused(Refusal::NotYours, Box::new(current)));
        }
        if current.status().is_end() {
            return Err(EngineError::Refused(Refusal::State(current.status()), Box::new(current)));
        }
        Ok(current)
    }

    /// Returns the ticket if the agent holds it.
    async fn held_ticket(&self, agent: PersonId, ticket: TicketId) -> Result<Ticket, EngineError> {
        let current = self.at_version(ticket, None).await?;
        match current.holder() {
            Some(holder) if holder == agent => Ok(current),
            _ if matches!(current.state, TicketState::Completed { agent: by, .. } if by == agent) => {
                Err(EngineError::Refused(Refusal::State(current.status()), Box::new(current)))
            }
            _ => Err(EngineError::Refused(Refusal::NotYours, Box::new(current))),
        }
    }
}

/// Returns true if a new message is the ticket's first answer: it is sent to the customer, and the ticket has none.
fn is_first_answer(ticket: &Ticket, message: &ConversationMessage) -> bool {
    message.direction == Direction::ToCustomer && message.relay.is_due() && ticket.first_answered_at.is_none()
}

/// Returns the state of a new message's relay: what cannot be copied, and has no words, is not sent.
fn relay_of(message: &ConversationMessage, relay: Relay) -> Relay {
    if message.content.can_be_relayed() || !message.content.text.is_empty() {
        relay
    } else {
        Relay::Failed { reason: RelayFailure::Unsupported }
    }
}

/// Returns the deliveries about a new message: to its recipient, and to its author.
fn notices_of(message: &ConversationMessage) -> Vec<Outgoing> {
    match message.relay {
        Relay::Failed { .. } => failure_notices(message, message.source.map(|source| source.chat)),
        _ => deliveries_of(message).into_iter().chain(reaction_to(message)).collect(),
    }
}

/// Returns a delivery to a chat.
fn relay_delivery(chat: ChatId, part: RelayPart, direction: Direction) -> Outgoing {
    Outgoing { chat, message: Message::Relay { part, to_agent: direction == Direction::ToAgent } }
}

/// Returns the deliveries that bring a message to the chat for which it is enqueued.
fn deliveries_of(message: &ConversationMessage) -> Vec<Outgoing> {
    let (Relay::Enqueued { chat, .. }, Some(ticket)) = (message.relay, message.ticket) else {
        return Vec::new();
    };
    let parts = match &message.content.album {
        Some(album) => {
            vec![RelayPart::AlbumHeader(ticket, album.clone()), RelayPart::Album(ticket, album.clone())]
        }
        None => vec![RelayPart::Message(message.id)],
    };
    parts.into_iter().map(|part| relay_delivery(chat, part, message.direction)).collect()
}

/// Returns the refresh of the bot's reaction to an agent's message.
fn reaction_to(message: &ConversationMessage) -> Option<Outgoing> {
    let source = message.source.filter(|_| message.direction != Direction::ToAgent)?;
    message.ticket?;
    Some(Outgoing { chat: source.chat, message: Message::Reaction(message.id) })
}
