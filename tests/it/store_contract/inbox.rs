//! The inbox: updates are appended once and completed once.
mod dead_letters;

pub(crate) use dead_letters::*;

use super::fixture::*;
use antri::domain::notice::Outgoing;
use antri::engine::ports::{Cutoffs, Store};
use serde_json::{Value, json};
use std::sync::Arc;

fn update(id: i64) -> (i64, Value) {
    (id, json!({"update_id": id, "message": {"text": "halo \"dunia\" 🙂", "n": 12_345_678_901_i64}}))
}

async fn pending(store: &dyn Store) -> Vec<i64> {
    store.pending_updates(0, 100).await.unwrap().iter().map(|row| row.update_id).collect()
}

pub(crate) async fn an_update_is_appended_once(store: Arc<dyn Store>) {
    let twice = vec![update(7), update(5), update(7)];
    assert_eq!(store.append_updates(twice, at(1)).await.unwrap(), 2, "a duplicate in one batch");
    assert_eq!(
        store.append_updates(vec![update(5), update(6)], at(2)).await.unwrap(),
        1,
        "a duplicate of an earlier batch"
    );
    assert_eq!(store.append_updates(Vec::new(), at(2)).await.unwrap(), 0);
    let rows = store.pending_updates(0, 100).await.unwrap();
    let ids: Vec<_> = rows.iter().map(|row| row.update_id).collect();
    assert_eq!(ids, [7, 5, 6], "in order of arrival");
    assert_eq!((rows[0].update.clone(), rows[0].failures), (update(7).1, 0));
    assert!(rows[0].seq < rows[1].seq && rows[1].seq < rows[2].seq);
    assert_eq!(store.pending_updates(rows[0].seq, 1).await.unwrap(), rows[1..2]);
    assert_eq!(store.pending_updates(rows[2].seq, 9).await.unwrap(), []);
}

pub(crate) async fn completing_an_update_enqueues_its_answers_once(store: Arc<dyn Store>) {
    store.append_updates(vec![update(1), update(2)], at(1)).await.unwrap();
    let answers: Vec<Outgoing> = vec![text(10, "satu"), text(10, "dua")];
    store.complete_update(1, answers.clone(), at(2)).await.unwrap();
    assert_eq!(pending(&*store).await, [2]);
    assert_eq!(store.pending_deliveries().await.unwrap(), 2);
    store.complete_update(1, answers.clone(), at(3)).await.unwrap();
    assert_eq!(store.pending_deliveries().await.unwrap(), 2, "completed before, so nothing is enqueued");
    assert_eq!(
        store.append_updates(vec![update(1)], at(4)).await.unwrap(),
        0,
        "completed updates are duplicates too"
    );
    store.complete_update(99, answers, at(4)).await.unwrap();
    assert_eq!(store.pending_deliveries().await.unwrap(), 2, "never appended");

    // Concurrent completions enqueue the answers once.
    let racers: Vec<_> = (0..16)
        .map(|_| {
            let store = store.clone();
            tokio::spawn(async move { store.complete_update(2, vec![text(11, "sekali")], at(5)).await })
        })
        .collect();
    for racer in racers {
        racer.await.unwrap().unwrap();
    }
    assert_eq!(store.pending_deliveries().await.unwrap(), 3);
    assert_eq!(pending(&*store).await, [0; 0]);
}

pub(crate) async fn failures_are_counted_until_the_update_is_dead_lettered(store: Arc<dyn Store>) {
    store.append_updates(vec![update(1), update(2)], at(1)).await.unwrap();
    assert_eq!(store.record_failure(1, "no").await.unwrap(), 1);
    assert_eq!(store.record_failure(1, "no").await.unwrap(), 2);
    assert_eq!(store.pending_updates(0, 9).await.unwrap()[0].failures, 2);
    store.dead_letter(1, "no", vec![text(10, "maaf")], at(2)).await.unwrap();
    assert_eq!(pending(&*store).await, [2], "other updates are not blocked");
    assert_eq!(store.pending_deliveries().await.unwrap(), 1);
    store.dead_letter(1, "no", vec![text(10, "maaf")], at(3)).await.unwrap();
    store.complete_update(1, vec![text(10, "jadi")], at(3)).await.unwrap();
    assert_eq!(store.pending_deliveries().await.unwrap(), 1, "it was dead-lettered before");
    assert_eq!(store.append_updates(vec![update(1)], at(4)).await.unwrap(), 0);
}

pub(crate) async fn completed_updates_are_pruned(store: Arc<dyn Store>) {
    store.append_updates((1..=5).map(update).collect(), at(1)).await.unwrap();
    store.complete_update(1, Vec::new(), at(10)).await.unwrap();
    store.complete_update(2, Vec::new(), at(20)).await.unwrap();
    store.dead_letter(3, "no", Vec::new(), at(10)).await.unwrap();
    store.prune(&Cutoffs { updates: at(20), ..Cutoffs::all(at(-1_000)) }).await.unwrap();
    let again = store.append_updates((1..=5).map(update).collect(), at(30)).await.unwrap();
    assert_eq!(again, 1, "only the first is pruned: not newer, dead-lettered or pending ones");
    assert_eq!(pending(&*store).await, [4, 5, 1]);
}
