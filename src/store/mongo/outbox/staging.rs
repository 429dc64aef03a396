//! The staging collection `outbox_staged`: deliveries that a commit enqueued and the outbox writer has not
//! yet moved to the queues of their chats.
//!
//! A commit only inserts here, so it does not conflict with deliveries under way (transactional outbox). The
//! deliveries of one commit share as few documents as possible, because the server's cost is per document.
use crate::domain::Time;
use crate::domain::ids::ChatId;
use crate::domain::notice::Outgoing;
use crate::domain::traffic::TrafficClass;
use crate::engine::ports::StoreError;
use crate::store::mongo::codec::{Fields, date, int, nested};
use crate::store::mongo::schema::{OUTBOX_CHATS, OUTBOX_STAGED};
use crate::store::mongo::tx::Tx;
use crate::store::mongo::tx::error::TxError;
use mongodb::bson::{Bson, Document, doc};

/// The most deliveries in one document: a message has at most about 10 KB, and a document may have 16 MB.
const MAX_STAGED_PER_DOCUMENT: usize = 64;
/// The most documents that one transaction moves to the queues.
const MAX_DOCUMENTS_PER_STAGE: usize = 32;

/// The sort key of deliveries within a chat: by priority class, then by the wait of the delivery alone, then by
/// id. Deliveries that wait by themselves are behind all others of their class.
pub(crate) type SortKey = (i64, i64, i64);

/// A delivery.
#[derive(Debug, Clone)]
pub(crate) struct Delivery {
    pub(crate) sort_key: SortKey,
    doc: Document,
}

impl Delivery {
    pub(crate) fn new(outgoing: &Outgoing, since: Time, id: i64) -> Result<Self, StoreError> {
        let priority_class = i64::from(outgoing.message.priority_class());
        let mut doc = doc! {
            "id": id,
            "priority_class": priority_class,
            "traffic_class": i64::from(TrafficClass::of(&outgoing.message).rank()),
            "since": date(since),
            "since_us": since.timestamp_micros().rem_euclid(1_000),
            "attempts": 0_i64,
            "unknown": 0_i64,
            "not_before": 0_i64,
            "message": nested(&outgoing.message)?,
        };
        if let Some(key) = outgoing.message.coalesce_key() {
            doc.insert("coalesce_key", key);
        }
        if let Some(key) = outgoing.message.superseding_key() {
            doc.insert("superseding_key", key);
        }
        Ok(Self { sort_key: (priority_class, 0, id), doc })
    }

    /// Decodes a delivery in a chat's queue.
    pub(crate) fn embedded(value: Bson) -> Result<Self, StoreError> {
        let Bson::Document(doc) = value else {
            return Err(StoreError::Corrupt(format!("{OUTBOX_CHATS}: {value} is no delivery")));
        };
        let f = Fields(&doc);
        Ok(Self { sort_key: (f.int("priority_class")?, f.int("not_before")?, f.int("id")?), doc })
    }

    /// Decodes a delivery in `outbox` or `outbox_staged`, with its chat.
    pub(crate) fn standalone(mut doc: Document) -> Result<(ChatId, Self), StoreError> {
        let chat = ChatId(Fields(&doc).int("chat")?);
        doc.remove("chat");
        let id = doc.remove("_id");
        doc.insert("id", id);
        Ok((chat, Self::embedded(doc.into())?))
    }

    /// Encodes a delivery for a collection outside of its chat's queue.
    pub(crate) fn into_standalone(mut self, chat: ChatId) -> Document {
        let id = self.doc.remove("id");
        let mut doc = doc! { "_id": id, "chat": chat.0 };
        doc.extend(self.doc);
        doc
    }

    pub(crate) fn id(&self) -> i64 {
        self.sort_key.2
    }

    pub(crate) fn document(&self) -> &Document {
        &self.doc
    }

    pub(crate) fn fields(&self) -> Fields<'_> {
        Fields(&self.doc)
    }

    /// Returns the key under which pending deliveries of a chat are merged.
    pub(crate) fn coalesce_key(&self) -> Option<&str> {
        self.doc.get_str("coalesce_key").ok()
    }

    /// Returns the key of the pending delivery that makes this one needless.
    pub(crate) fn superseding_key(&self) -> Option<&str> {
        self.doc.get_str("superseding_key").ok()
    }

    /// Returns the rank of its traffic class.
    pub(crate) fn traffic_class(&self) -> i64 {
        self.doc.get_i64("traffic_class").unwrap_or_default()
    }

    /// Returns the time until which this delivery waits while its chat goes on. Microseconds since 1970.
    pub(crate) fn not_before(&self) -> i64 {
        self.sort_key.1
    }

    /// Counts an attempt that failed, or whose outcome is unknown. The delivery alone waits until
    /// `not_before`.
    pub(crate) fn record_attempt(&mut self, unknown: bool, not_before: i64) -> Result<(), StoreError> {
        let f = self.fields();
        let (attempts, times) = (f.int("attempts")? + 1, f.int("unknown")? + i64::from(unknown));
        self.doc.insert("attempts", attempts);
        self.doc.insert("unknown", times);
        self.doc.insert("not_before", not_before);
        self.sort_key.1 = not_before;
        Ok(())
    }
}

/// Returns the documents of `outbox_staged` for these deliveries. Each has the id of its first delivery, so
/// the documents are in the order of the deliveries.
pub(crate) fn staged_documents(deliveries: Vec<(ChatId, Delivery)>) -> Vec<Document> {
    let (mut documents, mut deliveries) = (Vec::new(), deliveries.into_iter().peekable());
    while let Some((_, first)) = deliveries.peek() {
        let id = first.id();
        let some = deliveries.by_ref().take(MAX_STAGED_PER_DOCUMENT);
        let some = some.map(|(chat, delivery)| Bson::Document(delivery.into_standalone(chat)));
        documents.push(doc! { "_id": id, "deliveries": some.collect::<Vec<_>>() });
    }
    documents
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
    pub(crate) deliveries: Vec<(ChatId, Delivery)>,
    /// True if more may be staged.
    pub(crate) has_more: bool,
}

impl Staged {
    pub(crate) async fn read(tx: &mut Tx<'_>) -> Result<Self, TxError> {
        let (filter, order) = oldest_staged();
        let documents = tx.find_sorted(OUTBOX_STAGED, filter, order, int(MAX_DOCUMENTS_PER_STAGE)).await?;
        let mut staged = Self { has_more: documents.len() == MAX_DOCUMENTS_PER_STAGE, ..Self::default() };
        for document in documents {
            staged.documents.push(Fields(&document).int("_id")?);
            for doc in deliveries_of(document)? {
                staged.deliveries.push(Delivery::standalone(doc)?);
            }
        }
        Ok(staged)
    }
}

fn deliveries_of(mut document: Document) -> Result<Vec<Document>, StoreError> {
    let Some(Bson::Array(deliveries)) = document.remove("deliveries") else {
        return Err(StoreError::Corrupt(format!("{OUTBOX_STAGED}: {document} has no deliveries")));
    };
    let delivery = |value| match value {
        Bson::Document(doc) => Ok(doc),
        other => Err(StoreError::Corrupt(format!("{OUTBOX_STAGED}: {other} is no delivery"))),
    };
    deliveries.into_iter().map(delivery).collect()
}
