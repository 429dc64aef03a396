//! The chat queues of a transaction, one document of `outbox_chats` per chat.
//!
//! The document is the lock of the chat's queue: each transaction that adds to it, claims from it or settles
//! in it writes it, so two such transactions conflict. A long queue has only its first deliveries in the
//! document. The others are in `outbox` and are moved to the document when there is room.
use super::chat_queue::{ChatQueue, Claimed, MAX_EMBEDDED_DELIVERIES, REFILL_BELOW, Wait};
use super::staging::{Delivery, Staged};
use crate::domain::Time;
use crate::domain::ids::ChatId;
use crate::domain::traffic::TrafficClass;
use crate::store::mongo::codec::{fields, int};
use crate::store::mongo::schema::{OUTBOX, OUTBOX_CHATS, OUTBOX_STAGED};
use crate::store::mongo::tx::Tx;
use crate::store::mongo::tx::error::TxError;
use crate::store::round_robin::{Quota, quotas};
use mongodb::bson::{Bson, Document, doc};
use std::collections::{HashMap, HashSet};

/// Returns the filter and order of chats whose next delivery may be sent at once.
pub(crate) fn ready() -> (Document, Document) {
    (doc! { "claimed": false, "not_before": 0_i64 }, doc! { "traffic_class": 1, "head": 1 })
}

/// Returns the filter and order of such chats in one traffic class: oldest delivery first, or newest.
pub(crate) fn ready_in(class: TrafficClass, newest: bool) -> (Document, Document) {
    let (mut filter, order) = ready();
    filter.insert("traffic_class", i64::from(class.rank()));
    (
        filter,
        if newest {
            doc! { "traffic_class": -1, "head": -1 }
        } else {
            order
        },
    )
}

/// Returns the filter of chats whose delay ends at `now` or before.
pub(crate) fn due(now: Time) -> Document {
    doc! { "claimed": false, "not_before": { "$gt": 0_i64, "$lte": now.timestamp_micros() } }
}

/// Returns the filter of chats with a claimed delivery. It names `claimed_by` because the index is over that
/// field.
pub(crate) fn claimed() -> Document {
    doc! { "claimed": true, "claimed_by": { "$gte": "" } }
}

/// Returns the filter of chats with a claimed delivery whose process is unknown: a person changed the document.
pub(super) fn claimed_by_nobody() -> Document {
    doc! { "claimed": true, "claimed_by": Bson::Null }
}

/// Returns the filter of chats with a delivery that `process` has claimed.
pub(crate) fn claimed_by(process: &str) -> Document {
    doc! { "claimed": true, "claimed_by": process }
}

/// Returns the filter of a chat's deliveries in `outbox`.
pub(crate) fn overflow(chat: ChatId) -> Document {
    doc! { "chat": chat.0 }
}

/// Returns the order in which they follow those in the chat's document: that of
/// [`SortKey`](super::staging::SortKey).
pub(crate) fn overflow_order() -> Document {
    doc! { "priority_class": 1, "not_before": 1, "_id": 1 }
}

/// The queues of a transaction.
#[derive(Default)]
pub(super) struct ChatQueues {
    queues: HashMap<ChatId, ChatQueue>,
    touched: HashSet<ChatId>,
    /// The ids of deliveries that were moved from `outbox` to a document.
    refilled: Vec<Bson>,
    /// The ids of staged documents that were moved to the queues.
    unstaged: Vec<i64>,
    /// The filters of deliveries in `outbox` that an older one with the same coalesce key replaces.
    superseded: Vec<Document>,
}

impl ChatQueues {
    /// Adds documents that were read, unless their chats are loaded already; of those in `whole` also everything
    /// in `outbox`.
    pub(super) async fn add_documents(
        &mut self,
        tx: &mut Tx<'_>,
        documents: Vec<Document>,
        whole: &HashSet<ChatId>,
    ) -> Result<(), TxError> {
        for doc in documents {
            let is_claimed = doc.get_bool("claimed") == Ok(true);
            let mut queue = ChatQueue::read(doc)?;
            if self.queues.contains_key(&queue.chat) {
                continue;
            }
            if queue.overflow_count > 0 {
                let is_whole = whole.contains(&queue.chat);
                self.refill(tx, &mut queue, is_whole).await?;
            }
            if is_claimed && queue.in_flight.is_none() {
                // Otherwise no claim would find it.
                self.touched.insert(queue.chat);
            }
            self.queues.insert(queue.chat, queue);
        }
        Ok(())
    }

