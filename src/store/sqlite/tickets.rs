//! Tickets: inserts, conditional updates, and queries by id, number, idempotency key, customer and agent.
pub(super) mod conversation;
mod erasure;
pub(super) mod search;
pub(super) mod statistics;
pub(super) mod topics;
pub(super) mod webhooks;

use super::codec::{Json, Micros, row_count};
use super::error::is_unique_violation;
use super::people;
use crate::domain::ids::{Arrival, PersonId, TicketId, Version};
use crate::domain::number::TicketNumber;
use crate::domain::ticket::service::ServiceRecord;
use crate::domain::ticket::{FormerHolder, Hold, Ticket, TicketState};
use crate::engine::ports::{CommitError, Guard, UniqueKey};
use rusqlite::{Connection, OptionalExtension, Params, Row, named_params, params};

/// A query for whole tickets. [`ticket`] reads the columns in this order.
macro_rules! tickets {
    ($rest:literal) => {
        concat!(
            "SELECT arrival, id, number, version, customer, customer_chat, department, category, priority,
                auto_assignment, created_at, description, status, agent, slot, assigned_at, opened_at,
                ended_by, ended_at, former_holders, service, resume_at, first_answered_at
             FROM tickets ",
            $rest
        )
    };
}
pub(super) use tickets;

pub(super) const BY_ID: &str = tickets!("WHERE id = ?1");
pub(super) const BY_NUMBER: &str = tickets!("WHERE number = ?1");
pub(super) const BY_KEY: &str = tickets!("WHERE idempotency_key = ?1");
// Scans the indexes of all open tickets, which takes some tens of milliseconds for 100,000 of them. The query
// is rare: a person has typed the end of a number. An index on the reversed number would be written with
// every ticket.
pub(super) const BY_SUFFIX: &str = tickets!(
    "WHERE arrival IN (
        SELECT arrival FROM tickets INDEXED BY tickets_queue_auto
            WHERE status = 'queued' AND auto_assignment = 1
            AND substr(number, length(number) - length(?1) + 1) = ?1
        UNION ALL SELECT arrival FROM tickets INDEXED BY tickets_queue_manual
            WHERE status = 'queued' AND auto_assignment = 0
            AND substr(number, length(number) - length(?1) + 1) = ?1
        UNION ALL SELECT arrival FROM tickets INDEXED BY tickets_held WHERE agent IS NOT NULL
            AND substr(number, length(number) - length(?1) + 1) = ?1)
     ORDER BY arrival LIMIT ?2"
);
pub(super) const OPEN_BY_CUSTOMER: &str = tickets!(
    "INDEXED BY tickets_open_by_customer WHERE customer = ?1 AND ended_at IS NULL ORDER BY arrival LIMIT ?2"
);
pub(super) const ENDED_BY_CUSTOMER: &str = tickets!(
    "INDEXED BY tickets_ended_by_customer WHERE customer = ?1 AND ended_at IS NOT NULL
     ORDER BY arrival DESC LIMIT ?2"
);
pub(super) const COUNT_OPEN: &str =
    "SELECT count(*) FROM (SELECT 1 FROM tickets INDEXED BY tickets_open_by_customer
    WHERE customer = ?1 AND ended_at IS NULL LIMIT ?2)";
pub(super) const HELD_BY: &str =
    tickets!("INDEXED BY tickets_held WHERE agent = ?1 ORDER BY assigned_at, arrival");
pub(super) const ALL_HELD: &str = tickets!("INDEXED BY tickets_held WHERE agent IS NOT NULL");
pub(super) const SNOOZED: &str =
    tickets!("INDEXED BY tickets_snoozed WHERE resume_at IS NOT NULL ORDER BY resume_at LIMIT ?1");

const INSERT: &str =
    "INSERT INTO tickets (id, number, idempotency_key, version, customer, customer_chat, created_at,
        department, category, priority, auto_assignment, status, description, former_holders)
    VALUES (:id, :number, :idempotency_key, :version, :customer, :customer_chat, :created_at,
        :department, :category, :priority, :auto_assignment, 'queued', :description, :former_holders)";
