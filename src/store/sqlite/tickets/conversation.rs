//! Messages of conversations, and the ticket to which each agent writes.
use crate::domain::content::MessageSource;
use crate::domain::ids::{MessageId, PersonId, TicketId, Version};
use crate::domain::ticket::conversation::{ConversationMessage, RelayedTo};
use crate::engine::ports::{CommitError, ConversationStore, StoreError, UniqueKey};
use crate::store::sqlite::Sqlite;
use crate::store::sqlite::codec::{Json, Micros, row_count};
use crate::store::sqlite::error::is_unique_violation;
use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, Params, Row, named_params, params};

macro_rules! message {
    ($rest:literal) => {
        concat!("SELECT doc, seq FROM messages ", $rest)
    };
}
pub(in crate::store::sqlite) const BY_ID: &str = message!("WHERE id = ?1");
pub(in crate::store::sqlite) const BY_SOURCE: &str =
    message!("WHERE source_chat = ?1 AND source_message = ?2");
pub(in crate::store::sqlite) const BY_KEY: &str = message!("WHERE source_key = ?1");
pub(in crate::store::sqlite) const BY_TARGET: &str =
    message!("WHERE target_chat = ?1 AND target_message = ?2");
pub(in crate::store::sqlite) const OF_TICKET: &str =
    message!("INDEXED BY messages_by_ticket WHERE ticket = ?1 AND seq < ?2 ORDER BY seq DESC LIMIT ?3");
pub(in crate::store::sqlite) const DUE: &str =
    message!("INDEXED BY messages_due WHERE ticket = ?1 AND due = 1 ORDER BY seq");
pub(in crate::store::sqlite) const UNROUTED: &str = message!(
    "INDEXED BY messages_unrouted WHERE author = ?1 AND ticket IS NULL AND due = 1
        ORDER BY seq"
);
const INSERT: &str = "INSERT INTO messages
    (id, ticket, author, source_chat, source_message, source_key, target_chat, target_message, due, version,
        doc)
    VALUES (:id, :ticket, :author, :source_chat, :source_message, :source_key, :target_chat, :target_message,
        :due, :version, :doc)";
const UPDATE: &str = "UPDATE messages SET ticket = :ticket, author = :author, source_chat = :source_chat,
    source_message = :source_message, source_key = :source_key, target_chat = :target_chat, target_message = :target_message,
    due = :due, version = :version, doc = :doc WHERE id = :id AND version = :expected";
const FIRST_ANSWER: &str =
    "UPDATE tickets SET first_answered_at = ?2 WHERE id = ?1 AND first_answered_at IS NULL";
const FOCUS: &str = "SELECT ticket FROM focus WHERE agent = ?1";

fn message(row: &Row<'_>) -> rusqlite::Result<ConversationMessage> {
    let Json(message) = row.get::<_, Json<ConversationMessage>>(0)?;
    Ok(ConversationMessage { seq: row.get(1)?, ..message })
}

fn many(conn: &Connection, sql: &str, values: impl Params) -> rusqlite::Result<Vec<ConversationMessage>> {
    conn.prepare_cached(sql)?.query_map(values, message)?.collect()
}

fn by_id(conn: &Connection, id: MessageId) -> rusqlite::Result<Option<ConversationMessage>> {
    conn.prepare_cached(BY_ID)?.query_row([id], message).optional()
}

/// Returns the message that was written or brought there.
fn at(
    conn: &Connection,
    MessageSource { chat, message_id }: MessageSource,
) -> rusqlite::Result<Option<ConversationMessage>> {
    let find = |sql| conn.prepare_cached(sql)?.query_row(params![chat, message_id], message).optional();
    Ok(match find(BY_SOURCE)? {
        Some(message) => Some(message),
        None => find(BY_TARGET)?,
    })
}

/// Returns the newest messages of a ticket below a number, oldest first.
fn of_ticket(
    conn: &Connection,
    ticket: TicketId,
    before: Option<u64>,
    limit: usize,
) -> rusqlite::Result<Vec<ConversationMessage>> {
    let before = before.and_then(|seq| i64::try_from(seq).ok()).unwrap_or(i64::MAX);
    let mut messages = many(conn, OF_TICKET, params![ticket, before, row_count(limit)])?;
    messages.reverse();
    Ok(messages)
}

/// Returns the messages of these tickets that are still due.
fn due(conn: &Connection, tickets: &[TicketId]) -> rusqlite::Result<Vec<ConversationMessage>> {
    let of_each: Vec<_> = tickets.iter().map(|ticket| many(conn, DUE, [ticket])).collect::<Result<_, _>>()?;
    Ok(of_each.concat())
}

/// Returns the messages of an author that have no ticket yet.
fn unrouted(conn: &Connection, author: PersonId) -> rusqlite::Result<Vec<ConversationMessage>> {
    many(conn, UNROUTED, [author])
}

