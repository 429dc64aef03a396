//! Collections, indexes and the schema version. Invariants that must never be violated are unique indexes.
//!
//! Collections and fields that the product's specification names keep those names.
pub(super) mod query_plans;

use super::codec::Fields;
use super::tx::error::code_of;
use crate::engine::ports::StoreError;
use mongodb::bson::{Document, doc};
use mongodb::options::IndexOptions;
use mongodb::{Database, IndexModel};
use std::time::Duration;

pub(super) const USERS: &str = "users";
pub(super) const AGENT_STATUS: &str = "agent_status";
pub(super) const TICKET_QUEUE: &str = "ticket_queue";
pub(super) const TICKETS: &str = "tickets";
pub(super) const DEPARTMENTS: &str = "departments";
pub(super) const CANNED_REPLIES: &str = "canned_replies";
pub(super) const SETTINGS: &str = "settings";
pub(super) const INVITES: &str = "invites";
pub(super) const DRAFTS: &str = "drafts";
pub(super) const MESSAGES: &str = "messages";
pub(super) const TOPICS: &str = "topics";
pub(super) const FOCUS: &str = "focus";
pub(super) const WEBHOOKS: &str = "webhooks";
pub(super) const EVENTS: &str = "events";
pub(super) const QUEUE_DEPTHS: &str = "queue_depths";
pub(super) const STATISTICS: &str = "statistics";
pub(super) const INBOX: &str = "inbox";
pub(super) const OUTBOX_STAGED: &str = "outbox_staged";
pub(super) const OUTBOX: &str = "outbox";
pub(super) const OUTBOX_CHATS: &str = "outbox_chats";
pub(super) const OUTBOX_DROPPED: &str = "outbox_dropped";
pub(super) const LIVE_CARDS: &str = "live_cards";
pub(super) const COUNTERS: &str = "counters";
pub(super) const LEASES: &str = "leases";
pub(super) const SIGNALS: &str = "signals";
pub(super) const TX_SESSIONS: &str = "tx_sessions";

/// The ids of the documents of `settings`.
pub(super) const SETTINGS_ID: &str = "desk";
pub(super) const INCIDENTS_ID: &str = "incidents";
pub(super) const VERSION_ID: &str = "schema";
pub(super) const BOT_ID: &str = "bot";

/// How long a signal is kept: replicas receive it at once or not at all.
const SIGNAL_TTL: Duration = Duration::from_secs(60);
/// How long the record of a session is kept: longer than a session is used.
const SESSION_RECORD_TTL: Duration = Duration::from_secs(3_600);

/// An index.
struct Index {
    collection: &'static str,
    name: &'static str,
    key: fn() -> Document,
    /// The filter of a partial index.
    partial: Option<fn() -> Document>,
    unique: bool,
    /// How long after the time in its key a document is deleted.
    ttl: Option<Duration>,
}

const fn index(collection: &'static str, name: &'static str, key: fn() -> Document) -> Index {
    Index { collection, name, key, partial: None, unique: false, ttl: None }
}

impl Index {
    const fn unique(self) -> Self {
        Self { unique: true, ..self }
    }

    const fn where_(self, filter: fn() -> Document) -> Self {
        Self { partial: Some(filter), ..self }
    }

    const fn ttl(self, ttl: Duration) -> Self {
        Self { ttl: Some(ttl), ..self }
    }

    fn model(&self) -> IndexModel {
        let options = IndexOptions::builder()
            .name(self.name.to_owned())
            .unique(self.unique.then_some(true))
            .partial_filter_expression(self.partial.map(|filter| filter()))
            .expire_after(self.ttl)
            .build();
        IndexModel::builder().keys((self.key)()).options(options).build()
    }
}

