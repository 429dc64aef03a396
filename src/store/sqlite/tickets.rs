//! Tickets: opened once, moved by conditional writes, found by id, number, key, or who they belong to.
use super::codec::{At, Json, count};
use super::error::is_taken;
use super::people;
use crate::domain::ids::{Arrival, PersonId, TicketId, Version};
use crate::domain::number::TicketNumber;
use crate::domain::ticket::{Hold, Ticket, TicketState};
use crate::engine::ports::{CommitError, Guard, UniqueKey};
use rusqlite::{Connection, OptionalExtension, Params, Row, named_params, params};

/// A query for whole tickets: the columns in the order in which [`ticket`] reads them.
macro_rules! tickets {
    ($rest:literal) => {
        concat!(
            "SELECT arrival, id, number, version, customer, customer_chat, department, category, priority, auto,
                created_at, description, status, agent, slot, assigned_at, opened_at, ended_by, ended_at
             FROM tickets ",
            $rest
        )
    };
}
pub(super) use tickets;

pub(super) const BY_ID: &str = tickets!("WHERE id = ?1");
pub(super) const BY_NUMBER: &str = tickets!("WHERE number = ?1");
pub(super) const BY_KEY: &str = tickets!("WHERE key = ?1");
// A walk over all open tickets, those that wait and those that are held: some tens of milliseconds for 100,000 of them, when
// a person has typed a number's end.
pub(super) const BY_SUFFIX: &str = tickets!(
    "WHERE arrival IN (
        SELECT arrival FROM tickets INDEXED BY tickets_queue_auto WHERE status = 'queued' AND auto = 1
            AND substr(number, length(number) - length(?1) + 1) = ?1
        UNION ALL SELECT arrival FROM tickets INDEXED BY tickets_queue_manual WHERE status = 'queued' AND auto = 0
            AND substr(number, length(number) - length(?1) + 1) = ?1
        UNION ALL SELECT arrival FROM tickets INDEXED BY tickets_held WHERE agent IS NOT NULL
            AND substr(number, length(number) - length(?1) + 1) = ?1)
     ORDER BY arrival LIMIT ?2"
);
pub(super) const OPEN_OF: &str =
    tickets!("INDEXED BY tickets_open_of WHERE customer = ?1 AND ended_at IS NULL ORDER BY arrival LIMIT ?2");
pub(super) const ENDED_OF: &str = tickets!(
    "INDEXED BY tickets_ended_of WHERE customer = ?1 AND ended_at IS NOT NULL ORDER BY arrival DESC LIMIT ?2"
);
pub(super) const COUNT_OPEN: &str = "SELECT count(*) FROM (SELECT 1 FROM tickets INDEXED BY tickets_open_of
    WHERE customer = ?1 AND ended_at IS NULL LIMIT ?2)";
pub(super) const HELD_BY: &str =
    tickets!("INDEXED BY tickets_held WHERE agent = ?1 ORDER BY assigned_at, arrival");
pub(super) const ALL_HELD: &str = tickets!("INDEXED BY tickets_held WHERE agent IS NOT NULL");

const INSERT: &str = "INSERT INTO tickets (id, number, key, version, customer, customer_chat, created_at,
        department, category, priority, auto, status, description)
    VALUES (:id, :number, :key, :version, :customer, :customer_chat, :created_at,
        :department, :category, :priority, :auto, 'queued', :description)";
// Several statements, because SQLite renews the entry in every index that a statement's columns appear in: an assignment
// has nothing to do with the indexes of ended tickets, and leaves the ticket's words and place as they are. The row is found
// by its own key, the arrival; that its id is the ticket's is checked with the version.
pub(super) const ASSIGN: &str = "UPDATE tickets SET version = :version, status = 'assigned',
        agent = :agent, slot = :slot, assigned_at = :assigned_at
    WHERE arrival = :arrival AND id = :id AND version = :expected AND status = 'queued'
        AND EXISTS (SELECT 1 FROM agents
            WHERE person = :agent AND max_tickets > :slot
                AND availability = 'online' AND reachable = 1 AND auto_assignment = 1
                AND max_tickets > (SELECT count(*) FROM tickets h WHERE h.agent = :agent))";
pub(super) const NEXT: &str = "SELECT arrival FROM tickets t WHERE id = ?1
    AND NOT EXISTS (SELECT 1 FROM tickets w INDEXED BY tickets_queue_auto
        WHERE w.status = 'queued' AND w.auto = 1 AND w.department = ?2 AND w.priority <= ?3 AND w.arrival <> t.arrival)";
pub(super) const MOVE: &str =
    "UPDATE tickets SET version = :version, department = :department, category = :category,
        priority = :priority, auto = :auto, description = :description, status = :status,
        agent = :agent, slot = :slot, assigned_at = :assigned_at, opened_at = :opened_at
    WHERE arrival = :arrival AND id = :id AND version = :expected AND ended_at IS NULL";
pub(super) const END: &str = "UPDATE tickets SET version = :version, status = :status,
        agent = NULL, slot = NULL, assigned_at = NULL, opened_at = NULL, ended_by = :by, ended_at = :at
    WHERE arrival = :arrival AND id = :id AND version = :expected AND ended_at IS NULL";

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
        created_at: row.get::<_, At>(10)?.0,
        description: row.get::<_, Json<_>>(11)?.0,
        state: state(row)?,
    })
}

