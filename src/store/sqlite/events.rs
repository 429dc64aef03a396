//! The audit log: events are written with their change, and read per ticket or counted per agent.
use super::codec::{Json, Micros};
use crate::domain::Time;
use crate::domain::event::AuditEvent;
use crate::domain::ids::{Arrival, PersonId, TicketId};
use rusqlite::{Connection, params};

const ASSIGNED: &str = "assigned";
const COMPLETED: &str = "completed";

const INSERT: &str = "INSERT INTO events (at, ticket, agent, kind, doc)
    VALUES (?1, coalesce(?6, (SELECT arrival FROM tickets WHERE id = ?2)), ?3, ?4, ?5)";
pub(super) const HISTORY: &str = "SELECT doc FROM events INDEXED BY events_by_ticket
    WHERE ticket = (SELECT arrival FROM tickets WHERE id = ?1) ORDER BY id";
pub(super) const ASSIGNMENT_COUNTS: &str =
    "SELECT count(*) FILTER (WHERE kind = 'assigned'), count(*) FILTER (WHERE kind = 'completed')
    FROM events INDEXED BY events_by_agent WHERE agent = ?1 AND at >= ?2";

/// Appends an event. `arrival` is that of its ticket; if it is `None`, the statement looks it up.
pub(super) fn append(
    conn: &Connection,
    event: &AuditEvent,
    arrival: Option<Arrival>,
) -> rusqlite::Result<()> {
    let (agent, assigned) = event.counts_for().unzip();
    let kind = assigned.map(|assigned| if assigned { ASSIGNED } else { COMPLETED });
    conn.prepare_cached(INSERT)?
        .execute(params![Micros(event.at), event.ticket, agent, kind, Json(event), arrival])
        .map(drop)
}

/// Returns the events of a ticket, oldest first.
pub(super) fn history(conn: &Connection, ticket: TicketId) -> rusqlite::Result<Vec<AuditEvent>> {
    let mut query = conn.prepare_cached(HISTORY)?;
    query.query_map([ticket], |row| Ok(row.get::<_, Json<AuditEvent>>(0)?.0))?.collect()
}

/// Returns how many tickets the agent was assigned and how many they completed since `from`.
pub(super) fn assignment_counts(
    conn: &Connection,
    agent: PersonId,
    from: Time,
) -> rusqlite::Result<(u32, u32)> {
    let mut query = conn.prepare_cached(ASSIGNMENT_COUNTS)?;
    query.query_row(params![agent, Micros(from)], |row| Ok((row.get(0)?, row.get(1)?)))
}
