//! Deliveries, and the staging collection `outbox_staged`: deliveries that a commit enqueued and the outbox
//! writer has not yet moved to the queues of their chats.
//!
//! A commit only inserts here, so it does not conflict with deliveries under way (transactional outbox). The
//! deliveries of one commit share as few documents as possible, because the server's cost is per document.
use crate::domain::Time;
use crate::domain::ids::ChatId;
use crate::domain::notice::Outgoing;
use crate::domain::traffic::TrafficClass;
use crate::engine::ports::{ClaimedDelivery, StoreError};
use crate::store::mongo::codec::{Fields, int, nested, value};
use crate::store::mongo::schema::OUTBOX_STAGED;
use crate::store::mongo::tx::Tx;
use crate::store::mongo::tx::error::TxError;
use mongodb::bson::oid::ObjectId;
use mongodb::bson::{Bson, Document, doc};
use serde::Serialize;

/// The most deliveries in one document: a message has at most about 10 KB, and a document may have 16 MB.
const MAX_STAGED_PER_DOCUMENT: usize = 64;
/// The most documents that one transaction moves to the queues.
const MAX_DOCUMENTS_PER_STAGE: usize = 32;

/// The first of the ids for deliveries whose own can't be read. The ids of deliveries count from 1.
const FIRST_SUBSTITUTE_ID: i64 = 1 << 62;

/// The sort key of deliveries within a chat: by priority class, then by the wait of the delivery alone, then by
/// id. Deliveries that wait by themselves are behind all others of their class.
pub(crate) type SortKey = (i64, i64, i64);

/// A delivery. It looks the same in `outbox_staged`, in the queue of its chat, in `outbox` and in
/// `outbox_dropped`. Times are microseconds since 1970.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Delivery {
    #[serde(rename = "_id")]
    pub(crate) id: i64,
    pub(crate) chat: ChatId,
    pub(crate) priority_class: i64,
    /// The rank of its traffic class.
    pub(crate) traffic_class: i64,
    /// When it was committed.
    pub(crate) since: i64,
    pub(crate) attempts: i64,
    /// How many of them have an unknown outcome.
    pub(crate) unknown: i64,
    /// The time until which this delivery waits while its chat goes on; 0 means none.
    pub(crate) not_before: i64,
    /// The key under which pending deliveries of a chat are merged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) coalesce_key: Option<String>,
    /// The key of the pending delivery that makes this one needless.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) superseding_key: Option<String>,
    /// Why it can't be sent: a field that a person changed in a shell, for example. It is given up when it is
    /// claimed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) unreadable: Option<String>,
    /// The message, which is decoded when the delivery is claimed.
    pub(crate) message: Bson,
}

impl Delivery {
    pub(crate) fn new(outgoing: &Outgoing, since: Time, id: i64) -> Result<Self, StoreError> {
        let message = &outgoing.message;
        Ok(Self {
            id,
            chat: outgoing.chat,
            priority_class: message.priority_class().into(),
            traffic_class: TrafficClass::of(message).rank().into(),
            since: since.timestamp_micros(),
            attempts: 0,
            unknown: 0,
            not_before: 0,
            coalesce_key: message.coalesce_key(),
            superseding_key: message.superseding_key(),
            unreadable: None,
            message: nested(message)?,
        })
    }

    /// Decodes a delivery, in the queue of `chat` or outside of a queue. With a field that can't be decoded, it is
    /// marked as unreadable and does not stop the others. If that is its id, it gets another one.
    pub(super) fn read(delivery: Bson, chat: Option<ChatId>) -> Self {
        let (mut doc, no_document) = match delivery {
            Bson::Document(doc) => (doc, None),
            other => (Document::new(), Some(format!("{other} is no delivery"))),
        };
        let message = doc.remove("message").unwrap_or(Bson::Null);
        let f = Fields(&doc);
        let text = |name| f.text(name).ok().map(str::to_owned);
        let mut unreadable = no_document.or_else(|| text("unreadable"));
        let id = f.int("_id").unwrap_or_else(|error| {
            unreadable.get_or_insert(error.to_string());
            substitute_id()
        });
        let mut number = |name| {
            f.int(name).unwrap_or_else(|error| {
                unreadable.get_or_insert(error.to_string());
                0
            })
        };
        Self {
            id,
            chat: chat.unwrap_or_else(|| ChatId(number("chat"))),
            priority_class: number("priority_class"),
            traffic_class: number("traffic_class"),
            since: number("since"),
            attempts: number("attempts"),
            unknown: number("unknown"),
            not_before: number("not_before"),
            coalesce_key: text("coalesce_key"),
            superseding_key: text("superseding_key"),
            unreadable,
            message,
        }
    }

