//! Replicas on one store: one of them is the leader, and any can become it.
mod local;
mod signals;

use crate::support::{ADMIN, Desk, Options, Running, StoreFault};
use antri::domain::ids::TelegramId;
use antri::domain::person::Availability;
use antri::engine::tickets::steps::Step;
pub(crate) use local::Wire;
use std::sync::Arc;

const SARI: i64 = 100;
const BUDI: i64 = 200;

/// Returns a desk and its second replica, which is on standby. An agent with one slot is online, and a
/// customer has said hello.
async fn two_replicas() -> (Desk, Running) {
    let signals = Arc::new(Wire::default());
    let desk = Desk::with(Options { signals: Some(signals), ..Options::default() }).await;
    let second = desk.start_replica().await;
    desk.person(SARI, "Sari", "id").await;
    desk.agent(BUDI, "Budi").await;
    desk.say(ADMIN, &format!("/setmax {BUDI} 1")).await;
    desk.say(BUDI, "/online").await;
    (desk, second)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_standby_takes_over_when_the_leader_stops() {
    let (desk, second) = two_replicas().await;
    desk.ticket(SARI, "yang pertama").await;
    assert_eq!(desk.count(BUDI, "yang pertama"), 1);
    desk.fail_over_to(second).end().await;
    desk.ticket(SARI, "yang kedua").await;
    desk.press(BUDI, "Selesai").await;
    desk.wait_for_message(BUDI, "yang kedua").await;
    desk.settle().await;
    assert_eq!((desk.count(BUDI, "yang pertama"), desk.count(BUDI, "yang kedua")), (1, 1));
}

/// A caller hangs up after the commit: that replica does no follow-up work, so the leader has to.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_leader_follows_up_a_request_cancelled_at_a_standby() {
    let (desk, second) = two_replicas().await;
    for text in ["yang pertama", "yang kedua"] {
        desk.ticket(SARI, text).await;
    }
    let (engine, now) = (Arc::clone(&second.app.engine), desk.now());
    let budi = engine.store().person_by_telegram(TelegramId(BUDI)).await.unwrap().unwrap();
    let held = engine.store().held_by(budi.id).await.unwrap().remove(0);
    desk.faults.inject_next("commit", 1, StoreFault::Silent);
    let request = tokio::spawn(async move { engine.step(budi.id, held.id, Step::Complete, None, now).await });
    desk.faults.call_held().await;
    desk.faults.clear();
    request.abort();
    desk.wait_for_message(BUDI, "yang kedua").await;
    second.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_leader_follows_up_a_change_made_at_a_standby() {
    let (desk, second) = two_replicas().await;
    for text in ["yang pertama", "yang kedua"] {
        desk.ticket(SARI, text).await;
    }
    let (engine, now) = (&second.app.engine, desk.now());
    let budi = engine.store().person_by_telegram(TelegramId(BUDI)).await.unwrap().unwrap();
    let held = engine.store().held_by(budi.id).await.unwrap();
    engine.step(budi.id, held[0].id, Step::Complete, None, now).await.unwrap();
    desk.wait_for_message(BUDI, "yang kedua").await;
    desk.wait_for_message(SARI, "selesai").await;
    // In the other direction, the second replica learns of a change at the first.
    desk.say(BUDI, "/offline").await;
    desk.until("the second replica to apply the signal", async || {
        engine.seats().iter().all(|seat| seat.person.availability() == Availability::Offline)
    })
    .await;
    second.end().await;
}
