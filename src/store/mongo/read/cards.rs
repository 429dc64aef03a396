//! Drafts and live cards, which are read and written without a transaction.
use super::coalesce::Loaded;
use crate::domain::Time;
use crate::domain::card::{CardKey, LiveCard};
use crate::domain::draft::Draft;
use crate::domain::ids::{ChatId, PersonId};
use crate::engine::ports::StoreError;
use crate::store::mongo::client::Db;
use crate::store::mongo::codec::{Fields, among, date, fields, value};
use crate::store::mongo::schema::{DRAFTS, LIVE_CARDS, TICKET_QUEUE};
use mongodb::bson::{Document, doc};

/// The most tickets whose cards are deleted in one step.
const MAX_PRUNED_TICKETS: i64 = 500;

pub(crate) async fn draft(db: &Db, person: PersonId) -> Result<Option<Draft>, StoreError> {
    db.collection(DRAFTS).find_one(doc! { "_id": person.to_string() }).await?.map(value).transpose()
}

/// Replaces a person's draft. `now` is earlier than the draft if the store was given no time yet.
pub(crate) async fn put_draft(db: &Db, draft: &Draft, now: Time) -> Result<(), StoreError> {
    let id = draft.person.to_string();
    let mut doc = doc! { "_id": &id, "saved_at": date(now.max(draft.created_at)) };
    doc.extend(fields(draft)?);
    db.collection(DRAFTS).replace_one(doc! { "_id": id }, doc).upsert(true).await?;
    Ok(())
}

/// Deletes a draft and its live card, unless the person has another draft by now.
pub(crate) async fn drop_draft(db: &Db, draft: &Draft) -> Result<(), StoreError> {
    let this = doc! { "_id": draft.person.to_string(), "id": draft.id.to_string() };
    if db.collection(DRAFTS).delete_one(this).await?.deleted_count > 0 {
        db.collection(LIVE_CARDS)
            .delete_one(doc! { "_id": CardKey::Draft(draft.person).storage_key() })
            .await?;
    }
    Ok(())
}

/// Deletes the drafts that did not change since this time, with their cards.
pub(crate) async fn prune_drafts(db: &Db, before: Time) -> Result<(), StoreError> {
    let old = doc! { "saved_at": { "$lt": date(before) } };
    for draft in db.all(db.collection(DRAFTS).find(old.clone()).limit(MAX_PRUNED_TICKETS)).await? {
        let id = Fields(&draft).text("_id")?;
        let still_old = doc! { "_id": id, "saved_at": { "$lt": date(before) } };
        if db.collection(DRAFTS).delete_one(still_old).await?.deleted_count > 0 {
            db.collection(LIVE_CARDS).delete_one(doc! { "_id": format!("draft {id}") }).await?;
        }
    }
    Ok(())
}

/// Deletes the cards of lists that did not change since this time.
pub(crate) async fn prune_lists(db: &Db, before: Time) -> Result<(), StoreError> {
    let old = doc! { "list_shown_at": { "$lt": date(before) } };
    db.collection(LIVE_CARDS).delete_many(old).await?;
    Ok(())
}

/// Returns the filter of tickets that ended before this time and have live cards.
pub(crate) fn ended_with_live_cards(before: Time) -> Document {
    doc! { "has_live_cards": true, "ended_at": { "$lt": date(before) } }
}

/// Deletes the live cards of some tickets that ended before this time; returns the number of tickets.
pub(crate) async fn prune(db: &Db, before: Time) -> Result<usize, StoreError> {
    let (queue, cards) = (db.collection(TICKET_QUEUE), db.collection(LIVE_CARDS));
    let find = queue.find(ended_with_live_cards(before)).limit(MAX_PRUNED_TICKETS);
    let ended = db.all(find).await?;
    let mut ids = Vec::with_capacity(ended.len());
    for ticket in &ended {
        let id = Fields(ticket).text("ticket_id")?;
        // The cards of all agents who held it; '!' is the character after the blank.
        for kind in ["task", "pickup"] {
            let of_kind = doc! { "_id": { "$gte": format!("{kind} {id} "), "$lt": format!("{kind} {id}!") } };
            cards.delete_many(of_kind).await?;
        }
        cards.delete_one(doc! { "_id": format!("status {id}") }).await?;
        ids.push(id);
    }
    // Last, so that after a crash the tickets are found again.
    if !ids.is_empty() {
        let unset = doc! { "$unset": { "has_live_cards": "" } };
        queue.update_many(doc! { "ticket_id": { "$in": &ids } }, unset).await?;
    }
    Ok(ids.len())
}

fn card(doc: &Document) -> Result<LiveCard, StoreError> {
    let f = Fields(doc);
    Ok(LiveCard {
        key: f.nested("key")?,
        chat: ChatId(f.int("chat")?),
        message_id: f.number("message_id")?,
        digest: f.int("digest")?.cast_unsigned(),
    })
}

/// Returns live cards by storage key.
pub(crate) async fn by_storage_key(
    db: Db,
    keys: Vec<String>,
) -> Loaded<String, Result<LiveCard, StoreError>> {
    let found = db.find(LIVE_CARDS, doc! { "_id": among(&keys) }, doc! {}).await?;
    found.iter().map(|doc| Ok((Fields(doc).text("_id")?.to_owned(), card(doc)))).collect()
}

/// Returns the live cards that show an agent's tickets: their storage keys begin with "myqueue " or "focus ".
pub(crate) async fn live_queues(db: &Db) -> Result<Vec<LiveCard>, StoreError> {
    of_kinds(db, ["myqueue", "focus"]).await
}

/// Returns the live cards of the desk's lists: their storage keys begin with "queue " or "workload ".
pub(crate) async fn live_lists(db: &Db) -> Result<Vec<LiveCard>, StoreError> {
    of_kinds(db, ["queue", "workload"]).await
}

/// Returns the live pick-up cards.
pub(crate) async fn live_pick_ups(db: &Db) -> Result<Vec<LiveCard>, StoreError> {
    of_kinds(db, ["pickup"]).await
}

async fn of_kinds<const N: usize>(db: &Db, kinds: [&str; N]) -> Result<Vec<LiveCard>, StoreError> {
    let of = |kind| doc! { "_id": { "$gte": format!("{kind} "), "$lt": format!("{kind}!") } };
    let prefixes = doc! { "$or": kinds.map(of).to_vec() };
    db.find(LIVE_CARDS, prefixes, doc! {}).await?.iter().map(card).collect()
}
