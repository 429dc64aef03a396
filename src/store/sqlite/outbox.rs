//! The outbox: deliveries in order per chat, claimed one per chat.
//!
//! A row of `outbox_chats` names what goes next in its chat, so a claim costs what it returns, whatever waits behind.
use super::codec::{At, Json, count};
use super::counters;
use crate::domain::Time;
use crate::domain::ids::ChatId;
use crate::domain::notice::Outgoing;
use crate::engine::ports::{ClaimedDelivery, Outcome};
use rusqlite::{Connection, OptionalExtension, params};

const ADD: &str = "INSERT INTO outbox (chat, lane, since, same, message) VALUES (?1, ?2, ?3, ?4, ?5)
    ON CONFLICT DO NOTHING";
// What is added last goes next only when nothing of its lane or a better one waits.
const ADD_CHAT: &str = "INSERT INTO outbox_chats (chat, lane, head) VALUES (?1, ?2, ?3)
    ON CONFLICT (chat) DO UPDATE SET lane = excluded.lane, head = excluded.head
        WHERE claimed = 0 AND excluded.lane < lane";
pub(super) const DUE: &str = "UPDATE outbox_chats INDEXED BY outbox_later SET not_before = 0
    WHERE claimed = 0 AND not_before > 0 AND not_before <= ?1";
pub(super) const READY: &str = "SELECT o.id, o.chat, o.since, o.attempts, o.unknown, o.message
    FROM outbox_chats c INDEXED BY outbox_ready CROSS JOIN outbox o ON o.id = c.head
    WHERE c.claimed = 0 AND c.not_before = 0 ORDER BY c.lane, c.head LIMIT ?1";
const CLAIM: &str = "UPDATE outbox SET claimed = 1 WHERE id = ?1";
const CLAIM_CHAT: &str = "UPDATE outbox_chats SET claimed = 1 WHERE chat = ?1";
const DELETE: &str = "DELETE FROM outbox WHERE id = ?1 AND claimed = 1 RETURNING chat, unknown";
pub(super) const YOUNGER_TWIN: &str = "DELETE FROM outbox INDEXED BY outbox_same
    WHERE claimed = 0 AND same IS NOT NULL AND (chat, same) = (SELECT chat, same FROM outbox WHERE id = ?1)";
pub(super) const RELEASE: &str =
    "UPDATE outbox SET claimed = 0, attempts = attempts + 1, unknown = unknown + ?2
    WHERE id = ?1 AND claimed = 1 RETURNING chat";
/// Says what goes next in a chat, and that it must wait until `?2` at least.
pub(super) const ADVANCE: &str = "INSERT INTO outbox_chats (chat, claimed, not_before, lane, head)
    SELECT chat, EXISTS (SELECT 1 FROM outbox WHERE chat = ?1 AND claimed = 1), ?2, lane, id
        FROM outbox INDEXED BY outbox_waiting WHERE chat = ?1 AND claimed = 0 ORDER BY lane, id LIMIT 1
    ON CONFLICT (chat) DO UPDATE SET claimed = excluded.claimed, lane = excluded.lane, head = excluded.head,
        not_before = max(not_before, excluded.not_before)";
pub(super) const EMPTY_CHAT: &str = "DELETE FROM outbox_chats
    WHERE chat = ?1 AND NOT EXISTS (SELECT 1 FROM outbox WHERE chat = ?1 AND claimed = 1)";
const DROP: &str = "INSERT INTO dropped (id, at, chat, since, attempts, reason, message)
    SELECT id, ?2, chat, since, attempts, ?3, message FROM outbox WHERE id = ?1 AND claimed = 1";
// Where both chats wait for the same refresh, one is enough.
pub(super) const MOVE: &str =
    "UPDATE OR REPLACE outbox INDEXED BY outbox_waiting SET chat = ?2 WHERE chat = ?1 AND claimed = 0";
pub(super) const MOVE_CARDS: &str = "UPDATE live_cards SET chat = ?2 WHERE chat = ?1 AND chat < 0";
pub(super) const CLAIMED: &str = "SELECT id FROM outbox INDEXED BY outbox_claimed WHERE claimed = 1";
const NEXT: &str = "SELECT min(not_before) FROM outbox_chats INDEXED BY outbox_later
    WHERE claimed = 0 AND not_before > 0";
pub(super) const PRUNE: &str =
    "DELETE FROM dropped WHERE id IN (SELECT id FROM dropped WHERE at < ?1 LIMIT ?2)";

pub(super) fn add(conn: &Connection, out: &[Outgoing], now: Time) -> rusqlite::Result<()> {
    // Where the row before went to the same chat, and before this one, the chat's own row is right already.
    let mut before: Option<(ChatId, u8)> = None;
    for Outgoing { chat, message } in out {
        let (lane, same) = (message.priority_class(), message.coalesce_key());
        let mut insert = conn.prepare_cached(ADD)?;
        if insert.execute(params![chat, lane, At(now), same, Json(message)])? > 0 {
            if before.is_none_or(|(there, better)| there != *chat || better > lane) {
                conn.prepare_cached(ADD_CHAT)?.execute(params![chat, lane, conn.last_insert_rowid()])?;
            }
            before = Some((*chat, lane));
        }
    }
    Ok(())
}

