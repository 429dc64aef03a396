//! Dead letters: dead updates of the inbox, and deliveries that were given up.
use super::client::Db;
use super::codec::{Fields, date, int};
use super::schema::{INBOX, OUTBOX_DROPPED};
use crate::domain::Time;
use crate::domain::ids::{ChatId, DeadLetterId};
use crate::domain::notice::Outgoing;
use crate::engine::ports::{DeadLetter, StoreError};
use mongodb::bson::{Document, doc};

/// Returns the query of the dead updates, the newest first.
pub(super) fn dead_updates() -> (Document, Document) {
    (doc! { "state": "dead" }, doc! { "ended_at": -1 })
}

/// Returns dead letters, the newest first.
pub(super) async fn newest(db: &Db, offset: usize, limit: usize) -> Result<Vec<DeadLetter>, StoreError> {
    if limit == 0 {
        return Ok(Vec::new());
    }
    // Either collection may hold all of them.
    let most = int(offset.saturating_add(limit));
    let (filter, order) = dead_updates();
    let (inbox, dropped) = (db.collection(INBOX), db.collection(OUTBOX_DROPPED));
    let updates = inbox.find(filter).sort(order).limit(most);
    let update_fields = doc! { "ended_at": 1, "ended_at_us": 1, "error": 1 };
    let deliveries = dropped.find(doc! {}).sort(doc! { "at": -1 }).limit(most);
    let delivery_fields = doc! { "at": 1, "at_us": 1, "reason": 1, "chat": 1 };
    let (updates, deliveries) = tokio::try_join!(
        db.all(updates.projection(update_fields)),
        db.all(deliveries.projection(delivery_fields))
    )?;
    let updates = updates.iter().map(dead_update);
    let mut all: Vec<_> =
        updates.chain(deliveries.iter().map(dropped_delivery)).collect::<Result<_, StoreError>>()?;
    all.sort_by(|one, other| {
        other.at.cmp(&one.at).then(kind(one).cmp(&kind(other))).then(other.id.cmp(&one.id))
    });
    Ok(all.into_iter().skip(offset).take(limit).collect())
}

/// Updates are before deliveries of the same moment.
fn kind(letter: &DeadLetter) -> bool {
    matches!(letter.id, DeadLetterId::Delivery(_))
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

/// Returns how many updates and how many deliveries are dead letters.
pub(super) async fn count(db: &Db) -> Result<(u64, u64), StoreError> {
    let updates = db.collection(INBOX).count_documents(doc! { "state": "dead" }).await?;
    let deliveries = db.collection(OUTBOX_DROPPED).count_documents(doc! {}).await?;
    Ok((updates, deliveries))
}

/// Returns a delivery that was given up; the inner `None` if this build can't read its message.
pub(super) async fn dropped(db: &Db, id: i64) -> Result<Option<Option<Outgoing>>, StoreError> {
    let Some(doc) = db.collection(OUTBOX_DROPPED).find_one(doc! { "_id": id }).await? else {
        return Ok(None);
    };
    let f = Fields(&doc);
    let chat = ChatId(f.int("chat")?);
    Ok(Some(f.nested("message").ok().map(|message| Outgoing { chat, message })))
}

/// Deletes the dead letters that were given up before this time.
pub(super) async fn prune(db: &Db, before: Time) -> Result<(), StoreError> {
    let dead = doc! { "state": "dead", "ended_at": { "$lt": date(before) } };
    db.collection(INBOX).delete_many(dead).await?;
    db.collection(OUTBOX_DROPPED).delete_many(doc! { "at": { "$lt": date(before) } }).await?;
    Ok(())
}
