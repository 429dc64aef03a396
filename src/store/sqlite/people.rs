//! People, and the `agents` rows against which assignments are checked.
use super::codec::{Json, Micros, row_count};
use super::error::is_unique_violation;
use crate::domain::Time;
use crate::domain::ids::{PersonId, Slot, TelegramId, Version};
use crate::domain::person::{AgentProfile, Person};
use crate::domain::ticket::Hold;
use crate::engine::ports::{AdminGuard, CommitError, Guard, UniqueKey};
use crate::store::unreadable::UnreadablePerson;
use rusqlite::{Connection, OptionalExtension, Row, named_params, params};
use serde_json::Value;
use std::ops::RangeInclusive;
use uuid::Uuid;

macro_rules! person {
    ($rest:literal) => {
        concat!("SELECT p.doc, a.last_assigned, a.last_activity, p.id, p.telegram FROM people p ", $rest)
    };
}
pub(super) const BY_ID: &str = person!("LEFT JOIN agents a ON a.person = p.id WHERE p.id = ?1");
pub(super) const BY_TELEGRAM: &str = person!("LEFT JOIN agents a ON a.person = p.id WHERE p.telegram = ?1");
// Telegram lets a username pass from one person to another: the newest row has it.
const BY_USERNAME: &str =
    person!("LEFT JOIN agents a ON a.person = p.id WHERE p.username = ?1 ORDER BY p.rowid DESC LIMIT 1");
/// Selects the agents whose ids are in a range, in no order: SQLite would sort the rows with their documents. It
/// reads their rows in the order of the file, and those of nobody else, however many customers there are.
pub(super) const AGENTS: &str = person!(
    "CROSS JOIN agents a ON a.person = p.id WHERE p.rowid IN
        (SELECT q.rowid FROM agents b CROSS JOIN people q ON q.id = b.person
            WHERE b.person >= ?1 AND b.person <= ?2)"
);
const ADMINS: &str = person!("LEFT JOIN agents a ON a.person = p.id WHERE p.admin = 1 ORDER BY p.rowid");
pub(super) const BANNED: &str = person!(
    "INDEXED BY people_banned LEFT JOIN agents a ON a.person = p.id WHERE p.banned = 1
     ORDER BY p.rowid DESC LIMIT ?1"
);
const RECENT: &str = person!("LEFT JOIN agents a ON a.person = p.id ORDER BY p.rowid DESC LIMIT ?1");

const INSERT: &str = "INSERT INTO people (id, telegram, username, admin, banned, alias, version, doc)
    VALUES (:id, :telegram, :username, :admin, :banned, :alias, :version, :doc)";
const UPDATE: &str = "UPDATE people SET telegram = :telegram, username = :username, admin = :admin,
    banned = :banned, alias = :alias, version = :version, doc = :doc WHERE id = :id AND version = :expected";
const UPSERT_AGENT: &str =
    "INSERT INTO agents VALUES (:person, :order, :availability, :reachable, :auto, :max,
        :last_assigned, :last_activity, NULL, NULL)
    ON CONFLICT (person) DO UPDATE SET assignment_order = excluded.assignment_order,
        availability = excluded.availability, reachable = excluded.reachable,
        auto_assignment = excluded.auto_assignment, max_tickets = excluded.max_tickets";
pub(super) const OTHER_ADMIN: &str =
    "SELECT 1 FROM people INDEXED BY people_admins WHERE admin = 1 AND id <> ?1";
pub(super) const OTHER_ALIAS: &str = "SELECT 1 FROM people WHERE alias = ?1 AND id <> ?2";
pub(super) const HAD_USERNAME: &str = "SELECT 1 FROM former_usernames WHERE username = ?1 AND person <> ?2";
pub(super) const FORGET_USERNAMES: &str = "DELETE FROM former_usernames WHERE person = ?1";
const KEEP_USERNAME: &str = "INSERT INTO former_usernames (username, person) VALUES (?1, ?2)";
const DELETE_AGENT: &str = "DELETE FROM agents WHERE person = ?1";

// Assignments can be committed in another order than they were planned in: the latest time wins.
const SET_LAST_ASSIGNED: &str = "UPDATE agents SET last_assigned = ?2
    WHERE person = ?1 AND (last_assigned IS NULL OR last_assigned < ?2)";
// Both the slot and the count are checked: after a capacity was lowered, an agent can hold high slots while
// low slots are free.
const HAS_CAPACITY: &str = "SELECT 1 FROM agents WHERE person = ?1 AND max_tickets > ?2
    AND max_tickets > (SELECT count(*) FROM tickets WHERE agent = ?1)";
const IS_AGENT: &str = "SELECT 1 FROM agents WHERE person = ?1";
const LIMIT_ACTIVITY: &str = "UPDATE agents SET last_activity = ?1 WHERE last_activity > ?1";
const RECORD_ACTIVITY: &str = "UPDATE agents SET last_activity = ?2 WHERE person = ?1 AND last_activity < ?2";

