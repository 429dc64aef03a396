//! Tickets at hand. What one is about never changes, so what was read or written once is there for as long as the ticket is
//! talked of: only its place in the queue has to be asked for. For notices, and for the first try of a step, even that is known.
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
use tokio::time::Instant;

/// Of how many tickets it is at hand: those of a busy hour. A description is some hundred bytes; the longest, of 12,288 characters,
/// some 48 KB.
const MOST: u64 = 4_096;

/// For how long a notice of a ticket shows how it was written here last: it goes out meanwhile.
const TALKED_OF: Duration = Duration::from_secs(10);
/// For how long it is at hand how a ticket was written here: while somebody works at it.
const WORKED_AT: Duration = Duration::from_secs(3_600);

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
    /// Tickets as they were written here last, and when; what they are about is above.
    last: Cache<TicketId, (Arc<Ticket>, Instant)>,
}

impl Contents {
    pub(super) fn new() -> Self {
        let policy = EvictionPolicy::lru;
        let about = Cache::builder().max_capacity(MOST).eviction_policy(policy()).build();
        let last =
            Cache::builder().max_capacity(MOST).eviction_policy(policy()).time_to_live(WORKED_AT).build();
        Self { about, last }
    }

    pub(super) fn get(&self, ticket: TicketId) -> Option<Arc<Content>> {
        self.about.get(&ticket)
    }

    /// A ticket as it was written here a moment ago.
    pub(super) fn lately(&self, ticket: TicketId) -> Option<Ticket> {
        self.last.get(&ticket).filter(|(_, at)| at.elapsed() < TALKED_OF)?;
        self.last(ticket)
    }

    /// A ticket as it was written here last, which may be long ago.
    pub(super) fn last(&self, ticket: TicketId) -> Option<Ticket> {
        let (place, _) = self.last.get(&ticket)?;
        Some(self.get(ticket)?.at(place.as_ref().clone()))
    }

    /// It is other than it was written here.
    pub(super) fn forget(&self, ticket: TicketId) {
        self.last.invalidate(&ticket);
    }

    /// A ticket was written, and given its arrival if it was opened by that.
    pub(super) fn written(&self, mut ticket: Ticket, arrival: Option<Arrival>) {
        let id = ticket.id;
        if let Some(arrival) = arrival {
            ticket.arrival = arrival;
            self.put(id, Arc::new(Content::of(&ticket)));
        }
        ticket.description = Description::default();
        // Whose answer comes later need not have written later.
        let newest = |known: Option<Entry<_, (Arc<Ticket>, Instant)>>| match known {
            Some(known) if known.value().0.version > ticket.version => known.into_value(),
            _ => (Arc::new(ticket), Instant::now()),
        };
        drop(self.last.entry(id).and_upsert_with(newest));
    }

    /// Keeps what is known to be in the database.
    pub(super) fn put(&self, ticket: TicketId, content: Arc<Content>) {
        self.about.insert(ticket, content);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::{CategoryId, DepartmentId, PersonId, Version};
    use crate::domain::ticket::{Priority, TicketState};
    use chrono::DateTime;
    use uuid::Uuid;

    fn ticket(n: u64, version: u64) -> Ticket {
        Ticket {
            id: TicketId(Uuid::from_u64_pair(0, n)),
            number: TicketNumber::new(DateTime::UNIX_EPOCH.naive_utc(), 1),
            version: Version(version),
            arrival: Arrival(0),
            customer: PersonId(Uuid::nil()),
            customer_chat: ChatId(1),
            department: DepartmentId(Uuid::nil()),
            category: CategoryId(Uuid::nil()),
            description: Description::default(),
            priority: Priority::Normal,
            auto: true,
            state: TicketState::Queued,
            created_at: Time::UNIX_EPOCH,
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_notice_shows_what_was_written_a_moment_ago_and_a_step_begins_from_whatever_was_written() {
        let contents = Contents::new();
        let version = |ticket: Option<Ticket>| ticket.map(|ticket| ticket.version.0);
        let id = ticket(1, 0).id;
        let about = Description::default().and("Internet mati", None).unwrap();
        contents.written(Ticket { description: about.clone(), ..ticket(1, 2) }, Some(Arrival(5)));
        contents.written(ticket(1, 1), None);
        assert_eq!((version(contents.lately(id)), version(contents.last(id))), (Some(2), Some(2)));
        tokio::time::advance(TALKED_OF).await;
        assert_eq!((version(contents.lately(id)), version(contents.last(id))), (None, Some(2)));
        assert_eq!(
            contents.last(id).map(|ticket| (ticket.description, ticket.arrival)),
            Some((about, Arrival(5)))
        );
        contents.written(ticket(1, 3), None);
        assert_eq!(version(contents.lately(id)), Some(3));
        contents.forget(id);
        assert_eq!(version(contents.last(id)), None);
    }

    #[test]
    fn a_new_ticket_is_known_however_many_were_written_before() {
        let contents = Contents::new();
        for n in 0..2 * MOST {
            contents.written(ticket(n, 0), Some(Arrival(n)));
        }
        contents.last.run_pending_tasks();
        let newest = MOST..2 * MOST;
        let known = newest.filter(|n| contents.last(ticket(*n, 0).id).is_some()).count();
        assert!(known as u64 > MOST / 2, "{known} of {MOST}");
    }
}
