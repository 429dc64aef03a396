//! Immediate assignment: a new ticket is assigned in its opening commit, if this process is the assigner and
//! no ticket waits before it.
use super::fixture::Fixture;
use super::oracle;
use crate::support::StoreFault;
use antri::domain::event::Action;
use antri::domain::person::{Availability, Person};
use antri::domain::policy::{Mode, Percent, Settings};
use antri::domain::ticket::Status;
use antri::engine::ports::TicketStore;
use antri::engine::tickets::steps::Step;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// Creates an engine with one agent, who can hold `max` tickets, and a customer.
async fn with_one_agent(max: u16) -> (Fixture, Person, Person) {
    let fixture = Fixture::new(Settings::default()).await;
    let ani = fixture.agent(100, max, &[]).await;
    fixture.run_rounds().await;
    let customer = fixture.customer(500).await;
    (fixture, ani, customer)
}

#[tokio::test]
async fn new_tickets_rotate_among_agents_without_a_round() {
    let fixture = Fixture::new(Settings::default()).await;
    let (ani, budi) = (fixture.agent(100, 1, &[]).await, fixture.agent(101, 2, &[]).await);
    fixture.run_rounds().await;
    let customer = fixture.customer(500).await;
    let _assigner = fixture.engine.assigner();
    let mut holders = Vec::new();
    for _ in 0..3 {
        let opened = fixture.open(&customer, 0).await.unwrap();
        assert_eq!(fixture.ticket(&opened).await, opened, "the answer is the current ticket");
        holders.push(opened.holder());
        assert!(!fixture.engine.is_round_pending());
    }
    assert_eq!(holders, [Some(ani.id), Some(budi.id), Some(budi.id)]);

    // No agent has a free slot: the ticket waits for a round.
    let waiting = fixture.open(&customer, 0).await.unwrap();
    assert_eq!((waiting.status(), fixture.engine.is_round_pending()), (Status::Queued, true));
    let first = fixture.store.held_by(ani.id).await.unwrap().remove(0);
    fixture.step(&first, &ani, Step::Complete).await.unwrap();
    fixture.run_rounds().await;
    assert_eq!(fixture.ticket(&waiting).await.holder(), Some(ani.id));
    oracle::check(&fixture).await;
}

#[tokio::test]
async fn a_waiting_ticket_is_not_overtaken_when_an_agent_is_ready() {
    let fixture = Fixture::new(Settings::default()).await;
    let customer = fixture.customer(500).await;
    let first = fixture.open(&customer, 0).await.unwrap();
    let ani = fixture.agent(100, 5, &[]).await;
    let _assigner = fixture.engine.assigner();
    let second = fixture.open(&customer, 0).await.unwrap();
    assert_eq!(second.status(), Status::Queued, "the older ticket goes first, in the requested round");
    fixture.run_rounds().await;
    let held: Vec<_> = fixture.store.held_by(ani.id).await.unwrap().iter().map(|t| t.id).collect();
    assert_eq!(held, [first.id, second.id]);
    oracle::check(&fixture).await;
}

#[tokio::test]
async fn an_agent_who_is_ready_only_in_the_roster_gets_no_ticket() {
    let (fixture, ani, customer) = with_one_agent(5).await;
    let _assigner = fixture.engine.assigner();
    // Another process has set her offline, and this one has no signal of it yet.
    fixture.rewrite(&ani, |profile| profile.availability = Availability::Offline).await;
    let opened = fixture.open(&customer, 0).await.unwrap();
    assert_eq!(opened.status(), Status::Queued);
    fixture.run_rounds().await;
    assert_eq!(fixture.ticket(&opened).await.status(), Status::Queued);
    fixture.engine.set_availability(ani.id, Availability::Online, fixture.now()).await.unwrap();
    fixture.run_rounds().await;
    assert_eq!(fixture.ticket(&opened).await.holder(), Some(ani.id), "no reservation is left");
    oracle::check(&fixture).await;
}

#[tokio::test]
async fn manual_mode_and_tickets_outside_the_rollout_are_not_assigned() {
    let beyond = Settings { rollout_percent: Percent::new(0).unwrap(), ..Settings::default() };
    for settings in [Settings { mode: Mode::Manual, ..Settings::default() }, beyond] {
        let fixture = Fixture::new(settings).await;
        fixture.agent(100, 5, &[]).await;
        let customer = fixture.customer(500).await;
        let _assigner = fixture.engine.assigner();
        assert_eq!(fixture.open(&customer, 0).await.unwrap().status(), Status::Queued);
        fixture.run_rounds().await;
        oracle::check(&fixture).await;
    }
}

