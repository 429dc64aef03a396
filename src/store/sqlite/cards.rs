//! Live cards: the message that shows a card, one per storage key, which is the column `slot`.
use super::codec::{Json, Micros, row_count};
use crate::domain::Time;
use crate::domain::card::{CardKey, LiveCard};
use crate::domain::ids::{PersonId, TicketId};
use rusqlite::{Connection, OptionalExtension, Row, params};

const WRITE: &str = "INSERT OR REPLACE INTO live_cards (slot, key, chat, message_id, digest, list_shown_at)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
pub(super) const PRUNE_LISTS: &str = "DELETE FROM live_cards WHERE slot IN
    (SELECT slot FROM live_cards INDEXED BY live_cards_of_lists
     WHERE list_shown_at IS NOT NULL AND list_shown_at < ?1 LIMIT ?2)";
const BY_STORAGE_KEY: &str = "SELECT key, chat, message_id, digest FROM live_cards WHERE slot = ?1";
/// Selects the storage keys with the prefixes "myqueue " and "focus ": '!' is the character after the blank.
const AGENT_QUEUES: &str = "SELECT key, chat, message_id, digest FROM live_cards
    WHERE slot >= 'myqueue ' AND slot < 'myqueue!' OR slot >= 'focus ' AND slot < 'focus!'";
/// Selects the storage keys with the prefixes "queue " and "workload ".
pub(super) const DESK_LISTS: &str = "SELECT key, chat, message_id, digest FROM live_cards
    WHERE slot >= 'queue ' AND slot < 'queue!' OR slot >= 'workload ' AND slot < 'workload!'";
/// Selects the storage keys with the prefix "pickup ".
pub(super) const PICK_UPS: &str = "SELECT key, chat, message_id, digest FROM live_cards
    WHERE slot >= 'pickup ' AND slot < 'pickup!'";
pub(super) const PRUNABLE: &str =
    "SELECT ended_at, ticket FROM card_prune_queue WHERE ended_at < ?1 ORDER BY ended_at LIMIT ?2";
const DEQUEUE: &str = "DELETE FROM card_prune_queue WHERE ended_at = ?1 AND ticket = ?2";
const FORGET: &str = "DELETE FROM live_cards WHERE slot = ?1 AND message_id = ?2";
const DELETE: &str = "DELETE FROM live_cards WHERE slot = ?1";
/// Deletes the storage keys with the prefix `?1` and a blank: '!' is the character after the blank.
pub(super) const DELETE_BY_PREFIX: &str =
    "DELETE FROM live_cards WHERE slot >= ?1 || ' ' AND slot < ?1 || '!'";

fn card(row: &Row<'_>) -> rusqlite::Result<LiveCard> {
    let digest: i64 = row.get(3)?;
    Ok(LiveCard {
        key: row.get::<_, Json<_>>(0)?.0,
        chat: row.get(1)?,
        message_id: row.get(2)?,
        digest: digest.cast_unsigned(),
    })
}

/// Writes a live card, whose content was sent at `now`, in place of the one with its storage key.
pub(super) fn write(conn: &Connection, card: &LiveCard, now: Time) -> rusqlite::Result<()> {
    let LiveCard { key, chat, message_id, digest } = card;
    let mut write = conn.prepare_cached(WRITE)?;
    let list_shown_at = key.is_list().then_some(Micros(now));
    let values = params![key.storage_key(), Json(key), chat, message_id, digest.cast_signed(), list_shown_at];
    write.execute(values).map(drop)
}

/// Deletes the live card of `key` if it is this message.
pub(super) fn forget(conn: &Connection, key: CardKey, message_id: i32) -> rusqlite::Result<()> {
    conn.prepare_cached(FORGET)?.execute(params![key.storage_key(), message_id]).map(drop)
}

/// Returns the live card of `key`.
pub(super) fn by_key(conn: &Connection, key: CardKey) -> rusqlite::Result<Option<LiveCard>> {
    conn.prepare_cached(BY_STORAGE_KEY)?.query_row([key.storage_key()], card).optional()
}

/// Returns the cards of all agents' queues, and their focus cards.
pub(super) fn agent_queues(conn: &Connection) -> rusqlite::Result<Vec<LiveCard>> {
    conn.prepare_cached(AGENT_QUEUES)?.query_map([], card)?.collect()
}

/// Returns the cards of the desk's lists.
pub(super) fn desk_lists(conn: &Connection) -> rusqlite::Result<Vec<LiveCard>> {
    conn.prepare_cached(DESK_LISTS)?.query_map([], card)?.collect()
}

/// Returns the pick-up cards.
pub(super) fn pick_ups(conn: &Connection) -> rusqlite::Result<Vec<LiveCard>> {
    conn.prepare_cached(PICK_UPS)?.query_map([], card)?.collect()
}

/// Deletes the cards of at most `limit` tickets that ended before `before`, and returns the number of
/// tickets.
pub(super) fn prune(conn: &Connection, before: Time, limit: usize) -> rusqlite::Result<usize> {
    let tickets: Vec<(Micros, TicketId)> = conn
        .prepare_cached(PRUNABLE)?
        .query_map(params![Micros(before), row_count(limit)], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    for (ended_at, ticket) in &tickets {
        for key in [CardKey::Status(*ticket), CardKey::CommentPrompt(*ticket)] {
            conn.prepare_cached(DELETE)?.execute([key.storage_key()])?;
        }
        for kind in ["task", "pickup", "lastword"] {
            conn.prepare_cached(DELETE_BY_PREFIX)?.execute([format!("{kind} {ticket}")])?;
        }
        conn.prepare_cached(DEQUEUE)?.execute(params![ended_at, ticket])?;
    }
    Ok(tickets.len())
}

/// Deletes at most `limit` cards of lists that did not change since `before`, and returns how many.
pub(super) fn prune_lists(conn: &Connection, before: Time, limit: usize) -> rusqlite::Result<usize> {
    conn.prepare_cached(PRUNE_LISTS)?.execute(params![Micros(before), row_count(limit)])
}

/// Deletes the card of a person's draft.
pub(super) fn delete_draft_card(conn: &Connection, person: PersonId) -> rusqlite::Result<()> {
    conn.prepare_cached(DELETE)?.execute([CardKey::Draft(person).storage_key()]).map(drop)
}
