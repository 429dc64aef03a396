//! How an older layout becomes this one. A step that was released is never changed; new ones are added below.
//!
//! Each step may be broken off and done again, and two replicas may do it at once.
use super::codec::Fields;
use super::schema::{AGENTS, COUNTERS, DEPTHS, EVENTS, INBOX, OUTBOX, QUEUE};
use super::tickets::backwards;
use crate::engine::ports::StoreError;
use futures::TryStreamExt;
use mongodb::Database;
use mongodb::bson::{Bson, Document, doc};
use std::collections::HashMap;

/// Step n takes the layout from schema n to n + 1.
pub(super) const STEPS: &[&str] = &["what is derived from other fields is written beside them"];

pub(super) async fn step(db: &Database, step: usize) -> Result<(), StoreError> {
    match step {
        0 => derive(db).await,
        _ => Ok(()),
    }
}

/// Schema 0 is an empty database, or one with the ordered fields only: what the desk's indexes and counts need beside them
/// follows from these.
async fn derive(db: &Database) -> Result<(), StoreError> {
    let queue = db.collection::<Document>(QUEUE);
    let mut held: HashMap<String, i64> = HashMap::new();
    let mut waiting: HashMap<(String, i64), i64> = HashMap::new();
    let mut last = 0;
    let mut tickets = queue.find(doc! {}).await?;
    while let Some(ticket) = tickets.try_next().await? {
        let fields = Fields(&ticket);
        let (status, rank) = (fields.text("status")?, fields.opt_int("rank")?.unwrap_or(2));
        let (open, holding) = match status {
            "completed" | "cancelled" => (false, false),
            "queued" => (true, false),
            _ => (true, true),
        };
        if let (true, Some(agent)) = (holding, fields.get("assigned_agent").and_then(Bson::as_str)) {
            *held.entry(agent.to_owned()).or_default() += 1;
        }
        if status == "queued" {
            *waiting.entry((fields.text("department")?.to_owned(), rank)).or_default() += 1;
        }
        last = last.max(fields.int("position")?);
        let tail = backwards(fields.text("ticket_number")?);
        let set = doc! { "open": open, "holding": holding, "rank": rank, "tail": tail };
        let this = doc! { "_id": ticket.get("_id").cloned().unwrap_or(Bson::Null) };
        queue.update_one(this, doc! { "$set": set }).await?;
    }
    let agents = db.collection::<Document>(AGENTS);
    let mut found = agents.find(doc! {}).await?;
    while let Some(agent) = found.try_next().await? {
        let id = Fields(&agent).text("agent_id")?;
        let count = held.get(id).copied().unwrap_or(0);
        let set = doc! { "$set": { "current_tickets": count } };
        agents.update_one(doc! { "agent_id": id }, set).await?;
    }
    let depths = db.collection::<Document>(DEPTHS);
    depths.delete_many(doc! {}).await?;
    for ((department, rank), count) in waiting {
        let id = format!("{department} {rank} derived");
        let set = doc! { "$set": { "department": department, "rank": rank, "waiting": count } };
        depths.update_one(doc! { "_id": id }, set).upsert(true).await?;
    }
    // Numbers go on after the last that was given.
    let sequence = last_number(db, OUTBOX, "_id").await?.max(last_number(db, EVENTS, "_id").await?);
    let taken = last_number(db, INBOX, "seq").await?;
    let counters = db.collection::<Document>(COUNTERS);
    for (counter, value) in [("arrival", last), ("inbox", taken), ("sequence", sequence)] {
        counters
            .update_one(doc! { "_id": counter }, doc! { "$max": { "value": value } })
            .upsert(true)
            .await?;
    }
    Ok(())
}

/// The highest number in a field of a collection.
async fn last_number(db: &Database, collection: &str, field: &str) -> Result<i64, StoreError> {
    let newest = db.collection::<Document>(collection).find_one(doc! {}).sort(doc! { field: -1 }).await?;
    newest.map_or(Ok(0), |doc| Fields(&doc).int(field))
}
