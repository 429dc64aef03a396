//! Outcomes of claimed deliveries: done, postponed, given up, or moved to another chat.
use super::chat_queue::Wait;
use super::chat_queues::{ChatQueues, claimed};
use super::in_flight::Settled;
use super::staging::Delivery;
use crate::domain::Time;
use crate::domain::card::{CardKey, LiveCard};
use crate::domain::ids::ChatId;
use crate::domain::ticket::conversation::RelayedTo;
use crate::domain::ticket::topic::TopicChange;
use crate::engine::ports::{DropReason, Outcome, StoreError};
use crate::store::mongo::codec::{date, int, nested, put_time};
use crate::store::mongo::read::topics;
use crate::store::mongo::schema::{COUNTERS, LIVE_CARDS, MESSAGES, OUTBOX_CHATS, OUTBOX_DROPPED, TOPICS};
use crate::store::mongo::tx::error::TxError;
use crate::store::mongo::tx::{Tx, Work};
use crate::store::mongo::write::messages::settle_statements;
use async_trait::async_trait;
use mongodb::bson::{Document, doc};
use std::collections::{HashMap, HashSet};

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
                if delivery.fields().int("unknown")? > 0 {
                    self.count("repeats");
                }
                self.cards.extend(card.clone().map(|card| (card, now)));
            }
            Outcome::Relayed(relayed) => {
                if delivery.fields().int("unknown")? > 0 {
                    self.count("repeats");
                }
                self.relayed.extend(relayed);
            }
            Outcome::Retry { until, unknown } => {
                self.release(queues, (*chat, delivery), until.timestamp_micros(), *unknown)?;
            }
            Outcome::Postponed(until) => {
                queues.release(*chat, delivery, Wait::OfDelivery(until.timestamp_micros()), false)?;
            }
            Outcome::CardGone(key, message_id) => self.gone.push((*key, *message_id)),
            Outcome::Dropped(reason, details) => self.give_up(*chat, delivery, *reason, details, now),
            Outcome::Moved(to) => {
                self.release(queues, (*chat, delivery), 0, false)?;
                queues.relocate(*chat, *to);
                self.moved.push((*chat, *to));
            }
        }
        Ok(())
    }

    fn release(
        &mut self,
        queues: &mut ChatQueues,
        (chat, delivery): (ChatId, Delivery),
        until: i64,
        unknown: bool,
    ) -> Result<(), StoreError> {
        if unknown {
            self.count("unknown");
        }
        queues.release(chat, delivery, Wait::OfChat(until), unknown)
    }

    /// Moves a delivery to `outbox_dropped`.
    pub(super) fn give_up(
        &mut self,
        chat: ChatId,
        delivery: Delivery,
        reason: DropReason,
        details: &str,
        now: Time,
    ) {
        self.count("dropped");
        self.count(reason.counter());
        let mut dropped = delivery.into_standalone(chat);
        dropped.insert("reason", format!("{}: {details}", reason.name()));
        put_time(&mut dropped, "at", Some(now));
        self.dropped.push(dropped);
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
            match topics::statement(change)? {
                Ok(upsert) => tx.bulk_update(TOPICS, vec![upsert]).await?,
                Err(filter) => tx.delete(TOPICS, [filter]).await?,
            }
        }
        let gone = self.gone.iter().map(|(key, id)| doc! { "_id": key.storage_key(), "message_id": *id });
        tx.delete(LIVE_CARDS, gone.collect::<Vec<_>>()).await?;
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
        let found = tx.find(OUTBOX_CHATS, claimed()).await?;
        queues.add_documents(tx, found, &HashSet::new()).await?;
        let released = queues.take_all_claimed();
        let count = released.len() as u64;
        for delivery in released {
            settlement.release(&mut queues, delivery, 0, true)?;
        }
        settlement.flush(tx).await?;
        queues.flush(tx).await?;
        Ok(count)
    }
}