// ASSIGN, UPDATE and END are separate statements, because SQLite rewrites every index entry with a column
// that a statement sets. An assignment touches no index of ended tickets and leaves description and queue
// order alone. The statements find the row by its rowid, the arrival, and check the id together with the
// version.
pub(super) const ASSIGN: &str = "UPDATE tickets SET version = :version, status = 'assigned',
        agent = :agent, slot = :slot, assigned_at = :assigned_at
    WHERE arrival = :arrival AND id = :id AND version = :expected AND status = 'queued'
        AND EXISTS (SELECT 1 FROM agents
            WHERE person = :agent AND max_tickets > :slot
                AND availability = 'online' AND reachable = 1 AND auto_assignment = 1
                AND max_tickets > (SELECT count(*) FROM tickets h WHERE h.agent = :agent))";
pub(super) const FIRST_IN_QUEUE: &str = "SELECT arrival FROM tickets t WHERE id = ?1
    AND NOT EXISTS (SELECT 1 FROM tickets w INDEXED BY tickets_queue_auto
        WHERE w.status = 'queued' AND w.auto_assignment = 1
            AND w.department = ?2 AND w.priority <= ?3 AND w.arrival <> t.arrival)";
pub(super) const UPDATE: &str =
    "UPDATE tickets SET version = :version, department = :department, category = :category,
        priority = :priority, auto_assignment = :auto_assignment, description = :description,
        status = :status, agent = :agent, slot = :slot, assigned_at = :assigned_at, opened_at = :opened_at,
        resume_at = :resume_at, former_holders = :former_holders, service = :service
    WHERE arrival = :arrival AND id = :id AND version = :expected AND ended_at IS NULL";
pub(super) const END: &str = "UPDATE tickets SET version = :version, status = :status,
        agent = NULL, slot = NULL, assigned_at = NULL, opened_at = NULL, resume_at = NULL,
        ended_by = :by, ended_at = :at, service = :service
    WHERE arrival = :arrival AND id = :id AND version = :expected AND ended_at IS NULL";
pub(super) const REOPEN: &str = "UPDATE tickets SET version = :version, status = :status,
        agent = :agent, slot = :slot, assigned_at = :assigned_at, ended_by = NULL, ended_at = NULL,
        service = :service
    WHERE arrival = :arrival AND id = :id AND version = :expected AND ended_at IS NOT NULL";
pub(super) const RATE: &str = "UPDATE tickets SET version = :version, service = :service
    WHERE arrival = :arrival AND id = :id AND version = :expected AND status = 'completed'";

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
            opened_at: row.get::<_, Option<Micros>>(16)?.map(|at| at.0),
            paused: held == "pending",
            resume_at: row.get::<_, Option<Micros>>(21)?.map(|at| at.0),
        }),
    })
}

pub(super) fn one(conn: &Connection, sql: &str, by: impl Params) -> rusqlite::Result<Option<Ticket>> {
    conn.prepare_cached(sql)?.query_row(by, ticket).optional()
}

pub(super) fn many(conn: &Connection, sql: &str, by: impl Params) -> rusqlite::Result<Vec<Ticket>> {
    conn.prepare_cached(sql)?.query_map(by, ticket)?.collect()
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

/// Returns at most `limit` tickets of a customer: the open ones, oldest first, then the ended ones, newest
/// first.
pub(super) fn by_customer(
    conn: &Connection,
    customer: PersonId,
    limit: usize,
) -> rusqlite::Result<Vec<Ticket>> {
    let mut found = many(conn, OPEN_BY_CUSTOMER, params![customer, row_count(limit)])?;
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
        Ok(_) => Ok(Arrival(conn.last_insert_rowid().cast_unsigned())),
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
            ":assigned_at": hold.map(|h| Micros(h.assigned_at)),
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
        ":opened_at": hold.and_then(|h| h.opened_at).map(Micros), ":resume_at": t.resume_at().map(Micros),
        ":former_holders": former_holders(t), ":service": service(t),
    })
}

/// Returns the column of the service record: null while nothing is known.
fn service(t: &Ticket) -> Option<Json<&ServiceRecord>> {
    (!t.service.is_empty()).then_some(Json(&t.service))
}

/// Returns the column of the former holders: null for the many tickets without any.
fn former_holders(t: &Ticket) -> Option<Json<&[FormerHolder]>> {
    (!t.former_holders.is_empty()).then_some(Json(&t.former_holders))
}
