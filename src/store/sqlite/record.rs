//! The record of what happened: written with each change, read per ticket and counted per agent.
use super::codec::{At, Json};
use crate::domain::Time;
use crate::domain::event::AuditEvent;
use crate::domain::ids::{Arrival, PersonId, TicketId};
use rusqlite::{Connection, params};

const INSERT: &str = "INSERT INTO events (at, ticket, agent, got, doc)
    VALUES (?1, coalesce(?6, (SELECT arrival FROM tickets WHERE id = ?2)), ?3, ?4, ?5)";
pub(super) const HISTORY: &str = "SELECT doc FROM events INDEXED BY events_ticket
    WHERE ticket = (SELECT arrival FROM tickets WHERE id = ?1) ORDER BY id";
pub(super) const TALLY: &str = "SELECT coalesce(sum(got), 0), count(*) - coalesce(sum(got), 0)
    FROM events INDEXED BY events_tally WHERE agent = ?1 AND at >= ?2";

/// Adds a line; with the arrival of its ticket, if that is at hand, it need not be looked up.
pub(super) fn add(conn: &Connection, event: &AuditEvent, arrival: Option<Arrival>) -> rusqlite::Result<()> {
    let (agent, got) = event.counts_for().unzip();
    conn.prepare_cached(INSERT)?
        .execute(params![At(event.at), event.ticket, agent, got, Json(event), arrival])
        .map(drop)
}

pub(super) fn history(conn: &Connection, ticket: TicketId) -> rusqlite::Result<Vec<AuditEvent>> {
    let mut query = conn.prepare_cached(HISTORY)?;
    query.query_map([ticket], |row| Ok(row.get::<_, Json<AuditEvent>>(0)?.0))?.collect()
}

pub(super) fn tally(conn: &Connection, agent: PersonId, from: Time) -> rusqlite::Result<(u32, u32)> {
    let mut query = conn.prepare_cached(TALLY)?;
    query.query_row(params![agent, At(from)], |row| Ok((row.get(0)?, row.get(1)?)))
}
