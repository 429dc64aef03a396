//! Dead letters: dead updates of the inbox, and deliveries that were given up.
use crate::domain::Time;
use crate::domain::ids::{ChatId, DeadLetterId};
use crate::domain::notice::Outgoing;
use crate::engine::ports::{DeadLetter, RetryResult};
use crate::store::sqlite::codec::{Micros, row_count};
use crate::store::sqlite::outbox;
use rusqlite::{Connection, OptionalExtension, Row, params};

pub(in crate::store::sqlite) const NEWEST: &str = "SELECT is_delivery, id, at, reason, chat FROM (
        SELECT 0 AS is_delivery, update_id AS id, ended_at AS at, error AS reason, NULL AS chat
            FROM inbox INDEXED BY inbox_dead WHERE state = 'dead'
        UNION ALL
        SELECT 1, id, dropped_at, reason, chat FROM dropped_deliveries)
    ORDER BY at DESC, is_delivery, id DESC LIMIT ?1 OFFSET ?2";
const COUNT: &str = "SELECT (SELECT count(*) FROM inbox WHERE state = 'dead'),
    (SELECT count(*) FROM dropped_deliveries)";
/// Makes a dead update the newest pending one: readers continue after the last `seq` that they have read.
const REVIVE: &str = "UPDATE inbox SET state = 'new', failures = 0, ended_at = NULL, error = NULL,
        seq = 1 + max((SELECT max(seq) FROM inbox), (SELECT seq FROM sqlite_sequence WHERE name = 'inbox'))
    WHERE update_id = ?1 AND state = 'dead'";
/// No `seq` may be given again, also if the row is deleted.
const KEEP_SEQUENCE: &str = "UPDATE sqlite_sequence SET seq = max(seq, (SELECT max(seq) FROM inbox))
    WHERE name = 'inbox'";
const DROPPED: &str = "SELECT chat, message FROM dropped_deliveries WHERE id = ?1";
const DELETE_DROPPED: &str = "DELETE FROM dropped_deliveries WHERE id = ?1";
pub(in crate::store::sqlite) const PRUNE_UPDATES: &str = "DELETE FROM inbox WHERE seq IN
    (SELECT seq FROM inbox INDEXED BY inbox_dead WHERE state = 'dead' AND ended_at < ?1 LIMIT ?2)";
pub(in crate::store::sqlite) const PRUNE_DELIVERIES: &str = "DELETE FROM dropped_deliveries
    WHERE id IN (SELECT id FROM dropped_deliveries WHERE dropped_at < ?1 LIMIT ?2)";

fn dead_letter(row: &Row<'_>) -> rusqlite::Result<DeadLetter> {
    let id =
        if row.get(0)? { DeadLetterId::Delivery(row.get(1)?) } else { DeadLetterId::Update(row.get(1)?) };
    let reason: Option<String> = row.get(3)?;
    Ok(DeadLetter {
        id,
        at: row.get::<_, Micros>(2)?.0,
        reason: reason.unwrap_or_default(),
        chat: row.get(4)?,
    })
}

/// Returns dead letters, the newest first.
pub(in crate::store::sqlite) fn newest(
    conn: &Connection,
    offset: usize,
    limit: usize,
) -> rusqlite::Result<Vec<DeadLetter>> {
    conn.prepare_cached(NEWEST)?
        .query_map(params![row_count(limit), row_count(offset)], dead_letter)?
        .collect()
}

/// Returns how many updates and how many deliveries are dead letters.
pub(in crate::store::sqlite) fn count(conn: &Connection) -> rusqlite::Result<(u64, u64)> {
    conn.prepare_cached(COUNT)?.query_row([], |row| Ok((row.get(0)?, row.get(1)?)))
}

/// Makes a dead letter pending again.
pub(in crate::store::sqlite) fn retry(
    conn: &Connection,
    id: DeadLetterId,
    now: Time,
) -> rusqlite::Result<RetryResult> {
    match id {
        DeadLetterId::Update(id) => {
            if conn.prepare_cached(REVIVE)?.execute([id])? == 0 {
                return Ok(RetryResult::Gone);
            }
            conn.prepare_cached(KEEP_SEQUENCE)?.execute([])?;
            Ok(RetryResult::Retried)
        }
        DeadLetterId::Delivery(id) => {
            let row = |row: &Row<'_>| Ok((row.get::<_, ChatId>(0)?, row.get::<_, String>(1)?));
            let Some((chat, message)) = conn.prepare_cached(DROPPED)?.query_row([id], row).optional()? else {
                return Ok(RetryResult::Gone);
            };
            let Ok(message) = serde_json::from_str(&message) else { return Ok(RetryResult::Unreadable) };
            outbox::enqueue(conn, &[Outgoing { chat, message }], now)?;
            conn.prepare_cached(DELETE_DROPPED)?.execute([id])?;
            Ok(RetryResult::Retried)
        }
    }
}

/// Deletes at most `limit` updates and as many deliveries that were given up before `before`; returns how
/// many.
pub(in crate::store::sqlite) fn prune(
    conn: &Connection,
    before: Time,
    limit: usize,
) -> rusqlite::Result<usize> {
    let updates = conn.prepare_cached(PRUNE_UPDATES)?.execute(params![Micros(before), row_count(limit)])?;
    let deliveries =
        conn.prepare_cached(PRUNE_DELIVERIES)?.execute(params![Micros(before), row_count(limit)])?;
    Ok(updates + deliveries)
}
