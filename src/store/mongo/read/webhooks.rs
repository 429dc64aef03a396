//! Outgoing webhooks: reads, and their settlement. The ticket queue writes new ones.
use crate::domain::Time;
use crate::domain::ids::TicketId;
use crate::engine::ports::{
    StoreError, StoredWebhook, WebhookAttempt, WebhookCounts, WebhookEvent, WebhookState, WebhookStore,
};
use crate::store::mongo::Mongo;
use crate::store::mongo::client::Db;
use crate::store::mongo::codec::{Fields, int};
use crate::store::mongo::schema::WEBHOOKS;
use async_trait::async_trait;
use mongodb::bson::{Bson, Document, doc};
use std::collections::HashSet;
use std::sync::atomic::Ordering;

/// How many due webhooks are read for each ticket that may get one: the others are behind them.
const READ_AHEAD: usize = 4;

/// Returns the filter of pending webhooks that are due.
pub(crate) fn due(now: Time) -> Document {
    doc! { "state": "pending", "next_at": { "$lte": now.timestamp_micros() } }
}

/// Returns the filter of pending webhooks of a ticket.
pub(crate) fn pending_of(ticket: TicketId) -> Document {
    doc! { "state": "pending", "ticket": ticket.to_string() }
}

/// Returns the filter of webhooks that ended before this time.
pub(crate) fn ended_before(before: Time) -> Document {
    doc! { "ended_at": { "$lt": before.timestamp_micros() } }
}

/// Returns the document of a new webhook.
pub(crate) fn document(event: &WebhookEvent, seq: u64) -> Document {
    doc! {
        "_id": &event.id,
        "seq": int(seq),
        "kind": &event.kind,
        "ticket": event.ticket.to_string(),
        "at": event.at.timestamp_micros(),
        "body": &event.body,
        "state": WebhookState::Pending.name(),
        "attempts": 0_i64,
        "next_at": event.at.timestamp_micros(),
    }
}

fn webhook(doc: &Document) -> Result<StoredWebhook, StoreError> {
    let f = Fields(doc);
    let corrupt = |name: &str| StoreError::Corrupt(format!("{name} of webhook {:?}", doc.get("_id")));
    let time = |name: &str| {
        let micros = f.opt_int(name)?;
        micros.map(|at| Time::from_timestamp_micros(at).ok_or_else(|| corrupt(name))).transpose()
    };
    Ok(StoredWebhook {
        seq: f.number("seq")?,
        event: WebhookEvent {
            id: f.text("_id")?.to_owned(),
            kind: f.text("kind")?.to_owned(),
            ticket: TicketId(f.id("ticket")?),
            at: time("at")?.ok_or_else(|| corrupt("at"))?,
            body: f.text("body")?.to_owned(),
        },
        state: WebhookState::parse(f.text("state")?).ok_or_else(|| corrupt("state"))?,
        attempts: f.number("attempts")?,
        next_at: time("next_at")?.ok_or_else(|| corrupt("next_at"))?,
        ended_at: time("ended_at")?,
        status: f.opt_int("status")?.and_then(|status| u16::try_from(status).ok()),
        error: f.get("error").and_then(Bson::as_str).map(str::to_owned),
    })
}

/// Delays the pending webhooks of a ticket, so that they stay behind the one that is retried.
async fn delay(db: &Db, ticket: TicketId, until: Time) -> Result<(), StoreError> {
    let mut filter = pending_of(ticket);
    filter.insert("next_at", doc! { "$lt": until.timestamp_micros() });
    let update = doc! { "$set": { "next_at": until.timestamp_micros() } };
    db.collection(WEBHOOKS).update_many(filter, update).await?;
    Ok(())
}

async fn settle(db: &Db, attempt: &WebhookAttempt, now: Time) -> Result<(), StoreError> {
    let state = attempt.state();
    let mut set = doc! { "state": state.name(), "error": attempt.error.as_ref() };
    set.insert("status", attempt.status.map(i64::from));
    match (state, attempt.retry_at) {
        (WebhookState::Pending, Some(at)) => drop(set.insert("next_at", at.timestamp_micros())),
        _ => drop(set.insert("ended_at", now.timestamp_micros())),
    }
    let pending = doc! { "_id": &attempt.id, "state": "pending" };
    let update = doc! { "$set": set, "$inc": { "attempts": 1_i64 } };
    let settled = db.collection(WEBHOOKS).update_one(pending, update).await?;
    match attempt.retry_at {
        Some(at) if settled.matched_count > 0 && state == WebhookState::Pending => {
            delay(db, attempt.ticket, at).await
        }
        _ => Ok(()),
    }
}

#[async_trait]
impl WebhookStore for Mongo {
    fn record_webhooks(&self) {
        self.records_webhooks.store(true, Ordering::SeqCst);
    }

    async fn due_webhooks(&self, limit: usize, now: Time) -> Result<Vec<StoredWebhook>, StoreError> {
        let order = doc! { "next_at": 1, "seq": 1 };
        let candidates = self.db.first(WEBHOOKS, (due(now), order), limit * READ_AHEAD).await?;
        let (mut seen, mut due) = (HashSet::new(), Vec::new());
        for candidate in candidates {
            let ticket = webhook(&candidate)?.event.ticket;
            if due.len() == limit || !seen.insert(ticket) {
                continue;
            }
            let oldest = self.db.first(WEBHOOKS, (pending_of(ticket), doc! { "seq": 1 }), 1).await?;
            match oldest.first().map(webhook).transpose()? {
                Some(head) if head.next_at <= now => due.push(head),
                // A webhook of the ticket that came since its last delay.
                Some(head) => delay(&self.db, ticket, head.next_at).await?,
                None => {}
            }
        }
        Ok(due)
    }

    async fn settle_webhooks(&self, attempts: Vec<WebhookAttempt>, now: Time) -> Result<(), StoreError> {
        for attempt in &attempts {
            settle(&self.db, attempt, now).await?;
        }
        Ok(())
    }

    async fn next_webhook_at(&self) -> Result<Option<Time>, StoreError> {
        let next = (doc! { "state": "pending" }, doc! { "next_at": 1, "seq": 1 });
        let next = self.db.first(WEBHOOKS, next, 1).await?;
        Ok(next.first().map(webhook).transpose()?.map(|next| next.next_at))
    }

    async fn webhooks(
        &self,
        state: Option<WebhookState>,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Vec<StoredWebhook>, StoreError> {
        let mut filter = Document::new();
        if let Some(state) = state {
            filter.insert("state", state.name());
        }
        if let Some(before) = before {
            filter.insert("seq", doc! { "$lt": int(before) });
        }
        let newest = self.db.first(WEBHOOKS, (filter, doc! { "seq": -1 }), limit).await?;
        newest.iter().map(webhook).collect()
    }

    async fn webhook_counts(&self) -> Result<WebhookCounts, StoreError> {
        let webhooks = self.db.collection(WEBHOOKS);
        Ok(WebhookCounts {
            pending: webhooks.count_documents(doc! { "state": "pending" }).await?,
            dead: webhooks.count_documents(doc! { "state": "dead" }).await?,
        })
    }
}
