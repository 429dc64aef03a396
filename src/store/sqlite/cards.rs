//! Live cards: which message shows what, one per slot.
use super::codec::{At, Json, count};
use crate::domain::Time;
use crate::domain::card::{CardKey, LiveCard};
use crate::domain::ids::{PersonId, TicketId};
use rusqlite::{Connection, OptionalExtension, Row, params};

const PUT: &str = "INSERT OR REPLACE INTO live_cards (slot, key, chat, message_id, digest)
    VALUES (?1, ?2, ?3, ?4, ?5)";
const BY_SLOT: &str = "SELECT key, chat, message_id, digest FROM live_cards WHERE slot = ?1";
/// The slots that begin with "myqueue ".
const QUEUES: &str = "SELECT key, chat, message_id, digest FROM live_cards
    WHERE slot >= 'myqueue ' AND slot < 'myqueue!'";
pub(super) const ENDED: &str = "SELECT at, ticket FROM ended WHERE at < ?1 ORDER BY at LIMIT ?2";
const FORGET_ENDED: &str = "DELETE FROM ended WHERE at = ?1 AND ticket = ?2";
const FORGET: &str = "DELETE FROM live_cards WHERE slot = ?1";
/// The slots that begin with ?1 and a blank: '!' comes next after the blank.
pub(super) const FORGET_ALL: &str = "DELETE FROM live_cards WHERE slot >= ?1 || ' ' AND slot < ?1 || '!'";

fn card(row: &Row<'_>) -> rusqlite::Result<LiveCard> {
    let digest: i64 = row.get(3)?;
    Ok(LiveCard {
        key: row.get::<_, Json<_>>(0)?.0,
        chat: row.get(1)?,
        message_id: row.get(2)?,
        digest: digest.cast_unsigned(),
    })
}

pub(super) fn put(conn: &Connection, card: &LiveCard) -> rusqlite::Result<()> {
    let LiveCard { key, chat, message_id, digest } = card;
    let mut put = conn.prepare_cached(PUT)?;
    put.execute(params![key.slot(), Json(key), chat, message_id, digest.cast_signed()]).map(drop)
}

pub(super) fn live(conn: &Connection, key: CardKey) -> rusqlite::Result<Option<LiveCard>> {
    conn.prepare_cached(BY_SLOT)?.query_row([key.slot()], card).optional()
}

pub(super) fn queues(conn: &Connection) -> rusqlite::Result<Vec<LiveCard>> {
    conn.prepare_cached(QUEUES)?.query_map([], card)?.collect()
}

/// Forgets the cards of at most `limit` tickets that ended before `before`; returns of how many.
pub(super) fn prune(conn: &Connection, before: Time, limit: usize) -> rusqlite::Result<usize> {
    let rows: Vec<(At, TicketId)> = conn
        .prepare_cached(ENDED)?
        .query_map(params![At(before), count(limit)], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    for (at, ticket) in &rows {
        conn.prepare_cached(FORGET)?.execute([CardKey::Status(*ticket).slot()])?;
        conn.prepare_cached(FORGET_ALL)?.execute([format!("task {ticket}")])?;
        conn.prepare_cached(FORGET_ENDED)?.execute(params![at, ticket])?;
    }
    Ok(rows.len())
}

/// Forgets the card of a person's draft.
pub(super) fn forget_draft(conn: &Connection, person: PersonId) -> rusqlite::Result<()> {
    conn.prepare_cached(FORGET)?.execute([CardKey::Draft(person).slot()]).map(drop)
}
