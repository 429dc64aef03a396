//! The queue as it is read: its head, a page of it, its depth, a place in it.
use super::codec::{At, count};
use super::tickets::{many, one, tickets};
use crate::domain::Time;
use crate::domain::ids::{Arrival, DepartmentId};
use crate::domain::ticket::{Priority, Ticket};
use crate::engine::ports::QueueDepths;
use rusqlite::{Connection, OptionalExtension, params};

pub(super) const HEAD_AUTO: &str = tickets!(
    "INDEXED BY tickets_queue_auto WHERE department = ?1 AND status = 'queued' AND auto = 1
     ORDER BY priority, arrival LIMIT ?2"
);
/// Both halves of a department's queue, merged in order as they are read.
pub(super) const PLACES: &str = "SELECT priority, arrival FROM tickets INDEXED BY tickets_queue_auto
        WHERE department = ?1 AND status = 'queued' AND auto = 1
    UNION ALL SELECT priority, arrival FROM tickets INDEXED BY tickets_queue_manual
        WHERE department = ?1 AND status = 'queued' AND auto = 0
    ORDER BY 1, 2 LIMIT ?2";
pub(super) const BY_ARRIVAL: &str = tickets!("WHERE arrival = ?1");
pub(super) const DEPTHS: &str =
    "SELECT department, sum(waiting) FROM depths GROUP BY department HAVING sum(waiting) > 0";
/// At the tail of its priority, which is where new tickets are, the sums say it all; further ahead those before it are
/// counted.
pub(super) const POSITION: &str = "SELECT
    (SELECT coalesce(sum(waiting), 0) FROM depths WHERE department = ?1 AND priority < ?2)
    + CASE
        WHEN EXISTS (SELECT 1 FROM tickets INDEXED BY tickets_queue_auto
                WHERE department = ?1 AND priority = ?2 AND status = 'queued' AND auto = 1 AND arrival > ?3)
            OR EXISTS (SELECT 1 FROM tickets INDEXED BY tickets_queue_manual
                WHERE department = ?1 AND priority = ?2 AND status = 'queued' AND auto = 0 AND arrival > ?3)
        THEN (SELECT count(*) FROM tickets INDEXED BY tickets_queue_auto
                WHERE department = ?1 AND priority = ?2 AND status = 'queued' AND auto = 1 AND arrival <= ?3)
            + (SELECT count(*) FROM tickets INDEXED BY tickets_queue_manual
                WHERE department = ?1 AND priority = ?2 AND status = 'queued' AND auto = 0 AND arrival <= ?3)
        ELSE coalesce((SELECT waiting FROM depths WHERE department = ?1 AND priority = ?2), 0)
    END";

/// Of either half of a priority's queue the first, and of these the earlier.
pub(super) const SINCE: &str = "SELECT created_at FROM tickets WHERE arrival = (SELECT min(first) FROM (
        SELECT min(arrival) AS first FROM tickets INDEXED BY tickets_queue_auto
            WHERE department = ?1 AND priority = ?2 AND status = 'queued' AND auto = 1
        UNION ALL SELECT min(arrival) FROM tickets INDEXED BY tickets_queue_manual
            WHERE department = ?1 AND priority = ?2 AND status = 'queued' AND auto = 0))";

pub(super) fn head(
    conn: &Connection,
    department: DepartmentId,
    auto: bool,
    limit: usize,
) -> rusqlite::Result<Vec<Ticket>> {
    if auto {
        many(conn, HEAD_AUTO, params![department, count(limit)])
    } else {
        page(conn, &[department], 0, limit)
    }
}

pub(super) fn page(
    conn: &Connection,
    departments: &[DepartmentId],
    offset: usize,
    limit: usize,
) -> rusqlite::Result<Vec<Ticket>> {
    let mut places: Vec<(Priority, Arrival)> = Vec::new();
    let enough = count(offset.saturating_add(limit));
    for department in departments {
        let mut query = conn.prepare_cached(PLACES)?;
        let rows = query.query_map(params![department, enough], |row| Ok((row.get(0)?, row.get(1)?)))?;
        for place in rows {
            places.push(place?);
        }
    }
    places.sort_unstable();
    places.dedup(); // a department named twice
    let page = places.into_iter().skip(offset).take(limit);
    page.filter_map(|(_, arrival)| one(conn, BY_ARRIVAL, [arrival]).transpose()).collect()
}

pub(super) fn depths(conn: &Connection) -> rusqlite::Result<QueueDepths> {
    conn.prepare_cached(DEPTHS)?.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
}

pub(super) fn position(
    conn: &Connection,
    department: DepartmentId,
    priority: Priority,
    arrival: Arrival,
) -> rusqlite::Result<u64> {
    conn.prepare_cached(POSITION)?.query_row(params![department, priority, arrival], |row| row.get(0))
}

pub(super) fn since(
    conn: &Connection,
    department: DepartmentId,
    priority: Priority,
) -> rusqlite::Result<Option<Time>> {
    let mut query = conn.prepare_cached(SINCE)?;
    query.query_row(params![department, priority], |row| Ok(row.get::<_, At>(0)?.0)).optional()
}
