//! The record of what happened: written with each change, read per ticket and counted per agent.
use super::codec::{Fields, date, int, nested};
use super::db::Db;
use super::schema::{COUNTERS, EVENTS, INBOX};
use crate::domain::Time;
use crate::domain::event::AuditEvent;
use crate::domain::ids::{PersonId, TicketId};
use crate::engine::ports::{DeliveryCounters, StoreError};
use mongodb::bson::{Document, doc};

/// An event as it is written; `seq` is its place in the record.
pub(super) fn document(event: &AuditEvent, seq: u64) -> Result<Document, StoreError> {
    let mut doc = doc! { "_id": int(seq), "at": date(event.at), "event": nested(event)? };
    if let Some(ticket) = event.ticket {
        doc.insert("ticket_id", ticket.to_string());
    }
    if let Some((agent, got)) = event.counts_for() {
        doc.insert("agent_id", agent.to_string());
        doc.insert("micros", event.at.timestamp_micros());
        doc.insert("got", got);
    }
    Ok(doc)
}

pub(super) fn of_ticket(ticket: TicketId) -> Document {
    doc! { "ticket_id": ticket.to_string() }
}

pub(super) fn of_agent(agent: PersonId, from: Time) -> Document {
    doc! { "agent_id": agent.to_string(), "micros": { "$gte": from.timestamp_micros() } }
}

pub(super) async fn history(db: &Db, ticket: TicketId) -> Result<Vec<AuditEvent>, StoreError> {
    let docs = db.find(EVENTS, of_ticket(ticket), doc! { "_id": 1 }, None).await?;
    docs.iter().map(|doc| Fields(doc).nested("event")).collect()
}

pub(super) async fn tally(db: &Db, agent: PersonId, from: Time) -> Result<(u32, u32), StoreError> {
    let (mut got, mut completed) = (0, 0);
    for doc in db.find(EVENTS, of_agent(agent, from), doc! { "micros": 1 }, None).await? {
        *(if Fields(&doc).flag("got")? { &mut got } else { &mut completed }) += 1;
    }
    Ok((got, completed))
}

/// What the outbox and the inbox have counted.
pub(super) async fn counters(db: &Db) -> Result<DeliveryCounters, StoreError> {
    let named = doc! { "_id": { "$in": ["repeats", "unknown", "dropped"] } };
    let mut counters = DeliveryCounters::default();
    for doc in db.all(db.collection(COUNTERS).find(named)).await? {
        let f = Fields(&doc);
        let count = f.number("value")?;
        match f.text("_id")? {
            "repeats" => counters.repeats = count,
            "unknown" => counters.unknown = count,
            _ => counters.dropped = count,
        }
    }
    counters.dead_letters = db.collection(INBOX).count_documents(doc! { "state": "aside" }).await?;
    Ok(counters)
}
