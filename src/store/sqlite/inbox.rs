//! The inbox: raw updates from Telegram, each stored once and handled once.
//!
//! An update is `new` until its handler succeeds (`done`) or has failed too often (`dead`).
pub(super) mod dead_letters;

use super::codec::{Json, Micros, row_count};
use super::outbox;
use crate::domain::Time;
use crate::domain::notice::Outgoing;
use crate::engine::ports::InboxRow;
use rusqlite::{Connection, OptionalExtension, params};
use serde_json::Value;

const APPEND: &str = "INSERT INTO inbox (update_id, received_at, body) VALUES (?1, ?2, ?3)
    ON CONFLICT (update_id) DO NOTHING";
pub(super) const PENDING: &str = "SELECT seq, update_id, body, failures FROM inbox INDEXED BY inbox_new
    WHERE state = 'new' AND seq > ?1 ORDER BY seq LIMIT ?2";
// The row stays, so that a repeated update is recognised; its content is deleted.
pub(super) const COMPLETE: &str = "UPDATE inbox SET state = 'done', ended_at = ?2, body = NULL
    WHERE update_id = ?1 AND state = 'new'";
const RECORD_FAILURE: &str =
    "UPDATE inbox SET failures = failures + 1, error = ?2 WHERE update_id = ?1 AND state = 'new'";
const FAILURES: &str = "SELECT failures FROM inbox WHERE update_id = ?1";
const DEAD_LETTER: &str =
    "UPDATE inbox SET state = 'dead', ended_at = ?2, error = ?3 WHERE update_id = ?1 AND state = 'new'";
pub(super) const PRUNE: &str = "DELETE FROM inbox WHERE seq IN
    (SELECT seq FROM inbox INDEXED BY inbox_done WHERE state = 'done' AND ended_at < ?1 LIMIT ?2)";

/// Appends the updates whose `update_id` is new, and returns how many there were.
pub(super) fn append(conn: &Connection, updates: &[(i64, Value)], now: Time) -> rusqlite::Result<usize> {
    let mut insert = conn.prepare_cached(APPEND)?;
    updates.iter().map(|(id, update)| insert.execute(params![id, Micros(now), Json(update)])).sum()
}

/// Returns at most `limit` updates in state `new` that come after `seq` = `after`, in order.
pub(super) fn pending(conn: &Connection, after: u64, limit: usize) -> rusqlite::Result<Vec<InboxRow>> {
    let mut query = conn.prepare_cached(PENDING)?;
    let after = i64::try_from(after).unwrap_or(i64::MAX);
    let rows = query.query_map(params![after, row_count(limit)], |row| {
        // A body that is no JSON, or no text, must not hide the rows after it.
        let body = row.get_ref(2)?.as_bytes().unwrap_or_default();
        let update = serde_json::from_slice(body)
            .unwrap_or_else(|_| Value::String(String::from_utf8_lossy(body).into_owned()));
        let failures = row.get(3).unwrap_or(u32::MAX);
        Ok(InboxRow { seq: row.get(0)?, update_id: row.get(1)?, update, failures })
    })?;
    rows.collect()
}

/// Marks an update as done and enqueues its answers. Does nothing if it is done or dead already.
pub(super) fn complete(
    conn: &Connection,
    update_id: i64,
    answers: &[Outgoing],
    now: Time,
) -> rusqlite::Result<()> {
    let ended = conn.prepare_cached(COMPLETE)?.execute(params![update_id, Micros(now)])?;
    if ended > 0 { outbox::enqueue(conn, answers, now) } else { Ok(()) }
}

/// Marks an update as dead, with the reason, and enqueues the notices about it. Does nothing if it is done or dead already.
pub(super) fn dead_letter(
    conn: &Connection,
    update_id: i64,
    reason: &str,
    notices: &[Outgoing],
    now: Time,
) -> rusqlite::Result<()> {
    let ended = conn.prepare_cached(DEAD_LETTER)?.execute(params![update_id, Micros(now), reason])?;
    if ended > 0 { outbox::enqueue(conn, notices, now) } else { Ok(()) }
}

/// Records a failure of the update's handler and returns the number of failures so far.
pub(super) fn record_failure(conn: &Connection, update_id: i64, error: &str) -> rusqlite::Result<u32> {
    conn.prepare_cached(RECORD_FAILURE)?.execute(params![update_id, error])?;
    let failures = conn.prepare_cached(FAILURES)?.query_row([update_id], |row| row.get(0)).optional()?;
    Ok(failures.unwrap_or(0))
}

/// Deletes at most `limit` updates that were done before `before`, and returns how many.
pub(super) fn prune(conn: &Connection, before: Time, limit: usize) -> rusqlite::Result<usize> {
    conn.prepare_cached(PRUNE)?.execute(params![Micros(before), row_count(limit)])
}
