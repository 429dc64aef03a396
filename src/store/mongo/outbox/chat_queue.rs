//! The delivery queue of one chat: what is pending, what is in flight, and what has overflowed to `outbox`.
use super::staging::{Delivery, SortKey};
use crate::domain::ids::ChatId;
use crate::engine::ports::StoreError;
use crate::store::mongo::codec::{Fields, nested};
use mongodb::bson::{Bson, Document, doc};
use std::collections::HashSet;

/// The most pending deliveries in a chat's document: a message has at most about 10 KB, and a document may
/// have 16 MB.
pub(super) const MAX_EMBEDDED_DELIVERIES: usize = 64;
/// With fewer pending deliveries in the document, it is refilled from `outbox`. A transaction takes only a
/// few of a chat.
pub(super) const REFILL_BELOW: usize = 32;

/// What waits after an attempt, and until when: microseconds since 1970.
#[derive(Debug, Clone, Copy)]
pub(super) enum Wait {
    OfChat(i64),
    OfDelivery(i64),
}

/// The delivery in flight of a chat.
#[derive(Debug)]
pub(super) struct Claimed {
    pub(super) delivery: Delivery,
    /// The process that claimed it.
    pub(super) process: String,
}

/// The queue of a chat.
#[derive(Debug)]
pub(super) struct ChatQueue {
    pub(super) chat: ChatId,
    /// How often the document was written, if it exists.
    pub(super) revision: Option<i64>,
    pub(super) in_flight: Option<Claimed>,
    /// The wait of the whole chat, in microseconds since 1970; 0 means none.
    pub(super) chat_not_before: i64,
    /// In order of delivery.
    pub(super) pending: Vec<Delivery>,
    /// How many more are in `outbox`, all of them after `overflow_from`.
    pub(super) overflow_count: i64,
    pub(super) overflow_from: Option<SortKey>,
    /// The coalesce keys of those.
    pub(super) overflow_keys: HashSet<String>,
    /// Deliveries that this transaction moves to `outbox`.
    pub(super) spilled: Vec<Delivery>,
}

impl ChatQueue {
    /// Returns the queue of a chat without a document.
    pub(super) fn empty(chat: ChatId) -> Self {
        Self {
            chat,
            revision: None,
            in_flight: None,
            chat_not_before: 0,
            pending: Vec::new(),
            overflow_count: 0,
            overflow_from: None,
            overflow_keys: HashSet::new(),
            spilled: Vec::new(),
        }
    }

    pub(super) fn read(mut doc: Document) -> Result<Self, StoreError> {
        let (pending, in_flight) = (doc.remove("pending"), doc.remove("in_flight"));
        let f = Fields(&doc);
        let chat = ChatId(f.int("_id")?);
        let mut queue = Self {
            revision: Some(f.int("revision")?),
            chat_not_before: f.int("chat_not_before")?,
            pending: pending.map_or(Ok(Vec::new()), |pending| Delivery::read_list(pending, Some(chat)))?,
            overflow_count: f.int("overflow_count")?,
            ..Self::empty(chat)
        };
        if let Some(delivery) = in_flight.filter(|delivery| *delivery != Bson::Null) {
            let mut delivery = Delivery::read(delivery, Some(chat));
            match f.text("claimed_by") {
                Ok(process) if !delivery.has_substitute_id() => {
                    queue.in_flight = Some(Claimed { delivery, process: process.to_owned() });
                }
                // Nobody would settle it.
                process => {
                    delivery.unreadable = delivery.unreadable.or_else(|| Some(process.err()?.to_string()));
                    queue.pending.push(delivery);
                }
            }
        }
        // The waits may have moved when the clock was set.
        queue.pending.sort_by_key(Delivery::sort_key);
        Ok(queue)
    }

    /// Returns the document of `outbox_chats`: the queue, and the fields by which it is found.
    pub(super) fn document(&self) -> Result<Document, StoreError> {
        let (priority_class, head) = self.next().map_or((0, 0), |next| (next.sort_key().0, next.id));
        Ok(doc! {
            "_id": self.chat.0,
            "claimed": self.in_flight.is_some(),
            "claimed_by": self.in_flight.as_ref().map(|claimed| &claimed.process),
            "not_before": self.next_at(),
            "chat_not_before": self.chat_not_before,
            "priority_class": priority_class,
            "traffic_class": self.traffic_class(),
            "head": head,
            "in_flight": nested(&self.in_flight.as_ref().map(|claimed| &claimed.delivery))?,
            "pending": nested(&self.pending)?,
            "overflow_count": self.overflow_count,
            // The revision changes the document always: the server ignores an update that changes nothing,
            // also for conflicts.
            "revision": self.revision.unwrap_or_default() + 1,
        })
    }

    pub(super) fn is_empty(&self) -> bool {
        self.in_flight.is_none() && self.pending.is_empty() && self.overflow_count <= 0
    }

    /// Returns the delivery that is sent next: of the first class, one that does not wait by itself, or else
    /// the one that waits shortest.
    pub(super) fn next(&self) -> Option<&Delivery> {
        self.pending.first()
    }

    /// Returns the rank of the most urgent traffic class of the pending deliveries.
    pub(super) fn traffic_class(&self) -> i64 {
        self.pending.iter().map(|delivery| delivery.traffic_class).min().unwrap_or_default()
    }

    /// Returns when the next delivery may be sent. Microseconds since 1970; 0 means at once.
    pub(super) fn next_at(&self) -> i64 {
        self.chat_not_before.max(self.next().map_or(0, |next| next.not_before))
    }

    /// Returns true if a delivery with this coalesce key is pending.
    pub(super) fn has_key(&self, key: &str) -> bool {
        self.overflow_keys.contains(key) || self.pending.iter().any(|delivery| delivery.has_key(key))
    }

    /// Adds a delivery in order.
    pub(super) fn push(&mut self, delivery: Delivery) {
        if self.overflow_from.is_some_and(|from| delivery.sort_key() > from) {
            self.spill(delivery);
        } else {
            self.embed(delivery);
        }
    }

    /// Adds a delivery to the document, in order.
    pub(super) fn embed(&mut self, delivery: Delivery) {
        let at = self.pending.partition_point(|other| other.sort_key() < delivery.sort_key());
        self.pending.insert(at, delivery);
    }

    fn spill(&mut self, delivery: Delivery) {
        self.overflow_keys.extend(delivery.coalesce_key.clone());
        self.overflow_count += 1;
        self.spilled.push(delivery);
    }

    /// Moves what is too much for the document to `outbox`.
    pub(super) fn trim(&mut self) {
        while self.pending.len() > MAX_EMBEDDED_DELIVERIES
            && let Some(last) = self.pending.pop()
        {
            self.spill(last);
        }
    }
}
