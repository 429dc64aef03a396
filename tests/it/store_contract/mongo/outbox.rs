//! The outbox of two replicas on one MongoDB database, of which one delivers after the other.
use super::{Served, open_store, shell};
use crate::store_contract::Backend;
use crate::store_contract::fixture::*;
use crate::store_contract::outbox::{drain, said};
use antri::domain::ids::ChatId;
use antri::engine::ports::{ClaimedDelivery, DropReason, OutboxStore, Outcome};
use antri::store::Mongo;
use mongodb::bson::{Document, doc};
use std::sync::Arc;

/// A replica that has claimed one delivery to chat 10, and another on the same database.
async fn one_claimed() -> (Arc<Mongo>, Arc<Mongo>, ClaimedDelivery) {
    let Served { database, store } = Served::fresh().await;
    assert_eq!(store.claim(10, at(1)).await.unwrap(), [], "there is nothing");
    store.enqueue(vec![text(10, "satu")], at(1)).await.unwrap();
    let going = store.claim(10, at(1)).await.unwrap().remove(0);
    (store, open_store(&database).await, going)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_that_another_replica_adds_to_a_chat_is_not_lost() {
    let (store, other, going) = one_claimed().await;
    other.enqueue(vec![text(10, "dua")], at(1)).await.unwrap();
    assert_eq!(other.claim(0, at(1)).await.unwrap(), [], "only staged");
    store.settle(vec![(going.id, Outcome::Sent(None))], at(1)).await.unwrap();
    assert_eq!(store.pending_deliveries().await.unwrap(), 1);
    let claimed = store.claim(10, at(3)).await.unwrap();
    assert_eq!(claimed.iter().map(said).collect::<Vec<_>>(), ["dua"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_that_another_replica_staged_first_is_sent_first() {
    let Served { database, store } = Served::fresh().await;
    assert_eq!(store.claim(10, at(1)).await.unwrap(), [], "there is nothing");
    let other = open_store(&database).await;
    other.enqueue(vec![text(10, "satu")], at(1)).await.unwrap();
    assert_eq!(other.claim(0, at(1)).await.unwrap(), [], "only staged");
    store.enqueue(vec![text(10, "dua")], at(1)).await.unwrap();
    for expected in ["satu", "dua"] {
        let claimed = store.claim(10, at(1)).await.unwrap();
        assert_eq!(claimed.iter().map(said).collect::<Vec<_>>(), [expected]);
        store.settle(vec![(claimed[0].id, Outcome::Sent(None))], at(1)).await.unwrap();
    }
    assert_eq!(store.pending_deliveries().await.unwrap(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_released_delivery_is_not_settled_by_its_first_claimer() {
    let (store, other, going) = one_claimed().await;
    assert_eq!(other.release_orphaned_claims().await.unwrap(), 1);
    store.settle(vec![(going.id, Outcome::Sent(None))], at(1)).await.unwrap();
    let claimed = other.claim(10, at(1)).await.unwrap();
    assert_eq!(claimed.iter().map(said).collect::<Vec<_>>(), ["satu"]);
    other.settle(vec![(claimed[0].id, Outcome::Sent(None))], at(1)).await.unwrap();
    assert_eq!(store.pending_deliveries().await.unwrap(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_outcome_does_not_settle_a_later_delivery() {
    let late = |until| Outcome::Retry { until, unknown: true };
    for outcome in [
        Outcome::Sent(None),
        Outcome::Dropped(DropReason::Failed, "gone".to_owned()),
        late(at(1)),
        late(at(2)),
    ] {
        let (store, other, going) = one_claimed().await;
        assert_eq!(other.release_orphaned_claims().await.unwrap(), 1);
        let again = other.claim(10, at(1)).await.unwrap().remove(0);
        other.settle(vec![(again.id, Outcome::Sent(None))], at(1)).await.unwrap();
        other.enqueue(vec![text(10, "dua"), text(10, "tiga")], at(1)).await.unwrap();
        let second = other.claim(10, at(1)).await.unwrap().remove(0);
        assert_eq!(said(&second), "dua");
        // The outcome of the first comes only now.
        store.settle(vec![(going.id, outcome)], at(1)).await.unwrap();
        assert_eq!(other.pending_deliveries().await.unwrap(), 2);
        other.settle(vec![(second.id, Outcome::Sent(None))], at(1)).await.unwrap();
        let third = other.claim(10, at(3)).await.unwrap();
        assert_eq!(third.iter().map(said).collect::<Vec<_>>(), ["tiga"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delayed_delivery_is_sent_before_a_later_one() {
    let (store, other, going) = one_claimed().await;
    let until = at(2);
    store.settle(vec![(going.id, Outcome::Retry { until, unknown: false })], at(1)).await.unwrap();
    // The other replica only stages.
    assert_eq!(other.claim(0, at(3)).await.unwrap(), []);
    store.enqueue(vec![text(10, "dua")], at(3)).await.unwrap();
    let claimed = store.claim(10, at(3)).await.unwrap();
    assert_eq!(claimed.iter().map(said).collect::<Vec<_>>(), ["satu"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_that_another_replica_staged_is_claimed_at_once() {
    let Served { database, store } = Served::fresh().await;
    let other = open_store(&database).await;
    assert_eq!(store.claim(10, at(1)).await.unwrap(), [], "there is nothing");
    other.enqueue(vec![text(10, "satu")], at(1)).await.unwrap();
    assert_eq!(other.claim(0, at(1)).await.unwrap(), []);
    let claimed = store.claim(10, at(1)).await.unwrap();
    assert_eq!(claimed.iter().map(said).collect::<Vec<_>>(), ["satu"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_fit_into_a_document_moves_with_its_chat() {
    let Served { database, store } = Served::fresh().await;
    let words: Vec<_> = (0..200).map(|n| format!("{n}")).collect();
    store.enqueue(words.iter().map(|word| text(-10, word)).collect(), at(1)).await.unwrap();
    let going = store.claim(10, at(1)).await.unwrap().remove(0);
    let overflow = shell(&database).await.collection::<Document>("outbox");
    let of = async |chat: i64| overflow.count_documents(doc! { "chat": chat }).await.unwrap();
    let before = of(-10).await;
    assert!(before > 100, "{before}");
    store.settle(vec![(going.id, Outcome::Moved(ChatId(-20)))], at(2)).await.unwrap();
    // The delivery that was in flight is pending again.
    assert_eq!((of(-10).await, of(-20).await), (0, before + 1));
    let claimed = store.claim(1, at(2)).await.unwrap().remove(0);
    assert_eq!((claimed.chat, said(&claimed)), (ChatId(-20), "0".to_owned()));
    store.settle(vec![(claimed.id, Outcome::Sent(None))], at(2)).await.unwrap();
    assert_eq!(drain(&*store, 3).await, words[1..]);
    assert_eq!((of(-10).await, of(-20).await, store.pending_deliveries().await.unwrap()), (0, 0, 0));
}
