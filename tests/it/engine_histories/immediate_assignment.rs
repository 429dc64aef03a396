//! A new ticket is given away in the commit that opens it, where this process assigns and nobody waits before it.
use super::oracle;
use super::stage::Stage;
use crate::support::Ill;
use antri::domain::event::Action;
use antri::domain::person::{Availability, Person};
use antri::domain::policy::{Mode, Percent, Settings};
use antri::domain::ticket::Status;
use antri::engine::ports::TicketStore;
use antri::engine::tickets::steps::Step;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// A desk with one agent, who can hold so many, and a customer.
async fn with_ani(max: u16) -> (Stage, Person, Person) {
    let stage = Stage::new(Settings::default()).await;
    let ani = stage.agent(100, max, &[]).await;
    stage.round().await;
    let customer = stage.customer(500).await;
    (stage, ani, customer)
}

#[tokio::test]
async fn agents_get_new_tickets_in_turn_and_no_round_is_needed() {
    let stage = Stage::new(Settings::default()).await;
    let (ani, budi) = (stage.agent(100, 1, &[]).await, stage.agent(101, 2, &[]).await);
    stage.round().await;
    let customer = stage.customer(500).await;
    let _assigner = stage.engine.assigner();
    let mut holders = Vec::new();
    for _ in 0..3 {
        let opened = stage.open(&customer, 0).await.unwrap();
        assert_eq!(stage.ticket(&opened).await, opened, "the answer is how it stands");
        holders.push(opened.holder());
        assert!(!stage.engine.is_round_pending());
    }
    assert_eq!(holders, [Some(ani.id), Some(budi.id), Some(budi.id)]);

    // Nobody has room: it waits for a round as ever.
    let waiting = stage.open(&customer, 0).await.unwrap();
    assert_eq!((waiting.status(), stage.engine.is_round_pending()), (Status::Queued, true));
    let first = stage.store.held_by(ani.id).await.unwrap().remove(0);
    stage.step(&first, &ani, Step::Complete).await.unwrap();
    stage.round().await;
    assert_eq!(stage.ticket(&waiting).await.holder(), Some(ani.id));
    oracle::check(&stage).await;
}

#[tokio::test]
async fn one_that_waits_is_not_overtaken_though_somebody_is_ready() {
    let stage = Stage::new(Settings::default()).await;
    let customer = stage.customer(500).await;
    let first = stage.open(&customer, 0).await.unwrap();
    let ani = stage.agent(100, 5, &[]).await;
    let _assigner = stage.engine.assigner();
    let second = stage.open(&customer, 0).await.unwrap();
    assert_eq!(second.status(), Status::Queued, "its elder goes first, by the round that is wanted");
    stage.round().await;
    let held: Vec<_> = stage.store.held_by(ani.id).await.unwrap().iter().map(|t| t.id).collect();
    assert_eq!(held, [first.id, second.id]);
    oracle::check(&stage).await;
}

#[tokio::test]
async fn who_only_looks_ready_gets_nothing() {
    let (stage, ani, customer) = with_ani(5).await;
    let _assigner = stage.engine.assigner();
    // Another process has taken her offline, and nobody has told this one yet.
    stage.rewrite(&ani, |profile| profile.availability = Availability::Offline).await;
    let opened = stage.open(&customer, 0).await.unwrap();
    assert_eq!(opened.status(), Status::Queued);
    stage.round().await;
    assert_eq!(stage.ticket(&opened).await.status(), Status::Queued);
    stage.engine.set_availability(ani.id, Availability::Online, stage.now()).await.unwrap();
    stage.round().await;
    assert_eq!(stage.ticket(&opened).await.holder(), Some(ani.id), "nothing stayed reserved");
    oracle::check(&stage).await;
}

#[tokio::test]
async fn by_hand_and_beyond_the_rollout_nothing_is_given_away() {
    let beyond = Settings { rollout_percent: Percent::new(0).unwrap(), ..Settings::default() };
    for settings in [Settings { mode: Mode::Manual, ..Settings::default() }, beyond] {
        let stage = Stage::new(settings).await;
        stage.agent(100, 5, &[]).await;
        let customer = stage.customer(500).await;
        let _assigner = stage.engine.assigner();
        assert_eq!(stage.open(&customer, 0).await.unwrap().status(), Status::Queued);
        stage.round().await;
        oracle::check(&stage).await;
    }
}

