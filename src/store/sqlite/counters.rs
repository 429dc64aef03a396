//! Counters: those in the file, which outlive a restart, and the write statistics of this process. The id of the
//! bot is stored among them.
use super::writer::WriteCounters;
use crate::domain::ids::TelegramId;
use crate::engine::ports::{DeliveryCounters, DropReason};
use rusqlite::{Connection, params};
use std::sync::atomic::Ordering;

pub(super) const REPEATED_SENDS: &str = "repeated_sends";
pub(super) const UNKNOWN_OUTCOMES: &str = "unknown_outcomes";
pub(super) const DROPPED_DELIVERIES: &str = "dropped_deliveries";

const ADD: &str = "INSERT INTO counters VALUES (?1, ?2)
    ON CONFLICT (name) DO UPDATE SET value = value + excluded.value";
const READ: &str = "SELECT coalesce(sum(value), 0) FROM counters WHERE name = ?1";
/// The name under which the id of the bot is stored.
const BOT_ID: &str = "bot_id";
const RECORD: &str = "INSERT INTO counters VALUES (?1, ?2) ON CONFLICT (name) DO NOTHING";
const COUNT_DEAD_UPDATES: &str = "SELECT count(*) FROM inbox WHERE state = 'dead'";

/// Write statistics of the store since it was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct WriteStats {
    /// Committed transactions.
    pub transactions: u64,
    /// Changes and other writes in them.
    pub changes: u64,
    /// Rows that they inserted, updated or deleted. Includes rows of triggers and of rejected changes.
    pub rows: u64,
}

impl WriteStats {
    pub(super) fn snapshot(counters: &WriteCounters) -> Self {
        Self {
            transactions: counters.transactions.load(Ordering::Relaxed),
            changes: counters.changes.load(Ordering::Relaxed),
            rows: counters.rows.load(Ordering::Relaxed),
        }
    }
}

/// Adds `more` to the stored counter `name`.
pub(super) fn add(conn: &Connection, name: &str, more: u64) -> rusqlite::Result<()> {
    conn.prepare_cached(ADD)?.execute(params![name, more]).map(drop)
}

/// Returns the stored counters and the number of dead updates in the inbox.
pub(super) fn read(conn: &Connection) -> rusqlite::Result<DeliveryCounters> {
    let stored = |name: &str| conn.prepare_cached(READ)?.query_row([name], |row| row.get(0));
    let mut dropped_by = [0; DropReason::ALL.len()];
    for (count, reason) in dropped_by.iter_mut().zip(DropReason::ALL) {
        *count = stored(reason.counter())?;
    }
    Ok(DeliveryCounters {
        repeats: stored(REPEATED_SENDS)?,
        unknown: stored(UNKNOWN_OUTCOMES)?,
        dropped: stored(DROPPED_DELIVERIES)?,
        dropped_by,
        dead_letters: conn.prepare_cached(COUNT_DEAD_UPDATES)?.query_row([], |row| row.get(0))?,
    })
}

/// Stores the id of the bot if there is none, and returns the stored one.
pub(super) fn record_bot(conn: &Connection, bot: TelegramId) -> rusqlite::Result<TelegramId> {
    conn.prepare_cached(RECORD)?.execute(params![BOT_ID, bot])?;
    conn.prepare_cached(READ)?.query_row([BOT_ID], |row| row.get(0))
}
