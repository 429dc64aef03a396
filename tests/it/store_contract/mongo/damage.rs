//! Documents of the outbox that a person changed in a shell: only the delivery that can't be read is given up.
use super::{Served, open_store, shell};
use crate::store_contract::Backend;
use crate::store_contract::fixture::*;
use crate::store_contract::outbox::{claim, drain, refresh, said, settle};
use antri::domain::card::CardKey;
use antri::engine::ports::{DeadLetterStore, OutboxStore, Outcome, RetryResult};
use antri::store::Mongo;
use futures::FutureExt;
use mongodb::bson::{Bson, Document, doc};
use std::sync::Arc;

/// The chat whose deliveries nobody changed.
const OTHER: i64 = 99;

/// The damages, each with what a retry of the dead letter comes to. A whole number of another type is no damage.
fn damages() -> Vec<(&'static str, Bson, Option<RetryResult>)> {
    let retried = Some(RetryResult::Retried);
    vec![
        ("message", doc! { "telegram": 1 }.into(), Some(RetryResult::Unreadable)),
        ("message", Bson::Null, Some(RetryResult::Unreadable)),
        ("_id", "tiga".into(), retried),
        ("_id", Bson::Null, retried),
        ("_id", 0.5.into(), retried),
        ("attempts", 0.5.into(), retried),
        ("attempts", "dua".into(), retried),
        ("unknown", "dua".into(), retried),
        ("since", "kemarin".into(), retried),
        ("since", i64::MAX.into(), retried),
        ("traffic_class", Bson::Null, retried),
        ("priority_class", "dua".into(), retried),
        ("not_before", "besok".into(), retried),
        ("attempts", 0.0.into(), None),
        ("unknown", 0_i32.into(), None),
        ("not_before", 0.0.into(), None),
    ]
}

async fn change(database: &str, collection: &str, id: impl Into<Bson>, set: Document) {
    let collection = shell(database).await.collection::<Document>(collection);
    let changed = collection.update_one(doc! { "_id": id.into() }, doc! { "$set": set }).await.unwrap();
    assert_eq!(changed.modified_count, 1);
}

