//! The wall clock is set while the desk runs, or the machine sleeps: messages, tickets and presence go on.
use crate::support::backends::Backends;
use crate::support::{Desk, Options};
use antri::outbox::rate_limit::RateLimits;
use antri::sandbox::Fault;
use chrono::TimeDelta;
use std::time::Duration;

const SARI: i64 = 1;
const TONO: i64 = 3;
const BUDI: i64 = 2;
/// How long the backlog may take, on the steady clock: far less than any jump.
const DELIVERED_WITHIN: TimeDelta = TimeDelta::minutes(10);

/// Advances both clocks second by second until the desk is idle.
async fn deliver_all(desk: &Desk) {
    let started = desk.now();
    desk.until("an idle desk", async || {
        assert!(desk.now() - started < DELIVERED_WITHIN, "the outbox is silent:\n{}", desk.transcript(SARI));
        desk.advance(TimeDelta::milliseconds(500));
        desk.sandbox.is_idle() && desk.app().is_idle().await
    })
    .await;
}

async fn check(jump: TimeDelta, backends: fn() -> Backends) {
    let options = Options {
        limits: RateLimits::TELEGRAM,
        sweep_every: Duration::from_millis(5),
        backends: Some(backends),
        ..Options::default()
    };
    let desk = Desk::with(options).await;
    desk.person(SARI, "Sari", "id").await;
    desk.advance(TimeDelta::seconds(60));
    desk.person(TONO, "Tono", "id").await;
    desk.advance(TimeDelta::seconds(60));
    desk.agent(BUDI, "Budi").await;
    desk.say(BUDI, "/online").await;
    desk.advance(TimeDelta::seconds(60));

    // One chat waits for Telegram, one for its rate, and the rate of all chats is used up.
    desk.fault("sendMessage", Some(SARI), 1, Fault::TooManyRequests { retry_after: 20 });
    desk.enqueue_text(SARI, "kabar untuk Sari").await;
    desk.until("the wait of Sari", async || desk.next_delivery_at().await.is_some()).await;
    for n in 1..=40 {
        desk.enqueue_text(TONO, &format!("kabar {n}")).await;
    }
    desk.until("the burst of Tono", async || desk.count(TONO, "kabar") == 20).await;

    desk.clock.jump_wall_clock(jump);
    let set_at = desk.now();
    let agent = desk.app().engine.seats()[0].person.id;
    desk.until("the jump to be noticed", async || {
        let record = desk.presence().get(agent, desk.now()).await.unwrap();
        record.is_some_and(|record| record.last_heartbeat >= set_at && record.last_heartbeat <= desk.now())
    })
    .await;
    deliver_all(&desk).await;
    assert!(desk.has(SARI, "kabar untuk Sari"), "{}", desk.transcript(SARI));
    assert!(desk.has(TONO, "kabar 40"), "{}", desk.transcript(TONO));

    // Tickets are assigned, and presses are handled.
    desk.advance(TimeDelta::seconds(60));
    desk.ticket(SARI, "Internet mati").await;
    desk.find(BUDI, "Internet mati");
    desk.advance(TimeDelta::seconds(60));
    assert!(!desk.has(BUDI, "Masih online?"), "{}", desk.transcript(BUDI));

    // Silence counts from the jump at the earliest, and is noticed as soon as ever.
    desk.advance(set_at + TimeDelta::minutes(29) - desk.now());
    desk.app().engine.sweep(desk.now()).await.unwrap();
    desk.settle().await;
    assert!(!desk.has(BUDI, "Masih online?"), "{}", desk.transcript(BUDI));
    desk.advance(TimeDelta::minutes(5));
    desk.wait_for_message(BUDI, "Masih online?").await;
    desk.settle().await;
}

#[tokio::test]
async fn a_desk_goes_on_after_the_clock_was_set_by_an_hour() {
    for hours in [-1, 1] {
        check(TimeDelta::hours(hours), Backends::embedded).await;
    }
}

#[tokio::test]
async fn a_desk_goes_on_after_the_clock_was_set_by_two_days() {
    for hours in [-48, 48] {
        check(TimeDelta::hours(hours), Backends::embedded).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_desk_on_servers_goes_on_after_the_clock_was_set_by_an_hour() {
    for hours in [-1, 1] {
        check(TimeDelta::hours(hours), Backends::servers).await;
    }
}

/// While a machine sleeps, its steady clock stands still.
#[tokio::test]
async fn a_desk_goes_on_after_its_machine_slept() {
    check(TimeDelta::hours(8), Backends::embedded).await;
}
