//! Topics of tickets in the chats of agents.
use crate::domain::Time;
use crate::domain::ids::{ChatId, PersonId, TicketId};
use crate::domain::ticket::topic::{Topic, TopicChange};
use crate::engine::ports::{StoreError, TopicStore};
use crate::store::sqlite::Sqlite;
use crate::store::sqlite::codec::{Json, Micros, row_count};
use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, Params, params};

pub(in crate::store::sqlite) const OF_TICKET: &str =
    "SELECT doc FROM topics WHERE ticket = ?1 AND agent = ?2";
pub(in crate::store::sqlite) const AT: &str = "SELECT doc FROM topics WHERE chat = ?1 AND thread = ?2";
pub(in crate::store::sqlite) const CLOSED: &str = "SELECT doc FROM topics INDEXED BY topics_closed
    WHERE closed_at < ?1 ORDER BY closed_at LIMIT ?2";
const OPEN: &str = "SELECT doc FROM topics WHERE closed_at IS NULL";
const PUT: &str = "INSERT OR REPLACE INTO topics (ticket, agent, chat, thread, closed_at, doc)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
const FORGET: &str = "DELETE FROM topics WHERE chat = ?1 AND thread = ?2";

/// Records what a call has shown of a topic.
pub(in crate::store::sqlite) fn apply(conn: &Connection, change: &TopicChange) -> rusqlite::Result<()> {
    match change {
        TopicChange::Put(topic) => {
            let Topic { ticket, agent, chat, thread, closed_at, .. } = topic;
            let closed_at = closed_at.map(Micros);
            let values = params![ticket, agent, chat, thread, closed_at, Json(topic)];
            conn.prepare_cached(PUT)?.execute(values).map(drop)
        }
        TopicChange::Forget(chat, thread) => {
            conn.prepare_cached(FORGET)?.execute(params![chat, thread]).map(drop)
        }
    }
}

fn one(conn: &Connection, sql: &str, values: impl Params) -> rusqlite::Result<Option<Topic>> {
    let row = |row: &rusqlite::Row<'_>| Ok(row.get::<_, Json<Topic>>(0)?.0);
    conn.prepare_cached(sql)?.query_row(values, row).optional()
}

fn many(conn: &Connection, sql: &str, values: impl Params) -> rusqlite::Result<Vec<Topic>> {
    let row = |row: &rusqlite::Row<'_>| Ok(row.get::<_, Json<Topic>>(0)?.0);
    conn.prepare_cached(sql)?.query_map(values, row)?.collect()
}

#[async_trait]
impl TopicStore for Sqlite {
    async fn topic(&self, ticket: TicketId, agent: PersonId) -> Result<Option<Topic>, StoreError> {
        self.read(move |conn| one(conn, OF_TICKET, params![ticket, agent])).await
    }

    async fn topic_at(&self, chat: ChatId, thread: i32) -> Result<Option<Topic>, StoreError> {
        self.read(move |conn| one(conn, AT, params![chat, thread])).await
    }

    async fn active_topics(&self) -> Result<Vec<Topic>, StoreError> {
        self.read(|conn| many(conn, OPEN, [])).await
    }

    async fn closed_topics(&self, before: Time, limit: usize) -> Result<Vec<Topic>, StoreError> {
        self.read(move |conn| many(conn, CLOSED, params![Micros(before), row_count(limit)])).await
    }
}
