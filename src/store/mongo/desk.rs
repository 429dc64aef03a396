//! The small things: departments, settings, incidents, invitations, drafts, live cards.
use super::codec::{Fields, date, fields, int, nested, value};
use super::db::Db;
use super::schema::{CARDS, DEPARTMENTS, DRAFTS, INVITES, QUEUE, SETTINGS, SHOWN};
use crate::domain::Time;
use crate::domain::alert::Incidents;
use crate::domain::card::{CardKey, LiveCard};
use crate::domain::department::Department;
use crate::domain::draft::Draft;
use crate::domain::ids::{ChatId, PersonId};
use crate::domain::invite::Invite;
use crate::domain::policy::Settings;
use crate::engine::ports::StoreError;
use mongodb::bson::{Document, doc};
use mongodb::options::Hint;
use std::collections::HashMap;

/// Of how many ended tickets the cards are forgotten in one go.
const FORGET: i64 = 500;
/// Under which id the desk's settings lie.
pub(super) const DESK: &str = "desk";
/// Under which id beside them lies what is the matter.
pub(super) const INCIDENTS: &str = "incidents";

pub(super) async fn departments(db: &Db) -> Result<Vec<Department>, StoreError> {
    let docs = db.find(DEPARTMENTS, doc! {}, doc! { "name_key": 1 }, Some("name")).await?;
    docs.into_iter().map(value).collect()
}

pub(super) fn department(department: &Department) -> Result<Document, StoreError> {
    let mut doc = doc! { "_id": department.id.to_string(), "name_key": department.name.to_lowercase() };
    doc.extend(fields(department)?);
    Ok(doc)
}

pub(super) async fn settings(db: &Db) -> Result<Settings, StoreError> {
    let found = db.collection(SETTINGS).find_one(doc! { "_id": DESK }).await?;
    found.map_or_else(|| Ok(Settings::default()), value)
}

pub(super) fn settings_document(settings: &Settings) -> Result<Document, StoreError> {
    let mut doc = doc! { "_id": DESK };
    doc.extend(fields(settings)?);
    Ok(doc)
}

pub(super) async fn incidents(db: &Db) -> Result<Incidents, StoreError> {
    let found = db.collection(SETTINGS).find_one(doc! { "_id": INCIDENTS }).await?;
    found.map_or_else(|| Ok(Incidents::default()), value)
}

pub(super) fn incidents_document(incidents: &Incidents) -> Result<Document, StoreError> {
    let mut doc = doc! { "_id": INCIDENTS };
    doc.extend(fields(incidents)?);
    Ok(doc)
}

pub(super) async fn invite(db: &Db, code: &str) -> Result<Option<Invite>, StoreError> {
    db.collection(INVITES).find_one(doc! { "_id": code }).await?.map(value).transpose()
}

pub(super) fn invite_document(invite: &Invite) -> Result<Document, StoreError> {
    let mut doc = doc! { "_id": &invite.code };
    doc.extend(fields(invite)?);
    Ok(doc)
}

pub(super) async fn draft(db: &Db, person: PersonId) -> Result<Option<Draft>, StoreError> {
    db.collection(DRAFTS).find_one(doc! { "_id": person.to_string() }).await?.map(value).transpose()
}

pub(super) async fn put_draft(db: &Db, draft: &Draft) -> Result<(), StoreError> {
    let id = draft.person.to_string();
    let mut doc = doc! { "_id": &id };
    doc.extend(fields(draft)?);
    db.collection(DRAFTS).replace_one(doc! { "_id": id }, doc).upsert(true).await?;
    Ok(())
}

pub(super) async fn drop_draft(db: &Db, draft: &Draft) -> Result<(), StoreError> {
    let this = doc! { "_id": draft.person.to_string(), "id": draft.id.to_string() };
    // Another draft of theirs, made since, keeps its card.
    if db.collection(DRAFTS).delete_one(this).await?.deleted_count > 0 {
        db.collection(CARDS).delete_one(doc! { "_id": CardKey::Draft(draft.person).slot() }).await?;
    }
    Ok(())
}

/// The tickets that ended before `before` and whose cards are still kept.
pub(super) fn shown(before: Time) -> Document {
    doc! { "shown": true, "ended_at": { "$lt": date(before) } }
}

/// Forgets the live cards of some tickets that ended before `before`; returns of how many.
pub(super) async fn forget_cards(db: &Db, before: Time) -> Result<usize, StoreError> {
    let queue = db.collection(QUEUE);
    let hint = Hint::Name(SHOWN.to_owned());
    let ended = db.all(queue.find(shown(before)).limit(FORGET).hint(hint)).await?;
    let mut ids = Vec::with_capacity(ended.len());
    for ticket in &ended {
        let id = Fields(ticket).text("ticket_id")?;
        // The cards of agents who had it: '!' comes next after the blank.
        let tasks = doc! { "_id": { "$gte": format!("task {id} "), "$lt": format!("task {id}!") } };
        db.collection(CARDS).delete_many(tasks).await?;
        db.collection(CARDS).delete_one(doc! { "_id": format!("status {id}") }).await?;
        ids.push(id);
    }
    // Marked last: what a crash leaves is found again.
    if !ids.is_empty() {
        queue.update_many(doc! { "ticket_id": { "$in": &ids } }, doc! { "$unset": { "shown": "" } }).await?;
    }
    Ok(ids.len())
}

/// The statement that keeps a live card in place of the last one of its slot.
pub(super) fn put_card(card: &LiveCard) -> Result<Document, StoreError> {
    let doc = doc! {
        "key": nested(&card.key)?,
        "chat": card.chat.0,
        "message_id": card.message_id,
        // The database has no unsigned numbers; these are the same bits.
        "digest": card.digest.cast_signed(),
    };
    Ok(doc! { "q": { "_id": card.key.slot() }, "u": doc, "upsert": true })
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

/// Live cards by their slots, as far as there are any.
pub(super) async fn live_cards(
    db: &Db,
    slots: Vec<String>,
) -> Result<HashMap<String, Result<LiveCard, StoreError>>, StoreError> {
    let found = db.find(CARDS, doc! { "_id": { "$in": slots } }, doc! {}, None).await?;
    found.iter().map(|doc| Ok((Fields(doc).text("_id")?.to_owned(), card(doc)))).collect()
}

/// The slots that begin with "myqueue ".
pub(super) fn live_queues() -> Document {
    doc! { "_id": { "$gte": "myqueue ", "$lt": "myqueue!" } }
}

/// Whether a record that is read for being written has this version.
pub(super) fn is_at(doc: &Document, version: crate::domain::ids::Version) -> Result<bool, StoreError> {
    Ok(Fields(doc).int("version")? == int(version.0))
}

pub(super) async fn queues(db: &Db) -> Result<Vec<LiveCard>, StoreError> {
    db.find(CARDS, live_queues(), doc! {}, None).await?.iter().map(card).collect()
}
