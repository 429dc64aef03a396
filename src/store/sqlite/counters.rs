//! Counts that outlive a restart, and those of this run.
use super::writer::Done;
use rusqlite::{Connection, params};
use std::sync::atomic::Ordering;

pub(super) const REPEATS: &str = "repeats";
pub(super) const UNKNOWN: &str = "unknown";
pub(super) const DROPPED: &str = "dropped";

/// What the store has counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counters {
    /// Deliveries that were sent once more because an earlier try's outcome stayed unknown; ever.
    pub repeats: u64,
    /// Tries whose outcome stayed unknown; ever.
    pub unknown: u64,
    /// Deliveries given up; ever.
    pub dropped: u64,
    /// Updates put aside, as they lie there now.
    pub put_aside: u64,
    /// Transactions made durable since the store was opened.
    pub transactions: u64,
    /// Changes and other writes in them.
    pub changes: u64,
    /// Rows that they inserted, updated or deleted, those of triggers and of undone changes included.
    pub rows: u64,
}

pub(super) fn add(conn: &Connection, name: &str, more: u64) -> rusqlite::Result<()> {
    let add = "INSERT INTO counters VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = value + excluded.value";
    conn.prepare_cached(add)?.execute(params![name, more]).map(drop)
}

pub(super) fn read(conn: &Connection, done: &Done) -> rusqlite::Result<Counters> {
    let ever = |name| {
        let mut query =
            conn.prepare_cached("SELECT coalesce(sum(value), 0) FROM counters WHERE name = ?1")?;
        query.query_row([name], |row| row.get(0))
    };
    let aside = "SELECT count(*) FROM inbox WHERE state = 'aside'";
    Ok(Counters {
        repeats: ever(REPEATS)?,
        unknown: ever(UNKNOWN)?,
        dropped: ever(DROPPED)?,
        put_aside: conn.prepare_cached(aside)?.query_row([], |row| row.get(0))?,
        transactions: done.transactions.load(Ordering::Relaxed),
        changes: done.changes.load(Ordering::Relaxed),
        rows: done.rows.load(Ordering::Relaxed),
    })
}
