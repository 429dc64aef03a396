//! The daily roll-ups: what the changes of a transaction add, and their queries.
//!
//! The changes of a group commit add to the same counts, which are written before the commit. So a busy desk writes
//! each row once for many tickets.
use super::{HELD_BY, by_id, many as tickets};
use crate::domain::Time;
use crate::domain::ids::{DepartmentId, PersonId, TicketId};
use crate::domain::person::{Availability, Person};
use crate::domain::policy::Capacity;
use crate::domain::statistics::{
    AvailableSpan, CurrentSpans, Figure, FigureCounts, Figures, HoldTimes, Scope, ScopeKind,
};
use crate::domain::ticket::{Ticket, TicketState};
use crate::engine::ports::{StatisticsStore, StoreError, Write};
use crate::store::sqlite::Sqlite;
use crate::store::sqlite::codec::Micros;
use async_trait::async_trait;
use chrono::{NaiveDate, TimeDelta};
use chrono_tz::Tz;
use rusqlite::types::{FromSqlError, ToSql};
use rusqlite::{Connection, OptionalExtension, Row, params};
use std::cell::RefCell;
use std::ops::RangeInclusive;
use std::sync::PoisonError;

pub(in crate::store::sqlite) const ADD: &str = "INSERT INTO statistics VALUES (?1, ?2, ?3, ?4, ?5)
    ON CONFLICT (kind, day, scope, figure) DO UPDATE SET value = value + excluded.value";
pub(in crate::store::sqlite) const DAILY: &str = "SELECT figure, value, scope, day FROM statistics
    WHERE kind = ?1 AND day BETWEEN ?2 AND ?3 ORDER BY kind, day, scope";
const SUMS: &str = "SELECT figure, sum(value), scope FROM statistics
    WHERE kind = ?1 AND day BETWEEN ?2 AND ?3 GROUP BY scope, figure ORDER BY scope";
pub(in crate::store::sqlite) const HOLDS: &str =
    "SELECT agent, assigned_at FROM tickets INDEXED BY tickets_held WHERE agent IS NOT NULL";
const SPANS: &str =
    "SELECT person, available_since, max_tickets FROM agents WHERE available_since IS NOT NULL";
const TIMES: &str = "SELECT available_since, slot_freed_at FROM agents WHERE person = ?1";
const SPAN: &str = "SELECT person, available_since, max_tickets FROM agents
    WHERE person = ?1 AND available_since IS NOT NULL";
const SET_SINCE: &str = "UPDATE agents SET available_since = ?2 WHERE person = ?1";
const SET_FREED: &str = "UPDATE agents SET slot_freed_at = ?2 WHERE person = ?1";

thread_local! {
    /// What the current transaction of this thread adds.
    static PENDING: RefCell<Option<FigureCounts>> = const { RefCell::new(None) };
}

/// What a change must know of its record before the write.
pub(in crate::store::sqlite) enum Before {
    /// Nothing.
    Nothing,
    /// The ticket, and the times of the agents.
    Ticket(Box<Ticket>, HoldTimes),
    /// The ticket that gets its first answer.
    Unanswered(Box<Ticket>),
    /// The available span of an agent.
    Agent(Option<AvailableSpan>),
}

/// Reads what the counts of a change need. Must be called before the change is written.
pub(in crate::store::sqlite) fn before(conn: &Connection, write: &Write) -> rusqlite::Result<Before> {
    Ok(match write {
        Write::Ticket { ticket, guard, .. } if guard.is_engine() => {
            // The statement that assigns accepts a queued ticket of this version only.
            let (since, freed) = ticket.holder().map(|id| times(conn, id)).transpose()?.unwrap_or_default();
            let queued = Ticket { state: TicketState::Queued, ..(**ticket).clone() };
            let ready_since = since.map(|since| freed.map_or(since, |freed| freed.max(since)));
            Before::Ticket(Box::new(queued), HoldTimes { available_since: None, ready_since })
        }
        Write::Ticket { ticket, .. } | Write::EndedTicket { ticket, .. } => match by_id(conn, ticket.id)? {
            Some(stored) => {
                let available_since = stored.holder().map(|id| times(conn, id)).transpose()?;
                let available_since = available_since.and_then(|(since, _)| since);
                Before::Ticket(Box::new(stored), HoldTimes { available_since, ready_since: None })
            }
            None => Before::Nothing,
        },
        Write::Message { message, is_first_answer: true, .. } => match message.ticket {
            Some(ticket) => unanswered(conn, ticket)?,
            None => Before::Nothing,
        },
        Write::Person { person, .. } | Write::AdminRole { person, .. } => {
            Before::Agent(conn.prepare_cached(SPAN)?.query_row([person.id], span).optional()?)
        }
        _ => Before::Nothing,
    })
}

