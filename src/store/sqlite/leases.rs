//! Leases: named exclusive roles, each with its holder, its term and the number of renewals.
use crate::domain::ids::ReplicaId;
use crate::engine::ports::{Lease, LeaseStamp};
use rusqlite::{Connection, OptionalExtension, params};

const READ: &str = "SELECT holder, term, renewals FROM leases WHERE name = ?1";
const WRITE: &str = "INSERT INTO leases (name, holder, term, renewals) VALUES (?1, ?2, ?3, ?4)
    ON CONFLICT (name) DO UPDATE SET
        holder = excluded.holder, term = excluded.term, renewals = excluded.renewals";
const RELEASE: &str = "UPDATE leases SET holder = NULL WHERE name = ?1 AND holder = ?2";

/// Renews the lease if `replica` holds it. Acquires it if nobody holds it or if it still looks `stale`. The
/// read and the write are atomic, because both run in the transaction of the only writer.
pub(super) fn acquire(
    conn: &Connection,
    name: &str,
    replica: ReplicaId,
    stale: Option<LeaseStamp>,
) -> rusqlite::Result<Lease> {
    let current = conn
        .prepare_cached(READ)?
        .query_row([name], |row| {
            let mark = LeaseStamp { term: row.get(1)?, renewals: row.get(2)? };
            Ok((row.get::<_, Option<ReplicaId>>(0)?, mark))
        })
        .optional()?;
    let LeaseStamp { term, renewals } = match current {
        Some((Some(holder), mark)) if holder == replica => LeaseStamp { renewals: mark.renewals + 1, ..mark },
        Some((Some(_), mark)) if stale != Some(mark) => return Ok(Lease::Others(mark)),
        Some((_, mark)) => LeaseStamp { term: mark.term + 1, renewals: 0 },
        None => LeaseStamp { term: 1, renewals: 0 },
    };
    conn.prepare_cached(WRITE)?.execute(params![name, replica, term, renewals])?;
    Ok(Lease::Mine(term))
}

/// Releases the lease if `holder` still holds it.
pub(super) fn release(conn: &Connection, name: &str, holder: ReplicaId) -> rusqlite::Result<()> {
    conn.prepare_cached(RELEASE)?.execute(params![name, holder]).map(drop)
}
