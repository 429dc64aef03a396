//! Leases: who does what only one may do.
use super::codec::At;
use crate::domain::Time;
use crate::domain::ids::ReplicaId;
use chrono::TimeDelta;
use rusqlite::{Connection, OptionalExtension, params};
use std::time::Duration;

const TAKE: &str = "INSERT INTO leases (name, holder, term, until) VALUES (?1, ?2, 1, ?3)
    ON CONFLICT (name) DO UPDATE SET term = term + (holder <> excluded.holder), holder = excluded.holder,
        until = excluded.until
        WHERE holder = excluded.holder OR until <= ?4
    RETURNING term";
const END: &str = "UPDATE leases SET until = 0 WHERE name = ?1 AND holder = ?2";

pub(super) fn take(
    conn: &Connection,
    name: &str,
    holder: ReplicaId,
    ttl: Duration,
    now: Time,
) -> rusqlite::Result<Option<u64>> {
    let until = now + TimeDelta::from_std(ttl).unwrap_or(TimeDelta::MAX);
    conn.prepare_cached(TAKE)?
        .query_row(params![name, holder, At(until), At(now)], |row| row.get(0))
        .optional()
}

pub(super) fn end(conn: &Connection, name: &str, holder: ReplicaId) -> rusqlite::Result<()> {
    conn.prepare_cached(END)?.execute(params![name, holder]).map(drop)
}
