//! Messages of conversations, and the ticket to which each agent writes.
use crate::domain::content::MessageSource;
use crate::domain::ids::{MessageId, PersonId, TicketId};
use crate::domain::ticket::conversation::ConversationMessage;
use crate::engine::ports::{ConversationStore, StoreError};
use crate::store::mongo::Mongo;
use crate::store::mongo::client::Db;
use crate::store::mongo::codec::{Fields, among, int, value};
use crate::store::mongo::schema::{FOCUS, MESSAGES};
use async_trait::async_trait;
use mongodb::bson::{Document, doc};

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
        if rows == 0 {
            return Ok(Vec::new()); // to the server 0 would mean all
        }
        let messages = self.db.collection(MESSAGES);
        let newest = messages.find(filter).sort(doc! { "seq": -1 }).limit(int(rows));
        self.db.all(newest).await?.into_iter().rev().map(value).collect()
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
        let found = self.db.collection(FOCUS).find_one(doc! { "_id": agent.to_string() }).await?;
        found.map(|doc| Ok(TicketId(Fields(&doc).id("ticket")?))).transpose()
    }

    async fn set_focus(&self, agent: PersonId, ticket: Option<TicketId>) -> Result<(), StoreError> {
        let (focus, of_agent) = (self.db.collection(FOCUS), doc! { "_id": agent.to_string() });
        match ticket {
            Some(ticket) => {
                let doc = doc! { "_id": agent.to_string(), "ticket": ticket.to_string() };
                focus.replace_one(of_agent, doc).upsert(true).await?;
            }
            None => {
                focus.delete_one(of_agent).await?;
            }
        }
        Ok(())
    }
}
