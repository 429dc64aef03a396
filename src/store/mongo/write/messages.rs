//! The messages of conversations in a unit of work, each written over the version that was read.
use crate::domain::content::MessageSource;
use crate::domain::ids::{MessageId, Version};
use crate::domain::ticket::conversation::{ConversationMessage, RelayedTo};
use crate::engine::ports::{Change, CommitError, StoreError, UniqueKey, Write};
use crate::store::mongo::codec::{Fields, fields, int, nested};
use crate::store::mongo::read::conversation::{by_key, by_source};
use crate::store::mongo::schema::MESSAGES;
use crate::store::mongo::tx::Tx;
use crate::store::mongo::tx::error::TxError;
use crate::store::search_words;
use mongodb::bson::{Bson, Document, doc};
use std::collections::{HashMap, HashSet};

/// The messages of a unit of work.
#[derive(Default)]
pub(crate) struct MessageSet {
    versions: HashMap<MessageId, i64>,
    /// The messages that have a ticket.
    in_ticket: HashSet<MessageId>,
    sources: HashSet<(i64, i32)>,
    keys: HashSet<String>,
    inserts: Vec<(u64, Document)>,
    updates: Vec<Document>,
}

fn key(MessageSource { chat, message_id }: MessageSource) -> (i64, i32) {
    (chat.0, message_id)
}

impl MessageSet {
    /// Reads the versions of the messages that the changes write.
    pub(crate) async fn load<'a>(
        tx: &mut Tx<'_>,
        changes: impl Iterator<Item = &'a Change>,
    ) -> Result<Self, TxError> {
        let mut wanted: Vec<Document> = Vec::new();
        for change in changes {
            if let Write::Message { message, expected } = &change.write {
                match (expected, message.source, &message.source_key) {
                    (None, Some(source), _) => wanted.push(by_source(source)),
                    (None, None, Some(key)) => wanted.push(by_key(key)),
                    (None, None, None) => {}
                    (Some(_), _, _) => wanted.push(doc! { "_id": message.id.to_string() }),
                }
            }
        }
        let mut set = Self::default();
        if wanted.is_empty() {
            return Ok(set);
        }
        // For one filter the equality is faster on some servers.
        let filter = if let [one] = wanted.as_slice() {
            one.clone()
        } else {
            doc! { "$or": wanted }
        };
        for found in tx.find(MESSAGES, filter).await? {
            let f = Fields(&found);
            let id = MessageId(f.id("_id")?);
            set.versions.insert(id, f.int("version")?);
            if f.get("ticket").is_some() {
                set.in_ticket.insert(id);
            }
            if let (Some(chat), Some(message)) = (f.opt_int("source_chat")?, f.opt_int("source_message")?) {
                set.sources.insert((chat, i32::try_from(message).unwrap_or_default()));
            }
            set.keys.extend(f.get("source_key").and_then(Bson::as_str).map(str::to_owned));
        }
        Ok(set)
    }

    /// Returns true if writing the message brings it into a ticket's conversation.
    pub(crate) fn joins_ticket(&self, message: &ConversationMessage) -> bool {
        message.ticket.is_some() && !self.in_ticket.contains(&message.id)
    }

    /// Writes a new message, numbered by its offset until the flush, or the next version of one.
    pub(crate) fn write(
        &mut self,
        message: &ConversationMessage,
        expected: Option<Version>,
        offset: u64,
    ) -> Result<(), CommitError> {
        let known = self.versions.get(&message.id);
        match (expected, known) {
            (None, None) if message.source.is_some_and(|source| !self.sources.insert(key(source))) => {
                return Err(CommitError::Duplicate(UniqueKey::Message));
            }
            (None, None) if message.source_key.clone().is_some_and(|key| !self.keys.insert(key)) => {
                return Err(CommitError::Duplicate(UniqueKey::Message));
            }
            (None, None) => self.inserts.push((offset, document(message)?)),
            (None, Some(_)) => return Err(CommitError::Duplicate(UniqueKey::Message)),
            (Some(version), Some(known)) if int(version.0) == *known => {
                self.updates.push(document(message)?);
            }
            (Some(_), _) => return Err(CommitError::Conflict),
        }
        self.versions.insert(message.id, int(message.version.0));
        if message.ticket.is_some() {
            self.in_ticket.insert(message.id);
        }
        Ok(())
    }

    /// Writes the messages that changed. New ones are numbered from `first_number`.
    pub(crate) async fn flush(self, tx: &mut Tx<'_>, first_number: u64) -> Result<(), TxError> {
        let inserts = self.inserts.into_iter().map(|(offset, mut doc)| {
            doc.insert("seq", int(first_number + offset));
            doc
        });
        tx.insert(MESSAGES, inserts.collect()).await?;
        let replace = |doc: Document| doc! { "q": { "_id": doc.get("_id").cloned() }, "u": doc };
        tx.bulk_update(MESSAGES, self.updates.into_iter().map(replace).collect()).await
    }
}

/// Returns the document of `messages`: the fields of the message, and those by which it is found.
fn document(message: &ConversationMessage) -> Result<Document, StoreError> {
    let mut doc = doc! { "_id": message.id.to_string() };
    doc.extend(fields(message)?);
    doc.insert("due", message.relay.is_due());
    doc.insert("words", search_words::of_message(message));
    if message.ticket.is_none() && message.relay.is_due() {
        doc.insert("unrouted", message.author.to_string());
    }
    put_place(&mut doc, ("source_chat", "source_message"), message.source);
    put_place(&mut doc, ("target_chat", "target_message"), message.relay.target());
    Ok(doc)
}

fn put_place(doc: &mut Document, (chat, message): (&str, &str), place: Option<MessageSource>) {
    if let Some(place) = place {
        doc.insert(chat, place.chat.0);
        doc.insert(message, place.message_id);
    }
}

/// Returns the statements that record where a message was sent: of one that was taken back meanwhile only
/// the place, so that it can be deleted there.
pub(crate) fn settle_statements(relayed: RelayedTo) -> Result<[Document; 2], StoreError> {
    let mut set = doc! { "relay": nested(&relayed.relay())?, "due": Bson::Boolean(false) };
    put_place(&mut set, ("target_chat", "target_message"), relayed.relay().target());
    let update = doc! { "$set": set, "$inc": { "version": 1_i64 } };
    let id = relayed.message.to_string();
    let withdrawn = doc! { "$set": { "relay.message_id": relayed.message_id }, "$inc": { "version": 1_i64 } };
    Ok([
        doc! { "q": { "_id": &id, "relay.state": { "$ne": "withdrawn" } }, "u": update },
        doc! { "q": { "_id": &id, "relay.state": "withdrawn" }, "u": withdrawn },
    ])
}