fn unanswered(conn: &Connection, ticket: TicketId) -> rusqlite::Result<Before> {
    let ticket = by_id(conn, ticket)?.filter(|ticket| ticket.first_answered_at.is_none());
    Ok(ticket.map_or(Before::Nothing, |ticket| Before::Unanswered(Box::new(ticket))))
}

/// Returns since when an agent is available, and when one of their slots last became free.
fn times(conn: &Connection, agent: PersonId) -> rusqlite::Result<(Option<Time>, Option<Time>)> {
    let read = |row: &Row<'_>| {
        let time = |index| Ok::<_, rusqlite::Error>(row.get::<_, Option<Micros>>(index)?.map(|at| at.0));
        Ok((time(0)?, time(1)?))
    };
    Ok(conn.prepare_cached(TIMES)?.query_row([agent], read).optional()?.unwrap_or_default())
}

fn span(row: &Row<'_>) -> rusqlite::Result<AvailableSpan> {
    let capacity: u16 = row.get(2)?;
    let capacity = Capacity::new(capacity).ok_or(FromSqlError::OutOfRange(capacity.into()))?;
    Ok(AvailableSpan { agent: row.get(0)?, since: row.get::<_, Micros>(1)?.0, capacity })
}

/// Adds a change that was written to the counts of the transaction.
pub(in crate::store::sqlite) fn add(
    conn: &Connection,
    write: &Write,
    before: Before,
    (at, zone): (Time, Tz),
) -> rusqlite::Result<()> {
    match (write, before) {
        (Write::OpenTicket { ticket, .. }, _) => with_pending(zone, |counts| counts.open(ticket)),
        (Write::Ticket { ticket, .. } | Write::EndedTicket { ticket, .. }, Before::Ticket(before, times)) => {
            with_pending(zone, |counts| counts.update(&before, ticket, at, times));
            if let Some(holder) = before.holder().filter(|holder| ticket.holder() != Some(*holder)) {
                conn.prepare_cached(SET_FREED)?.execute(params![holder, Micros(at)])?;
            }
        }
        (Write::Message { message, .. }, Before::Unanswered(ticket)) => {
            with_pending(zone, |counts| counts.first_answer(&ticket, message.written_at));
        }
        (Write::Person { person, .. } | Write::AdminRole { person, .. }, Before::Agent(span)) => {
            change_span(conn, person, span, (at, zone))?;
        }
        _ => {}
    }
    Ok(())
}

/// Ends the span of an agent who is no longer available, or has another capacity, and begins the next one.
fn change_span(
    conn: &Connection,
    person: &Person,
    before: Option<AvailableSpan>,
    (at, zone): (Time, Tz),
) -> rusqlite::Result<()> {
    let capacity = person.agent.as_ref().filter(|agent| agent.availability == Availability::Online);
    let capacity = capacity.map(|agent| agent.max_tickets);
    if before.map(|span| span.capacity) == capacity {
        return Ok(());
    }
    if let Some(span) = before {
        let held = tickets(conn, HELD_BY, [person.id])?;
        let holds = held.iter().filter_map(|ticket| Some(ticket.hold()?.assigned_at));
        with_pending(zone, |counts| counts.end_span(span, holds, at));
    }
    conn.prepare_cached(SET_SINCE)?.execute(params![person.id, capacity.map(|_| Micros(at))]).map(drop)
}

fn with_pending(zone: Tz, add: impl FnOnce(&mut FigureCounts)) {
    PENDING.with_borrow_mut(|pending| add(pending.get_or_insert_with(|| FigureCounts::new(zone))));
}

