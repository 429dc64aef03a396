//! Tickets at hand. What one is about never changes, so what was read or written once is there for as long as the ticket is
//! talked of: only its place in the queue has to be asked for. For notices even that is known for a while.
use super::codec::Fields;
use crate::domain::Time;
use crate::domain::ids::{Arrival, ChatId, TicketId};
use crate::domain::number::TicketNumber;
use crate::domain::text::Description;
use crate::domain::ticket::Ticket;
use crate::engine::ports::StoreError;
use moka::Entry;
use moka::policy::EvictionPolicy;
use moka::sync::Cache;
use mongodb::bson::Document;
use std::sync::Arc;
use std::time::Duration;

/// Of how many tickets it is at hand: those of a busy hour. A description is some hundred bytes, 4 KB at most.
const MOST: u64 = 4_096;

/// How long it is at hand how a ticket was written: notices of it go out meanwhile.
const TALKED_OF: Duration = Duration::from_secs(10);

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
pub(super) struct Contents {
    about: Cache<TicketId, Arc<Content>>,
    /// Tickets as they were written here last.
    last: Cache<TicketId, Arc<Ticket>>,
}

impl Contents {
    pub(super) fn new() -> Self {
        let about = Cache::builder().max_capacity(MOST).eviction_policy(EvictionPolicy::lru()).build();
        let last = Cache::builder().max_capacity(MOST).time_to_live(TALKED_OF).build();
        Self { about, last }
    }

    pub(super) fn get(&self, ticket: TicketId) -> Option<Arc<Content>> {
        self.about.get(&ticket)
    }

    /// A ticket as it was written here a moment ago.
    pub(super) fn last(&self, ticket: TicketId) -> Option<Arc<Ticket>> {
        self.last.get(&ticket)
    }

    /// A ticket was written, and given its arrival if it was opened by that.
    pub(super) fn written(&self, mut ticket: Ticket, arrival: Option<Arrival>) {
        let id = ticket.id;
        if let Some(arrival) = arrival {
            ticket.arrival = arrival;
            self.put(id, Arc::new(Content::of(&ticket)));
        }
        // Whose answer comes later need not have written later.
        let newest = |known: Option<Entry<_, Arc<Ticket>>>| match known {
            Some(known) if known.value().version > ticket.version => known.into_value(),
            _ => Arc::new(ticket),
        };
        drop(self.last.entry(id).and_upsert_with(newest));
    }

    /// Keeps what is known to be in the database.
    pub(super) fn put(&self, ticket: TicketId, content: Arc<Content>) {
        self.about.insert(ticket, content);
    }
}
