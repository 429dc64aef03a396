//! The durable state of a desk, read from outside of it: from the SQLite file or from MongoDB.
use super::environment::Environment;
use antri::domain::event::AuditEvent;
use antri::domain::ids::{PersonId, TicketId};
use antri::engine::ports::OutboxStore;
use antri::store::Sqlite;
use futures::TryStreamExt;
use mongodb::Database;
use mongodb::bson::{Document, doc, from_bson};
use rusqlite::Connection;
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

/// A ticket as it is stored.
pub(super) struct Row {
    pub(super) id: TicketId,
    pub(super) arrival: u64,
    pub(super) number: String,
    pub(super) department: Uuid,
    pub(super) status: String,
    pub(super) text: String,
    pub(super) customer: i64,
}

/// The state that the oracle checks.
pub(super) struct DurableState {
    /// Pending deliveries.
    pub(super) pending_deliveries: u64,
    /// Updates that are not completed.
    pub(super) pending_updates: u64,
    pub(super) updates: u64,
    pub(super) drafts: u64,
    pub(super) dropped: u64,
    pub(super) repeats: u64,
    pub(super) unknown: u64,
    pub(super) tickets: Vec<Row>,
    /// Audit events in commit order.
    pub(super) events: Vec<AuditEvent>,
    /// The Telegram id of each person.
    pub(super) people: HashMap<PersonId, i64>,
    /// The storage key, chat and message of each live card.
    pub(super) cards: Vec<(String, i64, i64)>,
    /// The sums of the daily roll-ups of the departments, by the code of the figure.
    pub(super) figures: BTreeMap<u16, i64>,
}

/// Reads the whole state. A desk on SQLite must have ended.
pub(super) async fn read(environment: &Environment) -> DurableState {
    match &environment.database {
        Some(db) => read_mongodb(db).await,
        None => read_sqlite(environment).await,
    }
}

async fn read_sqlite(environment: &Environment) -> DurableState {
    let store = Sqlite::open(&environment.data()).unwrap();
    let counters = store.counters().await.unwrap();
    store.close().await;
    let conn = Connection::open(environment.data().join(antri::store::sqlite::DATABASE_FILE)).unwrap();
    let count = |sql: &str| conn.query_row(sql, [], |row| row.get::<_, u64>(0)).unwrap();
    let mut cards = conn.prepare("SELECT slot, chat, message_id FROM live_cards").unwrap();
    let cards = cards.query_map([], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?))).unwrap();
    DurableState {
        pending_deliveries: count("SELECT count(*) FROM outbox"),
        pending_updates: count("SELECT count(*) FROM inbox WHERE state <> 'done'"),
        updates: count("SELECT count(*) FROM inbox"),
        drafts: count("SELECT count(*) FROM drafts"),
        dropped: counters.dropped,
        repeats: counters.repeats,
        unknown: counters.unknown,
        tickets: tickets(&conn),
        events: events(&conn),
        people: people(&conn),
        cards: cards.map(Result::unwrap).collect(),
        figures: figures(&conn),
    }
}

fn figures(conn: &Connection) -> BTreeMap<u16, i64> {
    let sums = "SELECT figure, sum(value) FROM statistics WHERE kind = 0 GROUP BY figure";
    let mut query = conn.prepare(sums).unwrap();
    let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    rows.map(Result::unwrap).collect()
}

fn tickets(conn: &Connection) -> Vec<Row> {
    let columns = "SELECT id, arrival, number, department, status, description, customer_chat FROM tickets";
    let mut query = conn.prepare(columns).unwrap();
    let rows = query.query_map([], |row| {
        let description: Value = serde_json::from_str(&row.get::<_, String>(5)?).unwrap();
        let id: Vec<u8> = row.get(0)?;
        Ok(Row {
            id: TicketId(uuid::Uuid::from_slice(&id).unwrap()),
            arrival: row.get(1)?,
            number: row.get(2)?,
            department: uuid::Uuid::from_slice(&row.get::<_, Vec<u8>>(3)?).unwrap(),
            status: row.get(4)?,
            text: description["text"].as_str().unwrap().to_owned(),
            customer: row.get(6)?,
        })
    });
    rows.unwrap().map(Result::unwrap).collect()
}

fn events(conn: &Connection) -> Vec<AuditEvent> {
    let mut query = conn.prepare("SELECT doc FROM events ORDER BY id").unwrap();
    let docs = query.query_map([], |row| row.get::<_, String>(0)).unwrap();
    docs.map(|doc| serde_json::from_str(&doc.unwrap()).unwrap()).collect()
}