/// All indexes. `status` and `assigned_agent` are in the specification; the others make the cost of each query
/// independent of the depth.
const INDEXES: &[Index] = &[
    index(USERS, "telegram_id", || doc! { "telegram_id": 1 }).unique(),
    index(USERS, "username", || doc! { "username_key": 1, "created_seq": -1 })
        .where_(|| doc! { "username_key": { "$exists": true } }),
    index(USERS, "former_usernames", || doc! { "former_username_keys": 1 })
        .where_(|| doc! { "former_username_keys": { "$exists": true } }),
    index(USERS, "alias", || doc! { "alias_key": 1 })
        .unique()
        .where_(|| doc! { "alias_key": { "$exists": true } }),
    index(USERS, "role", || doc! { "role": 1, "created_seq": 1 }).where_(|| doc! { "role": "admin" }),
    index(USERS, "banned", || doc! { "banned": 1, "created_seq": -1 }).where_(|| doc! { "banned": true }),
    index(USERS, "created_seq", || doc! { "created_seq": -1 }),
    index(USERS, "words", || doc! { "words": 1 }),
    index(AGENT_STATUS, "agent_id", || doc! { "agent_id": 1 }).unique(),
    index(AGENT_STATUS, "eligible", || doc! { "is_online": 1, "current_tickets": 1 }),
    index(AGENT_STATUS, "assignment_order", || doc! { "assignment_order": 1, "agent_id": 1 }),
    index(TICKET_QUEUE, "status", || doc! { "status": 1, "position": 1 }),
    index(TICKET_QUEUE, "assigned_agent", || doc! { "assigned_agent": 1, "status": 1 }),
    index(TICKET_QUEUE, "ticket_id", || doc! { "ticket_id": 1 }).unique(),
    // One ticket per slot: a slot that is used twice can't be written.
    index(TICKET_QUEUE, "slot", || doc! { "assigned_agent": 1, "slot": 1 })
        .unique()
        .where_(|| doc! { "holding": true }),
    index(TICKET_QUEUE, "queue_auto", || doc! { "department": 1, "auto": 1, "rank": 1, "position": 1 })
        .where_(|| doc! { "status": "queued" }),
    // The status is the first key, though it is constant: then a filter by status, department, rank and position names
    // the key from its first field on. Some servers read all waiting tickets of the desk otherwise.
    index(TICKET_QUEUE, "queue_all", || doc! { "status": 1, "department": 1, "rank": 1, "position": 1 })
        .where_(|| doc! { "status": "queued" }),
    index(TICKET_QUEUE, "queue_desk", || doc! { "rank": 1, "position": 1 })
        .where_(|| doc! { "status": "queued" }),
    index(TICKET_QUEUE, "customer", || doc! { "customer": 1, "open": 1, "position": 1 }),
    // Ended tickets whose live cards are not deleted yet.
    index(TICKET_QUEUE, "has_live_cards", || doc! { "ended_at": 1 })
        .where_(|| doc! { "has_live_cards": true }),
    index(TICKET_QUEUE, "snoozed", || doc! { "resume_at": 1 }).where_(|| doc! { "snoozed": true }),
    // The response is the first key: some servers leave a partial index empty that ends with the field of its filter.
    index(TICKET_QUEUE, "unanswered", || doc! { "response": 1, "unanswered_since": 1, "position": 1 })
        .where_(|| doc! { "unanswered_since": { "$exists": true } }),
    index(TICKET_QUEUE, "number_reversed", || doc! { "number_reversed": 1 }).where_(|| doc! { "open": true }),
    index(TICKETS, "ticket_number", || doc! { "ticket_number": 1 }).unique(),
    index(TICKETS, "key", || doc! { "key": 1 }).unique(),
    index(TICKETS, "words", || doc! { "words": 1 }),
    index(QUEUE_DEPTHS, "department", || doc! { "department": 1 }),
    index(INVITES, "valid_until", || doc! { "valid_until": 1 }),
    index(DRAFTS, "saved_at", || doc! { "saved_at": 1 }),
    index(CANNED_REPLIES, "word", || doc! { "department_id": 1, "word_key": 1 }).unique(),
    index(DEPARTMENTS, "name", || doc! { "name_key": 1 }).unique(),
    index(EVENTS, "ticket_id", || doc! { "ticket_id": 1, "_id": 1 })
        .where_(|| doc! { "ticket_id": { "$exists": true } }),
    index(EVENTS, "totals", || doc! { "agent_id": 1, "micros": 1, "kind": 1 })
        .where_(|| doc! { "agent_id": { "$exists": true } }),
    // A message that is received twice is stored once.
    index(MESSAGES, "source", || doc! { "source_chat": 1, "source_message": 1 })
        .unique()
        .where_(|| doc! { "source_chat": { "$exists": true } }),
    index(MESSAGES, "source_key", || doc! { "source_key": 1 })
        .unique()
        .where_(|| doc! { "source_key": { "$exists": true } }),
    index(MESSAGES, "target", || doc! { "target_chat": 1, "target_message": 1 })
        .where_(|| doc! { "target_chat": { "$exists": true } }),
    index(MESSAGES, "conversation", || doc! { "ticket": 1, "seq": 1 })
        .where_(|| doc! { "ticket": { "$exists": true } }),
    index(MESSAGES, "words", || doc! { "words": 1 }),
    index(MESSAGES, "due", || doc! { "ticket": 1, "due": 1 }).where_(|| doc! { "due": true }),
    index(MESSAGES, "unrouted", || doc! { "unrouted": 1 })
        .where_(|| doc! { "unrouted": { "$exists": true } }),
    index(TOPICS, "thread", || doc! { "chat": 1, "thread": 1 }),
    index(TOPICS, "closed", || doc! { "closed_date": 1 })
        .where_(|| doc! { "closed_date": { "$exists": true } }),
    index(TOPICS, "open", || doc! { "open": 1 }).where_(|| doc! { "open": true }),
    index(WEBHOOKS, "due", || doc! { "next_at": 1, "seq": 1 }).where_(|| doc! { "state": "pending" }),
    index(WEBHOOKS, "ticket", || doc! { "ticket": 1, "seq": 1 }).where_(|| doc! { "state": "pending" }),
    index(WEBHOOKS, "log", || doc! { "seq": -1 }),
    index(WEBHOOKS, "state", || doc! { "state": 1, "seq": -1 }),
    index(WEBHOOKS, "ended_at", || doc! { "ended_at": 1 }),
    index(STATISTICS, "days", || doc! { "kind": 1, "day": 1 }),
    index(INBOX, "pending", || doc! { "seq": 1 }).where_(|| doc! { "state": "new" }),
    index(INBOX, "dead", || doc! { "ended_at": 1 }).where_(|| doc! { "state": "dead" }),
    index(INBOX, "done", || doc! { "ended_at": 1 }).where_(|| doc! { "state": "done" }),
    index(OUTBOX, "overflow", || doc! { "chat": 1, "priority_class": 1, "not_before": 1, "_id": 1 }),
    index(OUTBOX_CHATS, "claimed", || doc! { "claimed_by": 1 }).where_(|| doc! { "claimed": true }),
    index(OUTBOX_CHATS, "ready", || doc! { "traffic_class": 1, "head": 1 })
        .where_(|| doc! { "claimed": false, "not_before": 0_i64 }),
    index(OUTBOX_CHATS, "delayed", || doc! { "not_before": 1 })
        .where_(|| doc! { "claimed": false, "not_before": { "$gt": 0_i64 } }),
    index(OUTBOX_DROPPED, "at", || doc! { "at": 1 }),
    index(SIGNALS, "at", || doc! { "at": 1 }).ttl(SIGNAL_TTL),
    index(TX_SESSIONS, "at", || doc! { "at": 1 }).ttl(SESSION_RECORD_TTL),
    index(LIVE_CARDS, "list_shown_at", || doc! { "list_shown_at": 1 })
        .where_(|| doc! { "list_shown_at": { "$exists": true } }),
    // Only groups move to a new id, and their ids are negative.
    index(LIVE_CARDS, "groups", || doc! { "chat": 1 }).where_(|| doc! { "chat": { "$lt": 0_i64 } }),
];