    /// Moves the next deliveries from `outbox` to the document: all of them with `whole`, else as many as
    /// there is room for.
    async fn refill(&mut self, tx: &mut Tx<'_>, queue: &mut ChatQueue, whole: bool) -> Result<(), TxError> {
        let chat = queue.chat;
        if whole || queue.pending.len() < REFILL_BELOW {
            let room = if whole { 0 } else { MAX_EMBEDDED_DELIVERIES.saturating_sub(queue.pending.len()) };
            for doc in tx.find_sorted(OUTBOX, overflow(chat), overflow_order(), int(room)).await? {
                self.refilled.push(doc.get("_id").cloned().unwrap_or(Bson::Null));
                let delivery = Delivery::read(doc.into(), Some(chat));
                queue.embed(delivery);
                queue.overflow_count -= 1;
            }
            self.touched.insert(chat);
        }
        if queue.overflow_count > 0 {
            queue.overflow_from = queue.pending.last().map(Delivery::sort_key);
            let coalesced = doc! { "chat": chat.0, "coalesce_key": { "$exists": true } };
            for doc in tx.find(OUTBOX, coalesced).await? {
                queue.overflow_keys.extend(doc.get_str("coalesce_key").ok().map(str::to_owned));
            }
        }
        Ok(())
    }

    /// Returns how many chats are loaded.
    pub(super) fn len(&self) -> usize {
        self.queues.len()
    }

    fn touch(&mut self, chat: ChatId) -> &mut ChatQueue {
        self.touched.insert(chat);
        self.queues.entry(chat).or_insert_with(|| ChatQueue::empty(chat))
    }

    /// Adds staged deliveries to their queues. One whose coalesce key is pending already is left out.
    pub(super) fn add_staged(&mut self, staged: Staged) {
        self.unstaged = staged.documents;
        for delivery in staged.deliveries {
            let queue = self.touch(delivery.chat);
            let mut keys = delivery.coalesce_key.iter().chain(&delivery.superseding_key);
            if keys.all(|key| !queue.has_key(key)) {
                queue.push(delivery);
            }
        }
    }

    /// Returns the chats whose next delivery may be sent at `now`, at most `limit`: the most urgent and oldest
    /// first. If there are more, the traffic classes take turns, of which `served` were taken before.
    pub(super) fn ready(&self, now: Time, limit: usize, served: usize) -> Vec<ChatId> {
        let now = now.timestamp_micros();
        let ready = self.queues.values().filter(|queue| queue.in_flight.is_none() && queue.next_at() <= now);
        let mut ready: Vec<_> =
            ready.filter_map(|queue| Some((queue.traffic_class(), queue.next()?.id, queue.chat))).collect();
        ready.sort_unstable();
        if ready.len() > limit {
            let mut first = Vec::with_capacity(limit);
            for Quota { class, oldest, newest } in quotas(served, limit) {
                let is_of_class = |(rank, ..): &(i64, i64, ChatId)| *rank == i64::from(class.rank());
                let (mut of_class, others): (Vec<_>, Vec<_>) = ready.into_iter().partition(is_of_class);
                first.extend(of_class.drain(..oldest.min(of_class.len())));
                first.extend(of_class.drain(of_class.len().saturating_sub(newest)..));
                ready = others;
                ready.extend(of_class);
            }
            // What a class leaves of its turns goes to the most urgent of the others.
            ready.sort_unstable();
            first.extend(ready);
            ready = first;
        }
        ready.into_iter().take(limit).map(|(.., chat)| chat).collect()
    }

    /// Takes the next delivery out of a chat's queue.
    pub(super) fn pop(&mut self, chat: ChatId) -> Option<Delivery> {
        let queue = self.touch(chat);
        queue.chat_not_before = 0;
        (!queue.pending.is_empty()).then(|| queue.pending.remove(0))
    }

    /// Marks a delivery as claimed by `process`.
    pub(super) fn set_in_flight(&mut self, delivery: Delivery, process: &str) {
        let queue = self.touch(delivery.chat);
        queue.in_flight = Some(Claimed { delivery, process: process.to_owned() });
    }

    /// Returns the deliveries that `process` has claimed, oldest first.
    pub(super) fn claimed_by(&self, process: &str) -> Vec<&Delivery> {
        let claimed = self.queues.values().filter_map(|queue| queue.in_flight.as_ref());
        let mine = claimed.filter(|claimed| claimed.process == process);
        let mut mine: Vec<_> = mine.map(|claimed| &claimed.delivery).collect();
        mine.sort_by_key(|delivery| delivery.id);
        mine
    }

