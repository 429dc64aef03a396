//! Leases: who does what only one may do.
use crate::domain::ids::ReplicaId;
use crate::engine::ports::{Lease, LeaseStamp};
use rusqlite::{Connection, OptionalExtension, params};

const LOOK: &str = "SELECT holder, term, renewals FROM leases WHERE name = ?1";
const PUT: &str = "INSERT INTO leases (name, holder, term, renewals) VALUES (?1, ?2, ?3, ?4)
    ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, term = excluded.term, renewals = excluded.renewals";
const END: &str = "UPDATE leases SET holder = NULL WHERE name = ?1 AND holder = ?2";

/// Keeps it or takes it, if it may be taken. Reading and writing are one, as there is one writer.
pub(super) fn take(
    conn: &Connection,
    name: &str,
    asker: ReplicaId,
    stale: Option<LeaseStamp>,
) -> rusqlite::Result<Lease> {
    let found = conn
        .prepare_cached(LOOK)?
        .query_row([name], |row| {
            let mark = LeaseStamp { term: row.get(1)?, renewals: row.get(2)? };
            Ok((row.get::<_, Option<ReplicaId>>(0)?, mark))
        })
        .optional()?;
    let LeaseStamp { term, renewals } = match found {
        Some((Some(holder), mark)) if holder == asker => LeaseStamp { renewals: mark.renewals + 1, ..mark },
        Some((Some(_), mark)) if stale != Some(mark) => return Ok(Lease::Others(mark)),
        Some((_, mark)) => LeaseStamp { term: mark.term + 1, renewals: 0 },
        None => LeaseStamp { term: 1, renewals: 0 },
    };
    conn.prepare_cached(PUT)?.execute(params![name, asker, term, renewals])?;
    Ok(Lease::Mine(term))
}

pub(super) fn end(conn: &Connection, name: &str, holder: ReplicaId) -> rusqlite::Result<()> {
    conn.prepare_cached(END)?.execute(params![name, holder]).map(drop)
}
