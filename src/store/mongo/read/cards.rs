//! Live cards, and the topics of tickets in the chats of agents.
use super::coalesce::Loaded;
use crate::domain::Time;
use crate::domain::card::LiveCard;
use crate::domain::ids::{ChatId, PersonId, TicketId};
use crate::domain::ticket::topic::{Topic, TopicChange};
use crate::engine::ports::{StoreError, TopicStore};
use crate::store::mongo::Mongo;
use crate::store::mongo::client::Db;
use crate::store::mongo::codec::{Fields, among, date, fields, value};
use crate::store::mongo::schema::{LIVE_CARDS, TOPICS};
use async_trait::async_trait;
use mongodb::bson::{Document, doc};

fn card(doc: &Document) -> Result<LiveCard, StoreError> {
    let f = Fields(doc);
    Ok(LiveCard {
        key: f.nested("key")?,
        chat: ChatId(f.int("chat")?),
        message_id: f.number("message_id")?,
        digest: f.int("digest")?.cast_unsigned(),
    })
}

/// Returns live cards by storage key.
pub(crate) async fn by_storage_key(
    db: Db,
    keys: Vec<String>,
) -> Loaded<String, Result<LiveCard, StoreError>> {
    let found = db.find(LIVE_CARDS, doc! { "_id": among(&keys) }, doc! {}).await?;
    found.iter().map(|doc| Ok((Fields(doc).text("_id")?.to_owned(), card(doc)))).collect()
}

/// Returns the live cards of these kinds: a storage key begins with the kind and a blank.
pub(crate) async fn of_kinds(db: &Db, kinds: &[&str]) -> Result<Vec<LiveCard>, StoreError> {
    let of_kind: Vec<_> = kinds.iter().map(|kind| with_prefix(kind)).collect();
    db.find(LIVE_CARDS, doc! { "$or": of_kind }, doc! {}).await?.iter().map(card).collect()
}

/// Returns the filter of the storage keys that begin with a prefix and a blank; '!' is the character after the
/// blank.
pub(crate) fn with_prefix(prefix: &str) -> Document {
    doc! { "_id": { "$gte": format!("{prefix} "), "$lt": format!("{prefix}!") } }
}

fn topic_key(ticket: TicketId, agent: PersonId) -> String {
    format!("{ticket} {agent}")
}

/// Returns the filter of the topic with this id in a chat.
fn topic_at(chat: ChatId, thread: i32) -> Document {
    doc! { "chat": chat.0, "thread": thread }
}

/// Returns the statement that writes a topic, or the filter of the one to delete.
pub(crate) fn topic_statement(change: &TopicChange) -> Result<Result<Document, Document>, StoreError> {
    let topic = match change {
        TopicChange::Put(topic) => topic,
        TopicChange::Forget(chat, thread) => return Ok(Err(topic_at(*chat, *thread))),
    };
    let mut doc = fields(topic)?;
    doc.insert("chat", topic.chat.0);
    doc.insert("thread", topic.thread);
    match topic.closed_at {
        Some(closed_at) => doc.insert("closed_date", date(closed_at)),
        None => doc.insert("open", true),
    };
    Ok(Ok(doc! { "q": { "_id": topic_key(topic.ticket, topic.agent) }, "u": doc, "upsert": true }))
}

#[async_trait]
impl TopicStore for Mongo {
    async fn topic(&self, ticket: TicketId, agent: PersonId) -> Result<Option<Topic>, StoreError> {
        self.db.get(TOPICS, topic_key(ticket, agent)).await?.map(value).transpose()
    }

    async fn topic_at(&self, chat: ChatId, thread: i32) -> Result<Option<Topic>, StoreError> {
        self.db.collection(TOPICS).find_one(topic_at(chat, thread)).await?.map(value).transpose()
    }

    async fn active_topics(&self) -> Result<Vec<Topic>, StoreError> {
        let found = self.db.find(TOPICS, doc! { "open": true }, doc! {}).await?;
        found.into_iter().map(value).collect()
    }

    async fn closed_topics(&self, before: Time, limit: usize) -> Result<Vec<Topic>, StoreError> {
        let closed = doc! { "closed_date": { "$lt": date(before) } };
        let oldest = self.db.first(TOPICS, (closed, doc! { "closed_date": 1 }), limit).await?;
        oldest.into_iter().map(value).collect()
    }
}
