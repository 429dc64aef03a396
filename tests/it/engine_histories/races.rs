//! The races that the fault table names, each with as many at once as it takes to lose them.
use super::oracle;
use super::stage::{Stage, behaving};
use antri::domain::draft::Draft;
use antri::domain::event::Action;
use antri::domain::person::{Availability, Person};
use antri::domain::policy::{Mode, OfflineBehaviour, Settings};
use antri::domain::text::Description;
use antri::domain::ticket::{Refusal, Status, Ticket, TicketState};
use antri::engine::error::EngineError;
use antri::engine::ports::DirectoryStore;
use antri::engine::tickets::steps::Step;
use futures::future::join_all;
use std::sync::Arc;

const CLAIMERS: i64 = 64;

fn by_hand() -> Settings {
    Settings { mode: Mode::Manual, ..Settings::default() }
}

/// Runs these on the runtime's threads, all at once.
async fn at_once<T: Send + 'static>(
    tasks: impl IntoIterator<Item = impl Future<Output = T> + Send + 'static>,
) -> Vec<T> {
    let tasks: Vec<_> = tasks.into_iter().map(tokio::spawn).collect();
    join_all(tasks).await.into_iter().map(Result::unwrap).collect()
}

async fn open_many(stage: &Stage, many: i64) -> Vec<Ticket> {
    let mut tickets = Vec::new();
    for n in 0..many {
        let customer = stage.customer(1_000 + n).await;
        tickets.push(stage.open(&customer, 0).await.unwrap());
    }
    tickets
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixty_four_claims_of_the_last_slot_have_one_winner() {
    let stage = Arc::new(Stage::new(by_hand()).await);
    let agent = stage.agent(100, 1, &[]).await;
    let tickets = open_many(&stage, CLAIMERS).await;
    let answers = at_once(tickets.iter().map(|ticket| {
        let (stage, agent, id) = (Arc::clone(&stage), agent.clone(), ticket.id);
        async move { stage.engine.pick_up(&agent, id, None, stage.now()).await }
    }))
    .await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
    let refused = answers.into_iter().filter_map(Result::err);
    assert!(refused.into_iter().all(|error| error == EngineError::Full(1, 1)));
    oracle::check(&stage).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixty_four_agents_who_want_one_ticket_have_one_winner() {
    let stage = Arc::new(Stage::new(by_hand()).await);
    let mut agents = Vec::new();
    for n in 0..CLAIMERS {
        agents.push(stage.agent(100 + n, 1, &[]).await);
    }
    let ticket = open_many(&stage, 1).await.remove(0);
    let answers = at_once(agents.into_iter().map(|agent| {
        let (stage, id) = (Arc::clone(&stage), ticket.id);
        async move { stage.engine.pick_up(&agent, id, None, stage.now()).await }
    }))
    .await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
    let told = |error: &EngineError| matches!(error, EngineError::Refused(Refusal::State(Status::Assigned), ticket) if ticket.hold().is_some());
    assert!(answers.iter().filter_map(|answer| answer.as_ref().err()).all(told));
    oracle::check(&stage).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ticket_is_completed_or_reassigned_and_the_loser_is_told() {
    let stage = Arc::new(Stage::new(Settings::default()).await);
    let (ani, budi) = (stage.agent(100, 5, &[]).await, stage.agent(101, 5, &[]).await);
    let customer = stage.customer(500).await;
    for _ in 0..20 {
        let ticket = stage.serve(&customer).await;
        let holder = ticket.holder().unwrap();
        let other = if holder == ani.id { budi.id } else { ani.id };
        let (id, now) = (ticket.id, stage.now());
        let (one, two) = (Arc::clone(&stage), Arc::clone(&stage));
        let complete =
            tokio::spawn(async move { one.engine.step(holder, id, Step::Complete, None, now).await });
        let reassign =
            tokio::spawn(async move { two.engine.reassign(&two.admin, (id, None), other, false, now).await });
        let (completed, reassigned) = (complete.await.unwrap(), reassign.await.unwrap());
        match (&completed, &reassigned) {
            (Ok(_), Err(EngineError::Refused(Refusal::State(Status::Completed), _))) => {}
            (Err(EngineError::Refused(Refusal::NotYours, now)), Ok(_)) => {
                assert_eq!(now.holder(), Some(other));
                stage.engine.step(other, id, Step::Complete, None, stage.now()).await.unwrap();
            }
            both => panic!("{both:?}"),
        }
        stage.wind(1);
    }
    oracle::check(&stage).await;
}

async fn leaves_during_assignment(behaviour: OfflineBehaviour) {
    let stage = Arc::new(Stage::new(behaving(behaviour)).await);
    let agent = stage.agent(100, 10, &[]).await;
    for n in 0..10 {
        let customer = stage.customer(500 + n).await;
        stage.open(&customer, 0).await.unwrap();
        let (one, two, id) = (Arc::clone(&stage), Arc::clone(&stage), agent.id);
        let round = tokio::spawn(async move { one.engine.run_round(one.now()).await });
        let leave =
            tokio::spawn(
                async move { two.engine.set_availability(id, Availability::Offline, two.now()).await },
            );
        round.await.unwrap().unwrap();
        leave.await.unwrap().unwrap();
        let left = stage.held(agent.id).await;
        // Opened by nobody: with both behaviours that reassign, everything that was assigned goes back.
        assert!(behaviour == OfflineBehaviour::Keep || left == 0, "{left} tickets stay with who has left");
        oracle::check(&stage).await;
        stage.wind(1);
        stage.engine.set_availability(agent.id, Availability::Online, stage.now()).await.unwrap();
        stage.round().await;
        assert!(stage.held(agent.id).await > 0);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_leaves_during_an_assignment_keeps_it_or_gives_it_back() {
    leaves_during_assignment(OfflineBehaviour::Keep).await;
    leaves_during_assignment(OfflineBehaviour::ReassignWaiting).await;
    leaves_during_assignment(OfflineBehaviour::ReassignAll).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_draft_sent_many_times_at_once_is_one_ticket() {
    let stage = Arc::new(Stage::new(Settings::default()).await);
    let agent = stage.agent(100, 5, &[]).await;
    let customer = stage.customer(500).await;
    let department = stage.departments().await.remove(0);
    let draft = Draft {
        id: stage.engine.draft_id(stage.now()),
        person: customer.id,
        target: Some((department.id, department.categories[0].id)),
        description: Description::default().and("Internet mati", None).unwrap(),
        messages: Vec::new(),
        album: None,
        created_at: stage.now(),
    };
    stage.store.put_draft(draft.clone()).await.unwrap();
    let sent = at_once((0..16).map(|_| {
        let (stage, customer, draft) = (Arc::clone(&stage), customer.clone(), draft.clone());
        async move {
            let ticket = stage.engine.send_draft(&customer, &draft, stage.now()).await.unwrap();
            stage.round().await;
            ticket.id
        }
    }))
    .await;
    assert!(sent.iter().all(|id| *id == sent[0]));
    assert_eq!((stage.held(agent.id).await, stage.store.draft(customer.id).await.unwrap()), (1, None));
    oracle::check(&stage).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ticket_completed_twice_at_once_is_completed_once() {
    let stage = Arc::new(Stage::new(Settings::default()).await);
    let agent = stage.agent(100, 5, &[]).await;
    let customer = stage.customer(500).await;
    for _ in 0..5 {
        let ticket = stage.serve(&customer).await;
        let answers = at_once((0..8).map(|_| {
            let (stage, agent, ticket) = (Arc::clone(&stage), agent.clone(), ticket.clone());
            async move { stage.step(&ticket, &agent, Step::Complete).await }
        }))
        .await;
        assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
        let ended = oracle::events(&stage);
        assert_eq!(
            ended.iter().filter(|e| e.ticket == Some(ticket.id) && e.what == Action::Completed).count(),
            1
        );
    }
    oracle::check(&stage).await;
}

/// A ticket that has passed on between the listing of a leaver's tickets and their release is the new holder's.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_leaver_handed_on_in_time_is_not_taken_from_the_new_holder() {
    let stage = Arc::new(Stage::new(behaving(OfflineBehaviour::ReassignAll)).await);
    let ani = stage.agent(100, 8, &[]).await;
    let mut tickets = Vec::new();
    for n in 0..8 {
        let customer = stage.customer(500 + n).await;
        tickets.push(stage.serve(&customer).await);
    }
    // Gets nothing by itself, so what this agent has, an admin gave.
    let budi: Person = stage.agent(101, 8, &[]).await;
    stage.engine.set_availability(budi.id, Availability::Busy, stage.now()).await.unwrap();
    let (one, id) = (Arc::clone(&stage), ani.id);
    let leave =
        tokio::spawn(async move { one.engine.set_availability(id, Availability::Offline, one.now()).await });
    let handed = at_once(tickets.into_iter().rev().map(|ticket| {
        let (stage, to) = (Arc::clone(&stage), budi.id);
        async move { stage.engine.reassign(&stage.admin, (ticket.id, None), to, false, stage.now()).await }
    }))
    .await;
    leave.await.unwrap().unwrap();
    for ticket in handed.into_iter().map(Result::unwrap) {
        let TicketState::Held(hold) = stage.ticket(&ticket).await.state else {
            panic!("taken from the new holder")
        };
        assert_eq!(hold.agent, budi.id);
    }
    oracle::check(&stage).await;
}
