//! How an older layout becomes this one. A step that was released is never changed; new ones are added below.
//!
//! Each step may be broken off and done again, and two replicas may do it at once.
use super::codec::Fields;
use super::schema::{ADDED, AGENTS, CHATS, COUNTERS, DEPTHS, EVENTS, INBOX, OUTBOX, QUEUE};
use super::tickets::backwards;
use crate::engine::ports::StoreError;
use futures::TryStreamExt;
use mongodb::Database;
use mongodb::bson::{Bson, Document, doc};
use std::collections::HashMap;

/// Step n takes the layout from schema n to n + 1.
pub(super) const STEPS: &[&str] = &[
    "what is derived from other fields is written beside them",
    "what waits for a chat lies in the chat's document",
    // Nothing to change, but older programs would leave what is added where it is.
    "what is added to the outbox waits to be taken into its chat",
    "what one transaction adds to the outbox is one document",
];

pub(super) async fn step(db: &Database, step: usize) -> Result<(), StoreError> {
    match step {
        0 => derive(db).await,
        1 => gather(db).await,
        3 => bundle(db).await,
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
    let mut sequence = 0;
    for numbered in [OUTBOX, ADDED, EVENTS] {
        sequence = last_number(db, numbered, "_id").await?.max(sequence);
    }
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

/// In schema 1 every delivery was a document of `outbox`, and a chat's document said which of them goes next. They lie
/// behind their chats now, which fetch them when they are needed. What was on its way has an unknown fate.
async fn gather(db: &Database) -> Result<(), StoreError> {
    let outbox = db.collection::<Document>(OUTBOX);
    let (back, tried) =
        (doc! { "claimed": "", "claimed_by": "" }, doc! { "attempts": 1_i64, "unknown": 1_i64 });
    outbox.update_many(doc! { "claimed": true }, doc! { "$unset": &back, "$inc": tried }).await?;
    outbox.update_many(doc! { "claimed": false }, doc! { "$unset": back }).await?;
    let there = db.list_collection_names().await?;
    if there.iter().any(|name| name == OUTBOX) {
        outbox.drop_indexes().await?;
    }
    let mut behind: HashMap<i64, i64> = HashMap::new();
    let mut waiting = outbox.find(doc! {}).projection(doc! { "chat": 1 }).await?;
    while let Some(delivery) = waiting.try_next().await? {
        *behind.entry(Fields(&delivery).int("chat")?).or_default() += 1;
    }
    let chats = db.collection::<Document>(CHATS);
    for (chat, count) in behind {
        let set = doc! {
            "claimed": false, "claimed_by": Bson::Null, "going": Bson::Null, "not_before": 0_i64, "lane": 0_i64,
            "head": 0_i64, "waiting": [], "behind": count, "revision": 0_i64,
        };
        // Only a number says that this chat is still as it was: another replica may be ahead.
        let old = doc! { "_id": chat, "waiting": { "$type": "number" } };
        chats.update_one(old, doc! { "$set": set }).await?;
    }
    Ok(())
}

/// In schema 3 each delivery that was added was a document of its own.
async fn bundle(db: &Database) -> Result<(), StoreError> {
    let added = db.collection::<Document>(ADDED);
    let alone = doc! { "entries": { "$exists": false } };
    let mut found = added.find(alone.clone()).await?;
    while let Some(delivery) = found.try_next().await? {
        // Another replica may be ahead.
        let mut this = alone.clone();
        this.insert("_id", delivery.get("_id").cloned());
        added.replace_one(this, doc! { "entries": [delivery] }).await?;
    }
    Ok(())
}

/// The highest number in a field of a collection.
async fn last_number(db: &Database, collection: &str, field: &str) -> Result<i64, StoreError> {
    let newest = db.collection::<Document>(collection).find_one(doc! {}).sort(doc! { field: -1 }).await?;
    newest.map_or(Ok(0), |doc| Fields(&doc).int(field))
}
