//! Claims of deliveries, at most one per chat; their settlement: done, postponed, given up, or moved to another
//! chat; and the queries over the outbox.
use super::chat_queue::Wait;
use super::chat_queues::{ChatQueues, claimed, claimed_by, claimed_by_nobody, due, ready, ready_in};
use super::staging::Delivery;
use crate::domain::Time;
use crate::domain::card::{CardKey, LiveCard};
use crate::domain::ids::ChatId;
use crate::domain::ticket::conversation::RelayedTo;
use crate::domain::ticket::topic::TopicChange;
use crate::engine::ports::{ClaimedDelivery, DropReason, Outcome, StoreError};
use crate::store::mongo::client::Db;
use crate::store::mongo::codec::{Fields, date, fields, int, nested, put_time};
use crate::store::mongo::read::cards::topic_statement;
use crate::store::mongo::read::conversation::settle_statements;
use crate::store::mongo::schema::{COUNTERS, LIVE_CARDS, MESSAGES, OUTBOX_CHATS, OUTBOX_DROPPED, TOPICS};
use crate::store::mongo::tx::error::TxError;
use crate::store::mongo::tx::{Tx, Work};
use crate::store::mongo::write::queue::Reply;
use crate::store::round_robin::{Quota, quotas};
use async_trait::async_trait;
use mongodb::bson::{Document, doc};
use std::collections::{HashMap, HashSet};

/// Returns how many deliveries are in the queues of their chats: pending, in flight and overflowed. While a
/// group moves to a new id, its deliveries may be missed.
pub(crate) async fn count_queued(db: &Db) -> Result<u64, StoreError> {
    let in_flight = doc! { "$cond": ["$claimed", 1_i64, 0_i64] };
    let of_chat = doc! { "$add": [in_flight, { "$size": "$pending" }, "$overflow_count"] };
    Ok(u64::try_from(db.sum(OUTBOX_CHATS, of_chat).await?).unwrap_or(0))
}

/// Returns when the first delay of a chat ends.
pub(crate) async fn next_due(db: &Db) -> Result<Option<Time>, StoreError> {
    let delayed = doc! { "claimed": false, "not_before": { "$gt": 0_i64 } };
    let first = db.collection(OUTBOX_CHATS).find_one(delayed).sort(doc! { "not_before": 1 }).await?;
    let at = first.map(|doc| Fields(&doc).int("not_before")).transpose()?;
    Ok(at.and_then(Time::from_timestamp_micros))
}

/// A delivery that is settled: its chat, its id, its outcome.
pub(super) type Settled = (ChatId, u64, Outcome);

/// The deliveries that this process has claimed and not yet settled.
#[derive(Default)]
pub(super) struct InFlight {
    chats: HashMap<u64, ChatId>,
    /// True after a claim whose result is unknown: the database may have more claims of this process. The next
    /// claim then reads what this process has claimed.
    pub(super) uncertain: bool,
}

impl InFlight {
    pub(super) fn contains(&self, id: i64) -> bool {
        u64::try_from(id).is_ok_and(|id| self.chats.contains_key(&id))
    }

    /// Returns the outcomes of deliveries in flight, with their chats. Others are ignored: they were settled
    /// or released.
    pub(super) fn filter_owned(&self, outcomes: &[(u64, Outcome)]) -> Vec<Settled> {
        let owned = |(id, outcome): &(u64, Outcome)| Some((*self.chats.get(id)?, *id, outcome.clone()));
        outcomes.iter().filter_map(owned).collect()
    }

    /// Removes settled deliveries.
    pub(super) fn remove(&mut self, outcomes: &[(u64, Outcome)]) {
        for (id, _) in outcomes {
            self.chats.remove(id);
        }
    }

    /// Sends claimed deliveries to the caller and adds them. If the caller was dropped, the next claim finds
    /// them. `has_more` says that the database may have further unknown claims.
    pub(super) fn complete_claim(
        &mut self,
        reply: Reply<Vec<ClaimedDelivery>>,
        claimed: Vec<ClaimedDelivery>,
        has_more: bool,
    ) {
        self.uncertain = has_more;
        let chats: Vec<_> = claimed.iter().map(|claimed| (claimed.id, claimed.chat)).collect();
        match reply.send(Ok(claimed)) {
            Ok(()) => self.chats.extend(chats),
            Err(_) => self.uncertain = true,
        }
    }
}