    /// Takes a claimed delivery out of its chat, if `process` has claimed it.
    pub(super) fn take_claimed(&mut self, chat: ChatId, id: i64, process: &str) -> Option<Delivery> {
        let queue = self.queues.get_mut(&chat)?;
        let claimed =
            queue.in_flight.take_if(|claimed| claimed.process == process && claimed.delivery.id == id)?;
        self.touched.insert(chat);
        Some(claimed.delivery)
    }

    /// Takes all claimed deliveries out of their chats.
    pub(super) fn take_all_claimed(&mut self) -> Vec<Delivery> {
        let claimed = self.queues.values_mut().filter_map(|queue| queue.in_flight.take());
        let claimed: Vec<_> = claimed.map(|claimed| claimed.delivery).collect();
        self.touched.extend(claimed.iter().map(|delivery| delivery.chat));
        claimed
    }

    /// Returns a claimed delivery to its queue, with a wait of the chat or of itself. A younger one with the
    /// same coalesce key is dropped.
    pub(super) fn release(&mut self, mut delivery: Delivery, wait: Wait, unknown: bool) {
        let (of_chat, of_delivery) = match wait {
            Wait::OfChat(until) => (until, 0),
            Wait::OfDelivery(until) => (0, until),
        };
        delivery.attempts += 1;
        delivery.unknown += i64::from(unknown);
        delivery.not_before = of_delivery;
        let chat = delivery.chat;
        let queue = self.touch(chat);
        queue.chat_not_before = queue.chat_not_before.max(of_chat);
        let mut superseded = None;
        if let Some(key) = &delivery.coalesce_key {
            queue.pending.retain(|other| !other.has_key(key));
            if queue.overflow_keys.remove(key) {
                queue.overflow_count -= 1;
                // It is in `outbox` already, or this transaction was about to move it there.
                queue.spilled.retain(|other| !other.has_key(key));
                superseded = Some(doc! { "chat": chat.0, "coalesce_key": key });
            }
        }
        queue.push(delivery);
        self.superseded.extend(superseded);
    }

    /// Moves all pending deliveries of a chat to another. Both must be loaded whole.
    pub(super) fn relocate(&mut self, from: ChatId, to: ChatId) {
        let left = self.touch(from);
        let (pending, wait) = (std::mem::take(&mut left.pending), std::mem::take(&mut left.chat_not_before));
        let queue = self.touch(to);
        // If both chats have the same refresh pending, one is enough.
        let keys: HashSet<_> =
            pending.iter().filter_map(|delivery| delivery.coalesce_key.as_deref()).collect();
        queue
            .pending
            .retain(|delivery| delivery.coalesce_key.as_deref().is_none_or(|key| !keys.contains(key)));
        queue.chat_not_before = queue.chat_not_before.max(wait);
        for delivery in pending {
            queue.push(Delivery { chat: to, ..delivery });
        }
    }

    /// Writes the queues that changed.
    pub(super) async fn flush(self, tx: &mut Tx<'_>) -> Result<(), TxError> {
        let (mut inserts, mut updates, mut empty, mut spilled) =
            <(Vec<_>, Vec<_>, Vec<_>, Vec<_>)>::default();
        for (chat, mut queue) in self.queues.into_iter().filter(|(chat, _)| self.touched.contains(chat)) {
            queue.trim();
            for delivery in &queue.spilled {
                spilled.push(fields(delivery)?);
            }
            match (queue.revision, queue.is_empty()) {
                (None, true) => {}
                (None, false) => inserts.push(queue.document()?),
                (Some(_), true) => empty.push(chat.0),
                (Some(_), false) => {
                    updates.push(doc! { "q": { "_id": chat.0 }, "u": queue.document()? });
                }
            }
        }
        if !self.unstaged.is_empty() {
            tx.delete(OUTBOX_STAGED, [doc! { "_id": { "$in": self.unstaged } }]).await?;
        }
        if !self.refilled.is_empty() {
            tx.delete(OUTBOX, [doc! { "_id": { "$in": self.refilled } }]).await?;
        }
        // Before the insert: the delivery that is inserted may be the one that replaces it.
        tx.delete(OUTBOX, self.superseded).await?;
        tx.insert(OUTBOX, spilled).await?;
        tx.insert(OUTBOX_CHATS, inserts).await?;
        tx.bulk_update(OUTBOX_CHATS, updates).await?;
        if !empty.is_empty() {
            tx.delete(OUTBOX_CHATS, [doc! { "_id": { "$in": empty } }]).await?;
        }
        Ok(())
    }
}
