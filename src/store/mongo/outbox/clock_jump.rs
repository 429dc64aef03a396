//! Adjustment of stored times to a wall clock that was set: the waits of deliveries, and the last activity of
//! agents.
use crate::engine::ports::ClockJump;
use crate::store::mongo::codec::{date, put_time};
use crate::store::mongo::schema::{AGENT_STATUS, OUTBOX, OUTBOX_CHATS};
use crate::store::mongo::tx::error::TxError;
use crate::store::mongo::tx::{Tx, Work};
use async_trait::async_trait;
use mongodb::bson::{Bson, Document, doc};

/// The adjustment: moves the waits that were stored before the jump, and limits the last activity of agents to
/// the time of the jump.
///
/// It is a transaction, because a server may hold the lock of a collection while a plain statement waits for a
/// transaction that needs the same lock to go on.
pub(super) struct AdjustToClock(pub(super) ClockJump);

#[async_trait]
impl Work for AdjustToClock {
    type Output = ();

    async fn run(&self, tx: &mut Tx<'_>, _attempt: u32) -> Result<(), TxError> {
        let Self(jump) = self;
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
        let all_chats = doc! { "q": {}, "u": [{ "$set": chat }], "multi": true };
        tx.update_any(OUTBOX_CHATS, vec![all_chats]).await?;
        let delivery = doc! { "not_before": moved(jump, "$not_before") };
        let delayed = doc! { "not_before": { "$gt": 0_i64 } };
        let overflow = doc! { "q": delayed, "u": [{ "$set": delivery }], "multi": true };
        tx.update_any(OUTBOX, vec![overflow]).await?;
        let mut activity = Document::new();
        put_time(&mut activity, "last_activity", Some(jump.now));
        let later = doc! { "last_activity": { "$gt": date(jump.now) } };
        let agents = doc! { "q": later, "u": { "$set": activity }, "multi": true };
        tx.update_any(AGENT_STATUS, vec![agents]).await.map(drop)
    }
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