#[tokio::test]
async fn an_opening_that_fails_or_is_broken_off_keeps_no_slot() {
    for ill in [Ill::Away, Ill::AnswerLost, Ill::Waits, Ill::Silent] {
        let (stage, ani, customer) = with_ani(1).await;
        let stage = Arc::new(stage);
        let _assigner = stage.engine.assigner();
        stage.trouble.next("commit", 1, ill);
        let (begun, who) = (Arc::clone(&stage), customer.clone());
        let opening = tokio::spawn(async move { begun.open_with("once".to_owned(), &who, 0).await });
        if matches!(ill, Ill::Waits | Ill::Silent) {
            stage.trouble.met().await;
            opening.abort();
            assert!(opening.await.unwrap_err().is_cancelled());
        } else {
            opening.await.unwrap().unwrap_err();
        }
        stage.trouble.end();
        stage.round().await;
        let opened = stage.open_with("once".to_owned(), &customer, 0).await.unwrap();
        stage.round().await;
        assert_eq!(stage.ticket(&opened).await.holder(), Some(ani.id), "{ill:?}");
        let whats: Vec<_> =
            stage.store.history(opened.id).await.unwrap().into_iter().map(|e| e.what).collect();
        assert!(matches!(&whats[..], [Action::Opened, Action::Assigned { .. }]), "{ill:?}: {whats:?}");
        oracle::check(&stage).await;
    }
}

#[tokio::test]
async fn an_agent_who_is_read_again_keeps_the_slot_of_a_ticket_on_its_way() {
    let (stage, ani, customer) = with_ani(2).await;
    let stage = Arc::new(stage);
    let _assigner = stage.engine.assigner();
    stage.trouble.next("commit", 1, Ill::Away);
    stage.open(&customer, 0).await.unwrap_err();

    stage.trouble.next("commit", 1, Ill::Waits);
    let (begun, who) = (Arc::clone(&stage), customer.clone());
    let on_its_way = tokio::spawn(async move { begun.open(&who, 0).await });
    stage.trouble.met().await;
    assert_eq!(stage.round().await, 0, "it reads her again");
    let second = stage.open(&customer, 0).await.unwrap();
    stage.trouble.let_go();
    let first = on_its_way.await.unwrap().unwrap();
    assert_eq!((first.holder(), second.holder()), (Some(ani.id), Some(ani.id)));
    assert_eq!(stage.engine.faults.conflicts.load(Ordering::SeqCst), 0, "each has a slot of its own");
    assert!(stage.engine.is_round_pending(), "she was read without it, so she is read once more");
    stage.round().await;
    oracle::check(&stage).await;
}

#[tokio::test]
async fn a_key_that_comes_twice_takes_one_slot() {
    let (stage, ani, customer) = with_ani(2).await;
    let _assigner = stage.engine.assigner();
    let key = "twice".to_owned();
    let first = stage.open_with(key.clone(), &customer, 0).await.unwrap();
    let again = stage.open_with(key, &customer, 0).await.unwrap();
    assert_eq!(again.id, first.id, "one ticket to a key");
    assert_eq!(stage.held(ani.id).await, 1);
    assert_eq!(stage.open(&customer, 0).await.unwrap().holder(), Some(ani.id), "nothing stayed reserved");
    oracle::check(&stage).await;
}

#[tokio::test]
async fn what_is_refused_after_others_found_no_room_makes_room_for_them() {
    let (stage, ani, customer) = with_ani(1).await;
    let stage = Arc::new(stage);
    let _assigner = stage.engine.assigner();
    let first = stage.open_with("twice".to_owned(), &customer, 0).await.unwrap();
    stage.step(&first, &ani, Step::Complete).await.unwrap();
    stage.round().await;

    // The only slot is reserved for one that is about to be refused, as its key is known.
    stage.trouble.next("commit", 1, Ill::Waits);
    let (begun, who) = (Arc::clone(&stage), customer.clone());
    let again = tokio::spawn(async move { begun.open_with("twice".to_owned(), &who, 0).await });
    stage.trouble.met().await;
    let waiting = stage.open(&customer, 0).await.unwrap();
    assert_eq!((waiting.status(), stage.round().await), (Status::Queued, 0));
    stage.trouble.let_go();
    assert_eq!(again.await.unwrap().unwrap().id, first.id);
    assert!(stage.engine.is_round_pending());
    stage.round().await;
    assert_eq!(stage.ticket(&waiting).await.holder(), Some(ani.id));
    oracle::check(&stage).await;
}
