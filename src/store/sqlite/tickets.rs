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
pub(super) const BY_SUFFIX: &str = tickets!(
    "INDEXED BY tickets_tail WHERE ended_at IS NULL AND tail >= ?1 AND tail < ?2 ORDER BY arrival LIMIT ?3"
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

const INSERT: &str =
    "INSERT INTO tickets (id, number, tail, key, version, customer, customer_chat, created_at,
        department, category, priority, auto, status, description)
    VALUES (:id, :number, :tail, :key, :version, :customer, :customer_chat, :created_at,
        :department, :category, :priority, :auto, 'queued', :description)";
// Two statements, because SQLite renews the entry in every index that a statement's columns appear in: an assignment
// has nothing to do with the indexes of ended tickets.
pub(super) const MOVE: &str =
    "UPDATE tickets SET version = :version, department = :department, category = :category,
        priority = :priority, auto = :auto, description = :description, status = :status,
        agent = :agent, slot = :slot, assigned_at = :assigned_at, opened_at = :opened_at
    WHERE id = :id AND version = :expected AND ended_at IS NULL";
pub(super) const END: &str = "UPDATE tickets SET version = :version, status = :status,
        agent = NULL, slot = NULL, assigned_at = NULL, opened_at = NULL, ended_by = :by, ended_at = :at
    WHERE id = :id AND version = :expected AND ended_at IS NULL";

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
    let tail = backwards(suffix);
    let end = format!("{tail}{}", char::MAX);
    many(conn, BY_SUFFIX, params![tail, end, count(limit)])
}

pub(super) fn of(conn: &Connection, customer: PersonId, limit: usize) -> rusqlite::Result<Vec<Ticket>> {
    let mut found = many(conn, OPEN_OF, params![customer, count(limit)])?;
    let room = limit.saturating_sub(found.len());
    found.extend(many(conn, ENDED_OF, params![customer, count(room)])?);
    Ok(found)
}

/// How many open tickets a customer has, counted up to `most`.
pub(super) fn count_open(conn: &Connection, customer: PersonId, most: usize) -> rusqlite::Result<usize> {
    conn.prepare_cached(COUNT_OPEN)?.query_row(params![customer, count(most)], |row| row.get(0))
}

pub(super) fn open(conn: &Connection, t: &Ticket, key: &str) -> Result<Arrival, CommitError> {
    if t.state != TicketState::Queued {
        return Err(CommitError::Conflict);
    }
    let number = t.number.as_str();
    let written = conn.prepare_cached(INSERT)?.execute(named_params! {
        ":id": t.id, ":number": number, ":tail": backwards(number), ":key": key, ":version": t.version,
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
    if let Some(hold) = t.hold() {
        people::check(conn, guard, hold)?;
    }
    let status = t.status().as_str();
    let written = match &t.state {
        TicketState::Completed { agent: by, at } | TicketState::Cancelled { by, at } => {
            conn.prepare_cached(END)?.execute(named_params! {
                ":id": t.id, ":expected": expected, ":version": t.version, ":status": status,
                ":by": by, ":at": At(*at),
            })
        }
        TicketState::Queued | TicketState::Held(_) => {
            let hold = t.hold();
            conn.prepare_cached(MOVE)?.execute(named_params! {
                ":id": t.id, ":expected": expected, ":version": t.version, ":status": status,
                ":department": t.department, ":category": t.category, ":priority": t.priority, ":auto": t.auto,
                ":description": Json(&t.description),
                ":agent": hold.map(|h| h.agent), ":slot": hold.map(|h| h.slot),
                ":assigned_at": hold.map(|h| At(h.assigned_at)),
                ":opened_at": hold.and_then(|h| h.opened_at).map(At),
            })
        }
    };
    match (written, t.hold()) {
        (Ok(1), Some(hold)) if guard == Guard::Eligible => Ok(people::take_turn(conn, hold)?),
        (Ok(1), _) => Ok(()),
        (Ok(_), _) => Err(CommitError::Conflict),
        (Err(error), _) if is_taken(&error) => Err(CommitError::Conflict),
        (Err(error), _) => Err(error.into()),
    }
}

fn backwards(text: &str) -> String {
    text.chars().rev().collect()
}