/// A claim.
pub(super) struct Claim<'a> {
    /// The most deliveries; 0 only moves staged ones to their queues.
    pub(super) limit: usize,
    /// The turns of the traffic classes that earlier claims have taken.
    pub(super) served: usize,
    pub(super) now: Time,
    pub(super) in_flight: &'a InFlight,
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
            let mine = tx.find(OUTBOX_CHATS, claimed_by(tx.process)).await?;
            queues.add_documents(tx, mine, &HashSet::new()).await?;
            let mut lost: Vec<_> = queues.claimed_by(tx.process).into_iter().cloned().collect();
            lost.retain(|delivery| !self.in_flight.contains(delivery.id));
            let mut claimed = Vec::new();
            for delivery in lost {
                match delivery.claimed() {
                    Ok(one) => claimed.push(one),
                    Err(why) => {
                        queues.take_claimed(delivery.chat, delivery.id, tx.process);
                        self.give_up(settlement, &delivery, &why)?;
                    }
                }
            }
            if !claimed.is_empty() {
                claimed.truncate(self.limit);
                return Ok(ClaimResult { claimed, recovered: true });
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
                match delivery.claimed() {
                    Ok(one) => {
                        queues.set_in_flight(delivery, tx.process);
                        claimed.push(one);
                        break;
                    }
                    Err(why) => self.give_up(settlement, &delivery, &why)?,
                }
            }
        }
        Ok(ClaimResult { claimed, recovered: false })
    }

    /// Gives up a delivery that can't be decoded: it must not block its chat.
    fn give_up(&self, settlement: &mut Settlement, delivery: &Delivery, why: &str) -> Result<(), StoreError> {
        // What can't be read may be quoted in the reason, so that is not logged.
        tracing::error!(
            delivery = delivery.id,
            chat = delivery.chat.0,
            "gave up delivery that can't be read"
        );
        settlement.give_up(delivery, DropReason::Unreadable, why, self.now)
    }

    /// Ends the delays that are over: the chats are ready then.
    pub(super) async fn end_delays(&self, tx: &mut Tx<'_>) -> Result<(), TxError> {
        let end = doc! { "q": due(self.now), "u": { "$set": { "not_before": 0_i64, "chat_not_before": 0_i64 } }, "multi": true };
        tx.update_any(OUTBOX_CHATS, vec![end]).await.map(drop)
    }
}

/// Writes that the outcomes of a transaction need beside the chat queues.
#[derive(Default)]
pub(super) struct Settlement {
    /// Live cards, with the time at which their content was sent.
    cards: Vec<(LiveCard, Time)>,
    relayed: Vec<RelayedTo>,
    topics: Vec<TopicChange>,
    dropped: Vec<Document>,
    counts: HashMap<&'static str, i64>,
    moved: Vec<(ChatId, ChatId)>,
    /// Live cards to forget, each with the message that is gone.
    gone: Vec<(CardKey, i32)>,
}

impl Settlement {
    /// Applies the outcome of a delivery, if `process` still has it claimed.
    pub(super) fn settle(
        &mut self,
        queues: &mut ChatQueues,
        (chat, id, outcome): &Settled,
        now: Time,
        process: &str,
    ) -> Result<(), StoreError> {
        let Some(delivery) = queues.take_claimed(*chat, int(*id), process) else { return Ok(()) };
        let mut outcome = outcome;
        while let Outcome::Topic(change, rest) = outcome {
            self.topics.push(change.clone());
            outcome = rest;
        }
        match outcome {
            Outcome::Topic(..) => {}
            Outcome::Sent(card) => {
                self.count_repeat(&delivery);
                self.cards.extend(card.clone().map(|card| (card, now)));
            }
            Outcome::Relayed(relayed) => {
                self.count_repeat(&delivery);
                self.relayed.extend(relayed);
            }
            Outcome::Retry { until, unknown } => {
                self.release(queues, delivery, until.timestamp_micros(), *unknown);
            }
            Outcome::Postponed(until) => {
                queues.release(delivery, Wait::OfDelivery(until.timestamp_micros()), false);
            }
            Outcome::CardGone(key, message_id) => self.gone.push((*key, *message_id)),
            Outcome::Dropped(reason, details) => self.give_up(&delivery, *reason, details, now)?,
            Outcome::Moved(to) => {
                self.release(queues, delivery, 0, false);
                queues.relocate(*chat, *to);
                self.moved.push((*chat, *to));
            }
        }
        Ok(())
    }

