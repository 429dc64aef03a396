//! Live cards: which message shows what, one per slot.
use super::codec::Json;
use crate::domain::card::{CardKey, LiveCard};
use rusqlite::{Connection, OptionalExtension, Row, params};

const PUT: &str = "INSERT OR REPLACE INTO live_cards (slot, key, chat, message_id, digest)
    VALUES (?1, ?2, ?3, ?4, ?5)";
const BY_SLOT: &str = "SELECT key, chat, message_id, digest FROM live_cards WHERE slot = ?1";
/// The slots that begin with "myqueue ".
const QUEUES: &str = "SELECT key, chat, message_id, digest FROM live_cards
    WHERE slot >= 'myqueue ' AND slot < 'myqueue!'";

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