/// A row as it lies there; its message is understood later, so that one that can't be does not stop the others.
type Raw = (u64, ChatId, At, u32, u32, String);

pub(super) fn claim(conn: &Connection, limit: usize, now: Time) -> rusqlite::Result<Vec<ClaimedDelivery>> {
    conn.prepare_cached(DUE)?.execute([At(now)])?;
    let ready: Vec<Raw> = conn
        .prepare_cached(READY)?
        .query_map([count(limit)], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?))
        })?
        .collect::<Result<_, _>>()?;
    let mut claimed = Vec::with_capacity(ready.len());
    for (id, chat, At(since), attempts, unknown, message) in ready {
        conn.prepare_cached(CLAIM)?.execute([id])?;
        conn.prepare_cached(CLAIM_CHAT)?.execute([chat])?;
        match serde_json::from_str(&message) {
            Ok(message) => {
                claimed.push(ClaimedDelivery { id, chat, message, committed_at: since, attempts, unknown })
            }
            Err(error) => drop_one(conn, id, &format!("unreadable: {error}"), now)?,
        }
    }
    Ok(claimed)
}

pub(super) fn settle(conn: &Connection, id: u64, outcome: &Outcome, now: Time) -> rusqlite::Result<()> {
    match outcome {
        Outcome::Sent(card) => {
            let Some((chat, unknown)) = delete(conn, id)? else { return Ok(()) };
            if unknown > 0 {
                counters::add(conn, counters::REPEATS, 1)?;
            }
            if let Some(card) = card {
                super::cards::put(conn, card)?;
            }
            advance(conn, chat, 0)
        }
        Outcome::Retry { until, unknown } => {
            let Some(chat) = release(conn, id, *unknown)? else { return Ok(()) };
            advance(conn, chat, until.timestamp_micros())
        }
        Outcome::Dropped(reason) => drop_one(conn, id, reason, now),
        Outcome::Moved(to) => {
            let Some(from) = release(conn, id, false)? else { return Ok(()) };
            conn.prepare_cached(MOVE)?.execute([from, *to])?;
            conn.prepare_cached(MOVE_CARDS)?.execute([from, *to])?;
            advance(conn, from, 0)?;
            advance(conn, *to, 0)
        }
    }
}

pub(super) fn reclaim(conn: &Connection) -> rusqlite::Result<u64> {
    let claimed: Vec<u64> =
        conn.prepare_cached(CLAIMED)?.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    for id in &claimed {
        if let Some(chat) = release(conn, *id, true)? {
            advance(conn, chat, 0)?;
        }
    }
    Ok(claimed.len() as u64)
}

fn delete(conn: &Connection, id: u64) -> rusqlite::Result<Option<(ChatId, u32)>> {
    conn.prepare_cached(DELETE)?.query_row([id], |row| Ok((row.get(0)?, row.get(1)?))).optional()
}

/// Gives a claimed row back. What it does is done by a younger one too, if one was added meanwhile; the older stays.
fn release(conn: &Connection, id: u64, unknown: bool) -> rusqlite::Result<Option<ChatId>> {
    conn.prepare_cached(YOUNGER_TWIN)?.execute([id])?;
    if unknown {
        counters::add(conn, counters::UNKNOWN, 1)?;
    }
    conn.prepare_cached(RELEASE)?.query_row(params![id, unknown], |row| row.get(0)).optional()
}

fn drop_one(conn: &Connection, id: u64, reason: &str, now: Time) -> rusqlite::Result<()> {
    conn.prepare_cached(DROP)?.execute(params![id, At(now), reason])?;
    let Some((chat, _)) = delete(conn, id)? else { return Ok(()) };
    counters::add(conn, counters::DROPPED, 1)?;
    advance(conn, chat, 0)
}

fn advance(conn: &Connection, chat: ChatId, not_before: i64) -> rusqlite::Result<()> {
    if conn.prepare_cached(ADVANCE)?.execute(params![chat, not_before])? == 0 {
        conn.prepare_cached(EMPTY_CHAT)?.execute([chat])?;
    }
    Ok(())
}

pub(super) fn next(conn: &Connection) -> rusqlite::Result<Option<Time>> {
    let at: Option<At> = conn.prepare_cached(NEXT)?.query_row([], |row| row.get(0))?;
    Ok(at.map(|at| at.0))
}

pub(super) fn undelivered(conn: &Connection) -> rusqlite::Result<u64> {
    conn.prepare_cached("SELECT count(*) FROM outbox")?.query_row([], |row| row.get(0))
}

/// Forgets at most `limit` given-up deliveries; returns how many.
pub(super) fn prune(conn: &Connection, before: Time, limit: usize) -> rusqlite::Result<usize> {
    conn.prepare_cached(PRUNE)?.execute(params![At(before), count(limit)])
}
