//! Full-text search by FTS5. Each transaction indexes the entries that it adds before it commits; a trigger of the
//! schema indexes those that change.
use super::{many, tickets};
use crate::domain::ids::{DepartmentId, PersonId, TicketId};
use crate::domain::person::Person;
use crate::domain::ticket::Ticket;
use crate::domain::ticket::conversation::ConversationMessage;
use crate::engine::ports::search::MAX_MATCHES;
use crate::engine::ports::{SearchHit, SearchStore, StoreError};
use crate::store::search_words;
use crate::store::sqlite::Sqlite;
use crate::store::sqlite::codec::{Json, row_count};
use async_trait::async_trait;
use rusqlite::{Connection, params};
use uuid::Uuid;

const ADD: &str = "INSERT INTO search_entries (id, kind, ticket, person, words) VALUES (?1, ?2, ?3, ?4, ?5)
    ON CONFLICT (id) DO NOTHING";
const CHANGE: &str = "UPDATE search_entries SET ticket = ?2, words = ?3
    WHERE id = ?1 AND (words IS NOT ?3 OR ticket IS NOT ?2)";
const INDEXED: &str = "SELECT last_entry, (SELECT max(entry) FROM search_entries) FROM search_indexed";
const INDEX: &str = "INSERT INTO search_index (rowid, words)
    SELECT entry, words FROM search_entries WHERE entry > ?1";
const SET_INDEXED: &str = "UPDATE search_indexed SET last_entry = ?1";
// A person is found with all of their tickets, by the indexes of open and of ended ones. What the reader may not see
// takes no place among the newest entries.
pub(in crate::store::sqlite) const SEARCH: &str = "
    WITH allowed (department) AS (SELECT value FROM json_each(?3)),
    found (ticket, person, entry, message) AS (
        SELECT ticket, person, entry, iif(kind = 1, id, NULL) FROM (
            SELECT e.*, row_number() OVER (PARTITION BY e.kind ORDER BY e.entry DESC) AS place
            FROM search_index i JOIN search_entries e ON e.entry = i.rowid
            WHERE search_index MATCH ?1 AND (e.ticket IS NOT NULL OR e.person IS NOT NULL) AND (?3 IS NULL
                OR EXISTS (SELECT 1 FROM tickets t WHERE t.id = e.ticket AND hex(t.department) IN allowed)
                OR EXISTS (SELECT 1 FROM tickets t INDEXED BY tickets_open_by_customer WHERE t.customer = e.person
                    AND t.ended_at IS NULL AND hex(t.department) IN allowed)
                OR EXISTS (SELECT 1 FROM tickets t INDEXED BY tickets_ended_by_customer WHERE t.customer = e.person
                    AND t.ended_at IS NOT NULL AND hex(t.department) IN allowed)))
        WHERE place <= ?2),
    hits (ticket, entry, message) AS (
        SELECT ticket, entry, message FROM found WHERE ticket IS NOT NULL
        UNION ALL SELECT t.id, 0, NULL FROM found f CROSS JOIN tickets t INDEXED BY tickets_open_by_customer
            ON t.customer = f.person AND t.ended_at IS NULL WHERE f.person IS NOT NULL
        UNION ALL SELECT t.id, 0, NULL FROM found f CROSS JOIN tickets t INDEXED BY tickets_ended_by_customer
            ON t.customer = f.person AND t.ended_at IS NOT NULL WHERE f.person IS NOT NULL)
    SELECT t.id, h.message, max(iif(h.message IS NULL, 0, h.entry)) FROM hits h JOIN tickets t ON t.id = h.ticket
    WHERE ?3 IS NULL OR hex(t.department) IN allowed
    GROUP BY t.arrival ORDER BY t.arrival DESC LIMIT ?4 OFFSET ?5";
/// Ended tickets by the end of their number (`?1`: its word in the index), newest first.
pub(in crate::store::sqlite) const ENDED_BY_SUFFIX: &str = tickets!(
    "WHERE id IN (SELECT e.ticket FROM search_index i JOIN search_entries e ON e.entry = i.rowid
        WHERE search_index MATCH ?1 AND e.kind = 0)
    AND ended_at IS NOT NULL AND substr(number, -length(?2)) = ?2
    ORDER BY arrival DESC LIMIT ?3"
);

