//! Claims of deliveries, at most one per chat; and the queries over the outbox.
use super::chat_queues::{ChatQueues, claimed_by, due, ready, ready_in};
use super::in_flight::InFlight;
use super::settle::Settlement;
use super::staging::Delivery;
use crate::domain::Time;
use crate::domain::ids::ChatId;
use crate::engine::ports::{ClaimedDelivery, DropReason, StoreError};
use crate::store::mongo::client::Db;
use crate::store::mongo::codec::{Fields, int};
use crate::store::mongo::schema::OUTBOX_CHATS;
use crate::store::mongo::tx::Tx;
use crate::store::mongo::tx::error::TxError;
use crate::store::round_robin::{Quota, quotas};
use futures::TryStreamExt;
use mongodb::bson::{Bson, doc};
use std::collections::HashSet;

/// Returns how many deliveries are in the queues of their chats: pending, in flight and overflowed. While a
/// group moves to a new id, its deliveries may be missed.
pub(crate) async fn count_queued(db: &Db) -> Result<u64, StoreError> {
    let in_flight = doc! { "$cond": ["$claimed", 1_i64, 0_i64] };
    let of_chat = doc! { "$add": [in_flight, { "$size": "$pending" }, "$overflow_count"] };
    let sum = doc! { "$group": { "_id": Bson::Null, "deliveries": { "$sum": of_chat } } };
    let mut found = db.collection(OUTBOX_CHATS).aggregate([sum]).await?;
    found.try_next().await?.map_or(Ok(0), |sum| Fields(&sum).number("deliveries"))
}

/// Returns when the first delay of a chat ends.
pub(crate) async fn next_due(db: &Db) -> Result<Option<Time>, StoreError> {
    let delayed = doc! { "claimed": false, "not_before": { "$gt": 0_i64 } };
    let first = db.collection(OUTBOX_CHATS).find_one(delayed).sort(doc! { "not_before": 1 }).await?;
    let at = first.map(|doc| Fields(&doc).int("not_before")).transpose()?;
    Ok(at.and_then(Time::from_timestamp_micros))
}

/// A claim.
pub(super) struct Claim<'a> {
    /// The most deliveries; 0 only moves staged ones to their queues.
    pub(super) limit: usize,
    /// The turns of the traffic classes that earlier claims have taken.
    pub(super) served: usize,
    pub(super) now: Time,
    pub(super) in_flight: &'a InFlight,
    pub(super) process: &'a str,
}

/// The result of a claim.
#[derive(Default)]
pub(super) struct ClaimResult {
    pub(super) claimed: Vec<ClaimedDelivery>,
    /// True if these were claimed before, by a claim whose result was lost.
    pub(super) recovered: bool,
}

impl Claim<'_> {
    /// Claims deliveries of the loaded queues, which this transaction may have changed, and of all other
    /// ready chats.
    pub(super) async fn run(
        &self,
        tx: &mut Tx<'_>,
        queues: &mut ChatQueues,
        settlement: &mut Settlement,
        is_retry: bool,
    ) -> Result<ClaimResult, TxError> {
        // An earlier attempt may have been committed.
        if self.in_flight.uncertain || is_retry {
            let mine = tx.find(OUTBOX_CHATS, claimed_by(self.process)).await?;
            queues.add_documents(tx, mine, &HashSet::new()).await?;
            let mut lost = queues.claimed_by(self.process);
            lost.retain(|(_, delivery)| !self.in_flight.contains(delivery.id()));
            if !lost.is_empty() {
                let lost = lost.iter().take(self.limit);
                let claimed = lost.map(|(chat, delivery)| decode(*chat, delivery));
                return Ok(ClaimResult { claimed: claimed.collect::<Result<_, _>>()?, recovered: true });
            }
        }
        let (filter, order) = ready();
        // The loaded chats may be among those found, and not be ready any more.
        let most = self.limit.saturating_add(queues.len());
        let found = tx.find_sorted(OUTBOX_CHATS, filter, order, int(most)).await?;
        let (has_more, loaded) = (found.len() == most, queues.len());
        queues.add_documents(tx, found, &HashSet::new()).await?;
        if has_more {
            // These are of the most urgent class only, perhaps.
            for Quota { class, oldest, newest } in quotas(self.served, self.limit) {
                for (wanted, is_newest) in [(oldest, false), (newest, true)] {
                    if wanted > 0 {
                        let (filter, order) = ready_in(class, is_newest);
                        let wanted = int(wanted.saturating_add(loaded));
                        let found = tx.find_sorted(OUTBOX_CHATS, filter, order, wanted).await?;
                        queues.add_documents(tx, found, &HashSet::new()).await?;
                    }
                }
            }
        }
        let mut claimed = Vec::new();
        for chat in queues.ready(self.now, self.limit, self.served) {
            while let Some(delivery) = queues.pop(chat) {
                match decode(chat, &delivery) {
                    Ok(one) => {
                        queues.set_in_flight(chat, delivery, self.process);
                        claimed.push(one);
                        break;
                    }
                    // A delivery that can't be decoded must not block its chat.
                    Err(error) => {
                        let (reason, details) = (DropReason::Unreadable, error.to_string());
                        settlement.give_up(chat, delivery, reason, &details, self.now);
                    }
                }
            }
        }
        Ok(ClaimResult { claimed, recovered: false })
    }

    /// Ends the delays that are over: the chats are ready then.
    pub(super) async fn end_delays(&self, tx: &mut Tx<'_>) -> Result<(), TxError> {
        let end = doc! { "q": due(self.now), "u": { "$set": { "not_before": 0_i64, "chat_not_before": 0_i64 } }, "multi": true };
        tx.update_any(OUTBOX_CHATS, vec![end]).await.map(drop)
    }
}

fn decode(chat: ChatId, delivery: &Delivery) -> Result<ClaimedDelivery, StoreError> {
    let f = delivery.fields();
    Ok(ClaimedDelivery {
        id: f.number("id")?,
        chat,
        message: f.nested("message")?,
        committed_at: f.time("since")?,
        attempts: f.number("attempts")?,
        unknown: f.number("unknown")?,
    })
}
