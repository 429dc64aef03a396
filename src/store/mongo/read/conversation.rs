//! Messages of conversations: their documents and reads; and the ticket to which each agent writes.
use crate::domain::content::MessageSource;
use crate::domain::ids::{MessageId, PersonId, TicketId};
use crate::domain::ticket::conversation::{ConversationMessage, RelayedTo};
use crate::engine::ports::{ConversationStore, StoreError};
use crate::store::mongo::Mongo;
use crate::store::mongo::client::Db;
use crate::store::mongo::codec::{Fields, among, fields, int, nested, value};
use crate::store::mongo::schema::{FOCUS, MESSAGES};
use crate::store::search_words;
use async_trait::async_trait;
use mongodb::bson::{Bson, Document, doc};

/// Returns the filter of messages that were written as this message of a chat.
pub(crate) fn by_source(MessageSource { chat, message_id }: MessageSource) -> Document {
    doc! { "source_chat": chat.0, "source_message": message_id }
}

/// Returns the filter of the message with this idempotency key.
pub(crate) fn by_key(key: &str) -> Document {
    doc! { "source_key": key }
}

/// Returns the filter of messages that were brought as this message of a chat.
pub(crate) fn by_target(MessageSource { chat, message_id }: MessageSource) -> Document {
    doc! { "target_chat": chat.0, "target_message": message_id }
}

/// Returns the filter of messages of these tickets that are still due.
pub(crate) fn due(tickets: &[TicketId]) -> Document {
    doc! { "ticket": among(tickets), "due": true }
}

/// Returns the filter of messages of an author that have no ticket.
pub(crate) fn unrouted(author: PersonId) -> Document {
    doc! { "unrouted": author.to_string() }
}

/// Returns the document of `messages`: the fields of the message, and those by which it is found.
pub(crate) fn message_document(message: &ConversationMessage, seq: i64) -> Result<Document, StoreError> {
    let mut doc = doc! { "_id": message.id.to_string() };
    doc.extend(fields(message)?);
    doc.insert("seq", seq);
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

async fn all(db: &Db, filter: Document) -> Result<Vec<ConversationMessage>, StoreError> {
    let found = db.find(MESSAGES, filter, doc! { "seq": 1 }).await?;
    found.into_iter().map(value).collect()
}

async fn one(db: &Db, filter: Document) -> Result<Option<ConversationMessage>, StoreError> {
    db.collection(MESSAGES).find_one(filter).await?.map(value).transpose()
}

#[async_trait]
impl ConversationStore for Mongo {
    async fn message(&self, id: MessageId) -> Result<Option<ConversationMessage>, StoreError> {
        one(&self.db, doc! { "_id": id.to_string() }).await
    }

    async fn message_at(&self, place: MessageSource) -> Result<Option<ConversationMessage>, StoreError> {
        match one(&self.db, by_source(place)).await? {
            Some(message) => Ok(Some(message)),
            None => one(&self.db, by_target(place)).await,
        }
    }

    async fn message_by_key(&self, key: &str) -> Result<Option<ConversationMessage>, StoreError> {
        one(&self.db, by_key(key)).await
    }

    async fn conversation(
        &self,
        ticket: TicketId,
        before: Option<u64>,
        rows: usize,
    ) -> Result<Vec<ConversationMessage>, StoreError> {
        let mut filter = doc! { "ticket": ticket.to_string() };
        if let Some(before) = before {
            filter.insert("seq", doc! { "$lt": int(before) });
        }
        let newest = self.db.first(MESSAGES, (filter, doc! { "seq": -1 }), rows).await?;
        newest.into_iter().rev().map(value).collect()
    }

    async fn due_messages(&self, tickets: &[TicketId]) -> Result<Vec<ConversationMessage>, StoreError> {
        if tickets.is_empty() {
            return Ok(Vec::new());
        }
        all(&self.db, due(tickets)).await
    }

    async fn unrouted_messages(&self, author: PersonId) -> Result<Vec<ConversationMessage>, StoreError> {
        all(&self.db, unrouted(author)).await
    }

    async fn focus(&self, agent: PersonId) -> Result<Option<TicketId>, StoreError> {
        let found = self.db.get(FOCUS, agent.to_string()).await?;
        found.map(|doc| Ok(TicketId(Fields(&doc).id("ticket")?))).transpose()
    }

    async fn set_focus(&self, agent: PersonId, ticket: Option<TicketId>) -> Result<(), StoreError> {
        let id = agent.to_string();
        match ticket {
            Some(ticket) => self.db.put(FOCUS, doc! { "_id": id, "ticket": ticket.to_string() }).await,
            None => self.db.delete_one(FOCUS, doc! { "_id": id }).await.map(drop),
        }
    }
}
