//! The outbox: deliveries that are sent in order per chat, at most one in flight per chat.
//!
//! A row of `outbox_chats` points to the next delivery of its chat, so a claim costs the same with any
//! backlog.
use super::codec::{Json, Micros, row_count};
use super::tickets::{conversation, topics};
use super::{cards, counters};
use crate::domain::Time;
use crate::domain::ids::ChatId;
use crate::domain::notice::Outgoing;
use crate::domain::traffic::TrafficClass;
use crate::engine::ports::{ClaimedDelivery, ClockJump, DropReason, Outcome};
use crate::store::round_robin::{Quota, quotas};
use rusqlite::{Connection, OptionalExtension, params};

/// The statement that offers a new delivery to its chat as the head, which it becomes on a condition.
macro_rules! offer_head {
    ($becomes_head:literal) => {
        concat!(
            "INSERT INTO outbox_chats (chat, priority_class, traffic_class, head) VALUES (?1, ?2, ?3, ?4)
            ON CONFLICT (chat) DO UPDATE SET traffic_class = min(traffic_class, excluded.traffic_class),
                priority_class = iif(",
            $becomes_head,
            ", excluded.priority_class, priority_class),
                head = iif(",
            $becomes_head,
            ", excluded.head, head),
                not_before = iif(",
            $becomes_head,
            ", chat_not_before, not_before)
            WHERE excluded.traffic_class < traffic_class OR ",
            $becomes_head
        )
    };
}

const ENQUEUE: &str = "INSERT INTO outbox
    (chat, priority_class, traffic_class, committed_at, coalesce_key, message)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING";
const IS_PENDING: &str = "SELECT EXISTS (SELECT 1 FROM outbox INDEXED BY outbox_coalesce
    WHERE chat = ?1 AND coalesce_key = ?2 AND claimed = 0 AND coalesce_key IS NOT NULL)";
// A new delivery becomes the head only if no delivery of the same or a better class is pending that does not
// wait by itself. A wait of the old head does not apply to the new one. The chat is as urgent as the most urgent
// delivery in any case.
const OFFER_HEAD: &str = offer_head!(
    "claimed = 0 AND (excluded.priority_class < priority_class
        OR excluded.priority_class = priority_class AND not_before > chat_not_before)"
);
pub(super) const MAKE_DUE_READY: &str =
    "UPDATE outbox_chats INDEXED BY outbox_chats_delayed SET not_before = 0, chat_not_before = 0
    WHERE claimed = 0 AND not_before > 0 AND not_before <= ?1";
pub(super) const READY: &str =
    "SELECT o.id, o.chat, o.committed_at, o.attempts, o.unknown_outcomes, o.message
    FROM outbox_chats c INDEXED BY outbox_chats_ready CROSS JOIN outbox o ON o.id = c.head
    WHERE c.claimed = 0 AND c.not_before = 0 ORDER BY c.traffic_class, c.head LIMIT ?1";
pub(super) const READY_OLDEST: &str =
    "SELECT o.id, o.chat, o.committed_at, o.attempts, o.unknown_outcomes, o.message
    FROM outbox_chats c INDEXED BY outbox_chats_ready CROSS JOIN outbox o ON o.id = c.head
    WHERE c.claimed = 0 AND c.not_before = 0 AND c.traffic_class = ?2 ORDER BY c.head LIMIT ?1";
pub(super) const READY_NEWEST: &str =
    "SELECT o.id, o.chat, o.committed_at, o.attempts, o.unknown_outcomes, o.message
    FROM outbox_chats c INDEXED BY outbox_chats_ready CROSS JOIN outbox o ON o.id = c.head
    WHERE c.claimed = 0 AND c.not_before = 0 AND c.traffic_class = ?2 ORDER BY c.head DESC LIMIT ?1";
/// Counts the chats that are ready, at most `?1`.
pub(super) const COUNT_READY: &str =
    "SELECT count(*) FROM (SELECT 1 FROM outbox_chats INDEXED BY outbox_chats_ready
    WHERE claimed = 0 AND not_before = 0 LIMIT ?1)";
const CLAIM: &str = "UPDATE outbox SET claimed = 1 WHERE id = ?1";
const CLAIM_CHAT: &str = "UPDATE outbox_chats SET claimed = 1 WHERE chat = ?1";
const DELETE: &str = "DELETE FROM outbox WHERE id = ?1 AND claimed = 1
    RETURNING chat, unknown_outcomes, traffic_class";
