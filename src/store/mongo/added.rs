//! `outbox_added`: what is told because of facts, until a turn of the outbox takes it into the documents of its chats. What one
//! transaction adds lies in as few documents as can be: each document costs the server as much as all that is in it.
use super::chat::Entry;
use super::codec::Fields;
use super::db::Db;
use super::error::Halt;
use super::schema::{ADDED, CHATS, OUTBOX};
use super::tx::Tx;
use crate::domain::ids::{ChatId, Version};
use crate::engine::ports::StoreError;
use mongodb::bson::{Bson, Document, doc};
use std::collections::{HashMap, HashSet};

/// The most deliveries in one document: a message has some 10 KB at most, and a document may have 16 MB.
const LARGE: usize = 64;
/// How many documents are taken in by one transaction: enough for all that comes in one go, few enough to be done in a moment.
const INTAKE: usize = 32;

/// What was added and is not in its chat's document yet; in the order in which it was added.
pub(super) fn page() -> (Document, Document) {
    (doc! { "_id": { "$gt": 0_i64 } }, doc! { "_id": 1 })
}

/// The documents for what is added now, in the order of its numbers.
pub(super) fn pack(told: Vec<(ChatId, Entry)>) -> Vec<Document> {
    let (mut packed, mut told) = (Vec::new(), told.into_iter().peekable());
    while let Some((_, first)) = told.peek() {
        let number = first.id();
        let entries = told.by_ref().take(LARGE).map(|(chat, entry)| Bson::Document(entry.outside(chat)));
        packed.push(doc! { "_id": number, "entries": entries.collect::<Vec<_>>() });
    }
    packed
}

/// What is taken in by a transaction.
#[derive(Default)]
pub(super) struct Intake {
    /// The numbers of the documents.
    pub(super) documents: Vec<i64>,
    pub(super) entries: Vec<(ChatId, Entry)>,
    /// The chats of readers who were written, and in which version, as is said with what was added.
    pub(super) anew: Vec<(ChatId, Version)>,
    /// Whether more may be there.
    pub(super) more: bool,
}

impl Intake {
    /// What was added first.
    pub(super) async fn read(tx: &mut Tx<'_>) -> Result<Self, Halt> {
        let (page, order) = page();
        let mut these = Self::default();
        let documents = tx.find_some(ADDED, page, order, super::codec::limit(INTAKE)).await?;
        these.more = documents.len() == INTAKE;
        for document in documents {
            these.documents.push(Fields(&document).int("_id")?);
            for mut doc in unpack(document)? {
                let chat = ChatId(Fields(&doc).int("chat")?);
                these.anew.extend(doc.remove("anew").map(|mark| (chat, version(&mark))));
                these.entries.push((chat, Entry::fetched(doc)?));
            }
        }
        Ok(these)
    }
}

/// The version that a mark names. One of an older build names none, so any that is at hand may be too old.
fn version(mark: &Bson) -> Version {
    Version(mark.as_i64().map_or(u64::MAX, i64::cast_unsigned))
}

fn unpack(mut document: Document) -> Result<Vec<Document>, StoreError> {
    let entries = match document.remove("entries") {
        Some(Bson::Array(entries)) => entries,
        Some(other) => return Err(StoreError::Corrupt(format!("{ADDED}: {other} is no list of deliveries"))),
        // By an older build that was still there when this one began.
        None => return Ok(vec![document]),
    };
    let delivery = |entry| match entry {
        Bson::Document(doc) => Ok(doc),
        other => Err(StoreError::Corrupt(format!("{ADDED}: {other} is no delivery"))),
    };
    entries.into_iter().map(delivery).collect()
}

/// How many of those that were just added will make a delivery: of those that do the same one is enough.
pub(super) async fn to_be_taken_in(db: &Db) -> Result<u64, StoreError> {
    let (mut messages, mut refreshes): (u64, HashMap<i64, HashSet<String>>) = Default::default();
    let shown = doc! { "entries.chat": 1, "entries.same": 1 };
    for document in db.all(db.collection(ADDED).find(doc! {}).projection(shown)).await? {
        for doc in unpack(document)? {
            if let Ok(same) = doc.get_str("same") {
                let chat = Fields(&doc).int("chat")?;
                refreshes.entry(chat).or_default().insert(same.to_owned());
            } else {
                messages += 1;
            }
        }
    }
    let these: Vec<_> = refreshes.keys().copied().collect();
    if !these.is_empty() {
        let (chats, theirs) = (db.collection(CHATS), doc! { "_id": { "$in": &these } });
        for chat in db.all(chats.find(theirs).projection(doc! { "waiting.same": 1 })).await? {
            let waits = refreshes.entry(Fields(&chat).int("_id")?).or_default();
            for waiting in chat.get_array("waiting").into_iter().flatten().filter_map(Bson::as_document) {
                waits.remove(waiting.get_str("same").unwrap_or_default());
            }
        }
        let behind = doc! { "chat": { "$in": these }, "lane": 1_i64 };
        for doc in
            db.all(db.collection(OUTBOX).find(behind).projection(doc! { "chat": 1, "same": 1 })).await?
        {
            let waits = refreshes.entry(Fields(&doc).int("chat")?).or_default();
            waits.remove(doc.get_str("same").unwrap_or_default());
        }
    }
    Ok(messages + refreshes.values().map(|refreshes| refreshes.len() as u64).sum::<u64>())
}