/// The kind of an entry: 0 ticket, 1 message, 2 person.
fn put(
    conn: &Connection,
    (id, kind): (Uuid, u8),
    ticket: Option<TicketId>,
    person: Option<PersonId>,
    words: &[String],
) -> rusqlite::Result<()> {
    let (id, words) = (id.as_bytes().as_slice(), words.join(" "));
    // Most entries are new, and adding one costs less without the trigger of a change.
    if conn.prepare_cached(ADD)?.execute(params![id, kind, ticket, person, words])? == 0 {
        conn.prepare_cached(CHANGE)?.execute(params![id, ticket, words])?;
    }
    Ok(())
}

/// Indexes the entries that were added since the last call. Must be called before each commit.
pub(in crate::store::sqlite) fn flush(conn: &Connection) -> rusqlite::Result<()> {
    let row = |row: &rusqlite::Row<'_>| Ok((row.get::<_, i64>(0)?, row.get::<_, Option<i64>>(1)?));
    let (indexed, last) = conn.prepare_cached(INDEXED)?.query_row([], row)?;
    if let Some(last) = last.filter(|last| *last > indexed) {
        conn.prepare_cached(INDEX)?.execute([indexed])?;
        conn.prepare_cached(SET_INDEXED)?.execute([last])?;
    }
    Ok(())
}

/// Indexes a ticket.
pub(in crate::store::sqlite) fn put_ticket(conn: &Connection, t: &Ticket) -> rusqlite::Result<()> {
    put(conn, (t.id.0, 0), Some(t.id), None, &search_words::of_ticket(t))
}

/// Indexes a message.
pub(in crate::store::sqlite) fn put_message(
    conn: &Connection,
    message: &ConversationMessage,
) -> rusqlite::Result<()> {
    put(conn, (message.id.0, 1), message.ticket, None, &search_words::of_message(message))
}

/// Indexes a person.
pub(in crate::store::sqlite) fn put_person(conn: &Connection, person: &Person) -> rusqlite::Result<()> {
    put(conn, (person.id.0, 2), None, Some(person.id), &search_words::of_person(person))
}

/// Returns the ended tickets whose number ends like this.
pub(in crate::store::sqlite) fn ended_by_suffix(
    conn: &Connection,
    suffix: &str,
    limit: usize,
) -> rusqlite::Result<Vec<Ticket>> {
    match search_words::of_number_suffix(suffix) {
        Some(word) => many(conn, ENDED_BY_SUFFIX, params![format!("\"{word}\""), suffix, row_count(limit)]),
        None => Ok(Vec::new()),
    }
}

fn search(
    conn: &Connection,
    words: &[String],
    departments: Option<&[DepartmentId]>,
    offset: usize,
    limit: usize,
) -> rusqlite::Result<Vec<SearchHit>> {
    // Words hold letters and digits only.
    let query: Vec<_> = words.iter().map(|word| format!("\"{word}\"*")).collect();
    if query.is_empty() {
        return Ok(Vec::new());
    }
    let hex = |id: &DepartmentId| id.0.simple().to_string().to_uppercase();
    let departments = departments.map(|ids| Json(ids.iter().map(hex).collect::<Vec<_>>()));
    let values = params![
        query.join(" AND "),
        row_count(MAX_MATCHES),
        departments,
        row_count(limit),
        row_count(offset)
    ];
    let hit = |row: &rusqlite::Row<'_>| Ok(SearchHit { ticket: row.get(0)?, message: row.get(1)? });
    conn.prepare_cached(SEARCH)?.query_map(values, hit)?.collect()
}

#[async_trait]
impl SearchStore for Sqlite {
    async fn search(
        &self,
        words: &[String],
        departments: Option<&[DepartmentId]>,
        offset: usize,
        limit: usize,
    ) -> Result<Vec<SearchHit>, StoreError> {
        let (words, departments) = (words.to_vec(), departments.map(<[_]>::to_vec));
        self.read(move |conn| search(conn, &words, departments.as_deref(), offset, limit)).await
    }
}
