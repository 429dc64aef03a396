//! Reference data and other small documents: departments, settings, incidents, invitations, drafts.
mod canned_replies;

use super::cards;
use super::codec::{Json, Micros, row_count};
use super::error::is_unique_violation;
use crate::domain::Time;
use crate::domain::alert::Incidents;
use crate::domain::department::Department;
use crate::domain::draft::Draft;
use crate::domain::ids::{PersonId, Version};
use crate::domain::person::invite::Invite;
use crate::domain::policy::Settings;
use crate::engine::ports::{CommitError, UniqueKey};
use rusqlite::{Connection, OptionalExtension, ToSql, params};
use serde::de::DeserializeOwned;

pub(super) const OPEN_INVITES: &str = "SELECT doc FROM invites INDEXED BY invites_by_expiry
    WHERE expires_at >= ?1 AND used = 0 ORDER BY expires_at";
pub(super) const PRUNE_INVITES: &str = "DELETE FROM invites WHERE code IN
    (SELECT code FROM invites INDEXED BY invites_by_expiry WHERE expires_at < ?1 LIMIT ?2)";
pub(super) const OLD_DRAFTS: &str = "SELECT person FROM drafts INDEXED BY drafts_by_time
    WHERE saved_at < ?1 LIMIT ?2";

/// Returns the result of a conditional write, given the number of rows that it wrote and the unique key of
/// its table.
fn write_result(written: rusqlite::Result<usize>, key: UniqueKey) -> Result<(), CommitError> {
    match written {
        Ok(0) => Err(CommitError::Conflict),
        Ok(_) => Ok(()),
        Err(error) if is_unique_violation(&error) => Err(CommitError::Duplicate(key)),
        Err(error) => Err(error.into()),
    }
}

/// Returns all departments by name.
pub(super) fn departments(conn: &Connection) -> rusqlite::Result<Vec<Department>> {
    let mut query = conn.prepare_cached("SELECT doc FROM departments ORDER BY name")?;
    query.query_map([], |row| Ok(row.get::<_, Json<_>>(0)?.0))?.collect()
}

/// Writes a new department (`expected` is `None`) or the next version of one.
pub(super) fn write_department(
    conn: &Connection,
    d: &Department,
    expected: Option<Version>,
) -> Result<(), CommitError> {
    let name = d.name.to_lowercase();
    let Some(expected) = expected else {
        let same_name = "SELECT 1 FROM departments WHERE name = ?1";
        if conn.prepare_cached(same_name)?.exists([&name])? {
            return Err(CommitError::Duplicate(UniqueKey::Department));
        }
        let insert = "INSERT INTO departments (id, name, version, doc) VALUES (?1, ?2, ?3, ?4)
            ON CONFLICT (id) DO NOTHING";
        let written = conn.prepare_cached(insert)?.execute(params![d.id, name, d.version, Json(d)]);
        return write_result(written, UniqueKey::Department);
    };
    let update = "UPDATE departments SET name = ?2, version = ?3, doc = ?4 WHERE id = ?1 AND version = ?5";
    let written = conn.prepare_cached(update)?.execute(params![d.id, name, d.version, Json(d), expected]);
    write_result(written, UniqueKey::Department)
}

/// Returns the document of a table with one row at most; the default if there is none.
fn singleton<T: DeserializeOwned + Default>(conn: &Connection, select: &str) -> rusqlite::Result<T> {
    let mut query = conn.prepare_cached(select)?;
    let found = query.query_row([], |row| Ok(row.get::<_, Json<T>>(0)?.0)).optional()?;
    Ok(found.unwrap_or_default())
}

/// Writes the document of a table with one row at most. Without a row, the current version is that of the
/// default.
fn write_singleton(
    conn: &Connection,
    (insert, update): (&str, &str),
    (doc, version): (impl ToSql, Version),
    expected: Version,
) -> Result<(), CommitError> {
    let default = Version::default();
    if conn.prepare_cached(insert)?.execute(params![version, doc, expected, default])? > 0 {
        return Ok(());
    }
    match conn.prepare_cached(update)?.execute(params![version, doc, expected])? {
        0 => Err(CommitError::Conflict),
        _ => Ok(()),
    }
}

pub(super) fn settings(conn: &Connection) -> rusqlite::Result<Settings> {
    singleton(conn, "SELECT doc FROM settings")
}

pub(super) fn write_settings(conn: &Connection, s: &Settings, expected: Version) -> Result<(), CommitError> {
    let insert = "INSERT INTO settings (id, version, doc) SELECT 1, ?1, ?2
        WHERE ?3 = ?4 AND NOT EXISTS (SELECT 1 FROM settings)";
    let update = "UPDATE settings SET version = ?1, doc = ?2 WHERE version = ?3";
    write_singleton(conn, (insert, update), (Json(s), s.version), expected)
}

