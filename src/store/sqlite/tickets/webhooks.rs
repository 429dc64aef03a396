//! Outgoing webhooks: written with the change that they report, and settled after each attempt.
use crate::domain::Time;
use crate::domain::ids::TicketId;
use crate::engine::ports::{
    StoreError, StoredWebhook, WebhookAttempt, WebhookCounts, WebhookEvent, WebhookState, WebhookStore,
};
use crate::store::sqlite::Sqlite;
use crate::store::sqlite::codec::{Micros, row_count};
use async_trait::async_trait;
use rusqlite::types::FromSqlError;
use rusqlite::{Connection, Params, Row, params};
use std::sync::atomic::Ordering;

macro_rules! webhook {
    ($rest:literal) => {
        concat!(
            "SELECT seq, id, kind, ticket, at, body, state, attempts, next_at, ended_at, status, error
            FROM webhooks w ",
            $rest
        )
    };
}
/// A new webhook waits as long as the one before it.
pub(in crate::store::sqlite) const INSERT: &str = "INSERT INTO webhooks (id, kind, ticket, at, body, next_at)
    VALUES (?1, ?2, ?3, ?4, ?5, max(?4, coalesce((SELECT max(next_at) FROM webhooks
        INDEXED BY webhooks_by_ticket WHERE state = 'pending' AND ticket = ?3), 0)))
    ON CONFLICT DO NOTHING";
pub(in crate::store::sqlite) const DUE: &str = webhook!(
    "INDEXED BY webhooks_due WHERE state = 'pending' AND next_at <= ?1
        AND NOT EXISTS (SELECT 1 FROM webhooks earlier INDEXED BY webhooks_by_ticket
            WHERE earlier.state = 'pending' AND earlier.ticket = w.ticket AND earlier.seq < w.seq)
        ORDER BY next_at, seq LIMIT ?2"
);
pub(in crate::store::sqlite) const NEXT_AT: &str =
    "SELECT min(next_at) FROM webhooks INDEXED BY webhooks_due WHERE state = 'pending'";
pub(in crate::store::sqlite) const SETTLE: &str = "UPDATE webhooks SET state = ?2, attempts = attempts + 1,
    next_at = coalesce(?3, next_at), ended_at = ?4, status = ?5, error = ?6
    WHERE id = ?1 AND state = 'pending'";
pub(in crate::store::sqlite) const DELAY: &str =
    "UPDATE webhooks INDEXED BY webhooks_by_ticket SET next_at = ?2
    WHERE state = 'pending' AND ticket = ?1 AND next_at < ?2";
pub(in crate::store::sqlite) const NEWEST: &str = webhook!("WHERE seq < ?1 ORDER BY seq DESC LIMIT ?2");
const NEWEST_PENDING: &str = webhook!("WHERE state = 'pending' AND seq < ?1 ORDER BY seq DESC LIMIT ?2");
pub(in crate::store::sqlite) const NEWEST_DEAD: &str =
    webhook!("INDEXED BY webhooks_dead WHERE state = 'dead' AND seq < ?1 ORDER BY seq DESC LIMIT ?2");
const NEWEST_DELIVERED: &str = webhook!("WHERE state = 'delivered' AND seq < ?1 ORDER BY seq DESC LIMIT ?2");
const COUNT_PENDING: &str = "SELECT count(*) FROM webhooks INDEXED BY webhooks_due WHERE state = 'pending'";
const COUNT_DEAD: &str = "SELECT count(*) FROM webhooks INDEXED BY webhooks_dead WHERE state = 'dead'";
pub(in crate::store::sqlite) const PRUNE: &str = "DELETE FROM webhooks WHERE seq IN
    (SELECT seq FROM webhooks INDEXED BY webhooks_ended WHERE ended_at IS NOT NULL AND ended_at < ?1 LIMIT ?2)";

fn webhook(row: &Row<'_>) -> rusqlite::Result<StoredWebhook> {
    let (Micros(at), Micros(next_at)) = (row.get(4)?, row.get(8)?);
    let state: String = row.get(6)?;
    Ok(StoredWebhook {
        seq: row.get(0)?,
        event: WebhookEvent {
            id: row.get(1)?,
            kind: row.get(2)?,
            ticket: row.get(3)?,
            at,
            body: row.get(5)?,
        },
        state: WebhookState::parse(&state).ok_or(FromSqlError::InvalidType)?,
        attempts: row.get(7)?,
        next_at,
        ended_at: row.get::<_, Option<Micros>>(9)?.map(|Micros(at)| at),
        status: row.get(10)?,
        error: row.get(11)?,
    })
}

