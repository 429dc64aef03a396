//! Erasure of a customer's personal data, in one transaction.
use super::search::put_ticket;
use super::{ENDED_BY_CUSTOMER, ticket};
use crate::domain::ids::PersonId;
use crate::domain::ticket::Ticket;
use crate::domain::ticket::conversation::MessageContent;
use crate::domain::ticket::description::Description;
use crate::engine::ports::{ErasureStore, MESSAGE_CREATED, StoreError};
use crate::store::personal_data::is_update_of;
use crate::store::sqlite::Sqlite;
use crate::store::sqlite::codec::{Json, row_count};
use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, params};

const EMPTY_TICKET: &str = "UPDATE tickets SET description = ?2,
    service = json_remove(service, '$.rating.comment') WHERE arrival = ?1";
const EMPTY_MESSAGES: &str =
    "UPDATE messages SET doc = json_set(doc, '$.content', json(?2)) WHERE ticket = ?1";
const EMPTY_ENTRIES: &str = "UPDATE search_entries SET words = ''
    WHERE id IN (SELECT id FROM messages WHERE ticket = ?1)";
// Rare, so it may read all messages: an index on the author would be written with each of them.
const EMPTY_UNROUTED: &str = "UPDATE messages SET doc = json_set(doc, '$.content', json(?2)), due = 0
    WHERE author = ?1 AND ticket IS NULL";
const EMPTY_UNROUTED_ENTRIES: &str = "UPDATE search_entries SET words = ''
    WHERE id IN (SELECT id FROM messages WHERE author = ?1 AND ticket IS NULL)";
const DELETE_DRAFT: &str = "DELETE FROM drafts WHERE person = ?1";
const DELETE_DROPPED: &str = "DELETE FROM dropped_deliveries
    WHERE chat = (SELECT telegram FROM people WHERE id = ?1)";
const TELEGRAM: &str = "SELECT telegram FROM people WHERE id = ?1";
// Rare, like the dead updates: an index on their senders would be written with each update.
const DEAD_UPDATES: &str =
    "SELECT update_id, body FROM inbox INDEXED BY inbox_dead WHERE state = 'dead' ORDER BY ended_at";
// The row stays, so that a repeated update is recognised.
const EMPTY_UPDATE: &str = "UPDATE inbox SET state = 'done', body = NULL, error = NULL WHERE update_id = ?1";
const DELETE_WEBHOOKS: &str = "DELETE FROM webhooks WHERE ticket = ?1 AND kind = ?2";

/// Empties the dead updates of a person.
fn empty_dead_updates(conn: &Connection, person: PersonId) -> rusqlite::Result<()> {
    let telegram: Option<i64> = conn.prepare(TELEGRAM)?.query_row([person], |row| row.get(0)).optional()?;
    let Some(telegram) = telegram else { return Ok(()) };
    let mut dead = conn.prepare(DEAD_UPDATES)?;
    let rows = dead.query_map([], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?)))?;
    for (id, body) in rows.collect::<Result<Vec<_>, _>>()? {
        if serde_json::from_str(&body).is_ok_and(|update| is_update_of(&update, telegram)) {
            conn.prepare(EMPTY_UPDATE)?.execute([id])?;
        }
    }
    Ok(())
}

fn erase(conn: &Connection, customer: PersonId) -> rusqlite::Result<u64> {
    let values = params![customer, row_count(usize::MAX)];
    let tickets: Vec<Ticket> =
        conn.prepare_cached(ENDED_BY_CUSTOMER)?.query_map(values, ticket)?.collect::<Result<_, _>>()?;
    let (description, content) = (Description::default(), MessageContent::default());
    for ticket in &tickets {
        conn.prepare(EMPTY_TICKET)?.execute(params![ticket.arrival, Json(&description)])?;
        put_ticket(conn, &Ticket { description: description.clone(), ..ticket.clone() })?;
        conn.prepare(EMPTY_MESSAGES)?.execute(params![ticket.id, Json(&content)])?;
        conn.prepare(EMPTY_ENTRIES)?.execute([ticket.id])?;
        conn.prepare(DELETE_WEBHOOKS)?.execute(params![ticket.id, MESSAGE_CREATED])?;
    }
    conn.prepare(EMPTY_UNROUTED)?.execute(params![customer, Json(&content)])?;
    conn.prepare(EMPTY_UNROUTED_ENTRIES)?.execute([customer])?;
    conn.prepare(DELETE_DRAFT)?.execute([customer])?;
    conn.prepare(DELETE_DROPPED)?.execute([customer])?;
    empty_dead_updates(conn, customer)?;
    Ok(tickets.len() as u64)
}

#[async_trait]
impl ErasureStore for Sqlite {
    async fn erase_customer(&self, customer: PersonId) -> Result<u64, StoreError> {
        self.write(move |conn| erase(conn, customer)).await
    }
}