/// Deletes the pending delivery that has the chat and the coalesce key of a claimed one.
pub(super) const DELETE_DUPLICATE: &str = "DELETE FROM outbox INDEXED BY outbox_coalesce
    WHERE claimed = 0 AND coalesce_key IS NOT NULL
        AND (chat, coalesce_key) = (SELECT chat, coalesce_key FROM outbox WHERE id = ?1)";
pub(super) const RELEASE: &str = "UPDATE outbox
    SET claimed = 0, attempts = attempts + 1, unknown_outcomes = unknown_outcomes + ?2, not_before = ?3
    WHERE id = ?1 AND claimed = 1 RETURNING chat";
/// Sets the head of a chat to its next pending delivery; the chat must wait until `?2` at least. A traffic
/// class that is more urgent than `?3` is that of a later delivery, so it stays.
pub(super) const ADVANCE: &str = "INSERT INTO outbox_chats
        (chat, claimed, not_before, chat_not_before, priority_class, traffic_class, head)
    SELECT chat, EXISTS (SELECT 1 FROM outbox WHERE chat = ?1 AND claimed = 1), max(not_before, ?2), ?2,
            priority_class, traffic_class, id
        FROM outbox INDEXED BY outbox_pending WHERE chat = ?1 AND claimed = 0
        ORDER BY priority_class, not_before, id LIMIT 1
    ON CONFLICT (chat) DO UPDATE SET claimed = excluded.claimed, priority_class = excluded.priority_class,
        traffic_class = min(excluded.traffic_class,
            CASE WHEN traffic_class < ?3 THEN traffic_class ELSE excluded.traffic_class END),
        head = excluded.head, not_before = max(chat_not_before, excluded.not_before),
        chat_not_before = max(chat_not_before, excluded.chat_not_before)";
pub(super) const DELETE_EMPTY_CHAT: &str = "DELETE FROM outbox_chats
    WHERE chat = ?1 AND NOT EXISTS (SELECT 1 FROM outbox WHERE chat = ?1 AND claimed = 1)";
const KEEP_DROPPED: &str =
    "INSERT INTO dropped_deliveries (id, dropped_at, chat, committed_at, attempts, reason, message)
    SELECT id, ?2, chat, committed_at, attempts, ?3, message FROM outbox WHERE id = ?1 AND claimed = 1";
// REPLACE coalesces: where both chats have a pending refresh with the same key, one of them is enough.
pub(super) const MOVE: &str =
    "UPDATE OR REPLACE outbox INDEXED BY outbox_pending SET chat = ?2 WHERE chat = ?1 AND claimed = 0";
pub(super) const MOVE_CARDS: &str = "UPDATE live_cards SET chat = ?2 WHERE chat = ?1 AND chat < 0";
pub(super) const CLAIMED: &str = "SELECT id FROM outbox INDEXED BY outbox_claimed WHERE claimed = 1";
const NEXT_DUE: &str = "SELECT min(not_before) FROM outbox_chats INDEXED BY outbox_chats_delayed
    WHERE claimed = 0 AND not_before > 0";
const MOVE_WAITS: [&str; 3] = [
    "UPDATE outbox SET not_before = max(1, not_before + ?3) WHERE not_before > 0 AND not_before BETWEEN ?1 AND ?2",
    "UPDATE outbox_chats SET not_before = max(1, not_before + ?3)
        WHERE not_before > 0 AND not_before BETWEEN ?1 AND ?2",
    "UPDATE outbox_chats SET chat_not_before = max(1, chat_not_before + ?3)
        WHERE chat_not_before > 0 AND chat_not_before BETWEEN ?1 AND ?2",
];
const COUNT: &str = "SELECT count(*) FROM outbox";

/// No traffic class: nothing has left the queue.
const NO_CLASS: u8 = u8::MAX;

/// Enqueues deliveries in this order. A delivery whose coalesce key is pending in its chat is left out.
pub(super) fn enqueue(conn: &Connection, out: &[Outgoing], now: Time) -> rusqlite::Result<()> {
    // After a delivery to the same chat with the same or better classes, the row of the chat is right already.
    let mut previous: Option<(ChatId, u8, u8)> = None;
    let is_pending = |chat: ChatId, key: String| {
        conn.prepare_cached(IS_PENDING)?.query_row(params![chat, key], |row| row.get::<_, bool>(0))
    };
    for Outgoing { chat, message } in out {
        if let Some(key) = message.superseding_key()
            && is_pending(*chat, key)?
        {
            continue;
        }
        let (class, key) = (message.priority_class(), message.coalesce_key());
        let traffic = TrafficClass::of(message).rank();
        let mut insert = conn.prepare_cached(ENQUEUE)?;
        if insert.execute(params![chat, class, traffic, Micros(now), key, Json(message)])? > 0 {
            let is_covered = previous.is_some_and(|(last_chat, last_class, last_traffic)| {
                last_chat == *chat && last_class <= class && last_traffic <= traffic
            });
            if !is_covered {
                let head = conn.last_insert_rowid();
                conn.prepare_cached(OFFER_HEAD)?.execute(params![chat, class, traffic, head])?;
                previous = Some((*chat, class, traffic));
            }
        }
    }
    Ok(())
}

