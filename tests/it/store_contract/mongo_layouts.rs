//! What an earlier version has left in the database is brought up to date, and nothing of it is lost.
use super::Backend;
use super::fixture::*;
use super::mongo::{Served, open_store, shell};
use crate::support::mongod;
use antri::engine::ports::{Guard, OutboxStore, Outcome, TicketStore};
use mongodb::IndexModel;
use mongodb::bson::{DateTime, Document, doc, to_bson};
use mongodb::options::IndexOptions;

#[tokio::test(flavor = "multi_thread")]
async fn an_older_layout_is_brought_up_to_date() {
    let Served { database, store } = Served::fresh().await;
    join(&*store, [1], 5).await;
    let opened = open_n(&*store, 1..=4).await;
    one(&*store, giving(&opened[0], 1, 0, Guard::Eligible)).await.unwrap();
    one(&*store, moving(opened[1].cancel(who(900), at(5)).unwrap(), Guard::None)).await.unwrap();
    store.close().await;

    // Schema 0: the ordered fields only, no counts, no numbers, no indexes.
    let db = shell(&database).await;
    let derived = doc! { "$unset": { "open": "", "holding": "", "tail": "", "rank": "" } };
    let queue = db.collection::<Document>("ticket_queue");
    queue.drop_indexes().await.unwrap();
    queue.update_many(doc! {}, derived).await.unwrap();
    let agents = db.collection::<Document>("agent_status");
    agents.update_many(doc! {}, doc! { "$set": { "current_tickets": 77 } }).await.unwrap();
    for gone in ["queue_depths", "counters", "outbox_chats"] {
        db.collection::<Document>(gone).drop().await.unwrap();
    }
    db.collection::<Document>("settings").delete_one(doc! { "_id": "schema" }).await.unwrap();

    let store = open_store(&database).await;
    assert_eq!(store.depths().await.unwrap()[&dept(1)], 2);
    assert_eq!(names(&store.queue_head(dept(1), true, 9).await.unwrap()), [3, 4]);
    assert_eq!(names(&store.held_by(who(1)).await.unwrap()), [1]);
    let number = opened[2].number.as_str();
    assert_eq!(names(&store.tickets_by_suffix(&number[number.len() - 4..], 9).await.unwrap()), [3]);
    let fifth = open(&*store, ticket(5)).await;
    assert!(fifth.arrival > opened[3].arrival);
    store.enqueue(vec![text(10, "dua")], at(2)).await.unwrap();
    assert_eq!(super::outbox::drain(&*store, 3).await, ["dua"]);
    one(&*store, giving(&opened[2], 1, 1, Guard::Eligible)).await.unwrap();
    let agent = agents.find_one(doc! { "agent_id": who(1).to_string() }).await.unwrap().unwrap();
    assert_eq!(agent.get_i64("current_tickets"), Ok(2));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waited_in_an_older_layout_is_delivered() {
    let database = mongod::database();
    open_store(&database).await.close().await;

    // Schema 1: a delivery is a document of its own, and its chat's says which goes next.
    let db = shell(&database).await;
    let (outbox, chats) = (db.collection::<Document>("outbox"), db.collection::<Document>("outbox_chats"));
    let (waiting, claimed) = (doc! { "claimed": false }, doc! { "claimed": true });
    outbox.drop_indexes().await.unwrap();
    for (name, holds) in [("waiting", waiting), ("claimed", claimed)] {
        let options = IndexOptions::builder().name(name.to_owned()).partial_filter_expression(holds).build();
        outbox
            .create_index(IndexModel::builder().keys(doc! { "chat": 1 }).options(options).build())
            .await
            .unwrap();
    }
    let delivery = |id: i64, chat: i64, claimed: bool, word: &str| {
        doc! {
            "_id": id, "chat": chat, "lane": 0_i64, "claimed": claimed, "since": DateTime::from_millis(0),
            "since_us": 0_i64, "attempts": 0_i64, "unknown": 0_i64,
            "message": to_bson(&text(chat, word).message).unwrap(),
        }
    };
    let mut waiting = vec![delivery(1, 10, true, "satu"), delivery(4, 11, false, "lain")];
    waiting[0].insert("claimed_by", "somebody");
    waiting.extend((5..200).map(|n| delivery(n, 10, false, &n.to_string())));
    outbox.insert_many(waiting).await.unwrap();
    let chat = |id: i64, claimed: bool, head: i64, waiting: i64| {
        doc! {
            "_id": id, "claimed": claimed, "not_before": 0_i64, "lane": 0_i64, "head": head, "waiting": waiting,
            "revision": 3_i64,
        }
    };
    chats.insert_many([chat(10, true, 1, 195), chat(11, false, 4, 1)]).await.unwrap();
    let settings = db.collection::<Document>("settings");
    settings.update_one(doc! { "_id": "schema" }, doc! { "$set": { "version": 1 } }).await.unwrap();

    let store = open_store(&database).await;
    assert_eq!(store.pending_deliveries().await.unwrap(), 197);
    let claimed = super::outbox::claim(&*store, 1).await;
    let found: Vec<_> =
        claimed.iter().map(|one| (super::outbox::said(one), one.attempts, one.unknown)).collect();
    assert_eq!(
        found,
        [("satu".to_owned(), 1, 1), ("lain".to_owned(), 0, 0)],
        "what was on its way is unknown"
    );
    for one in &claimed {
        super::outbox::settle(&*store, one, Outcome::Sent(None)).await;
    }
    let rest: Vec<_> = (5..200).map(|n| n.to_string()).collect();
    assert_eq!(super::outbox::drain(&*store, 3).await, rest);
    // Another replica that is as far behind changes nothing that is up to date.
    store.enqueue(vec![text(10, "baru")], at(2)).await.unwrap();
    settings.update_one(doc! { "_id": "schema" }, doc! { "$set": { "version": 1 } }).await.unwrap();
    assert_eq!(super::outbox::drain(&*open_store(&database).await, 4).await, ["baru"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_just_added_in_an_older_layout_is_delivered() {
    let Served { database, store } = Served::fresh().await;
    let told = vec![text(10, "satu"), text(11, "lain"), text(10, "dua")];
    store.enqueue(told, at(1)).await.unwrap();
    store.close().await;

    // Schema 3: each delivery is a document of its own.
    let db = shell(&database).await;
    let added = db.collection::<Document>("outbox_added");
    let bundle = added.find_one_and_delete(doc! {}).await.unwrap().unwrap();
    let entries = bundle.get_array("entries").unwrap();
    let entries: Vec<_> = entries.iter().map(|entry| entry.as_document().unwrap().clone()).collect();
    assert_eq!((entries.len(), added.count_documents(doc! {}).await.unwrap()), (3, 0));
    added.insert_many(entries).await.unwrap();
    let settings = db.collection::<Document>("settings");
    settings.update_one(doc! { "_id": "schema" }, doc! { "$set": { "version": 3 } }).await.unwrap();

    let store = open_store(&database).await;
    assert_eq!(store.pending_deliveries().await.unwrap(), 3);
    let drained = super::outbox::drain(&*store, 3).await;
    let (lain, ten): (Vec<_>, Vec<_>) = drained.into_iter().partition(|said| said == "lain");
    assert_eq!((lain.len(), ten), (1, vec!["satu".to_owned(), "dua".to_owned()]));

    // One that was still there when this build began adds another.
    store.enqueue(vec![text(12, "telat")], at(2)).await.unwrap();
    let bundle = added.find_one_and_delete(doc! {}).await.unwrap().unwrap();
    added.insert_one(bundle.get_array("entries").unwrap()[0].as_document().unwrap().clone()).await.unwrap();
    assert_eq!(store.pending_deliveries().await.unwrap(), 1);
    assert_eq!(super::outbox::drain(&*store, 4).await, ["telat"]);
}