fn state(row: &Row<'_>) -> rusqlite::Result<TicketState> {
    let status = row.get_ref(12)?.as_str()?;
    Ok(match status {
        "queued" => TicketState::Queued,
        "completed" => TicketState::Completed { agent: row.get(17)?, at: row.get::<_, At>(18)?.0 },
        "cancelled" => TicketState::Cancelled { by: row.get(17)?, at: row.get::<_, At>(18)?.0 },
        held => TicketState::Held(Hold {
            agent: row.get(13)?,
            slot: row.get(14)?,
            assigned_at: row.get::<_, At>(15)?.0,
            opened_at: row.get::<_, Option<At>>(16)?.map(|at| at.0),
            paused: held == "pending",
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
    many(conn, BY_SUFFIX, params![suffix, count(limit)])
}

pub(super) fn of(conn: &Connection, customer: PersonId, limit: usize) -> rusqlite::Result<Vec<Ticket>> {
    let mut found = many(conn, OPEN_OF, params![customer, count(limit)])?;
    let room = limit.saturating_sub(found.len());
    found.extend(many(conn, ENDED_OF, params![customer, count(room)])?);
    Ok(found)
}

/// How many open tickets a customer has, counted up to `most`.
fn count_open(conn: &Connection, customer: PersonId, most: usize) -> rusqlite::Result<usize> {
    conn.prepare_cached(COUNT_OPEN)?.query_row(params![customer, count(most)], |row| row.get(0))
}

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
        // One that is opened again is among them.
        let known = by_key(conn, key)?.is_some();
        return Err(if known { taken(conn, t, key)? } else { CommitError::TooManyOpen });
    }
    let written = conn.prepare_cached(INSERT)?.execute(named_params! {
        ":id": t.id, ":number": t.number, ":key": key, ":version": t.version,
        ":customer": t.customer, ":customer_chat": t.customer_chat, ":created_at": At(t.created_at),
        ":department": t.department, ":category": t.category, ":priority": t.priority, ":auto": t.auto,
        ":description": Json(&t.description),
    });
    match written {
        Ok(_) => Ok(Arrival(conn.last_insert_rowid().cast_unsigned())),
        Err(error) if is_taken(&error) => Err(taken(conn, t, key)?),
        Err(error) => Err(error.into()),
    }
}

/// Which key of a refused ticket exists. The idempotency key first: a ticket that is opened again has all of them.
fn taken(conn: &Connection, t: &Ticket, key: &str) -> rusqlite::Result<CommitError> {
    Ok(if by_key(conn, key)?.is_some() {
        CommitError::Duplicate(UniqueKey::Idempotency)
    } else if by_number(conn, &t.number)?.is_some() {
        CommitError::Duplicate(UniqueKey::Number)
    } else {
        CommitError::Conflict
    })
}

pub(super) fn write(
    conn: &Connection,
    t: &Ticket,
    expected: Version,
    guard: Guard,
) -> Result<(), CommitError> {
    let written = match (&t.state, guard) {
        (TicketState::Held(hold), Guard::Eligible) => assign(conn, t, (t.arrival, expected), hold),
        (TicketState::Held(hold), Guard::FirstInQueue) => match next(conn, t)? {
            Some(arrival) => assign(conn, t, (arrival, expected), hold),
            None => Ok(0),
        },
        (TicketState::Completed { agent: by, at } | TicketState::Cancelled { by, at }, _) => {
            conn.prepare_cached(END)?.execute(named_params! {
                ":arrival": t.arrival, ":id": t.id, ":expected": expected, ":version": t.version,
                ":status": t.status().as_str(), ":by": by, ":at": At(*at),
            })
        }
        (TicketState::Held(hold), _) => {
            people::check(conn, guard, hold)?;
            move_to(conn, t, expected, Some(hold))
        }
        (TicketState::Queued, _) => move_to(conn, t, expected, None),
    };
    match written {
        Ok(1) => Ok(()),
        Ok(_) => Err(CommitError::Conflict),
        Err(error) if is_taken(&error) => Err(CommitError::Conflict),
        Err(error) => Err(error.into()),
    }
}

/// The arrival of a ticket that was just opened, if nobody waits before it.
fn next(conn: &Connection, t: &Ticket) -> rusqlite::Result<Option<Arrival>> {
    conn.prepare_cached(NEXT)?.query_row(params![t.id, t.department, t.priority], |row| row.get(0)).optional()
}

/// The engine's own step: the ticket to an agent who is eligible now, whose turn it spends.
fn assign(
    conn: &Connection,
    t: &Ticket,
    (arrival, expected): (Arrival, Version),
    hold: &Hold,
) -> rusqlite::Result<usize> {
    let assigned = conn.prepare_cached(ASSIGN)?.execute(named_params! {
        ":arrival": arrival, ":id": t.id, ":expected": expected, ":version": t.version,
        ":agent": hold.agent, ":slot": hold.slot, ":assigned_at": At(hold.assigned_at),
    })?;
    if assigned > 0 {
        people::take_turn(conn, hold)?;
    }
    Ok(assigned)
}

fn move_to(conn: &Connection, t: &Ticket, expected: Version, hold: Option<&Hold>) -> rusqlite::Result<usize> {
    conn.prepare_cached(MOVE)?.execute(named_params! {
        ":arrival": t.arrival, ":id": t.id, ":expected": expected, ":version": t.version,
        ":status": t.status().as_str(),
        ":department": t.department, ":category": t.category, ":priority": t.priority, ":auto": t.auto,
        ":description": Json(&t.description),
        ":agent": hold.map(|h| h.agent), ":slot": hold.map(|h| h.slot),
        ":assigned_at": hold.map(|h| At(h.assigned_at)),
        ":opened_at": hold.and_then(|h| h.opened_at).map(At),
    })
}
