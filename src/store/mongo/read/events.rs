//! Reads of events: the history of a ticket, the counts of an agent; and the counters of inbox and outbox.
use crate::domain::Time;
use crate::domain::event::AuditEvent;
use crate::domain::ids::{PersonId, TicketId};
use crate::engine::ports::{DeliveryCounters, DropReason, StoreError};
use crate::store::mongo::client::Db;
use crate::store::mongo::codec::Fields;
use crate::store::mongo::schema::{COUNTERS, EVENTS, INBOX};
use mongodb::bson::{Document, doc};

pub(crate) fn of_ticket(ticket: TicketId) -> Document {
    doc! { "ticket_id": ticket.to_string() }
}

pub(crate) fn of_agent(agent: PersonId, from: Time) -> Document {
    doc! { "agent_id": agent.to_string(), "micros": { "$gte": from.timestamp_micros() } }
}

/// Returns the events of a ticket, oldest first.
pub(crate) async fn history(db: &Db, ticket: TicketId) -> Result<Vec<AuditEvent>, StoreError> {
    let docs = db.find(EVENTS, of_ticket(ticket), doc! { "_id": 1 }).await?;
    docs.iter().map(|doc| Fields(doc).nested("event")).collect()
}

/// Returns how many tickets an agent was assigned and completed since `from`.
pub(crate) async fn assignment_counts(
    db: &Db,
    agent: PersonId,
    from: Time,
) -> Result<(u32, u32), StoreError> {
    let (mut assigned, mut completed) = (0, 0);
    for doc in db.find(EVENTS, of_agent(agent, from), doc! { "micros": 1 }).await? {
        let is_assignment = Fields(&doc).text("kind")? == "assigned";
        *(if is_assignment { &mut assigned } else { &mut completed }) += 1;
    }
    Ok((assigned, completed))
}

/// Returns the counters of the outbox, and how many updates are dead.
pub(crate) async fn counters(db: &Db) -> Result<DeliveryCounters, StoreError> {
    let names = ["repeats", "unknown", "dropped"].into_iter().chain(DropReason::ALL.map(DropReason::counter));
    let filter = doc! { "_id": { "$in": names.collect::<Vec<_>>() } };
    let mut counters = DeliveryCounters::default();
    for doc in db.all(db.collection(COUNTERS).find(filter)).await? {
        let f = Fields(&doc);
        let count = f.number("value")?;
        match f.text("_id")? {
            "repeats" => counters.repeats = count,
            "unknown" => counters.unknown = count,
            "dropped" => counters.dropped = count,
            name => {
                let reasons = counters.dropped_by.iter_mut().zip(DropReason::ALL);
                reasons.filter(|(_, reason)| reason.counter() == name).for_each(|(by, _)| *by = count);
            }
        }
    }
    counters.dead_letters = db.collection(INBOX).count_documents(doc! { "state": "dead" }).await?;
    Ok(counters)
}
