//! Collections, their indexes, and the schema's version, brought up to date step by step.
//!
//! Names of the ordered schema are kept; what must never be untrue is a unique index here, not care in the code.
use super::codec::Fields;
use super::migrate;
use crate::engine::ports::StoreError;
use futures::TryStreamExt;
use mongodb::bson::{Bson, Document, doc};
use mongodb::options::IndexOptions;
use mongodb::{Database, IndexModel};
use std::time::Duration;

pub(super) const USERS: &str = "users";
pub(super) const AGENTS: &str = "agent_status";
pub(super) const QUEUE: &str = "ticket_queue";
pub(super) const TICKETS: &str = "tickets";
pub(super) const DEPARTMENTS: &str = "departments";
pub(super) const SETTINGS: &str = "settings";
pub(super) const INVITES: &str = "invites";
pub(super) const DRAFTS: &str = "drafts";
pub(super) const EVENTS: &str = "events";
pub(super) const DEPTHS: &str = "queue_depths";
pub(super) const INBOX: &str = "inbox";
pub(super) const ADDED: &str = "outbox_added";
pub(super) const OUTBOX: &str = "outbox";
pub(super) const CHATS: &str = "outbox_chats";
pub(super) const DROPPED: &str = "outbox_dropped";
pub(super) const CARDS: &str = "live_cards";
pub(super) const COUNTERS: &str = "counters";
pub(super) const LEASES: &str = "leases";
pub(super) const SIGNALS: &str = "signals";
pub(super) const SESSIONS: &str = "sessions";

/// Under which id the schema's version lies among the settings.
pub(super) const VERSION: &str = "schema";

/// An index: its collection, its name, its key, what it holds when not everything, and whether a key is there once.
pub(super) struct Index {
    pub(super) collection: &'static str,
    pub(super) name: &'static str,
    key: fn() -> Document,
    holds: Option<fn() -> Document>,
    unique: bool,
    /// For how long after the time in its key a document is kept, when not for good.
    keeps: Option<Duration>,
}

const fn index(collection: &'static str, name: &'static str, key: fn() -> Document) -> Index {
    Index { collection, name, key, holds: None, unique: false, keeps: None }
}

impl Index {
    const fn unique(self) -> Self {
        Self { unique: true, ..self }
    }

    const fn where_(self, holds: fn() -> Document) -> Self {
        Self { holds: Some(holds), ..self }
    }

    const fn keeps(self, keeps: Duration) -> Self {
        Self { keeps: Some(keeps), ..self }
    }

    fn model(&self) -> IndexModel {
        let options = IndexOptions::builder()
            .name(self.name.to_owned())
            .unique(self.unique.then_some(true))
            .partial_filter_expression(self.holds.map(|holds| holds()))
            .expire_after(self.keeps)
            .build();
        IndexModel::builder().keys((self.key)()).options(options).build()
    }
}

pub(super) const QUEUE_ALL: &str = "queue_all";
pub(super) const SLOT: &str = "slot";
pub(super) const SHOWN: &str = "shown";

/// Every index. The first of the queue's three are those of the order, the others make what the desk asks cost the same at
/// any depth.
pub(super) const INDEXES: &[Index] = &[
    index(USERS, "telegram_id", || doc! { "telegram_id": 1 }).unique(),
    index(USERS, "username", || doc! { "username_key": 1, "met": -1 })
        .where_(|| doc! { "username_key": { "$exists": true } }),
    index(USERS, "role", || doc! { "role": 1, "met": 1 }).where_(|| doc! { "role": "admin" }),
    index(USERS, "met", || doc! { "met": -1 }),
    index(AGENTS, "agent_id", || doc! { "agent_id": 1 }).unique(),
    index(AGENTS, "eligible", || doc! { "is_online": 1, "current_tickets": 1 }),
    index(AGENTS, "assignment_order", || doc! { "assignment_order": 1, "agent_id": 1 }),
    index(QUEUE, "status", || doc! { "status": 1, "position": 1 }),
    index(QUEUE, "assigned_agent", || doc! { "assigned_agent": 1, "status": 1 }),
    index(QUEUE, "ticket_id", || doc! { "ticket_id": 1 }).unique(),
    // One ticket per slot, one slot per ticket: an over-full agent or a slot used twice can't be written down.
    index(QUEUE, SLOT, || doc! { "assigned_agent": 1, "slot": 1 })
        .unique()
        .where_(|| doc! { "holding": true }),
    index(QUEUE, "queue_auto", || doc! { "department": 1, "auto": 1, "rank": 1, "position": 1 })
        .where_(|| doc! { "status": "queued" }),
    index(QUEUE, QUEUE_ALL, || doc! { "department": 1, "rank": 1, "position": 1 })
        .where_(|| doc! { "status": "queued" }),
    index(QUEUE, "customer", || doc! { "customer": 1, "open": 1, "position": 1 }),
    // Tickets that have ended and whose live cards are still kept.
    index(QUEUE, SHOWN, || doc! { "ended_at": 1 }).where_(|| doc! { "shown": true }),
    index(QUEUE, "tail", || doc! { "tail": 1 }).where_(|| doc! { "open": true }),
    index(TICKETS, "ticket_number", || doc! { "ticket_number": 1 }).unique(),
    index(TICKETS, "key", || doc! { "key": 1 }).unique(),
    index(DEPARTMENTS, "name", || doc! { "name_key": 1 }).unique(),
    index(EVENTS, "ticket_id", || doc! { "ticket_id": 1, "_id": 1 })
        .where_(|| doc! { "ticket_id": { "$exists": true } }),
    index(EVENTS, "totals", || doc! { "agent_id": 1, "micros": 1, "got": 1 })
        .where_(|| doc! { "agent_id": { "$exists": true } }),
    index(INBOX, "waiting", || doc! { "seq": 1 }).where_(|| doc! { "state": "new" }),
    index(INBOX, "aside", || doc! { "ended_at": 1 }).where_(|| doc! { "state": "aside" }),
    index(INBOX, "done", || doc! { "ended_at": 1 }).where_(|| doc! { "state": "done" }),
    index(OUTBOX, "behind", || doc! { "chat": 1, "lane": 1, "_id": 1 }),
    index(CHATS, "claimed", || doc! { "claimed_by": 1 }).where_(|| doc! { "claimed": true }),
    index(CHATS, "ready", || doc! { "lane": 1, "head": 1 })
        .where_(|| doc! { "claimed": false, "not_before": 0_i64 }),
    index(CHATS, "later", || doc! { "not_before": 1 })
        .where_(|| doc! { "claimed": false, "not_before": { "$gt": 0_i64 } }),
    index(DROPPED, "at", || doc! { "at": 1 }),
    // A signal is heard at once or not at all.
    index(SIGNALS, "at", || doc! { "at": 1 }).keeps(Duration::from_secs(60)),
    index(SESSIONS, "at", || doc! { "at": 1 }).keeps(super::session::KEPT),
    // Only groups, whose ids are negative, get a new id some day.
    index(CARDS, "groups", || doc! { "chat": 1 }).where_(|| doc! { "chat": { "$lt": 0_i64 } }),
];