fn people(conn: &Connection) -> HashMap<PersonId, i64> {
    let mut query = conn.prepare("SELECT id, telegram FROM people").unwrap();
    let rows = query.query_map([], |row| Ok((row.get::<_, Vec<u8>>(0)?, row.get(1)?))).unwrap();
    rows.map(Result::unwrap)
        .map(|(id, telegram)| (PersonId(uuid::Uuid::from_slice(&id).unwrap()), telegram))
        .collect()
}

async fn documents(db: &Database, collection: &str) -> Vec<Document> {
    let found = db.collection(collection).find(doc! {}).sort(doc! { "_id": 1 }).await.unwrap();
    found.try_collect().await.unwrap()
}

fn id(doc: &Document, field: &str) -> Uuid {
    Uuid::parse_str(doc.get_str(field).unwrap()).unwrap()
}

/// Returns the updates that are not completed and the queues of the chats, for failure messages.
pub(super) async fn pending_documents(db: &Database) -> String {
    let mut lines = Vec::new();
    for (collection, filter) in [
        ("inbox", doc! { "state": { "$ne": "done" } }),
        ("outbox_staged", doc! {}),
        ("outbox_chats", doc! {}),
    ] {
        let found = db.collection::<Document>(collection).find(filter).limit(20).await.unwrap();
        let found: Vec<_> = found.try_collect().await.unwrap();
        lines.extend(found.iter().map(|doc| {
            let doc: String = doc.to_string().chars().take(3000).collect();
            format!("{collection}: {doc}")
        }));
    }
    lines.join("\n")
}

async fn read_mongodb(db: &Database) -> DurableState {
    let count = async |collection: &str, filter: Document| {
        db.collection::<Document>(collection).count_documents(filter).await.unwrap()
    };
    let counters = documents(db, "counters").await;
    let counter = |name: &str| {
        let found = counters.iter().find(|doc| doc.get_str("_id") == Ok(name));
        found.map_or(0, |doc| u64::try_from(doc.get_i64("value").unwrap()).unwrap())
    };
    let contents: HashMap<Uuid, Document> =
        documents(db, "tickets").await.into_iter().map(|doc| (id(&doc, "_id"), doc)).collect();
    let row = |entry: &Document| {
        let ticket = id(entry, "ticket_id");
        let text = contents[&ticket].get_document("description").unwrap().get_str("text").unwrap();
        Row {
            id: TicketId(ticket),
            arrival: u64::try_from(entry.get_i64("position").unwrap()).unwrap(),
            number: entry.get_str("ticket_number").unwrap().to_owned(),
            department: id(entry, "department"),
            status: entry.get_str("status").unwrap().to_owned(),
            text: text.to_owned(),
            customer: contents[&ticket].get_i64("customer_chat").unwrap(),
        }
    };
    let event = |doc: Document| from_bson(doc.get("event").unwrap().clone()).unwrap();
    let card = |doc: &Document| {
        let (chat, message) = (doc.get_i64("chat").unwrap(), doc.get_i32("message_id").unwrap());
        (doc.get_str("_id").unwrap().to_owned(), chat, i64::from(message))
    };
    let mut figures = BTreeMap::new();
    for doc in documents(db, "statistics").await {
        if doc.get_str("kind") == Ok("department") {
            for (code, sum) in doc.get_document("f").unwrap() {
                *figures.entry(code.parse().unwrap()).or_insert(0) += sum.as_i64().unwrap();
            }
        }
    }
    DurableState {
        pending_deliveries: count("outbox_staged", doc! {}).await + count("outbox_chats", doc! {}).await,
        pending_updates: count("inbox", doc! { "state": { "$ne": "done" } }).await,
        updates: count("inbox", doc! {}).await,
        drafts: count("drafts", doc! {}).await,
        dropped: counter("dropped"),
        repeats: counter("repeats"),
        unknown: counter("unknown"),
        tickets: documents(db, "ticket_queue").await.iter().map(row).collect(),
        events: documents(db, "events").await.into_iter().map(event).collect(),
        people: documents(db, "users")
            .await
            .iter()
            .map(|doc| (PersonId(id(doc, "_id")), doc.get_i64("telegram_id").unwrap()))
            .collect(),
        cards: documents(db, "live_cards").await.iter().map(card).collect(),
        figures,
    }
}