/// Collections without an index but `_id`. They are created at start-up, because creating one in a
/// transaction is slow.
const UNINDEXED: &[&str] = &[SETTINGS, COUNTERS, LEASES, OUTBOX_STAGED, FOCUS];

/// Server error code: the collection exists.
const NAMESPACE_EXISTS: i32 = 48;

/// Creates the collections and indexes. An index that exists with other options is refused.
pub(super) async fn prepare(db: &Database) -> Result<(), StoreError> {
    for name in UNINDEXED {
        match db.create_collection(*name).await {
            Err(error) if code_of(&error) != Some(NAMESPACE_EXISTS) => return Err(error.into()),
            Ok(()) | Err(_) => {}
        }
    }
    let mut collections: Vec<_> = INDEXES.iter().map(|index| index.collection).collect();
    collections.dedup();
    for collection in collections {
        let models = INDEXES.iter().filter(|index| index.collection == collection).map(Index::model);
        let created = db.collection::<Document>(collection).create_indexes(models).await;
        created.map_err(|error| {
            StoreError::Unavailable(format!("failed to create the indexes of {collection}: {error}"))
        })?;
    }
    Ok(())
}

/// The version that this program reads and writes. Another version is refused: there
/// are no migrations before the first release.
const VERSION: i64 = 6;

/// Checks the version of the database, and writes it into an empty one.
pub(super) async fn check_version(db: &Database) -> Result<(), StoreError> {
    let settings = db.collection::<Document>(SETTINGS);
    let found = match settings.find_one(doc! { "_id": VERSION_ID }).await? {
        Some(doc) => Fields(&doc).int("version")?,
        None => 0,
    };
    if found == VERSION {
        return Ok(());
    }
    let has_tickets = db.collection::<Document>(TICKET_QUEUE).find_one(doc! {}).await?.is_some();
    if found != 0 || has_tickets {
        return Err(StoreError::Unavailable(format!(
            "the database has schema version {found}, and this Antri needs version {VERSION}: use another database \
             (MONGODB_DB), or the Antri that wrote this one"
        )));
    }
    // Another replica may do the same.
    let version = doc! { "$setOnInsert": { "version": VERSION } };
    settings.update_one(doc! { "_id": VERSION_ID }, version).upsert(true).await?;
    Ok(())
}