    /// Returns true if the id is not the one that the delivery was stored with, which can't be read.
    pub(super) fn has_substitute_id(&self) -> bool {
        self.id >= FIRST_SUBSTITUTE_ID
    }

    /// Decodes a list of deliveries, in the queue of `chat` or outside of a queue.
    pub(super) fn read_list(list: Bson, chat: Option<ChatId>) -> Result<Vec<Self>, StoreError> {
        let Bson::Array(list) = list else {
            return Err(StoreError::Corrupt(format!("{list} is no list of deliveries")));
        };
        Ok(list.into_iter().map(|delivery| Self::read(delivery, chat)).collect())
    }

    /// Decodes it as a claim returns it; else returns why it can't be decoded.
    pub(super) fn claimed(&self) -> Result<ClaimedDelivery, String> {
        if let Some(why) = &self.unreadable {
            return Err(why.clone());
        }
        let wrong = || format!("a number of delivery {} is out of range", self.id);
        Ok(ClaimedDelivery {
            id: self.id.try_into().map_err(|_| wrong())?,
            chat: self.chat,
            message: value(self.message.clone()).map_err(|error| error.to_string())?,
            committed_at: Time::from_timestamp_micros(self.since).ok_or_else(wrong)?,
            attempts: self.attempts.try_into().map_err(|_| wrong())?,
            unknown: self.unknown.try_into().map_err(|_| wrong())?,
        })
    }

    pub(crate) fn sort_key(&self) -> SortKey {
        (self.priority_class, self.not_before, self.id)
    }

    /// Returns true if a delivery with this coalesce key need not be sent beside it.
    pub(crate) fn has_key(&self, coalesce_key: &str) -> bool {
        self.unreadable.is_none() && self.coalesce_key.as_deref() == Some(coalesce_key)
    }
}

/// Returns an id for a delivery whose own can't be read. It is unique, because as a dead letter the delivery must not
/// take the place of another: the random part of an object id and its counter.
fn substitute_id() -> i64 {
    let [_, _, _, _, unique @ ..] = ObjectId::new().bytes();
    FIRST_SUBSTITUTE_ID | (i64::from_be_bytes(unique) & (FIRST_SUBSTITUTE_ID - 1))
}

/// Returns the documents of `outbox_staged` for these deliveries. Each has the id of its first delivery, so
/// the documents are in the order of the deliveries.
pub(crate) fn staged_documents(deliveries: &[Delivery]) -> Result<Vec<Document>, StoreError> {
    let document = |some: &[Delivery]| {
        let id = some.first().map(|first| first.id);
        Ok(doc! { "_id": id, "deliveries": nested(&some)? })
    };
    deliveries.chunks(MAX_STAGED_PER_DOCUMENT).map(document).collect()
}

/// Returns the filter and the order in which staged documents are moved.
pub(crate) fn oldest_staged() -> (Document, Document) {
    (doc! { "_id": { "$gt": 0_i64 } }, doc! { "_id": 1 })
}

/// The oldest staged deliveries.
#[derive(Default)]
pub(crate) struct Staged {
    /// The ids of their documents.
    pub(crate) documents: Vec<i64>,
    pub(crate) deliveries: Vec<Delivery>,
    /// True if more may be staged.
    pub(crate) has_more: bool,
}

impl Staged {
    pub(crate) async fn read(tx: &mut Tx<'_>) -> Result<Self, TxError> {
        let (filter, order) = oldest_staged();
        let documents = tx.find_sorted(OUTBOX_STAGED, filter, order, int(MAX_DOCUMENTS_PER_STAGE)).await?;
        let mut staged = Self { has_more: documents.len() == MAX_DOCUMENTS_PER_STAGE, ..Self::default() };
        for mut document in documents {
            let deliveries = document.remove("deliveries").unwrap_or_default();
            staged.documents.push(Fields(&document).int("_id")?);
            staged.deliveries.extend(Delivery::read_list(deliveries, None)?);
        }
        Ok(staged)
    }
}
