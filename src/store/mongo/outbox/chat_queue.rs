//! The delivery queue of one chat: what is pending, what is in flight, and what has overflowed to `outbox`.
use super::staging::{Delivery, SortKey};
use crate::domain::ids::ChatId;
use crate::engine::ports::StoreError;
use crate::store::mongo::codec::Fields;
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

/// The queue of a chat.
#[derive(Debug, Default)]
pub(super) struct ChatQueue {
    /// How often the document was written, if it exists.
    pub(super) revision: Option<i64>,
    /// The delivery that was claimed, and the process that claimed it.
    pub(super) in_flight: Option<(Delivery, String)>,
    /// The wait of the whole chat, in microseconds since 1970; 0 means none.
    pub(super) not_before: i64,
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
    pub(super) fn read(mut doc: Document) -> Result<(ChatId, Self), StoreError> {
        let in_flight = doc.remove("in_flight").filter(|value| *value != Bson::Null);
        let mut pending: Vec<Delivery> = match doc.remove("pending") {
            Some(Bson::Array(pending)) => {
                pending.into_iter().map(Delivery::embedded).collect::<Result<_, _>>()?
            }
            _ => Vec::new(),
        };
        // The waits may have moved when the clock was set.
        pending.sort_by_key(|delivery| delivery.sort_key);
        let f = Fields(&doc);
        let claimed =
            |value| Ok::<_, StoreError>((Delivery::embedded(value)?, f.text("claimed_by")?.to_owned()));
        let queue = Self {
            revision: Some(f.int("revision")?),
            in_flight: in_flight.map(claimed).transpose()?,
            not_before: f.int("chat_not_before")?,
            pending,
            overflow_count: f.int("overflow_count")?,
            ..Self::default()
        };
        Ok((ChatId(f.int("_id")?), queue))
    }

    /// Returns the document of `outbox_chats`.
    pub(super) fn document(&self, chat: ChatId) -> Document {
        let (priority_class, head) = self.next().map_or((0, 0), |next| (next.sort_key.0, next.id()));
        let traffic_class = self.traffic_class();
        doc! {
            "_id": chat.0,
            "claimed": self.in_flight.is_some(),
            "claimed_by": self.in_flight.as_ref().map(|(_, process)| process),
            "not_before": self.next_at(),
            "chat_not_before": self.not_before,
            "priority_class": priority_class,
            "traffic_class": traffic_class,
            "head": head,
            "in_flight": self.in_flight.as_ref().map(|(delivery, _)| delivery.document()),
            "pending": self.pending.iter().map(Delivery::document).collect::<Vec<_>>(),
            "overflow_count": self.overflow_count,
            // The revision changes the document always: the server ignores an update that changes nothing,
            // also for conflicts.
            "revision": self.revision.unwrap_or_default() + 1,
        }
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
        self.pending.iter().map(Delivery::traffic_class).min().unwrap_or_default()
    }

    /// Returns when the next delivery may be sent. Microseconds since 1970; 0 means at once.
    pub(super) fn next_at(&self) -> i64 {
        self.not_before.max(self.next().map_or(0, Delivery::not_before))
    }

    /// Returns true if a delivery with this coalesce key is pending.
    pub(super) fn has_key(&self, key: &str) -> bool {
        self.overflow_keys.contains(key)
            || self.pending.iter().any(|delivery| delivery.coalesce_key() == Some(key))
    }

    /// Adds a delivery in order.
    pub(super) fn push(&mut self, delivery: Delivery) {
        if self.overflow_from.is_some_and(|from| delivery.sort_key > from) {
            self.spill(delivery);
        } else {
            self.embed(delivery);
        }
    }

    /// Adds a delivery to the document, in order.
    pub(super) fn embed(&mut self, delivery: Delivery) {
        let at = self.pending.partition_point(|other| other.sort_key < delivery.sort_key);
        self.pending.insert(at, delivery);
    }

    fn spill(&mut self, delivery: Delivery) {
        self.overflow_keys.extend(delivery.coalesce_key().map(str::to_owned));
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