pub(super) fn incidents(conn: &Connection) -> rusqlite::Result<Incidents> {
    singleton(conn, "SELECT doc FROM incidents")
}

pub(super) fn write_incidents(
    conn: &Connection,
    i: &Incidents,
    expected: Version,
) -> Result<(), CommitError> {
    let insert = "INSERT INTO incidents (id, version, doc) SELECT 1, ?1, ?2
        WHERE ?3 = ?4 AND NOT EXISTS (SELECT 1 FROM incidents)";
    let update = "UPDATE incidents SET version = ?1, doc = ?2 WHERE version = ?3";
    write_singleton(conn, (insert, update), (Json(i), i.version), expected)
}

pub(super) fn invite(conn: &Connection, code: &str) -> rusqlite::Result<Option<Invite>> {
    let mut query = conn.prepare_cached("SELECT doc FROM invites WHERE code = ?1")?;
    query.query_row([code], |row| Ok(row.get::<_, Json<_>>(0)?.0)).optional()
}

/// Writes a new invitation, or marks an unused one as used.
pub(super) fn write_invite(conn: &Connection, i: &Invite) -> Result<(), CommitError> {
    let sql = match i.used_by {
        None => "INSERT INTO invites (code, used, doc, expires_at) VALUES (?1, 0, ?2, ?3)",
        Some(_) => "UPDATE invites SET used = 1, doc = ?2, expires_at = ?3 WHERE code = ?1 AND used = 0",
    };
    let values = params![i.code, Json(i), Micros(i.expires_at)];
    write_result(conn.prepare_cached(sql)?.execute(values), UniqueKey::Invite)
}

/// Deletes an unused invitation.
pub(super) fn revoke_invite(conn: &Connection, code: &str) -> Result<(), CommitError> {
    let delete = "DELETE FROM invites WHERE code = ?1 AND used = 0";
    write_result(conn.prepare_cached(delete)?.execute([code]), UniqueKey::Invite)
}

/// Returns the unused invitations that are valid at `now`, those that expire first at the front.
pub(super) fn valid_invites(conn: &Connection, now: Time) -> rusqlite::Result<Vec<Invite>> {
    let mut query = conn.prepare_cached(OPEN_INVITES)?;
    query.query_map([Micros(now)], |row| Ok(row.get::<_, Json<_>>(0)?.0))?.collect()
}

/// Returns a person's draft.
pub(super) fn draft(conn: &Connection, person: PersonId) -> rusqlite::Result<Option<Draft>> {
    let mut query = conn.prepare_cached("SELECT doc FROM drafts WHERE person = ?1")?;
    query.query_row([person], |row| Ok(row.get::<_, Json<_>>(0)?.0)).optional()
}

/// Writes a draft in place of the person's last one. `now` is earlier than the draft if the store was given no
/// time yet.
pub(super) fn write_draft(conn: &Connection, d: &Draft, now: Time) -> rusqlite::Result<()> {
    let saved_at = Micros(now.max(d.created_at));
    let write = "INSERT OR REPLACE INTO drafts (person, id, doc, saved_at) VALUES (?1, ?2, ?3, ?4)";
    conn.prepare_cached(write)?.execute(params![d.person, d.id, Json(d), saved_at]).map(drop)
}

/// Deletes at most `limit` drafts that did not change since `before`, with their cards; returns how many.
pub(super) fn prune_drafts(conn: &Connection, before: Time, limit: usize) -> rusqlite::Result<usize> {
    let people: Vec<PersonId> = conn
        .prepare_cached(OLD_DRAFTS)?
        .query_map(params![Micros(before), row_count(limit)], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for person in &people {
        conn.prepare_cached("DELETE FROM drafts WHERE person = ?1")?.execute([person])?;
        cards::delete_draft_card(conn, *person)?;
    }
    Ok(people.len())
}

/// Deletes at most `limit` invitations that ended before `before`, and returns how many.
pub(super) fn prune_invites(conn: &Connection, before: Time, limit: usize) -> rusqlite::Result<usize> {
    conn.prepare_cached(PRUNE_INVITES)?.execute(params![Micros(before), row_count(limit)])
}

/// Deletes a person's draft with its card, if it is still this draft.
pub(super) fn delete_draft(conn: &Connection, d: &Draft) -> rusqlite::Result<()> {
    let delete = "DELETE FROM drafts WHERE person = ?1 AND id = ?2";
    if conn.prepare_cached(delete)?.execute(params![d.person, d.id])? > 0 {
        cards::delete_draft_card(conn, d.person)?;
    }
    Ok(())
}
