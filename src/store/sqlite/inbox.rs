//! The inbox: updates as Telegram sent them, each handled to its end once.
use super::codec::{At, Json, count};
use super::outbox;
use crate::domain::Time;
use crate::domain::notice::Outgoing;
use crate::engine::ports::InboxRow;
use rusqlite::{Connection, OptionalExtension, params};
use serde_json::Value;

const ACCEPT: &str = "INSERT INTO inbox (update_id, taken_at, body) VALUES (?1, ?2, ?3)
    ON CONFLICT (update_id) DO NOTHING";
pub(super) const UNHANDLED: &str = "SELECT seq, update_id, body, failures FROM inbox INDEXED BY inbox_new
    WHERE state = 'new' AND seq > ?1 ORDER BY seq LIMIT ?2";
// A handled update is kept to know it again, but not what it says.
pub(super) const HANDLED: &str = "UPDATE inbox SET state = 'done', ended_at = ?2, body = NULL
    WHERE update_id = ?1 AND state = 'new'";
const FAILED: &str =
    "UPDATE inbox SET failures = failures + 1, error = ?2 WHERE update_id = ?1 AND state = 'new'";
const FAILURES: &str = "SELECT failures FROM inbox WHERE update_id = ?1";
const PUT_ASIDE: &str =
    "UPDATE inbox SET state = 'aside', ended_at = ?2 WHERE update_id = ?1 AND state = 'new'";
pub(super) const PRUNE: &str = "DELETE FROM inbox WHERE seq IN
    (SELECT seq FROM inbox INDEXED BY inbox_done WHERE state = 'done' AND ended_at < ?1 LIMIT ?2)";

pub(super) fn accept(conn: &Connection, updates: &[(i64, Value)], now: Time) -> rusqlite::Result<usize> {
    let mut insert = conn.prepare_cached(ACCEPT)?;
    updates.iter().map(|(id, update)| insert.execute(params![id, At(now), Json(update)])).sum()
}

pub(super) fn unhandled(conn: &Connection, after: u64, limit: usize) -> rusqlite::Result<Vec<InboxRow>> {
    let mut query = conn.prepare_cached(UNHANDLED)?;
    let rows = query.query_map(params![i64::try_from(after).unwrap_or(i64::MAX), count(limit)], |row| {
        let Json(update) = row.get(2)?;
        Ok(InboxRow { seq: row.get(0)?, update_id: row.get(1)?, update, failures: row.get(3)? })
    })?;
    rows.collect()
}

pub(super) fn handled(
    conn: &Connection,
    update: i64,
    answers: &[Outgoing],
    now: Time,
) -> rusqlite::Result<()> {
    end(conn, HANDLED, update, answers, now)
}

pub(super) fn put_aside(
    conn: &Connection,
    update: i64,
    told: &[Outgoing],
    now: Time,
) -> rusqlite::Result<()> {
    end(conn, PUT_ASIDE, update, told, now)
}

fn end(conn: &Connection, sql: &str, update: i64, out: &[Outgoing], now: Time) -> rusqlite::Result<()> {
    if conn.prepare_cached(sql)?.execute(params![update, At(now)])? > 0 {
        outbox::add(conn, out, now)?;
    }
    Ok(())
}

pub(super) fn failed(conn: &Connection, update: i64, error: &str) -> rusqlite::Result<u32> {
    conn.prepare_cached(FAILED)?.execute(params![update, error])?;
    let failures = conn.prepare_cached(FAILURES)?.query_row([update], |row| row.get(0)).optional()?;
    Ok(failures.unwrap_or(0))
}

/// Forgets at most `limit` handled updates; returns how many.
pub(super) fn prune(conn: &Connection, before: Time, limit: usize) -> rusqlite::Result<usize> {
    conn.prepare_cached(PRUNE)?.execute(params![At(before), count(limit)])
}
