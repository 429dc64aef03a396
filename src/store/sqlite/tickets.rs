//! Tickets: inserts, conditional updates, and queries by id, number, idempotency key, customer and agent.
pub(super) mod conversation;
mod erasure;
pub(super) mod search;
mod statements;
pub(super) mod statistics;
pub(super) mod topics;
pub(super) mod webhooks;

use super::codec::{Json, Micros, row_count};
use super::error::is_unique_violation;
use super::people;
use crate::domain::ids::{Arrival, PersonId, TicketId, Version};
use crate::domain::number::TicketNumber;
use crate::domain::ticket::response::Response;
use crate::domain::ticket::service::ServiceRecord;
use crate::domain::ticket::{FormerHolder, Hold, Ticket, TicketState};
use crate::engine::ports::{CommitError, Guard, HeldSlot, UniqueKey};
use rusqlite::{Connection, OptionalExtension, Params, Row, named_params, params};

pub(super) use statements::*;

pub(super) fn ticket(row: &Row<'_>) -> rusqlite::Result<Ticket> {
    Ok(Ticket {
        arrival: row.get(0)?,
        id: row.get(1)?,
        number: row.get(2)?,
        version: row.get(3)?,
        customer: row.get(4)?,
        customer_chat: row.get(5)?,
        department: row.get(6)?,
        category: row.get(7)?,
        priority: row.get(8)?,
        auto: row.get(9)?,
        created_at: row.get::<_, Micros>(10)?.0,
        description: row.get::<_, Json<_>>(11)?.0,
        state: state(row)?,
        former_holders: row.get::<_, Option<Json<_>>>(19)?.map(|json| json.0).unwrap_or_default(),
        service: row.get::<_, Option<Json<_>>>(20)?.map(|json| json.0).unwrap_or_default(),
        first_answered_at: row.get::<_, Option<Micros>>(22)?.map(|at| at.0),
    })
}

fn state(row: &Row<'_>) -> rusqlite::Result<TicketState> {
    let status = row.get_ref(12)?.as_str()?;
    Ok(match status {
        "queued" => TicketState::Queued,
        "completed" => TicketState::Completed { agent: row.get(17)?, at: row.get::<_, Micros>(18)?.0 },
        "cancelled" => TicketState::Cancelled { by: row.get(17)?, at: row.get::<_, Micros>(18)?.0 },
        held => TicketState::Held(Hold {
            agent: row.get(13)?,
            slot: row.get(14)?,
            assigned_at: row.get::<_, Micros>(15)?.0,
            started_at: row.get::<_, Option<Micros>>(16)?.map(|at| at.0),
            paused: held == "pending",
            resume_at: row.get::<_, Option<Micros>>(21)?.map(|at| at.0),
            response: response(row)?,
        }),
    })
}

fn response(row: &Row<'_>) -> rusqlite::Result<Response> {
    let (since, at) = (row.get::<_, Option<Micros>>(23)?, row.get::<_, Option<Micros>>(24)?);
    Ok(match (since, at) {
        (_, Some(at)) => Response::Nudged { at: at.0 },
        (Some(since), None) => Response::Awaited { since: since.0 },
        (None, None) => Response::Given,
    })
}

pub(super) fn one(conn: &Connection, sql: &str, by: impl Params) -> rusqlite::Result<Option<Ticket>> {
    conn.prepare_cached(sql)?.query_row(by, ticket).optional()
}

pub(super) fn many(conn: &Connection, sql: &str, by: impl Params) -> rusqlite::Result<Vec<Ticket>> {
    conn.prepare_cached(sql)?.query_map(by, ticket)?.collect()
}

/// Returns the slot of every held ticket.
pub(super) fn held_slots(conn: &Connection) -> rusqlite::Result<Vec<HeldSlot>> {
    let mut query = conn.prepare_cached(HELD_SLOTS)?;
    let read = |row: &Row<'_>| Ok(HeldSlot { agent: row.get(0)?, slot: row.get(1)?, ticket: row.get(2)? });
    query.query_map([], read)?.collect()
}

pub(super) fn by_id(conn: &Connection, id: TicketId) -> rusqlite::Result<Option<Ticket>> {
    one(conn, BY_ID, [id])
}

pub(super) fn by_number(conn: &Connection, number: &TicketNumber) -> rusqlite::Result<Option<Ticket>> {
    one(conn, BY_NUMBER, [number])
}

pub(super) fn by_key(conn: &Connection, key: &str) -> rusqlite::Result<Option<Ticket>> {
    one(conn, BY_KEY, [key])
}

