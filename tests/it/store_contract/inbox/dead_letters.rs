//! Dead letters: their order and pages, retries, and retention.
use super::{pending, update};
use crate::store_contract::fixture::*;
use crate::store_contract::outbox::{claim, said};
use antri::domain::ids::{ChatId, DeadLetterId};
use antri::engine::ports::{Cutoffs, DropReason, Outcome, RetryResult, Store};
use std::sync::Arc;

/// Enqueues a text for this chat and gives it up at this second; returns its id.
async fn give_up(store: &dyn Store, chat: i64, seconds: i64) -> DeadLetterId {
    store.enqueue(vec![text(chat, &format!("pesan {chat}"))], at(seconds)).await.unwrap();
    let claimed = store.claim(9, at(seconds)).await.unwrap();
    let own = claimed.iter().find(|claimed| claimed.chat == ChatId(chat)).unwrap();
    let outcome = Outcome::Dropped(DropReason::Refused, "too long".to_owned());
    store.settle(vec![(own.id, outcome)], at(seconds)).await.unwrap();
    DeadLetterId::Delivery(own.id)
}

async fn ids(store: &dyn Store, offset: usize, limit: usize) -> Vec<DeadLetterId> {
    store.dead_letters(offset, limit).await.unwrap().into_iter().map(|letter| letter.id).collect()
}

pub(crate) async fn dead_letters_are_listed_newest_first(store: Arc<dyn Store>) {
    store.append_updates(vec![update(1), update(2), update(3)], at(1)).await.unwrap();
    store.dead_letter(1, "no handler", Vec::new(), at(10)).await.unwrap();
    store.dead_letter(3, "no", Vec::new(), at(30)).await.unwrap();
    let first = give_up(&*store, 7, 20).await;
    let last = give_up(&*store, 8, 40).await;
    let all = [last, DeadLetterId::Update(3), first, DeadLetterId::Update(1)];
    assert_eq!(ids(&*store, 0, 9).await, all);
    for (offset, page) in [(0, &all[..3]), (1, &all[1..]), (3, &all[3..]), (4, &[])] {
        assert_eq!(ids(&*store, offset, 3).await, page, "{offset}");
    }
    assert_eq!(store.dead_letters(0, 0).await.unwrap(), []);
    assert_eq!(store.count_dead_letters().await.unwrap(), (2, 2));
    let letters = store.dead_letters(2, 2).await.unwrap();
    assert_eq!((letters[0].at, letters[0].reason.as_str()), (at(20), "refused: too long"));
    assert_eq!(letters[0].chat, Some(ChatId(7)));
    assert_eq!((letters[1].at, letters[1].reason.as_str(), letters[1].chat), (at(10), "no handler", None));
}

pub(crate) async fn a_retried_update_is_the_newest_pending_one(store: Arc<dyn Store>) {
    store.append_updates((1..=4).map(update).collect(), at(1)).await.unwrap();
    for n in [1, 4] {
        store.record_failure(n, "no").await.unwrap();
        store.dead_letter(n, "no", Vec::new(), at(2)).await.unwrap();
    }
    let last = store.pending_updates(0, 9).await.unwrap().last().unwrap().seq;
    let retry = async |n| store.retry_dead_letter(DeadLetterId::Update(n), at(3)).await.unwrap();
    let (one, other) = tokio::join!(retry(1), retry(1));
    assert!([(one, other), (other, one)].contains(&(RetryResult::Retried, RetryResult::Gone)));
    assert_eq!(retry(2).await, RetryResult::Gone, "it is pending");
    assert_eq!(retry(99).await, RetryResult::Gone, "it is unknown");
    let after = store.pending_updates(last, 9).await.unwrap();
    assert_eq!(after.len(), 1, "a reader that has read all pending ones finds it");
    assert_eq!((after[0].update_id, &after[0].update, after[0].failures), (1, &update(1).1, 0));
    assert_eq!(retry(4).await, RetryResult::Retried);
    store.append_updates(vec![update(5), update(1)], at(4)).await.unwrap();
    assert_eq!(pending(&*store).await, [2, 3, 1, 4, 5], "it is known, and its number is not used again");
    assert_eq!(store.counters().await.unwrap().dead_letters, 0);
    store.complete_update(1, Vec::new(), at(5)).await.unwrap();
    assert_eq!(pending(&*store).await, [2, 3, 4, 5]);
}

pub(crate) async fn a_retried_delivery_is_sent_like_a_new_one(store: Arc<dyn Store>) {
    let id = give_up(&*store, 7, 10).await;
    assert_eq!(store.pending_deliveries().await.unwrap(), 0);
    let retry = async || store.retry_dead_letter(id, at(20)).await.unwrap();
    let (one, other) = tokio::join!(retry(), retry());
    assert!([(one, other), (other, one)].contains(&(RetryResult::Retried, RetryResult::Gone)));
    assert_eq!(retry().await, RetryResult::Gone);
    let claimed = claim(&*store, 21).await;
    assert_eq!(claimed.iter().map(said).collect::<Vec<_>>(), ["pesan 7"], "once");
    assert_eq!((claimed[0].attempts, claimed[0].unknown, claimed[0].committed_at), (0, 0, at(20)));
    assert_eq!(store.count_dead_letters().await.unwrap(), (0, 0));
    assert_eq!(store.counters().await.unwrap().dropped, 1, "the count of what was given up stays");
}

pub(crate) async fn dead_letters_are_pruned_after_their_own_time(store: Arc<dyn Store>) {
    store.append_updates(vec![update(1), update(2)], at(1)).await.unwrap();
    store.dead_letter(1, "no", Vec::new(), at(10)).await.unwrap();
    store.dead_letter(2, "no", Vec::new(), at(30)).await.unwrap();
    give_up(&*store, 7, 10).await;
    let kept = give_up(&*store, 8, 30).await;
    let long_ago = at(-1_000);
    store.prune(&Cutoffs { dead_letters: long_ago, ..Cutoffs::all(at(99)) }).await.unwrap();
    assert_eq!(store.count_dead_letters().await.unwrap(), (2, 2), "other cutoffs do not apply");
    store.prune(&Cutoffs { dead_letters: at(20), ..Cutoffs::all(long_ago) }).await.unwrap();
    assert_eq!(ids(&*store, 0, 9).await, [DeadLetterId::Update(2), kept]);
}