fn person(row: &Row<'_>) -> rusqlite::Result<Person> {
    let Json(mut person) = row.get::<_, Json<Person>>(0)?;
    if let Some(profile) = &mut person.agent {
        profile.last_assigned = row.get::<_, Option<Micros>>(1)?.map(|at| at.0);
        profile.last_activity = row.get::<_, Micros>(2)?.0;
    }
    Ok(person)
}

/// Reads a person, or else what can be read of the row.
fn person_or_unreadable(row: &Row<'_>) -> rusqlite::Result<Result<Person, Box<UnreadablePerson>>> {
    use rusqlite::Error as E;
    match person(row) {
        Ok(person) => Ok(Ok(person)),
        Err(
            error @ (E::FromSqlConversionFailure(..)
            | E::IntegralValueOutOfRange(..)
            | E::InvalidColumnType(..)
            | E::Utf8Error(..)),
        ) => {
            let doc: Option<Value> = row.get::<_, Json<Value>>(0).ok().map(|doc| doc.0);
            let name = doc.as_ref().and_then(|doc| doc.get("name")).and_then(Value::as_str);
            Ok(Err(Box::new(UnreadablePerson::new(row.get(3)?, row.get(4)?, name, error.to_string()))))
        }
        Err(error) => Err(error),
    }
}

/// Returns the person with this id; a stand-in if their row can't be read.
pub(super) fn by_id(conn: &Connection, id: PersonId) -> rusqlite::Result<Option<Person>> {
    let found = conn.prepare_cached(BY_ID)?.query_row([id], person_or_unreadable).optional()?;
    Ok(found.map(|person| person.unwrap_or_else(|unreadable| unreadable.stand_in)))
}

pub(super) fn by_telegram(conn: &Connection, id: TelegramId) -> rusqlite::Result<Option<Person>> {
    conn.prepare_cached(BY_TELEGRAM)?.query_row([id], person).optional()
}

/// Returns the person with this username, in any case.
pub(super) fn by_username(conn: &Connection, name: &str) -> rusqlite::Result<Option<Person>> {
    conn.prepare_cached(BY_USERNAME)?.query_row([name.to_lowercase()], person).optional()
}

/// Returns whether somebody else had this username, in lower case, before.
pub(super) fn was_username_of_other(
    conn: &Connection,
    name: &str,
    person: PersonId,
) -> rusqlite::Result<bool> {
    conn.prepare_cached(HAD_USERNAME)?.exists(params![name, person])
}

/// Returns ranges that divide all people by their ids, at most 256.
pub(super) fn id_ranges(count: usize) -> Vec<RangeInclusive<PersonId>> {
    let count = u32::try_from(count).unwrap_or(u32::MAX).clamp(1, 256);
    let bound = |n: u32| u128::from(256 * n / count) << 120;
    let id = |bits| PersonId(Uuid::from_u128(bits));
    let last = |n| if n == count { u128::MAX } else { bound(n) - 1 };
    (0..count).map(|n| id(bound(n))..=id(last(n + 1))).collect()
}

/// Returns the agents with these ids, in no order.
pub(super) fn agents(
    conn: &Connection,
    ids: &RangeInclusive<PersonId>,
) -> rusqlite::Result<Vec<Result<Person, Box<UnreadablePerson>>>> {
    conn.prepare_cached(AGENTS)?.query_map([ids.start(), ids.end()], person_or_unreadable)?.collect()
}

pub(super) fn admins(conn: &Connection) -> rusqlite::Result<Vec<Result<Person, Box<UnreadablePerson>>>> {
    conn.prepare_cached(ADMINS)?.query_map([], person_or_unreadable)?.collect()
}

/// Returns at most `limit` people, newest first.
pub(super) fn recent(
    conn: &Connection,
    limit: usize,
) -> rusqlite::Result<Vec<Result<Person, Box<UnreadablePerson>>>> {
    conn.prepare_cached(RECENT)?.query_map([row_count(limit)], person_or_unreadable)?.collect()
}

/// Returns at most `limit` banned people, newest first.
pub(super) fn banned(conn: &Connection, limit: usize) -> rusqlite::Result<Vec<Person>> {
    conn.prepare_cached(BANNED)?.query_map([row_count(limit)], person)?.collect()
}

/// Records an agent's activity; never moves the time back.
pub(super) fn record_activity(conn: &Connection, agent: PersonId, at: Time) -> rusqlite::Result<()> {
    conn.prepare_cached(RECORD_ACTIVITY)?.execute(params![agent, Micros(at)]).map(drop)
}

/// Limits the last activity of all agents to `now`, after the clock was set back.
pub(super) fn limit_activity(conn: &Connection, now: Time) -> rusqlite::Result<()> {
    conn.prepare_cached(LIMIT_ACTIVITY)?.execute([Micros(now)]).map(drop)
}