/// Sets the time of the first answer of a message's ticket to that of the message, unless it is set.
pub(in crate::store::sqlite) fn set_first_answer(
    conn: &Connection,
    message: &ConversationMessage,
) -> rusqlite::Result<()> {
    let answer = params![message.ticket, Micros(message.written_at)];
    conn.prepare_cached(FIRST_ANSWER)?.execute(answer).map(drop)
}

/// Returns true if writing the message brings it into a ticket's conversation.
pub(in crate::store::sqlite) fn joins_ticket(
    conn: &Connection,
    message: &ConversationMessage,
) -> rusqlite::Result<bool> {
    let before = by_id(conn, message.id)?;
    Ok(message.ticket.is_some() && before.is_none_or(|before| before.ticket.is_none()))
}

/// Writes a new message (`expected` is `None`) or the next version of one.
pub(in crate::store::sqlite) fn write(
    conn: &Connection,
    message: &ConversationMessage,
    expected: Option<Version>,
) -> Result<(), CommitError> {
    let (source, target) = (message.source, message.relay.target());
    let mut values: Vec<(&str, &dyn rusqlite::ToSql)> = Vec::new();
    let (source_chat, source_message) = (source.map(|at| at.chat), source.map(|at| at.message_id));
    let (target_chat, target_message) = (target.map(|at| at.chat), target.map(|at| at.message_id));
    let (is_due, doc) = (message.relay.is_due(), Json(message));
    values.extend_from_slice(named_params! {
        ":id": message.id, ":ticket": message.ticket, ":author": message.author,
        ":source_chat": source_chat, ":source_message": source_message, ":source_key": message.source_key,
        ":target_chat": target_chat, ":target_message": target_message,
        ":due": is_due, ":version": message.version, ":doc": doc,
    });
    if expected.is_some() {
        values.push((":expected", &expected));
    }
    let sql = if expected.is_some() { UPDATE } else { INSERT };
    match conn.prepare_cached(sql)?.execute(values.as_slice()) {
        Ok(0) => Err(CommitError::Conflict),
        Ok(_) => Ok(()),
        Err(error) if is_unique_violation(&error) => Err(CommitError::Duplicate(UniqueKey::Message)),
        Err(error) => Err(error.into()),
    }
}

/// Records where a message was sent.
pub(in crate::store::sqlite) fn settle(conn: &Connection, relayed: RelayedTo) -> rusqlite::Result<()> {
    let Some(message) = by_id(conn, relayed.message)? else { return Ok(()) };
    match write(conn, &message.after_sent(relayed), Some(message.version)) {
        Err(CommitError::Store(error)) => Err(rusqlite::Error::ToSqlConversionFailure(error.into())),
        // The version was read in this transaction.
        _ => Ok(()),
    }
}

/// Returns the ticket to which an agent writes.
fn focus(conn: &Connection, agent: PersonId) -> rusqlite::Result<Option<TicketId>> {
    conn.prepare_cached(FOCUS)?.query_row([agent], |row| row.get(0)).optional()
}

/// Sets the ticket to which an agent writes.
fn set_focus(conn: &Connection, agent: PersonId, ticket: Option<TicketId>) -> rusqlite::Result<()> {
    let written = match ticket {
        Some(ticket) => conn
            .prepare_cached("INSERT OR REPLACE INTO focus (agent, ticket) VALUES (?1, ?2)")?
            .execute(params![agent, ticket]),
        None => conn.prepare_cached("DELETE FROM focus WHERE agent = ?1")?.execute([agent]),
    };
    written.map(drop)
}

#[async_trait]
impl ConversationStore for Sqlite {
    async fn message(&self, id: MessageId) -> Result<Option<ConversationMessage>, StoreError> {
        self.read(move |conn| by_id(conn, id)).await
    }

    async fn message_at(&self, place: MessageSource) -> Result<Option<ConversationMessage>, StoreError> {
        self.read(move |conn| at(conn, place)).await
    }

    async fn message_by_key(&self, key: &str) -> Result<Option<ConversationMessage>, StoreError> {
        let key = key.to_owned();
        self.read(move |conn| conn.prepare_cached(BY_KEY)?.query_row([key], message).optional()).await
    }

    async fn conversation(
        &self,
        ticket: TicketId,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Vec<ConversationMessage>, StoreError> {
        self.read(move |conn| of_ticket(conn, ticket, before, limit)).await
    }

    async fn due_messages(&self, tickets: &[TicketId]) -> Result<Vec<ConversationMessage>, StoreError> {
        let tickets = tickets.to_vec();
        self.read(move |conn| due(conn, &tickets)).await
    }

    async fn unrouted_messages(&self, author: PersonId) -> Result<Vec<ConversationMessage>, StoreError> {
        self.read(move |conn| unrouted(conn, author)).await
    }

    async fn focus(&self, agent: PersonId) -> Result<Option<TicketId>, StoreError> {
        self.read(move |conn| focus(conn, agent)).await
    }

    async fn set_focus(&self, agent: PersonId, ticket: Option<TicketId>) -> Result<(), StoreError> {
        self.write(move |conn| set_focus(conn, agent, ticket)).await
    }
}