/// A row of `outbox` whose message is not parsed yet. A message that can't be parsed must not fail the whole
/// claim.
type RawDelivery = (u64, ChatId, Micros, u32, u32, String);

/// Claims the heads of at most `limit` chats that are due and have nothing in flight. Drops a delivery whose
/// message can't be parsed.
///
/// If more are due, the traffic classes take turns, of which `served` were taken before.
pub(super) fn claim(
    conn: &Connection,
    limit: usize,
    served: usize,
    now: Time,
) -> rusqlite::Result<Vec<ClaimedDelivery>> {
    conn.prepare_cached(MAKE_DUE_READY)?.execute([Micros(now)])?;
    let mut claimed = Vec::new();
    let count = conn
        .prepare_cached(COUNT_READY)?
        .query_row([row_count(limit.saturating_add(1))], |row| row.get::<_, usize>(0))?;
    let mut left = limit;
    if count > limit {
        for Quota { class, oldest, newest } in quotas(served, limit) {
            for (sql, wanted) in [(READY_OLDEST, oldest), (READY_NEWEST, newest)] {
                if wanted > 0 {
                    let ready = read_ready(conn, sql, params![row_count(wanted), class.rank()])?;
                    left = left.saturating_sub(ready.len());
                    claim_rows(conn, ready, now, &mut claimed)?;
                }
            }
        }
    }
    // What a class leaves of its turns goes to the most urgent of the others.
    if count > 0 && left > 0 {
        claim_rows(conn, read_ready(conn, READY, params![row_count(left)])?, now, &mut claimed)?;
    }
    Ok(claimed)
}

fn read_ready(
    conn: &Connection,
    sql: &str,
    values: &[&dyn rusqlite::ToSql],
) -> rusqlite::Result<Vec<RawDelivery>> {
    let row = |row: &rusqlite::Row<'_>| {
        Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?))
    };
    conn.prepare_cached(sql)?.query_map(values, row)?.collect()
}

fn claim_rows(
    conn: &Connection,
    ready: Vec<RawDelivery>,
    now: Time,
    claimed: &mut Vec<ClaimedDelivery>,
) -> rusqlite::Result<()> {
    for (id, chat, Micros(committed_at), attempts, unknown, message) in ready {
        conn.prepare_cached(CLAIM)?.execute([id])?;
        conn.prepare_cached(CLAIM_CHAT)?.execute([chat])?;
        match serde_json::from_str(&message) {
            Ok(message) => {
                claimed.push(ClaimedDelivery { id, chat, message, committed_at, attempts, unknown });
            }
            Err(error) => {
                // What can't be read may be quoted in the error, so that is not logged.
                tracing::error!(delivery = id, chat = chat.0, "gave up delivery that can't be read");
                drop_delivery(conn, id, DropReason::Unreadable, &error.to_string(), now)?;
            }
        }
    }
    Ok(())
}

/// Applies the outcome of a claimed delivery and advances its chat. Does nothing if the delivery is not
/// claimed.
pub(super) fn settle(conn: &Connection, id: u64, outcome: &Outcome, now: Time) -> rusqlite::Result<()> {
    match outcome {
        Outcome::Sent(card) => {
            let Some((chat, unknown_outcomes, class)) = delete(conn, id)? else { return Ok(()) };
            if unknown_outcomes > 0 {
                counters::add(conn, counters::REPEATED_SENDS, 1)?;
            }
            if let Some(card) = card {
                cards::write(conn, card, now)?;
            }
            advance(conn, chat, 0, class)
        }
        Outcome::Relayed(relayed) => {
            let Some((chat, unknown_outcomes, class)) = delete(conn, id)? else { return Ok(()) };
            if unknown_outcomes > 0 {
                counters::add(conn, counters::REPEATED_SENDS, 1)?;
            }
            relayed.iter().try_for_each(|relayed| conversation::settle(conn, *relayed))?;
            advance(conn, chat, 0, class)
        }
        Outcome::Topic(change, outcome) => {
            topics::apply(conn, change)?;
            settle(conn, id, outcome, now)
        }
        Outcome::Retry { until, unknown } => {
            let Some(chat) = release(conn, id, *unknown, 0)? else { return Ok(()) };
            advance(conn, chat, until.timestamp_micros(), NO_CLASS)
        }
        Outcome::Postponed(until) => {
            let Some(chat) = release(conn, id, false, until.timestamp_micros())? else { return Ok(()) };
            advance(conn, chat, 0, NO_CLASS)
        }
        Outcome::CardGone(key, message_id) => {
            let Some((chat, _, class)) = delete(conn, id)? else { return Ok(()) };
            cards::forget(conn, *key, *message_id)?;
            advance(conn, chat, 0, class)
        }
        Outcome::Dropped(reason, details) => drop_delivery(conn, id, *reason, details, now),
        Outcome::Moved(to) => {
            let Some(from) = release(conn, id, false, 0)? else { return Ok(()) };
            conn.prepare_cached(MOVE)?.execute([from, *to])?;
            conn.prepare_cached(MOVE_CARDS)?.execute([from, *to])?;
            advance(conn, from, 0, NO_CLASS)?;
            advance(conn, *to, 0, NO_CLASS)
        }
    }
}

