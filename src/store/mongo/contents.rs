//! What tickets are about. It never changes, so what was read or written once is at hand for as long as the ticket is talked
//! of: only its place in the queue has to be asked for.
use super::codec::Fields;
use crate::domain::Time;
use crate::domain::ids::{ChatId, TicketId};
use crate::domain::number::TicketNumber;
use crate::domain::text::Description;
use crate::domain::ticket::Ticket;
use crate::engine::ports::StoreError;
use moka::policy::EvictionPolicy;
use moka::sync::Cache;
use mongodb::bson::Document;
use std::sync::Arc;

/// Of how many tickets it is at hand: those of a busy hour. A description is some hundred bytes, 4 KB at most.
const MOST: u64 = 4_096;

/// What a ticket is about.
#[derive(Debug)]
pub(super) struct Content {
    number: TicketNumber,
    customer_chat: ChatId,
    description: Description,
    created_at: Time,
}

impl Content {
    /// Out of a document of `tickets`.
    pub(super) fn read(doc: &Document) -> Result<Self, StoreError> {
        let f = Fields(doc);
        let number = f.text("ticket_number")?;
        let unreadable = || StoreError::Corrupt(format!("{number:?} is no ticket number"));
        Ok(Self {
            number: TicketNumber::parse(number).ok_or_else(unreadable)?,
            customer_chat: ChatId(f.int("customer_chat")?),
            description: f.nested("description")?,
            created_at: f.time("created_at")?,
        })
    }

    pub(super) fn of(ticket: &Ticket) -> Self {
        Self {
            number: ticket.number.clone(),
            customer_chat: ticket.customer_chat,
            description: ticket.description.clone(),
            created_at: ticket.created_at,
        }
    }

    pub(super) fn number(&self) -> &TicketNumber {
        &self.number
    }

    /// Adds it to a place in the queue.
    pub(super) fn at(&self, place: Ticket) -> Ticket {
        Ticket {
            customer_chat: self.customer_chat,
            description: self.description.clone(),
            created_at: self.created_at,
            ..place
        }
    }
}

/// What is at hand.
#[derive(Clone)]
pub(super) struct Contents(Cache<TicketId, Arc<Content>>);

impl Contents {
    pub(super) fn new() -> Self {
        Self(Cache::builder().max_capacity(MOST).eviction_policy(EvictionPolicy::lru()).build())
    }

    pub(super) fn get(&self, ticket: TicketId) -> Option<Arc<Content>> {
        self.0.get(&ticket)
    }

    /// Keeps what is known to be in the database.
    pub(super) fn put(&self, ticket: TicketId, content: Arc<Content>) {
        self.0.insert(ticket, content);
    }
}