/// Collections that are found by `_id` alone. They are made at start-up, as a transaction is slow to make one.
const PLAIN: &[&str] = &[SETTINGS, INVITES, DRAFTS, DEPTHS, COUNTERS, LEASES, ADDED];

/// Makes the database what this program knows, or says why it can't be.
pub(super) async fn prepare(db: &Database) -> Result<(), StoreError> {
    let found = version(db).await?;
    let known = migrate::STEPS.len();
    if found > known {
        return Err(StoreError::Unavailable(format!(
            "the database was written by a newer Antri (schema {found}; this one knows up to {known})"
        )));
    }
    let there = db.list_collection_names().await?;
    for name in PLAIN {
        if !there.iter().any(|known| known == name) {
            make(db, name).await?;
        }
    }
    // Before the indexes: an older layout need not satisfy what they demand.
    for step in found..known {
        migrate::step(db, step).await?;
        let version = super::codec::int(step as u64 + 1);
        let settings = db.collection::<Document>(SETTINGS);
        let newest = doc! { "$max": { "version": version } };
        settings.update_one(doc! { "_id": VERSION }, newest).upsert(true).await?;
    }
    for collection in collections() {
        let models = INDEXES.iter().filter(|index| index.collection == collection).map(Index::model);
        let created = db.collection::<Document>(collection).create_indexes(models).await;
        created.map_err(|error| {
            StoreError::Unavailable(format!("an index of {collection} can't be made as it must be: {error}"))
        })?;
        check(db, collection).await?;
    }
    Ok(())
}

/// Makes a collection, unless another replica was as quick.
async fn make(db: &Database, name: &str) -> Result<(), StoreError> {
    const EXISTS: i32 = 48;
    match db.create_collection(name).await {
        Err(error) => match &*error.kind {
            mongodb::error::ErrorKind::Command(command) if command.code == EXISTS => Ok(()),
            _ => Err(error.into()),
        },
        Ok(()) => Ok(()),
    }
}

/// The version of the layout that the database has; 0 when it has none.
async fn version(db: &Database) -> Result<usize, StoreError> {
    let settings = db.collection::<Document>(SETTINGS);
    match settings.find_one(doc! { "_id": VERSION }).await? {
        Some(doc) => Fields(&doc).number("version"),
        None => Ok(0),
    }
}

/// The collections that have indexes, each once.
fn collections() -> Vec<&'static str> {
    let mut names: Vec<_> = INDEXES.iter().map(|index| index.collection).collect();
    names.dedup();
    names
}

/// Looks whether each index of a collection is there as it must be: a unique one that isn't would let two in.
async fn check(db: &Database, collection: &str) -> Result<(), StoreError> {
    let found: Vec<IndexModel> =
        db.collection::<Document>(collection).list_indexes().await?.try_collect().await?;
    for wanted in INDEXES.iter().filter(|index| index.collection == collection) {
        let is_there = found.iter().any(|model| {
            let options = model.options.clone().unwrap_or_default();
            let unique = options.unique.unwrap_or(false);
            let holds = options.partial_filter_expression;
            same(&model.keys, &(wanted.key)())
                && unique == wanted.unique
                && options.expire_after == wanted.keeps
                && match (&holds, wanted.holds) {
                    (None, None) => true,
                    (Some(found), Some(wanted)) => same(found, &wanted()),
                    _ => false,
                }
        });
        if !is_there {
            let name = wanted.name;
            return Err(StoreError::Unavailable(format!(
                "the index {name} of {collection} is not as it must be: drop it, and it will be made anew"
            )));
        }
    }
    Ok(())
}

/// Whether two documents say the same, whatever kind of number they say it with.
fn same(one: &Document, other: &Document) -> bool {
    fn alike(one: &Bson, other: &Bson) -> bool {
        match (one, other) {
            (Bson::Document(one), Bson::Document(other)) => same(one, other),
            _ => match (number(one), number(other)) {
                (Some(one), Some(other)) => one == other,
                _ => one == other,
            },
        }
    }
    fn number(value: &Bson) -> Option<i64> {
        let doc = doc! { "n": value.clone() };
        Fields(&doc).opt_int("n").ok().flatten()
    }
    one.len() == other.len()
        && one.iter().zip(other).all(|((key, value), (name, wanted))| key == name && alike(value, wanted))
}