#[tokio::test]
async fn a_failed_or_cancelled_opening_releases_its_slot() {
    for fault in [StoreFault::Unreachable, StoreFault::AnswerLost, StoreFault::Waits, StoreFault::Silent] {
        let (fixture, ani, customer) = with_one_agent(1).await;
        let fixture = Arc::new(fixture);
        let _assigner = fixture.engine.assigner();
        fixture.faults.inject_next("commit", 1, fault);
        let (running, caller) = (Arc::clone(&fixture), customer.clone());
        let opening = tokio::spawn(async move { running.open_with("once".to_owned(), &caller, 0).await });
        if matches!(fault, StoreFault::Waits | StoreFault::Silent) {
            fixture.faults.call_held().await;
            opening.abort();
            assert!(opening.await.unwrap_err().is_cancelled());
        } else {
            opening.await.unwrap().unwrap_err();
        }
        fixture.faults.clear();
        fixture.run_rounds().await;
        let opened = fixture.open_with("once".to_owned(), &customer, 0).await.unwrap();
        fixture.run_rounds().await;
        assert_eq!(fixture.ticket(&opened).await.holder(), Some(ani.id), "{fault:?}");
        let actions: Vec<_> =
            fixture.store.history(opened.id).await.unwrap().into_iter().map(|e| e.what).collect();
        assert!(matches!(&actions[..], [Action::Opened, Action::Assigned { .. }]), "{fault:?}: {actions:?}");
        oracle::check(&fixture).await;
    }
}

#[tokio::test]
async fn reloading_an_agent_keeps_the_slot_of_a_ticket_being_opened() {
    let (fixture, ani, customer) = with_one_agent(2).await;
    let fixture = Arc::new(fixture);
    let _assigner = fixture.engine.assigner();
    fixture.faults.inject_next("commit", 1, StoreFault::Unreachable);
    fixture.open(&customer, 0).await.unwrap_err();

    fixture.faults.inject_next("commit", 1, StoreFault::Waits);
    let (running, caller) = (Arc::clone(&fixture), customer.clone());
    let opening = tokio::spawn(async move { running.open(&caller, 0).await });
    fixture.faults.call_held().await;
    assert_eq!(fixture.run_rounds().await, 0, "the round reloads her");
    let second = fixture.open(&customer, 0).await.unwrap();
    fixture.faults.release_calls();
    let first = opening.await.unwrap().unwrap();
    assert_eq!((first.holder(), second.holder()), (Some(ani.id), Some(ani.id)));
    assert_eq!(fixture.engine.faults.conflicts.load(Ordering::SeqCst), 0, "each ticket has its own slot");
    assert!(
        fixture.engine.is_round_pending(),
        "she was reloaded without the ticket, so another reload is pending"
    );
    fixture.run_rounds().await;
    oracle::check(&fixture).await;
}

#[tokio::test]
async fn opening_twice_with_one_key_takes_one_slot() {
    let (fixture, ani, customer) = with_one_agent(2).await;
    let _assigner = fixture.engine.assigner();
    let key = "twice".to_owned();
    let first = fixture.open_with(key.clone(), &customer, 0).await.unwrap();
    let again = fixture.open_with(key, &customer, 0).await.unwrap();
    assert_eq!(again.id, first.id, "one ticket for each key");
    assert_eq!(fixture.held_count(ani.id).await, 1);
    assert_eq!(fixture.open(&customer, 0).await.unwrap().holder(), Some(ani.id), "no reservation is left");
    oracle::check(&fixture).await;
}

#[tokio::test]
async fn a_rejected_opening_frees_its_slot_for_waiting_tickets() {
    let (fixture, ani, customer) = with_one_agent(1).await;
    let fixture = Arc::new(fixture);
    let _assigner = fixture.engine.assigner();
    let first = fixture.open_with("twice".to_owned(), &customer, 0).await.unwrap();
    fixture.step(&first, &ani, Step::Complete).await.unwrap();
    fixture.run_rounds().await;

    // The only slot is reserved for a ticket that will be rejected, because its key is used.
    fixture.faults.inject_next("commit", 1, StoreFault::Waits);
    let (running, caller) = (Arc::clone(&fixture), customer.clone());
    let again = tokio::spawn(async move { running.open_with("twice".to_owned(), &caller, 0).await });
    fixture.faults.call_held().await;
    let waiting = fixture.open(&customer, 0).await.unwrap();
    assert_eq!((waiting.status(), fixture.run_rounds().await), (Status::Queued, 0));
    fixture.faults.release_calls();
    assert_eq!(again.await.unwrap().unwrap().id, first.id);
    assert!(fixture.engine.is_round_pending());
    fixture.run_rounds().await;
    assert_eq!(fixture.ticket(&waiting).await.holder(), Some(ani.id));
    oracle::check(&fixture).await;
}
