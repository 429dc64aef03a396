//! Adjustment of stored times to a wall clock that was set: the waits of deliveries, and the last activity of
//! agents.
use crate::engine::ports::{ClockJump, StoreError};
use crate::store::mongo::client::Db;
use crate::store::mongo::codec::{date, put_time};
use crate::store::mongo::schema::{AGENT_STATUS, OUTBOX, OUTBOX_CHATS};
use mongodb::bson::{Bson, Document, doc};

/// Moves the waits that were stored before the jump, and limits the last activity of agents to `now`. Each
/// document changes by itself; a transaction that has read it conflicts and runs again.
pub(crate) async fn adjust(db: &Db, jump: &ClockJump) -> Result<(), StoreError> {
    let pending = doc! { "$map": {
        "input": "$pending",
        "in": { "$mergeObjects": ["$$this", { "not_before": moved(jump, "$$this.not_before") }] },
    } };
    let chat = doc! {
        "not_before": moved(jump, "$not_before"),
        "chat_not_before": moved(jump, "$chat_not_before"),
        "pending": pending,
        "revision": { "$add": ["$revision", 1_i64] },
    };
    let chats = db.collection(OUTBOX_CHATS);
    chats.update_many(doc! {}, vec![doc! { "$set": chat }]).await?;
    let overflow = db.collection(OUTBOX);
    let delivery = doc! { "not_before": moved(jump, "$not_before") };
    overflow.update_many(doc! { "not_before": { "$gt": 0_i64 } }, vec![doc! { "$set": delivery }]).await?;
    let mut activity = Document::new();
    put_time(&mut activity, "last_activity", Some(jump.now));
    let later = doc! { "last_activity": { "$gt": date(jump.now) } };
    db.collection(AGENT_STATUS).update_many(later, doc! { "$set": activity }).await?;
    Ok(())
}

/// Returns the expression of a wait that is moved if it was stored before the jump.
fn moved(jump: &ClockJump, field: &str) -> Bson {
    let (from, until) = jump.earlier_waits();
    let by = jump.by.num_microseconds().unwrap_or_default();
    let is_earlier = doc! { "$and": [
        { "$gt": [field, 0_i64] },
        { "$gte": [field, from.timestamp_micros()] },
        { "$lte": [field, until.timestamp_micros()] },
    ] };
    let moved = doc! { "$max": [1_i64, { "$add": [field, by] }] };
    doc! { "$cond": [is_earlier, moved, field] }.into()
}