/// Damages the first delivery of each chat, while it is staged or while it is pending.
async fn unreadable_deliveries_stop_no_others(staged: bool) {
    let Served { database, store } = Served::fresh().await;
    let damages = damages();
    let chats = || (1..).zip(&damages);
    let mut out: Vec<_> = chats().flat_map(|(chat, _)| [text(chat, "satu"), text(chat, "dua")]).collect();
    out.push(text(OTHER, "lain"));
    store.enqueue(out, at(1)).await.unwrap();
    if staged {
        let mut set = Document::new();
        for (at, (field, value, _)) in damages.iter().enumerate() {
            set.insert(format!("deliveries.{}.{field}", 2 * at), value);
        }
        let staged = shell(&database).await.collection::<Document>("outbox_staged");
        let first = staged.find_one(doc! {}).await.unwrap().unwrap();
        change(&database, "outbox_staged", first.get("_id").cloned().unwrap(), set).await;
    } else {
        assert_eq!(store.claim(0, at(1)).await.unwrap(), []);
        for (chat, (field, value, _)) in chats() {
            // The chat of a delivery is that of its document.
            let set = doc! { format!("pending.0.{field}"): value, "pending.0.chat": OTHER, "pending.1.chat": OTHER };
            change(&database, "outbox_chats", chat, set).await;
        }
    }
    let claimed = claim(&*store, 2).await;
    assert_eq!(claimed.len(), damages.len() + 1, "one of each chat");
    for (chat, (field, value, retry)) in chats() {
        let one = claimed.iter().find(|one| one.chat.0 == chat).expect("none is held up");
        let expected = if retry.is_some() { "dua" } else { "satu" };
        assert_eq!((said(one).as_str(), one.committed_at), (expected, at(1)), "{field} {value}");
        settle(&*store, one, Outcome::Sent(None)).await;
    }
    let whole = damages.iter().filter(|(.., retry)| retry.is_none()).count();
    assert_eq!(drain(&*store, 3).await, vec!["dua"; whole]);

    let dead = store.dead_letters(0, 99).await.unwrap();
    assert_eq!(dead.len(), damages.len() - whole);
    assert_eq!(store.counters().await.unwrap().dropped, dead.len() as u64);
    let mut retries = 0;
    for letter in dead {
        let chat = usize::try_from(letter.chat.unwrap().0).unwrap();
        let (field, value, retry) = &damages[chat - 1];
        assert!(letter.reason.starts_with("unreadable: "), "{}", letter.reason);
        let result = store.retry_dead_letter(letter.id, at(4)).await.unwrap();
        assert_eq!(Some(result), *retry, "{field} {value}");
        retries += usize::from(result == RetryResult::Retried);
    }
    assert_eq!(drain(&*store, 5).await, vec!["satu"; retries]);
    assert_eq!(store.count_dead_letters().await.unwrap(), (0, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unreadable_staged_delivery_does_not_stop_the_others() {
    unreadable_deliveries_stop_no_others(true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unreadable_pending_delivery_does_not_stop_the_others() {
    unreadable_deliveries_stop_no_others(false).await;
}

/// A desk with two deliveries for chat 10 and one for another.
async fn three_enqueued() -> (String, Arc<Mongo>) {
    let Served { database, store } = Served::fresh().await;
    store.enqueue(vec![text(10, "satu"), text(10, "dua"), text(OTHER, "lain")], at(1)).await.unwrap();
    (database, store)
}

/// What is left is sent, and the delivery that was changed is a dead letter.
async fn check_given_up(store: &Mongo, left: &[&str]) {
    assert_eq!(drain(store, 9).await, left);
    assert_eq!(store.pending_deliveries().await.unwrap(), 0);
    let dead = store.dead_letters(0, 9).await.unwrap();
    assert_eq!(dead.len(), 1);
    assert!(dead[0].reason.starts_with("unreadable: "), "{}", dead[0].reason);
}

/// Fields of a delivery in flight: without its id nobody can settle it.
const IN_FLIGHT: [&str; 2] = ["in_flight.attempts", "in_flight._id"];

#[tokio::test(flavor = "multi_thread")]
async fn an_unreadable_delivery_in_flight_is_given_up_when_it_returns() {
    for field in IN_FLIGHT {
        let (database, store) = three_enqueued().await;
        let claimed = claim(&*store, 1).await;
        change(&database, "outbox_chats", 10_i64, doc! { field: "dua" }).await;
        let retry = || Outcome::Retry { until: at(2), unknown: false };
        store.settle(claimed.iter().map(|one| (one.id, retry())).collect(), at(1)).await.unwrap();
        check_given_up(&store, &["dua", "lain"]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unreadable_delivery_of_a_lost_claim_is_given_up() {
    for field in IN_FLIGHT {
        let (database, store) = three_enqueued().await;
        assert!(store.claim(1, at(1)).now_or_never().is_none(), "the caller is gone");
        assert_eq!(store.claim(0, at(1)).await.unwrap(), [], "that claim is written by now");
        change(&database, "outbox_chats", 10_i64, doc! { field: "dua" }).await;
        check_given_up(&store, &["dua", "lain"]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unreadable_delivery_in_flight_of_an_ended_process_is_given_up() {
    let (database, store) = three_enqueued().await;
    assert_eq!(claim(&*store, 1).await.len(), 2);
    change(&database, "outbox_chats", 10_i64, doc! { "in_flight._id": "dua" }).await;
    let next = open_store(&database).await;
    assert_eq!(next.release_orphaned_claims().await.unwrap(), 1, "that of the other chat");
    check_given_up(&next, &["dua", "lain"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_delivery_is_given_up() {
    let (database, store) = three_enqueued().await;
    assert_eq!(store.claim(0, at(1)).await.unwrap(), []);
    change(&database, "outbox_chats", 10_i64, doc! { "pending.0": "satu" }).await;
    check_given_up(&store, &["dua", "lain"]).await;
}

/// The deliveries that a chat's document has no room for are documents of their own.
#[tokio::test(flavor = "multi_thread")]
async fn an_unreadable_delivery_of_a_long_queue_is_given_up() {
    let Served { database, store } = Served::fresh().await;
    let texts: Vec<_> = (0..100).map(|n| format!("kabar {n}")).collect();
    store.enqueue(texts.iter().map(|words| text(10, words)).collect(), at(1)).await.unwrap();
    assert_eq!(store.claim(0, at(1)).await.unwrap(), []);
    let overflow = shell(&database).await.collection::<Document>("outbox");
    let mut damaged = overflow.find_one(doc! {}).sort(doc! { "_id": 1 }).await.unwrap().unwrap();
    let id = damaged.insert("_id", "dua").unwrap();
    overflow.delete_one(doc! { "_id": id }).await.unwrap();
    overflow.insert_one(&damaged).await.unwrap();
    let left: Vec<_> = texts.iter().filter(|words| **words != "kabar 64").map(String::as_str).collect();
    check_given_up(&store, &left).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_in_flight_of_nobody_is_given_up() {
    // It is found at the start of a desk, or when its chat gets another delivery.
    for restart in [true, false] {
        let (database, store) = three_enqueued().await;
        let claimed = claim(&*store, 1).await;
        let unclaimed = doc! { "claimed_by": Bson::Null };
        change(&database, "outbox_chats", 10_i64, unclaimed).await;
        if restart {
            let next = open_store(&database).await;
            assert_eq!(next.release_orphaned_claims().await.unwrap(), 1, "that of the other chat");
            check_given_up(&next, &["dua", "lain"]).await;
        } else {
            store.enqueue(vec![text(10, "tiga")], at(2)).await.unwrap();
            let sent = claimed.iter().map(|one| (one.id, Outcome::Sent(None)));
            store.settle(sent.collect(), at(2)).await.unwrap();
            check_given_up(&store, &["dua", "tiga"]).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_that_cannot_be_read_replaces_no_other() {
    let Served { database, store } = Served::fresh().await;
    let card = CardKey::Status(ticket_id(1));
    store.enqueue(vec![refresh(10, card)], at(1)).await.unwrap();
    assert_eq!(store.claim(0, at(1)).await.unwrap(), []);
    change(&database, "outbox_chats", 10_i64, doc! { "pending.0.attempts": "dua" }).await;
    store.enqueue(vec![refresh(10, card)], at(2)).await.unwrap();
    check_given_up(&store, &[&format!("refresh {card}")]).await;
}
