//! Erasure of a customer's personal data. The statements are not one transaction: each is complete by itself,
//! and a repeated call finishes what an interrupted one has begun.
use crate::domain::ids::{PersonId, TicketId};
use crate::domain::ticket::conversation::MessageContent;
use crate::domain::ticket::description::Description;
use crate::engine::ports::{ErasureStore, MESSAGE_CREATED, StoreError};
use crate::store::mongo::Mongo;
use crate::store::mongo::client::Db;
use crate::store::mongo::codec::{Fields, among, fields};
use crate::store::mongo::schema::{
    DRAFTS, INBOX, MESSAGES, OUTBOX_DROPPED, TICKET_QUEUE, TICKETS, USERS, WEBHOOKS,
};
use crate::store::mongo::write::ticket_documents::without_content;
use crate::store::personal_data::is_update_of;
use crate::store::search_words;
use async_trait::async_trait;
use mongodb::bson::{Bson, Document, doc};

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
        self.db.collection(WEBHOOKS).delete_many(webhooks).await?;
        self.db.collection(DRAFTS).delete_many(doc! { "_id": customer.to_string() }).await?;
        let user = self.db.collection(USERS).find_one(doc! { "_id": customer.to_string() }).await?;
        if let Some(user) = user {
            let chat = Fields(&user).int("telegram_id")?;
            self.db.collection(OUTBOX_DROPPED).delete_many(doc! { "chat": chat }).await?;
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
