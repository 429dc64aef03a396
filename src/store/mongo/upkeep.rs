//! Dead letters, retention, and the erasure of a customer's personal data.
use super::Mongo;
use super::client::Db;
use super::codec::{Fields, among, date, fields, int};
use super::read::cards::with_prefix;
use super::read::webhooks::ended_before;
use super::schema::{
    DRAFTS, INBOX, INVITES, LIVE_CARDS, MESSAGES, OUTBOX_DROPPED, TICKET_QUEUE, TICKETS, USERS, WEBHOOKS,
};
use super::write::command::{Command, CommandResult};
use super::write::ticket_documents::without_content;
use crate::domain::Time;
use crate::domain::ids::{ChatId, DeadLetterId, PersonId, TicketId};
use crate::domain::notice::Outgoing;
use crate::domain::ticket::conversation::MessageContent;
use crate::domain::ticket::description::Description;
use crate::engine::ports::{
    Cutoffs, DeadLetter, DeadLetterStore, ErasureStore, MESSAGE_CREATED, RetentionStore, RetryResult,
    StoreError,
};
use crate::store::personal_data::is_update_of;
use crate::store::search_words;
use async_trait::async_trait;
use mongodb::bson::{Bson, Document, doc};

/// The most tickets whose cards are deleted in one step, and the most drafts.
const MAX_PRUNED: usize = 500;

/// Returns the filter of tickets that ended before this time and have live cards.
pub(super) fn ended_with_live_cards(before: Time) -> Document {
    doc! { "has_live_cards": true, "ended_at": { "$lt": date(before) } }
}

#[async_trait]
impl DeadLetterStore for Mongo {
    async fn dead_letters(&self, offset: usize, limit: usize) -> Result<Vec<DeadLetter>, StoreError> {
        if limit == 0 {
            return Ok(Vec::new());
        }
        // Either collection may hold all of them.
        let most = int(offset.saturating_add(limit));
        let (inbox, dropped) = (self.db.collection(INBOX), self.db.collection(OUTBOX_DROPPED));
        let updates = inbox.find(doc! { "state": "dead" }).sort(doc! { "ended_at": -1 }).limit(most);
        let update_fields = doc! { "ended_at": 1, "ended_at_us": 1, "error": 1 };
        let deliveries = dropped.find(doc! {}).sort(doc! { "at": -1 }).limit(most);
        let delivery_fields = doc! { "at": 1, "at_us": 1, "reason": 1, "chat": 1 };
        let (updates, deliveries) = tokio::try_join!(
            self.db.all(updates.projection(update_fields)),
            self.db.all(deliveries.projection(delivery_fields))
        )?;
        let updates = updates.iter().map(dead_update);
        let mut all: Vec<_> =
            updates.chain(deliveries.iter().map(dropped_delivery)).collect::<Result<_, StoreError>>()?;
        // Updates are before deliveries of the same moment.
        let is_delivery = |letter: &DeadLetter| matches!(letter.id, DeadLetterId::Delivery(_));
        all.sort_by(|one, other| {
            let kinds = is_delivery(one).cmp(&is_delivery(other));
            other.at.cmp(&one.at).then(kinds).then(other.id.cmp(&one.id))
        });
        Ok(all.into_iter().skip(offset).take(limit).collect())
    }

    async fn count_dead_letters(&self) -> Result<(u64, u64), StoreError> {
        let updates = self.db.collection(INBOX).count_documents(doc! { "state": "dead" }).await?;
        let deliveries = self.db.collection(OUTBOX_DROPPED).count_documents(doc! {}).await?;
        Ok((updates, deliveries))
    }

    async fn retry_dead_letter(&self, id: DeadLetterId, now: Time) -> Result<RetryResult, StoreError> {
        self.observe_time(now);
        let retry = match id {
            DeadLetterId::Update(id) => Command::RetryUpdate(id),
            DeadLetterId::Delivery(id) => {
                let Some(doc) = self.db.get(OUTBOX_DROPPED, int(id)).await? else {
                    return Ok(RetryResult::Gone);
                };
                let f = Fields(&doc);
                let chat = ChatId(f.int("chat")?);
                // Another build may have written the message.
                let Ok(message) = f.nested("message") else { return Ok(RetryResult::Unreadable) };
                Command::RetryDelivery(int(id), vec![Outgoing { chat, message }], now)
            }
        };
        Ok(match self.write(retry).await? {
            CommandResult::Count(1) => RetryResult::Retried,
            _ => RetryResult::Gone,
        })
    }
}

fn dead_update(doc: &Document) -> Result<DeadLetter, StoreError> {
    let f = Fields(doc);
    let reason = f.text("error").unwrap_or_default().to_owned();
    Ok(DeadLetter { id: DeadLetterId::Update(f.int("_id")?), at: f.time("ended_at")?, reason, chat: None })
}

fn dropped_delivery(doc: &Document) -> Result<DeadLetter, StoreError> {
    let f = Fields(doc);
    Ok(DeadLetter {
        id: DeadLetterId::Delivery(f.number("_id")?),
        at: f.time("at")?,
        reason: f.text("reason").unwrap_or_default().to_owned(),
        chat: Some(ChatId(f.int("chat")?)),
    })
}

