//! Counts that outlive a restart, and those of this run.
use super::writer::Done;
use crate::engine::ports::DeliveryCounters;
use rusqlite::{Connection, params};
use std::sync::atomic::Ordering;

pub(super) const REPEATS: &str = "repeats";
pub(super) const UNKNOWN: &str = "unknown";
pub(super) const DROPPED: &str = "dropped";

/// What the store has written since it was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Writes {
    /// Transactions made durable.
    pub transactions: u64,
    /// Changes and other writes in them.
    pub changes: u64,
    /// Rows that they inserted, updated or deleted, those of triggers and of undone changes included.
    pub rows: u64,
}

impl Writes {
    pub(super) fn read(done: &Done) -> Self {
        Self {
            transactions: done.transactions.load(Ordering::Relaxed),
            changes: done.changes.load(Ordering::Relaxed),
            rows: done.rows.load(Ordering::Relaxed),
        }
    }
}

pub(super) fn add(conn: &Connection, name: &str, more: u64) -> rusqlite::Result<()> {
    let add = "INSERT INTO counters VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = value + excluded.value";
    conn.prepare_cached(add)?.execute(params![name, more]).map(drop)
}

pub(super) fn read(conn: &Connection) -> rusqlite::Result<DeliveryCounters> {
    let ever = |name| {
        let mut query =
            conn.prepare_cached("SELECT coalesce(sum(value), 0) FROM counters WHERE name = ?1")?;
        query.query_row([name], |row| row.get(0))
    };
    let aside = "SELECT count(*) FROM inbox WHERE state = 'aside'";
    Ok(DeliveryCounters {
        repeats: ever(REPEATS)?,
        unknown: ever(UNKNOWN)?,
        dropped: ever(DROPPED)?,
        dead_letters: conn.prepare_cached(aside)?.query_row([], |row| row.get(0))?,
    })
}
