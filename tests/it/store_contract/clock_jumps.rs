//! Stored times after the wall clock was set: deliveries wait as long as before.
use super::fixture::*;
use super::outbox::{claim, drain, refresh, said, settle};
use antri::domain::card::CardKey;
use antri::engine::ports::{Change, ClockJump, Outcome, Store, Write};
use chrono::TimeDelta;
use std::sync::Arc;

const HOUR: i64 = 3_600;

/// The jump of a clock that showed `before` and then `before + by`.
fn jump(before: i64, by: i64) -> ClockJump {
    ClockJump { before: at(before), now: at(before + by), by: TimeDelta::seconds(by) }
}

/// Enqueues a message and a refresh that wait until second 10,100 of the old time, by their chat and alone.
async fn enqueue_waits(store: &dyn Store) {
    let card = CardKey::Status(ticket_id(1));
    store.enqueue(vec![text(10, "satu"), text(10, "dua"), refresh(11, card)], at(10_000)).await.unwrap();
    let claimed = claim(store, 10_000).await;
    settle(store, &claimed[0], Outcome::Retry { until: at(10_100), unknown: false }).await;
    settle(store, &claimed[1], Outcome::Postponed(at(10_100))).await;
    assert_eq!(claim(store, 10_099).await, []);
}

async fn check_waits(store: &dyn Store, by: i64) {
    enqueue_waits(store).await;
    store.adjust_to_clock(jump(10_010, by)).await.unwrap();
    assert_eq!(store.next_delivery_at().await.unwrap(), Some(at(10_100 + by)), "{by}");
    assert_eq!(claim(store, 10_099 + by).await, [], "{by}");
    let card = format!("refresh {}", CardKey::Status(ticket_id(1)));
    let mut sent = drain(store, 10_100 + by).await;
    sent.sort();
    assert_eq!(sent, ["dua".to_owned(), card, "satu".to_owned()], "{by}");
}

pub(crate) async fn deliveries_wait_as_long_as_before_the_clock_was_set(store: Arc<dyn Store>) {
    for by in [-48 * HOUR, -HOUR, HOUR, 48 * HOUR] {
        check_waits(&*store, by).await;
    }
}

pub(crate) async fn waits_of_the_new_time_stay_when_the_clock_was_set(store: Arc<dyn Store>) {
    for by in [-HOUR, HOUR] {
        store.enqueue(vec![text(10, "satu")], at(10_000 + by)).await.unwrap();
        let claimed = claim(&*store, 10_000 + by).await.remove(0);
        // The clock was set at 10,000; that is noticed later.
        let until = at(10_060 + by);
        settle(&*store, &claimed, Outcome::Retry { until, unknown: false }).await;
        store.adjust_to_clock(jump(9_999, by)).await.unwrap();
        assert_eq!(store.next_delivery_at().await.unwrap(), Some(until), "{by}");
        assert_eq!(drain(&*store, 10_060 + by).await, ["satu"]);
    }
}

pub(crate) async fn a_long_chat_queue_waits_as_long_as_before_the_clock_was_set(store: Arc<dyn Store>) {
    let cards: Vec<_> = (0..150).map(|n| CardKey::Status(ticket_id(n))).collect();
    store.enqueue(cards.iter().map(|card| refresh(10, *card)).collect(), at(10_000)).await.unwrap();
    for _ in 0..100 {
        let claimed = claim(&*store, 10_000).await.remove(0);
        settle(&*store, &claimed, Outcome::Postponed(at(10_100))).await;
    }
    store.adjust_to_clock(jump(10_010, -HOUR)).await.unwrap();
    assert_eq!(drain(&*store, 10_099 - HOUR).await.len(), 50, "those that do not wait");
    assert_eq!(drain(&*store, 10_100 - HOUR).await.len(), 100);
}

pub(crate) async fn activity_and_commit_times_follow_a_clock_that_was_set_back(store: Arc<dyn Store>) {
    join(&*store, [1, 2], 5).await;
    store.record_activity(person_id(1), at(10_000)).await.unwrap();
    store.record_activity(person_id(2), at(5_000)).await.unwrap();
    store.enqueue(vec![text(10, "satu")], at(10_000)).await.unwrap();
    store.adjust_to_clock(jump(10_000, -HOUR)).await.unwrap();
    let last_activity =
        async |n| store.person(person_id(n)).await.unwrap().unwrap().agent.unwrap().last_activity;
    assert_eq!((last_activity(1).await, last_activity(2).await), (at(10_000 - HOUR), at(5_000)));
    store.record_activity(person_id(1), at(10_001 - HOUR)).await.unwrap();
    assert_eq!(last_activity(1).await, at(10_001 - HOUR));
    let change = Change { notices: vec![text(11, "dua")], ..Change::quiet(Write::Nothing) };
    commit_all(&*store, vec![change]).await;
    let claimed = claim(&*store, 10_000 - HOUR).await;
    let second = claimed.iter().find(|one| said(one) == "dua").unwrap();
    assert_eq!(second.committed_at, at(10_000 - HOUR));
}