/// Releases all claims, which an ended process has left, and returns how many there were. Each counts as an
/// attempt with an unknown outcome.
pub(super) fn release_orphaned_claims(conn: &Connection) -> rusqlite::Result<u64> {
    let claimed: Vec<u64> =
        conn.prepare_cached(CLAIMED)?.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    for id in &claimed {
        if let Some(chat) = release(conn, *id, true, 0)? {
            advance(conn, chat, 0, NO_CLASS)?;
        }
    }
    Ok(claimed.len() as u64)
}

/// Returns the chat of the deleted delivery, its unknown outcomes and its traffic class.
fn delete(conn: &Connection, id: u64) -> rusqlite::Result<Option<(ChatId, u32, u8)>> {
    let row = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
    conn.prepare_cached(DELETE)?.query_row([id], row).optional()
}

/// Makes a claimed delivery pending again; it alone waits until `not_before`. A pending delivery with the same coalesce key is deleted, so the
/// older one keeps its place.
fn release(
    conn: &Connection,
    id: u64,
    outcome_is_unknown: bool,
    not_before: i64,
) -> rusqlite::Result<Option<ChatId>> {
    conn.prepare_cached(DELETE_DUPLICATE)?.execute([id])?;
    if outcome_is_unknown {
        counters::add(conn, counters::UNKNOWN_OUTCOMES, 1)?;
    }
    let values = params![id, outcome_is_unknown, not_before];
    conn.prepare_cached(RELEASE)?.query_row(values, |row| row.get(0)).optional()
}

fn drop_delivery(
    conn: &Connection,
    id: u64,
    reason: DropReason,
    details: &str,
    now: Time,
) -> rusqlite::Result<()> {
    let text = format!("{}: {details}", reason.name());
    conn.prepare_cached(KEEP_DROPPED)?.execute(params![id, Micros(now), text])?;
    let Some((chat, _, class)) = delete(conn, id)? else { return Ok(()) };
    counters::add(conn, counters::DROPPED_DELIVERIES, 1)?;
    counters::add(conn, reason.counter(), 1)?;
    advance(conn, chat, 0, class)
}

/// Sets the next delivery of a chat, after one of traffic class `sent` has left its queue.
fn advance(conn: &Connection, chat: ChatId, not_before_micros: i64, sent: u8) -> rusqlite::Result<()> {
    if conn.prepare_cached(ADVANCE)?.execute(params![chat, not_before_micros, sent])? == 0 {
        conn.prepare_cached(DELETE_EMPTY_CHAT)?.execute([chat])?;
    }
    Ok(())
}

/// Returns when the first delayed chat is due; `None` if no chat is delayed.
pub(super) fn next_due_at(conn: &Connection) -> rusqlite::Result<Option<Time>> {
    let due_at: Option<Micros> = conn.prepare_cached(NEXT_DUE)?.query_row([], |row| row.get(0))?;
    Ok(due_at.map(|due_at| due_at.0))
}

/// Moves the waits that were stored before the clock was set.
pub(super) fn move_waits(conn: &Connection, jump: &ClockJump) -> rusqlite::Result<()> {
    let (from, until) = jump.earlier_waits();
    let by = jump.by.num_microseconds().unwrap_or_default();
    for sql in MOVE_WAITS {
        conn.prepare_cached(sql)?.execute(params![Micros(from), Micros(until), by])?;
    }
    Ok(())
}

/// Returns the number of deliveries that are pending or claimed.
pub(super) fn count(conn: &Connection) -> rusqlite::Result<u64> {
    conn.prepare_cached(COUNT)?.query_row([], |row| row.get(0))
}