/// Writes a new person (`expected` is `None`) or the next version of one, with their `agents` row.
pub(super) fn write(conn: &Connection, p: &Person, expected: Option<Version>) -> Result<(), CommitError> {
    let username = p.username.as_ref().map(|name| name.to_lowercase());
    let alias = p.agent.as_ref().and_then(AgentProfile::alias_key);
    let doc = Json(p);
    let written = match expected {
        None => conn.prepare_cached(INSERT)?.execute(named_params! {
            ":id": p.id, ":telegram": p.telegram, ":username": username, ":admin": p.is_admin(),
            ":banned": p.is_banned(), ":alias": alias, ":version": p.version, ":doc": doc,
        }),
        Some(expected) => conn.prepare_cached(UPDATE)?.execute(named_params! {
            ":id": p.id, ":telegram": p.telegram, ":username": username, ":admin": p.is_admin(),
            ":banned": p.is_banned(), ":alias": alias, ":version": p.version, ":doc": doc, ":expected": expected,
        }),
    };
    match written {
        Ok(0) => Err(CommitError::Conflict),
        Ok(_) => {
            write_former_usernames(conn, p)?;
            Ok(write_agent(conn, p)?)
        }
        Err(error) if is_unique_violation(&error) => Err(duplicate_key(conn, p, expected)?),
        Err(error) => Err(error.into()),
    }
}

fn write_former_usernames(conn: &Connection, p: &Person) -> rusqlite::Result<()> {
    conn.prepare_cached(FORGET_USERNAMES)?.execute([p.id])?;
    for username in &p.former_usernames {
        conn.prepare_cached(KEEP_USERNAME)?.execute(params![username, p.id])?;
    }
    Ok(())
}

/// Writes the next version of a person who becomes or ceases to be an admin.
pub(super) fn write_admin(
    conn: &Connection,
    p: &Person,
    expected: Version,
    guard: AdminGuard,
) -> Result<(), CommitError> {
    let has_other = conn.prepare_cached(OTHER_ADMIN)?.exists([p.id])?;
    if guard.allows(has_other) { write(conn, p, Some(expected)) } else { Err(CommitError::Admins) }
}

/// Returns the error for a person whose write violated a unique key: the Telegram id if another has it, then
/// the alias, else the person's id.
fn duplicate_key(conn: &Connection, p: &Person, expected: Option<Version>) -> rusqlite::Result<CommitError> {
    let has_telegram_id = |other: &Person| expected.is_none() || other.id != p.id;
    if by_telegram(conn, p.telegram)?.is_some_and(|other| has_telegram_id(&other)) {
        return Ok(CommitError::Duplicate(UniqueKey::Telegram));
    }
    let alias = p.agent.as_ref().and_then(AgentProfile::alias_key);
    let is_alias = conn.prepare_cached(OTHER_ALIAS)?.exists(params![alias, p.id])?;
    Ok(if is_alias { CommitError::Duplicate(UniqueKey::Alias) } else { CommitError::Conflict })
}

fn write_agent(conn: &Connection, p: &Person) -> rusqlite::Result<()> {
    let Some(agent) = &p.agent else {
        return conn.prepare_cached(DELETE_AGENT)?.execute([p.id]).map(drop);
    };
    let written = conn.prepare_cached(UPSERT_AGENT)?.execute(named_params! {
        ":person": p.id,
        ":order": agent.assignment_order,
        ":availability": agent.availability.as_str(),
        ":reachable": p.reachable,
        ":auto": agent.auto_assignment_enabled,
        ":max": agent.max_tickets.get(),
        ":last_assigned": agent.last_assigned.map(Micros),
        ":last_activity": Micros(agent.last_activity),
    });
    written.map(drop)
}

/// Checks the guard of a ticket's write against the agent who gets the ticket.
pub(super) fn check_guard(conn: &Connection, guard: Guard, hold: &Hold) -> Result<(), CommitError> {
    let Slot(slot) = hold.slot;
    let holds = match guard {
        // The statement that writes an assignment by the engine checks the agent itself.
        Guard::None | Guard::Eligible | Guard::FirstInQueue => true,
        Guard::Capacity => conn.prepare_cached(HAS_CAPACITY)?.exists(params![hold.agent, slot])?,
        Guard::Override => conn.prepare_cached(IS_AGENT)?.exists([hold.agent])?,
    };
    if holds { Ok(()) } else { Err(CommitError::Conflict) }
}

/// Moves the agent's `last_assigned` forward to the time of an assignment.
pub(super) fn set_last_assigned(conn: &Connection, hold: &Hold) -> rusqlite::Result<()> {
    conn.prepare_cached(SET_LAST_ASSIGNED)?.execute(params![hold.agent, Micros(hold.assigned_at)]).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_of_ids_have_every_id_once() {
        for count in [0, 1, 2, 3, 16, 255, 256, 10_000] {
            let ranges = id_ranges(count);
            assert_eq!(ranges.len(), count.clamp(1, 256), "{count}");
            let mut next = Some(0);
            for range in &ranges {
                assert_eq!(Some(range.start().0.as_u128()), next, "{count}");
                next = range.end().0.as_u128().checked_add(1);
            }
            assert_eq!(next, None, "the last range ends with the last id");
        }
    }
}