#[async_trait]
impl RetentionStore for Mongo {
    async fn prune(&self, before: &Cutoffs) -> Result<(), StoreError> {
        let db = &self.db;
        let earlier = |at: Time| doc! { "$lt": date(at) };
        db.delete_many(INBOX, doc! { "state": "done", "ended_at": earlier(before.updates) }).await?;
        db.delete_many(INBOX, doc! { "state": "dead", "ended_at": earlier(before.dead_letters) }).await?;
        db.delete_many(OUTBOX_DROPPED, doc! { "at": earlier(before.dead_letters) }).await?;
        db.delete_many(INVITES, doc! { "valid_until": earlier(before.invites) }).await?;
        db.delete_many(LIVE_CARDS, doc! { "list_shown_at": earlier(before.list_cards) }).await?;
        db.delete_many(WEBHOOKS, ended_before(before.updates)).await?;
        let old = doc! { "saved_at": earlier(before.drafts) };
        for draft in db.first(DRAFTS, (old.clone(), doc! {}), MAX_PRUNED).await? {
            let id = Fields(&draft).text("_id")?;
            let mut still_old = doc! { "_id": id };
            still_old.extend(old.clone());
            if db.delete_one(DRAFTS, still_old).await? {
                db.delete_one(LIVE_CARDS, doc! { "_id": format!("draft {id}") }).await?;
            }
        }
        while prune_cards(db, before.updates).await? > 0 {}
        Ok(())
    }
}

/// Deletes the live cards of some tickets that ended before this time; returns the number of tickets.
async fn prune_cards(db: &Db, before: Time) -> Result<usize, StoreError> {
    let ended = db.first(TICKET_QUEUE, (ended_with_live_cards(before), doc! {}), MAX_PRUNED).await?;
    let mut ids = Vec::with_capacity(ended.len());
    for ticket in &ended {
        let id = Fields(ticket).text("ticket_id")?;
        // The cards of all agents who held it.
        for kind in ["task", "pickup", "lastword"] {
            db.delete_many(LIVE_CARDS, with_prefix(&format!("{kind} {id}"))).await?;
        }
        let of_customer = vec![format!("status {id}"), format!("comment {id}")];
        db.delete_many(LIVE_CARDS, doc! { "_id": { "$in": of_customer } }).await?;
        ids.push(id);
    }
    // Last, so that after a crash the tickets are found again.
    if !ids.is_empty() {
        let unset = doc! { "$unset": { "has_live_cards": "" } };
        db.collection(TICKET_QUEUE).update_many(doc! { "ticket_id": { "$in": &ids } }, unset).await?;
    }
    Ok(ids.len())
}

/// The statements of an erasure are not one transaction: each is complete by itself, and a repeated call finishes
/// what an interrupted one has begun.
#[async_trait]
impl ErasureStore for Mongo {
    async fn erase_customer(&self, customer: PersonId) -> Result<u64, StoreError> {
        let ended = doc! { "customer": customer.to_string(), "open": false };
        let ended = self.db.find(TICKET_QUEUE, ended, doc! {}).await?;
        let tickets = self.db.collection(TICKETS);
        let mut ids: Vec<TicketId> = Vec::new();
        for queued in &ended {
            let ticket = without_content(queued)?;
            let words = search_words::of_ticket(&ticket);
            let empty = doc! { "description": fields(&Description::default())?, "words": words };
            let of_ticket = doc! { "_id": ticket.id.to_string() };
            tickets.update_one(of_ticket, doc! { "$set": empty }).await?;
            ids.push(ticket.id);
        }
        let comments = doc! { "ticket_id": among(&ids), "service.rating.comment": { "$exists": true } };
        let without = doc! { "$unset": { "service.rating.comment": "" } };
        self.db.collection(TICKET_QUEUE).update_many(comments, without).await?;
        let messages = self.db.collection(MESSAGES);
        let words = Bson::Array(Vec::new());
        let empty = doc! { "content": fields(&MessageContent::default())?, "words": words };
        messages.update_many(doc! { "ticket": among(&ids) }, doc! { "$set": empty.clone() }).await?;
        // Rare, so it may read all messages: an index on the author would be written with each of them.
        let unrouted = doc! { "author": customer.to_string(), "ticket": { "$exists": false } };
        let mut done = empty;
        done.insert("due", false);
        let update = doc! { "$set": done, "$unset": { "unrouted": "" } };
        messages.update_many(unrouted, update).await?;
        let webhooks = doc! { "ticket": among(&ids), "kind": MESSAGE_CREATED };
        self.db.delete_many(WEBHOOKS, webhooks).await?;
        self.db.delete_one(DRAFTS, doc! { "_id": customer.to_string() }).await?;
        if let Some(user) = self.db.get(USERS, customer.to_string()).await? {
            let chat = Fields(&user).int("telegram_id")?;
            self.db.delete_many(OUTBOX_DROPPED, doc! { "chat": chat }).await?;
            empty_dead_updates(&self.db, chat).await?;
        }
        Ok(ids.len() as u64)
    }
}

/// Empties the dead updates of a person. The documents stay, so that a repeated update is recognised.
async fn empty_dead_updates(db: &Db, telegram: i64) -> Result<(), StoreError> {
    let dead = db.find(INBOX, doc! { "state": "dead" }, doc! {}).await?;
    let is_theirs = |update: &&Document| {
        let body = Fields(update).text("body").unwrap_or_default();
        serde_json::from_str(body).is_ok_and(|update| is_update_of(&update, telegram))
    };
    let ids: Vec<_> = dead.iter().filter(is_theirs).filter_map(|update| update.get("_id").cloned()).collect();
    let empty = doc! { "$set": { "state": "done" }, "$unset": { "body": "", "error": "" } };
    db.collection(INBOX).update_many(doc! { "_id": { "$in": ids } }, empty).await?;
    Ok(())
}