fn many(conn: &Connection, sql: &str, values: impl Params) -> rusqlite::Result<Vec<StoredWebhook>> {
    conn.prepare_cached(sql)?.query_map(values, webhook)?.collect()
}

/// Enqueues a webhook.
pub(in crate::store::sqlite) fn enqueue(conn: &Connection, event: &WebhookEvent) -> rusqlite::Result<()> {
    let WebhookEvent { id, kind, ticket, at, body } = event;
    conn.prepare_cached(INSERT)?.execute(params![id, kind, ticket, Micros(*at), body]).map(drop)
}

fn settle(conn: &Connection, attempt: &WebhookAttempt, now: Time) -> rusqlite::Result<()> {
    let state = attempt.state();
    let (ended_at, retry_at) = match state {
        WebhookState::Pending => (None, attempt.retry_at.map(Micros)),
        WebhookState::Delivered | WebhookState::Dead => (Some(Micros(now)), None),
    };
    let values = params![attempt.id, state.name(), retry_at, ended_at, attempt.status, attempt.error];
    let settled = conn.prepare_cached(SETTLE)?.execute(values)?;
    if settled > 0
        && let Some(retry_at) = retry_at
    {
        delay(conn, attempt.ticket, &retry_at)?;
    }
    Ok(())
}

/// Delays the pending webhooks of a ticket, so that they stay behind the one that is retried.
fn delay(conn: &Connection, ticket: TicketId, until: &Micros) -> rusqlite::Result<()> {
    conn.prepare_cached(DELAY)?.execute(params![ticket, until]).map(drop)
}

/// Deletes at most `limit` webhooks that ended before `before`, and returns how many.
pub(in crate::store::sqlite) fn prune(
    conn: &Connection,
    before: Time,
    limit: usize,
) -> rusqlite::Result<usize> {
    conn.prepare_cached(PRUNE)?.execute(params![Micros(before), row_count(limit)])
}

#[async_trait]
impl WebhookStore for Sqlite {
    fn record_webhooks(&self) {
        self.records_webhooks.store(true, Ordering::SeqCst);
    }

    async fn due_webhooks(&self, limit: usize, now: Time) -> Result<Vec<StoredWebhook>, StoreError> {
        self.read(move |conn| many(conn, DUE, params![Micros(now), row_count(limit)])).await
    }

    async fn settle_webhooks(&self, attempts: Vec<WebhookAttempt>, now: Time) -> Result<(), StoreError> {
        self.write(move |conn| attempts.iter().try_for_each(|attempt| settle(conn, attempt, now))).await
    }

    async fn next_webhook_at(&self) -> Result<Option<Time>, StoreError> {
        let next = |conn: &Connection| {
            let at: Option<Micros> = conn.prepare_cached(NEXT_AT)?.query_row([], |row| row.get(0))?;
            Ok(at.map(|Micros(at)| at))
        };
        self.read(next).await
    }

    async fn webhooks(
        &self,
        state: Option<WebhookState>,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Vec<StoredWebhook>, StoreError> {
        let before = before.and_then(|seq| i64::try_from(seq).ok()).unwrap_or(i64::MAX);
        let sql = match state {
            None => NEWEST,
            Some(WebhookState::Pending) => NEWEST_PENDING,
            Some(WebhookState::Delivered) => NEWEST_DELIVERED,
            Some(WebhookState::Dead) => NEWEST_DEAD,
        };
        self.read(move |conn| many(conn, sql, params![before, row_count(limit)])).await
    }

    async fn webhook_counts(&self) -> Result<WebhookCounts, StoreError> {
        let count = |conn: &Connection, sql| conn.prepare_cached(sql)?.query_row([], |row| row.get(0));
        let counts = move |conn: &Connection| {
            Ok(WebhookCounts { pending: count(conn, COUNT_PENDING)?, dead: count(conn, COUNT_DEAD)? })
        };
        self.read(counts).await
    }
}
