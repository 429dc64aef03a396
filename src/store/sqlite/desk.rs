//! The small things: departments, settings, incidents, invitations, drafts.
use super::cards;
use super::codec::Json;
use super::error::is_taken;
use crate::domain::alert::Incidents;
use crate::domain::department::Department;
use crate::domain::draft::Draft;
use crate::domain::ids::{PersonId, Version};
use crate::domain::invite::Invite;
use crate::domain::policy::Settings;
use crate::engine::ports::{CommitError, UniqueKey};
use rusqlite::{Connection, OptionalExtension, ToSql, params};
use serde::de::DeserializeOwned;

/// An answer for a conditional write: the number of rows it wrote, or the key that stood in its way.
fn decide(written: rusqlite::Result<usize>, key: UniqueKey) -> Result<(), CommitError> {
    match written {
        Ok(0) => Err(CommitError::Conflict),
        Ok(_) => Ok(()),
        Err(error) if is_taken(&error) => Err(CommitError::Duplicate(key)),
        Err(error) => Err(error.into()),
    }
}

pub(super) fn departments(conn: &Connection) -> rusqlite::Result<Vec<Department>> {
    let mut query = conn.prepare_cached("SELECT doc FROM departments ORDER BY name")?;
    query.query_map([], |row| Ok(row.get::<_, Json<_>>(0)?.0))?.collect()
}

pub(super) fn write_department(
    conn: &Connection,
    d: &Department,
    expected: Option<Version>,
) -> Result<(), CommitError> {
    let name = d.name.to_lowercase();
    let Some(expected) = expected else {
        let named = "SELECT 1 FROM departments WHERE name = ?1";
        if conn.prepare_cached(named)?.exists([&name])? {
            return Err(CommitError::Duplicate(UniqueKey::Department));
        }
        let insert = "INSERT INTO departments (id, name, version, doc) VALUES (?1, ?2, ?3, ?4)
            ON CONFLICT (id) DO NOTHING";
        let written = conn.prepare_cached(insert)?.execute(params![d.id, name, d.version, Json(d)]);
        return decide(written, UniqueKey::Department);
    };
    let update = "UPDATE departments SET name = ?2, version = ?3, doc = ?4 WHERE id = ?1 AND version = ?5";
    let written = conn.prepare_cached(update)?.execute(params![d.id, name, d.version, Json(d), expected]);
    decide(written, UniqueKey::Department)
}

/// The one document of a table that has one at most.
fn only<T: DeserializeOwned + Default>(conn: &Connection, select: &str) -> rusqlite::Result<T> {
    let mut query = conn.prepare_cached(select)?;
    let found = query.query_row([], |row| Ok(row.get::<_, Json<T>>(0)?.0)).optional()?;
    Ok(found.unwrap_or_default())
}

/// Writes it. One that was never written is the default, at the default's version.
fn write_only(
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
    only(conn, "SELECT doc FROM settings")
}

pub(super) fn write_settings(conn: &Connection, s: &Settings, expected: Version) -> Result<(), CommitError> {
    let insert = "INSERT INTO settings (one, version, doc) SELECT 1, ?1, ?2
        WHERE ?3 = ?4 AND NOT EXISTS (SELECT 1 FROM settings)";
    let update = "UPDATE settings SET version = ?1, doc = ?2 WHERE version = ?3";
    write_only(conn, (insert, update), (Json(s), s.version), expected)
}

pub(super) fn incidents(conn: &Connection) -> rusqlite::Result<Incidents> {
    only(conn, "SELECT doc FROM incidents")
}

pub(super) fn write_incidents(
    conn: &Connection,
    i: &Incidents,
    expected: Version,
) -> Result<(), CommitError> {
    let insert = "INSERT INTO incidents (one, version, doc) SELECT 1, ?1, ?2
        WHERE ?3 = ?4 AND NOT EXISTS (SELECT 1 FROM incidents)";
    let update = "UPDATE incidents SET version = ?1, doc = ?2 WHERE version = ?3";
    write_only(conn, (insert, update), (Json(i), i.version), expected)
}

pub(super) fn invite(conn: &Connection, code: &str) -> rusqlite::Result<Option<Invite>> {
    let mut query = conn.prepare_cached("SELECT doc FROM invites WHERE code = ?1")?;
    query.query_row([code], |row| Ok(row.get::<_, Json<_>>(0)?.0)).optional()
}

pub(super) fn write_invite(conn: &Connection, i: &Invite) -> Result<(), CommitError> {
    let sql = match i.used_by {
        None => "INSERT INTO invites (code, used, doc) VALUES (?1, 0, ?2)",
        Some(_) => "UPDATE invites SET used = 1, doc = ?2 WHERE code = ?1 AND used = 0",
    };
    decide(conn.prepare_cached(sql)?.execute(params![i.code, Json(i)]), UniqueKey::Invite)
}

pub(super) fn draft(conn: &Connection, person: PersonId) -> rusqlite::Result<Option<Draft>> {
    let mut query = conn.prepare_cached("SELECT doc FROM drafts WHERE person = ?1")?;
    query.query_row([person], |row| Ok(row.get::<_, Json<_>>(0)?.0)).optional()
}

pub(super) fn put_draft(conn: &Connection, d: &Draft) -> rusqlite::Result<()> {
    let put = "INSERT OR REPLACE INTO drafts (person, id, doc) VALUES (?1, ?2, ?3)";
    conn.prepare_cached(put)?.execute(params![d.person, d.id, Json(d)]).map(drop)
}

pub(super) fn drop_draft(conn: &Connection, d: &Draft) -> rusqlite::Result<()> {
    let forget = "DELETE FROM drafts WHERE person = ?1 AND id = ?2";
    if conn.prepare_cached(forget)?.execute(params![d.person, d.id])? > 0 {
        cards::forget_draft(conn, d.person)?;
    }
    Ok(())
}
