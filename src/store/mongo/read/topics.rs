//! Topics of tickets in the chats of agents.
use crate::domain::Time;
use crate::domain::ids::{ChatId, PersonId, TicketId};
use crate::domain::ticket::topic::{Topic, TopicChange};
use crate::engine::ports::{StoreError, TopicStore};
use crate::store::mongo::Mongo;
use crate::store::mongo::codec::{date, fields, int, value};
use crate::store::mongo::schema::TOPICS;
use async_trait::async_trait;
use mongodb::bson::{Document, doc};

fn key(ticket: TicketId, agent: PersonId) -> String {
    format!("{ticket} {agent}")
}

/// Returns the filter of the topic with this id in a chat.
pub(crate) fn at(chat: ChatId, thread: i32) -> Document {
    doc! { "chat": chat.0, "thread": thread }
}

/// Returns the filter of topics that were closed before this time.
pub(crate) fn closed(before: Time) -> Document {
    doc! { "closed_date": { "$lt": date(before) } }
}

/// Returns the statement that writes a topic, or the filter of the one to delete.
pub(crate) fn statement(change: &TopicChange) -> Result<Result<Document, Document>, StoreError> {
    let topic = match change {
        TopicChange::Put(topic) => topic,
        TopicChange::Forget(chat, thread) => return Ok(Err(at(*chat, *thread))),
    };
    let mut doc = fields(topic)?;
    doc.insert("chat", topic.chat.0);
    doc.insert("thread", topic.thread);
    match topic.closed_at {
        Some(closed_at) => doc.insert("closed_date", date(closed_at)),
        None => doc.insert("open", true),
    };
    Ok(Ok(doc! { "q": { "_id": key(topic.ticket, topic.agent) }, "u": doc, "upsert": true }))
}

#[async_trait]
impl TopicStore for Mongo {
    async fn topic(&self, ticket: TicketId, agent: PersonId) -> Result<Option<Topic>, StoreError> {
        let found = self.db.collection(TOPICS).find_one(doc! { "_id": key(ticket, agent) }).await?;
        found.map(value).transpose()
    }

    async fn topic_at(&self, chat: ChatId, thread: i32) -> Result<Option<Topic>, StoreError> {
        self.db.collection(TOPICS).find_one(at(chat, thread)).await?.map(value).transpose()
    }

    async fn active_topics(&self) -> Result<Vec<Topic>, StoreError> {
        let found = self.db.find(TOPICS, doc! { "open": true }, doc! {}).await?;
        found.into_iter().map(value).collect()
    }

    async fn closed_topics(&self, before: Time, limit: usize) -> Result<Vec<Topic>, StoreError> {
        if limit == 0 {
            return Ok(Vec::new()); // to the server 0 would mean all
        }
        let topics = self.db.collection(TOPICS);
        let oldest = topics.find(closed(before)).sort(doc! { "closed_date": 1 }).limit(int(limit));
        self.db.all(oldest).await?.into_iter().map(value).collect()
    }
}
