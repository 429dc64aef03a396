//! Queue reads: the head, pages, depths and positions. A department's queue is ordered by priority, then
//! arrival.
use super::codec::{Micros, row_count};
use super::tickets::{many, one, tickets};
use crate::domain::ids::{Arrival, DepartmentId};
use crate::domain::ticket::{Priority, Ticket};
use crate::engine::ports::{QueueDepths, WaitingTicket};
use rusqlite::{Connection, OptionalExtension, Row, params};

pub(super) const HEAD_AUTO: &str = tickets!(
    "INDEXED BY tickets_queue_auto WHERE department = ?1 AND status = 'queued' AND auto_assignment = 1
     ORDER BY priority, arrival LIMIT ?2"
);
/// Merges the two indexes of a department's queue in its order, without a sort.
pub(super) const ORDER_KEYS: &str = "SELECT priority, arrival FROM tickets INDEXED BY tickets_queue_auto
        WHERE department = ?1 AND status = 'queued' AND auto_assignment = 1
    UNION ALL SELECT priority, arrival FROM tickets INDEXED BY tickets_queue_manual
        WHERE department = ?1 AND status = 'queued' AND auto_assignment = 0
    ORDER BY 1, 2 LIMIT ?2";
/// Selects a page of the queue of the whole desk.
pub(super) const DESK_PAGE: &str = tickets!(
    "INDEXED BY tickets_waiting WHERE status = 'queued' ORDER BY priority, arrival LIMIT ?1 OFFSET ?2"
);
pub(super) const BY_ARRIVAL: &str = tickets!("WHERE arrival = ?1");
pub(super) const DEPTHS: &str =
    "SELECT department, sum(depth) FROM queue_depths GROUP BY department HAVING sum(depth) > 0";
const WAITING_COUNT: &str = "SELECT coalesce(sum(depth), 0) FROM queue_depths";
/// Counts the tickets up to a ticket. At the tail of a priority, where new tickets are, the stored depths are
/// enough; anywhere else the statement counts the tickets of the same priority.
pub(super) const POSITION: &str = "SELECT
    (SELECT coalesce(sum(depth), 0) FROM queue_depths WHERE department = ?1 AND priority < ?2)
    + CASE
        WHEN EXISTS (SELECT 1 FROM tickets INDEXED BY tickets_queue_auto
                WHERE department = ?1 AND priority = ?2 AND status = 'queued'
                    AND auto_assignment = 1 AND arrival > ?3)
            OR EXISTS (SELECT 1 FROM tickets INDEXED BY tickets_queue_manual
                WHERE department = ?1 AND priority = ?2 AND status = 'queued'
                    AND auto_assignment = 0 AND arrival > ?3)
        THEN (SELECT count(*) FROM tickets INDEXED BY tickets_queue_auto
                WHERE department = ?1 AND priority = ?2 AND status = 'queued'
                    AND auto_assignment = 1 AND arrival <= ?3)
            + (SELECT count(*) FROM tickets INDEXED BY tickets_queue_manual
                WHERE department = ?1 AND priority = ?2 AND status = 'queued'
                    AND auto_assignment = 0 AND arrival <= ?3)
        ELSE coalesce((SELECT depth FROM queue_depths WHERE department = ?1 AND priority = ?2), 0)
    END";
/// Selects the older one of the first tickets of both indexes at one priority.
pub(super) const OLDEST_WAITING: &str =
    "SELECT id, created_at FROM tickets WHERE arrival = (SELECT min(first) FROM (
        SELECT min(arrival) AS first FROM tickets INDEXED BY tickets_queue_auto
            WHERE department = ?1 AND priority = ?2 AND status = 'queued' AND auto_assignment = 1
        UNION ALL SELECT min(arrival) FROM tickets INDEXED BY tickets_queue_manual
            WHERE department = ?1 AND priority = ?2 AND status = 'queued' AND auto_assignment = 0))";
/// Selects the first ticket of the whole desk at one priority.
pub(super) const OLDEST_WAITING_OF_DESK: &str =
    "SELECT id, created_at FROM tickets INDEXED BY tickets_waiting
    WHERE status = 'queued' AND priority = ?1 ORDER BY arrival LIMIT 1";

/// Returns the first `limit` tickets of a department's queue; with `auto` only those that the engine may
/// assign.
pub(super) fn head(
    conn: &Connection,
    department: DepartmentId,
    auto: bool,
    limit: usize,
) -> rusqlite::Result<Vec<Ticket>> {
    if auto {
        many(conn, HEAD_AUTO, params![department, row_count(limit)])
    } else {
        page(conn, &[department], 0, limit)
    }
}

/// Returns a page of the queue over these departments.
pub(super) fn page(
    conn: &Connection,
    departments: &[DepartmentId],
    offset: usize,
    limit: usize,
) -> rusqlite::Result<Vec<Ticket>> {
    let mut keys: Vec<(Priority, Arrival)> = Vec::new();
    let limit_per_department = row_count(offset.saturating_add(limit));
    for department in departments {
        let mut query = conn.prepare_cached(ORDER_KEYS)?;
        let rows = query
            .query_map(params![department, limit_per_department], |row| Ok((row.get(0)?, row.get(1)?)))?;
        for key in rows {
            keys.push(key?);
        }
    }
    keys.sort_unstable();
    keys.dedup(); // the caller may name a department twice
    let page = keys.into_iter().skip(offset).take(limit);
    page.filter_map(|(_, arrival)| one(conn, BY_ARRIVAL, [arrival]).transpose()).collect()
}

/// Returns a page of the queue of the whole desk.
pub(super) fn desk_page(conn: &Connection, offset: usize, limit: usize) -> rusqlite::Result<Vec<Ticket>> {
    many(conn, DESK_PAGE, params![row_count(limit), row_count(offset)])
}

/// Returns the number of queued tickets.
pub(super) fn waiting_count(conn: &Connection) -> rusqlite::Result<u64> {
    conn.prepare_cached(WAITING_COUNT)?.query_row([], |row| row.get(0))
}

/// Returns the number of queued tickets of each department that has any.
pub(super) fn depths(conn: &Connection) -> rusqlite::Result<QueueDepths> {
    conn.prepare_cached(DEPTHS)?.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
}

/// Returns the position of a queued ticket in its department, from 1.
pub(super) fn position(
    conn: &Connection,
    department: DepartmentId,
    priority: Priority,
    arrival: Arrival,
) -> rusqlite::Result<u64> {
    conn.prepare_cached(POSITION)?.query_row(params![department, priority, arrival], |row| row.get(0))
}

/// Returns the oldest queued ticket of this priority, of a department or of the desk.
pub(super) fn oldest_waiting(
    conn: &Connection,
    department: Option<DepartmentId>,
    priority: Priority,
) -> rusqlite::Result<Option<WaitingTicket>> {
    let read = |row: &Row<'_>| Ok(WaitingTicket { id: row.get(0)?, opened_at: row.get::<_, Micros>(1)?.0 });
    match department {
        Some(of) => conn.prepare_cached(OLDEST_WAITING)?.query_row(params![of, priority], read),
        None => conn.prepare_cached(OLDEST_WAITING_OF_DESK)?.query_row([priority], read),
    }
    .optional()
}