    fn release(&mut self, queues: &mut ChatQueues, delivery: Delivery, until: i64, unknown: bool) {
        if unknown {
            self.count("unknown");
        }
        queues.release(delivery, Wait::OfChat(until), unknown);
    }

    /// Moves a delivery to `outbox_dropped`.
    fn give_up(
        &mut self,
        delivery: &Delivery,
        reason: DropReason,
        details: &str,
        now: Time,
    ) -> Result<(), StoreError> {
        self.count("dropped");
        self.count(reason.counter());
        let mut dropped = fields(delivery)?;
        dropped.insert("reason", format!("{}: {details}", reason.name()));
        put_time(&mut dropped, "at", Some(now));
        self.dropped.push(dropped);
        Ok(())
    }

    /// Counts a delivery that may have been sent twice.
    fn count_repeat(&mut self, delivery: &Delivery) {
        if delivery.unknown > 0 {
            self.count("repeats");
        }
    }

    fn count(&mut self, name: &'static str) {
        *self.counts.entry(name).or_default() += 1;
    }

    pub(super) async fn flush(self, tx: &mut Tx<'_>) -> Result<(), TxError> {
        tx.insert(OUTBOX_DROPPED, self.dropped).await?;
        tx.bulk_update(LIVE_CARDS, self.cards.iter().map(card_upsert).collect::<Result<_, _>>()?).await?;
        let relayed = self.relayed.into_iter().map(settle_statements).collect::<Result<Vec<_>, _>>()?;
        tx.update_any(MESSAGES, relayed.concat()).await?;
        for change in &self.topics {
            match topic_statement(change)? {
                Ok(upsert) => tx.bulk_update(TOPICS, vec![upsert]).await?,
                Err(filter) => tx.delete(TOPICS, [filter]).await?,
            }
        }
        let gone = self.gone.iter().map(|(key, id)| doc! { "_id": key.storage_key(), "message_id": *id });
        tx.delete(LIVE_CARDS, gone).await?;
        // Only groups move, and their ids are negative.
        for (from, to) in self.moved.into_iter().filter(|(from, _)| from.0 < 0) {
            let update = doc! { "q": { "chat": from.0 }, "u": { "$set": { "chat": to.0 } }, "multi": true };
            tx.update_any(LIVE_CARDS, vec![update]).await?;
        }
        let counts = self.counts.iter().map(|(name, more)| {
            doc! { "q": { "_id": *name }, "u": { "$inc": { "value": *more } }, "upsert": true }
        });
        tx.bulk_update(COUNTERS, counts.collect()).await
    }
}

/// Returns the statement that replaces the live card of a storage key.
fn card_upsert((card, now): &(LiveCard, Time)) -> Result<Document, StoreError> {
    let mut doc = doc! {
        "key": nested(&card.key)?,
        "chat": card.chat.0,
        "message_id": card.message_id,
        // The database has no unsigned numbers; these are the same bits.
        "digest": card.digest.cast_signed(),
    };
    if card.key.is_list() {
        doc.insert("list_shown_at", date(*now));
    }
    Ok(doc! { "q": { "_id": card.key.storage_key() }, "u": doc, "upsert": true })
}

/// Releases all claims of all processes; returns how many. It must run only while no other process delivers.
pub(super) struct ReleaseClaims;

#[async_trait]
impl Work for ReleaseClaims {
    type Output = u64;

    async fn run(&self, tx: &mut Tx<'_>, _attempt: u32) -> Result<u64, TxError> {
        let (mut queues, mut settlement) = (ChatQueues::default(), Settlement::default());
        for filter in [claimed(), claimed_by_nobody()] {
            let found = tx.find(OUTBOX_CHATS, filter).await?;
            queues.add_documents(tx, found, &HashSet::new()).await?;
        }
        let released = queues.take_all_claimed();
        let count = released.len() as u64;
        for delivery in released {
            settlement.release(&mut queues, delivery, 0, true);
        }
        settlement.flush(tx).await?;
        queues.flush(tx).await?;
        Ok(count)
    }
}