/// Drops what an aborted transaction would have added. Must be called on the writer thread.
pub(in crate::store::sqlite) fn discard() {
    PENDING.take();
}

/// Writes what the current transaction adds. Must be called on the writer thread, before the commit.
pub(in crate::store::sqlite) fn flush(conn: &Connection) -> rusqlite::Result<()> {
    let Some(counts) = PENDING.take() else { return Ok(()) };
    let mut add = conn.prepare_cached(ADD)?;
    for (day, scope, figures) in counts.iter() {
        let id: &dyn ToSql = match &scope {
            Scope::Department(department) => department,
            Scope::Agent(agent) => agent,
        };
        for (figure, more) in figures.iter() {
            add.execute(params![code(scope.kind()), days_of(day), id, figure.code(), more])?;
        }
    }
    Ok(())
}

fn code(kind: ScopeKind) -> u8 {
    match kind {
        ScopeKind::Department => 0,
        ScopeKind::Agent => 1,
    }
}

fn days_of(day: NaiveDate) -> i64 {
    (day - NaiveDate::default()).num_days()
}

fn day_of(days: i64) -> Result<NaiveDate, FromSqlError> {
    let day = TimeDelta::try_days(days).and_then(|days| NaiveDate::default().checked_add_signed(days));
    day.ok_or(FromSqlError::OutOfRange(days))
}

/// Returns the rows of a query grouped by what follows figure and value. The rows of a group must be together.
fn grouped<K: PartialEq>(
    conn: &Connection,
    (sql, kind): (&str, ScopeKind),
    days: &RangeInclusive<NaiveDate>,
    key: impl Fn(&Row<'_>, Scope) -> rusqlite::Result<K>,
) -> rusqlite::Result<Vec<(K, Figures)>> {
    let mut statement = conn.prepare_cached(sql)?;
    let mut rows = statement.query(params![code(kind), days_of(*days.start()), days_of(*days.end())])?;
    let mut groups: Vec<(K, Figures)> = Vec::new();
    while let Some(row) = rows.next()? {
        let scope = match kind {
            ScopeKind::Department => Scope::Department(row.get::<_, DepartmentId>(2)?),
            ScopeKind::Agent => Scope::Agent(row.get(2)?),
        };
        let key = key(row, scope)?;
        if groups.last().is_none_or(|(last, _)| *last != key) {
            groups.push((key, Figures::default()));
        }
        // A code that this program does not know is a newer program's.
        if let (Some(figure), Some((_, figures))) = (Figure::from_code(row.get(0)?), groups.last_mut()) {
            figures.add(figure, row.get(1)?);
        }
    }
    Ok(groups)
}

#[async_trait]
impl StatisticsStore for Sqlite {
    fn set_time_zone(&self, zone: Tz) {
        *self.zone.write().unwrap_or_else(PoisonError::into_inner) = zone;
    }

    async fn daily_figures(
        &self,
        kind: ScopeKind,
        days: RangeInclusive<NaiveDate>,
    ) -> Result<Vec<(NaiveDate, Scope, Figures)>, StoreError> {
        let query = move |conn: &Connection| {
            grouped(conn, (DAILY, kind), &days, |row, scope| Ok((day_of(row.get(3)?)?, scope)))
        };
        let groups = self.read(query).await?;
        Ok(groups.into_iter().map(|((day, scope), figures)| (day, scope, figures)).collect())
    }

    async fn figures(
        &self,
        kind: ScopeKind,
        days: RangeInclusive<NaiveDate>,
    ) -> Result<Vec<(Scope, Figures)>, StoreError> {
        self.read(move |conn| grouped(conn, (SUMS, kind), &days, |_, scope| Ok(scope))).await
    }

    async fn current_spans(&self) -> Result<CurrentSpans, StoreError> {
        let query = |conn: &Connection| {
            let hold = |row: &Row<'_>| Ok((row.get(0)?, row.get::<_, Micros>(1)?.0));
            Ok(CurrentSpans {
                available: conn.prepare_cached(SPANS)?.query_map([], span)?.collect::<Result<_, _>>()?,
                holds: conn.prepare_cached(HOLDS)?.query_map([], hold)?.collect::<Result<_, _>>()?,
            })
        };
        self.read(query).await
    }
}