pub(super) fn by_suffix(conn: &Connection, suffix: &str, limit: usize) -> rusqlite::Result<Vec<Ticket>> {
    many(conn, BY_SUFFIX, params![suffix, row_count(limit)])
}

pub(super) fn snoozed(conn: &Connection, limit: usize) -> rusqlite::Result<Vec<Ticket>> {
    many(conn, SNOOZED, [row_count(limit)])
}

pub(super) fn unanswered(
    conn: &Connection,
    nudged: bool,
    (offset, limit): (usize, usize),
) -> rusqlite::Result<Vec<Ticket>> {
    let sql = if nudged { NUDGED } else { AWAITED };
    many(conn, sql, [row_count(limit), row_count(offset)])
}

/// Returns all open tickets of a customer, oldest first, then the ended ones, newest first, up to `limit` in all.
pub(super) fn by_customer(
    conn: &Connection,
    customer: PersonId,
    limit: usize,
) -> rusqlite::Result<Vec<Ticket>> {
    let mut found = many(conn, OPEN_BY_CUSTOMER, [customer])?;
    let remaining = limit.saturating_sub(found.len());
    found.extend(many(conn, ENDED_BY_CUSTOMER, params![customer, row_count(remaining)])?);
    Ok(found)
}

/// Returns the number of a customer's open tickets, but not more than `max`.
fn count_open(conn: &Connection, customer: PersonId, max: usize) -> rusqlite::Result<usize> {
    conn.prepare_cached(COUNT_OPEN)?.query_row(params![customer, row_count(max)], |row| row.get(0))
}

/// Inserts a queued ticket and returns its arrival. With a `limit`, refuses a ticket beyond that many open
/// ones of its customer.
pub(super) fn open(
    conn: &Connection,
    t: &Ticket,
    key: &str,
    limit: Option<usize>,
) -> Result<Arrival, CommitError> {
    if t.state != TicketState::Queued {
        return Err(CommitError::Conflict);
    }
    if let Some(limit) = limit
        && count_open(conn, t.customer, limit)? >= limit
    {
        // A repeated attempt must be told that its ticket exists, although that ticket counts towards the
        // limit.
        let is_repeated = by_key(conn, key)?.is_some();
        return Err(if is_repeated { duplicate_key(conn, t, key)? } else { CommitError::TooManyOpen });
    }
    let written = conn.prepare_cached(INSERT)?.execute(named_params! {
        ":id": t.id, ":number": t.number, ":idempotency_key": key, ":version": t.version,
        ":customer": t.customer, ":customer_chat": t.customer_chat, ":created_at": Micros(t.created_at),
        ":department": t.department, ":category": t.category, ":priority": t.priority,
        ":auto_assignment": t.auto, ":description": Json(&t.description),
        ":former_holders": former_holders(t),
    });
    match written {
        Ok(_) => {
            let arrival = Arrival(conn.last_insert_rowid().cast_unsigned());
            conn.prepare_cached(COUNT_OPENED)?.execute(params![t.department, t.priority])?;
            Ok(arrival)
        }
        Err(error) if is_unique_violation(&error) => Err(duplicate_key(conn, t, key)?),
        Err(error) => Err(error.into()),
    }
}

/// Returns the error for a ticket whose insert violated a unique key. The idempotency key comes first,
/// because a repeated attempt violates all of them.
fn duplicate_key(conn: &Connection, t: &Ticket, key: &str) -> rusqlite::Result<CommitError> {
    Ok(if by_key(conn, key)?.is_some() {
        CommitError::Duplicate(UniqueKey::Idempotency)
    } else if by_number(conn, &t.number)?.is_some() {
        CommitError::Duplicate(UniqueKey::Number)
    } else {
        CommitError::Conflict
    })
}

/// Writes the next version of a ticket over version `expected`, if the guard holds.
pub(super) fn write(
    conn: &Connection,
    t: &Ticket,
    expected: Version,
    guard: Guard,
) -> Result<(), CommitError> {
    let written = match (&t.state, guard) {
        (TicketState::Held(hold), Guard::Eligible) => assign(conn, t, (t.arrival, expected), hold),
        (TicketState::Held(hold), Guard::FirstInQueue) => match first_in_queue(conn, t)? {
            Some(arrival) => assign(conn, t, (arrival, expected), hold),
            None => Ok(0),
        },
        (TicketState::Completed { agent: by, at } | TicketState::Cancelled { by, at }, _) => {
            conn.prepare_cached(END)?.execute(named_params! {
                ":arrival": t.arrival, ":id": t.id, ":expected": expected, ":version": t.version,
                ":status": t.status().as_str(), ":by": by, ":at": Micros(*at), ":service": service(t),
            })
        }
        (TicketState::Held(hold), _) => {
            people::check_guard(conn, guard, hold)?;
            update(conn, t, expected, Some(hold))
        }
        (TicketState::Queued, _) => update(conn, t, expected, None),
    };
    written_once(written)
}

/// Writes the next version of a ticket that has ended over version `expected`, if the guard holds: makes it
/// open again, or changes the service record of a completed one.
pub(super) fn write_ended(
    conn: &Connection,
    t: &Ticket,
    expected: Version,
    guard: Guard,
) -> Result<(), CommitError> {
    let hold = t.hold();
    if let Some(hold) = hold {
        people::check_guard(conn, guard, hold)?;
    }
    written_once(match &t.state {
        TicketState::Completed { .. } => conn.prepare_cached(RATE)?.execute(named_params! {
            ":arrival": t.arrival, ":id": t.id, ":expected": expected, ":version": t.version,
            ":service": service(t),
        }),
        TicketState::Queued | TicketState::Held(_) => conn.prepare_cached(REOPEN)?.execute(named_params! {
            ":arrival": t.arrival, ":id": t.id, ":expected": expected, ":version": t.version,
            ":status": t.status().as_str(),
            ":agent": hold.map(|h| h.agent), ":slot": hold.map(|h| h.slot),
            ":assigned_at": hold.map(|h| Micros(h.assigned_at)), ":awaited_since": awaited_since(t),
            ":service": service(t),
        }),
        TicketState::Cancelled { .. } => return Err(CommitError::Conflict),
    })
}

fn written_once(written: rusqlite::Result<usize>) -> Result<(), CommitError> {
    match written {
        Ok(1) => Ok(()),
        Ok(_) => Err(CommitError::Conflict),
        Err(error) if is_unique_violation(&error) => Err(CommitError::Conflict),
        Err(error) => Err(error.into()),
    }
}

/// Returns the arrival of a ticket that was just opened, if no other ticket of its department that the engine
/// may assign is as urgent or more.
fn first_in_queue(conn: &Connection, t: &Ticket) -> rusqlite::Result<Option<Arrival>> {
    let by = params![t.id, t.department, t.priority];
    conn.prepare_cached(FIRST_IN_QUEUE)?.query_row(by, |row| row.get(0)).optional()
}

/// Assigns a ticket to an agent for the engine, if the agent is eligible now. Returns the number of tickets
/// written.
fn assign(
    conn: &Connection,
    t: &Ticket,
    (arrival, expected): (Arrival, Version),
    hold: &Hold,
) -> rusqlite::Result<usize> {
    let assigned = conn.prepare_cached(ASSIGN)?.execute(named_params! {
        ":arrival": arrival, ":id": t.id, ":expected": expected, ":version": t.version,
        ":agent": hold.agent, ":slot": hold.slot, ":assigned_at": Micros(hold.assigned_at),
    })?;
    if assigned > 0 {
        people::set_last_assigned(conn, hold)?;
    }
    Ok(assigned)
}

fn update(conn: &Connection, t: &Ticket, expected: Version, hold: Option<&Hold>) -> rusqlite::Result<usize> {
    conn.prepare_cached(UPDATE)?.execute(named_params! {
        ":arrival": t.arrival, ":id": t.id, ":expected": expected, ":version": t.version,
        ":status": t.status().as_str(),
        ":department": t.department, ":category": t.category, ":priority": t.priority,
        ":auto_assignment": t.auto, ":description": Json(&t.description),
        ":agent": hold.map(|h| h.agent), ":slot": hold.map(|h| h.slot),
        ":assigned_at": hold.map(|h| Micros(h.assigned_at)),
        ":opened_at": hold.and_then(|h| h.started_at).map(Micros), ":resume_at": t.resume_at().map(Micros),
        ":awaited_since": awaited_since(t), ":nudged_at": t.nudged_at().map(Micros),
        ":former_holders": former_holders(t), ":service": service(t),
    })
}

/// Returns the column of the time since when a response is awaited; null after a nudge.
fn awaited_since(t: &Ticket) -> Option<Micros> {
    t.unanswered_since().filter(|_| t.nudged_at().is_none()).map(Micros)
}

/// Returns the column of the service record: null while nothing is known.
fn service(t: &Ticket) -> Option<Json<&ServiceRecord>> {
    (!t.service.is_empty()).then_some(Json(&t.service))
}

/// Returns the column of the former holders: null for the many tickets without any.
fn former_holders(t: &Ticket) -> Option<Json<&[FormerHolder]>> {
    (!t.former_holders.is_empty()).then_some(Json(&t.former_holders))
}
