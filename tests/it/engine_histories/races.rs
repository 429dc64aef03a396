//! The races of the fault table, each with enough concurrent callers to lose it.
use super::fixture::{Fixture, with_offline_behaviour};
use super::oracle;
use crate::support::StoreFault;
use antri::domain::draft::{Draft, DraftPart};
use antri::domain::event::{Action, AuditEvent};
use antri::domain::person::{Availability, Person};
use antri::domain::policy::{Mode, OfflineBehaviour, Settings};
use antri::domain::ticket::{Refusal, Status, Ticket, TicketState};
use antri::engine::error::EngineError;
use antri::engine::ports::DirectoryStore;
use antri::engine::tickets::open::SentFrom;
use antri::engine::tickets::steps::Step;
use futures::future::join_all;
use std::sync::Arc;

const CALLERS: i64 = 64;

fn manual_mode() -> Settings {
    Settings { mode: Mode::Manual, ..Settings::default() }
}

/// Runs these tasks concurrently on the threads of the runtime.
async fn run_concurrently<T: Send + 'static>(
    tasks: impl IntoIterator<Item = impl Future<Output = T> + Send + 'static>,
) -> Vec<T> {
    let tasks: Vec<_> = tasks.into_iter().map(tokio::spawn).collect();
    join_all(tasks).await.into_iter().map(Result::unwrap).collect()
}

async fn open_many(fixture: &Fixture, count: i64) -> Vec<Ticket> {
    let mut tickets = Vec::new();
    for n in 0..count {
        let customer = fixture.customer(1_000 + n).await;
        tickets.push(fixture.open(&customer, 0).await.unwrap());
    }
    tickets
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn concurrent_pick_ups_into_the_last_slot_have_one_winner() {
    let fixture = Arc::new(Fixture::new(manual_mode()).await);
    let agent = fixture.agent(100, 1, &[]).await;
    let tickets = open_many(&fixture, CALLERS).await;
    let answers = run_concurrently(tickets.iter().map(|ticket| {
        let (fixture, agent, id) = (Arc::clone(&fixture), agent.clone(), ticket.id);
        async move { fixture.engine.pick_up(&agent, id, None, fixture.now()).await }
    }))
    .await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
    let refused = answers.into_iter().filter_map(Result::err);
    assert!(refused.into_iter().all(|error| error == EngineError::Full(1, 1)));
    oracle::check(&fixture).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn concurrent_pick_ups_of_one_ticket_have_one_winner() {
    let fixture = Arc::new(Fixture::new(manual_mode()).await);
    let mut agents = Vec::new();
    for n in 0..CALLERS {
        agents.push(fixture.agent(100 + n, 1, &[]).await);
    }
    let ticket = open_many(&fixture, 1).await.remove(0);
    let answers = run_concurrently(agents.into_iter().map(|agent| {
        let (fixture, id) = (Arc::clone(&fixture), ticket.id);
        async move { fixture.engine.pick_up(&agent, id, None, fixture.now()).await }
    }))
    .await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
    let expected = |error: &EngineError| matches!(error, EngineError::Refused(Refusal::State(Status::Assigned), ticket) if ticket.hold().is_some());
    assert!(answers.iter().filter_map(|answer| answer.as_ref().err()).all(expected));
    oracle::check(&fixture).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn concurrent_complete_and_reassign_have_one_winner() {
    let fixture = Arc::new(Fixture::new(Settings::default()).await);
    let (ani, budi) = (fixture.agent(100, 5, &[]).await, fixture.agent(101, 5, &[]).await);
    let customer = fixture.customer(500).await;
    for _ in 0..20 {
        let ticket = fixture.open_and_assign(&customer).await;
        let holder = ticket.holder().unwrap();
        let other = if holder == ani.id { budi.id } else { ani.id };
        let (id, now) = (ticket.id, fixture.now());
        let (first, second) = (Arc::clone(&fixture), Arc::clone(&fixture));
        let complete =
            tokio::spawn(async move { first.engine.step(holder, id, Step::Complete, None, now).await });
        let reassign = tokio::spawn(async move {
            second.engine.reassign(&second.admin, (id, None), other, false, now).await
        });
        let (completed, reassigned) = (complete.await.unwrap(), reassign.await.unwrap());
        match (&completed, &reassigned) {
            (Ok(_), Err(EngineError::Refused(Refusal::State(Status::Completed), _))) => {}
            (Err(EngineError::Refused(Refusal::NotYours, now)), Ok(_)) => {
                assert_eq!(now.holder(), Some(other));
                fixture.engine.step(other, id, Step::Complete, None, fixture.now()).await.unwrap();
            }
            both => panic!("{both:?}"),
        }
        fixture.advance(1);
    }
    oracle::check(&fixture).await;
}

async fn leaves_during_assignment(behaviour: OfflineBehaviour) {
    let fixture = Arc::new(Fixture::new(with_offline_behaviour(behaviour)).await);
    let agent = fixture.agent(100, 10, &[]).await;
    for n in 0..10 {
        let customer = fixture.customer(500 + n).await;
        fixture.open(&customer, 0).await.unwrap();
        let (first, second, id) = (Arc::clone(&fixture), Arc::clone(&fixture), agent.id);
        let round = tokio::spawn(async move { first.engine.run_round(first.now()).await });
        let leave = tokio::spawn(async move {
            second.engine.set_availability(id, Availability::Offline, second.now()).await
        });
        round.await.unwrap().unwrap();
        leave.await.unwrap().unwrap();
        let left = fixture.held_count(agent.id).await;
        // No ticket is started, so both behaviours that reassign release every ticket.
        assert!(
            behaviour == OfflineBehaviour::Keep || left == 0,
            "an offline agent still holds {left} tickets"
        );
        oracle::check(&fixture).await;
        fixture.advance(1);
        fixture.engine.set_availability(agent.id, Availability::Online, fixture.now()).await.unwrap();
        fixture.run_returns().await;
        assert!(fixture.held_count(agent.id).await > 0);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agent_going_offline_during_a_round_keeps_or_releases_the_ticket() {
    leaves_during_assignment(OfflineBehaviour::Keep).await;
    leaves_during_assignment(OfflineBehaviour::ReassignWaiting).await;
    leaves_during_assignment(OfflineBehaviour::ReassignAll).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn concurrent_sends_of_one_draft_open_one_ticket() {
    let fixture = Arc::new(Fixture::new(Settings::default()).await);
    let agent = fixture.agent(100, 5, &[]).await;
    let customer = fixture.customer(500).await;
    let department = fixture.departments().await.remove(0);
    let draft = Draft {
        id: fixture.engine.draft_id(fixture.now()),
        person: customer.id,
        target: Some((department.id, department.categories[0].id)),
        parts: vec![DraftPart { message_id: 1, text: "Internet mati".into(), ..DraftPart::default() }],
        created_at: fixture.now(),
        replied_to: None,
        cancelled_at: None,
    };
    fixture.store.put_draft(draft.clone()).await.unwrap();
    let sent = run_concurrently((0..16).map(|_| {
        let (fixture, customer, draft) = (Arc::clone(&fixture), customer.clone(), draft.clone());
        async move {
            let ticket = fixture
                .engine
                .send_draft(&customer, &draft, SentFrom::default(), fixture.now())
                .await
                .unwrap();
            fixture.run_rounds().await;
            ticket.id
        }
    }))
    .await;
    assert!(sent.iter().all(|id| *id == sent[0]));
    assert_eq!(
        (fixture.held_count(agent.id).await, fixture.store.draft(customer.id).await.unwrap()),
        (1, None)
    );
    oracle::check(&fixture).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn concurrent_completions_complete_a_ticket_once() {
    let fixture = Arc::new(Fixture::new(Settings::default()).await);
    let agent = fixture.agent(100, 5, &[]).await;
    let customer = fixture.customer(500).await;
    for _ in 0..5 {
        let ticket = fixture.open_and_assign(&customer).await;
        let answers = run_concurrently((0..8).map(|_| {
            let (fixture, agent, ticket) = (Arc::clone(&fixture), agent.clone(), ticket.clone());
            async move { fixture.step(&ticket, &agent, Step::Complete).await }
        }))
        .await;
        assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
        let ended = oracle::events(&fixture);
        assert_eq!(
            ended.iter().filter(|e| e.ticket == Some(ticket.id) && e.what == Action::Completed).count(),
            1
        );
    }
    oracle::check(&fixture).await;
}

/// A ticket that is reassigned between the listing and the release of the leaving agent's tickets belongs to
/// the new holder.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ticket_reassigned_before_the_release_stays_with_its_new_holder() {
    let fixture = Arc::new(Fixture::new(with_offline_behaviour(OfflineBehaviour::ReassignAll)).await);
    let ani = fixture.agent(100, 8, &[]).await;
    let mut tickets = Vec::new();
    for n in 0..8 {
        let customer = fixture.customer(500 + n).await;
        tickets.push(fixture.open_and_assign(&customer).await);
    }
    // This agent gets no automatic assignment: every ticket of theirs was reassigned by an admin.
    let budi: Person = fixture.agent(101, 8, &[]).await;
    fixture.engine.set_availability(budi.id, Availability::Busy, fixture.now()).await.unwrap();
    let (first, id) = (Arc::clone(&fixture), ani.id);
    let leave =
        tokio::spawn(
            async move { first.engine.set_availability(id, Availability::Offline, first.now()).await },
        );
    let handed =
        run_concurrently(tickets.into_iter().rev().map(|ticket| {
            let (fixture, to) = (Arc::clone(&fixture), budi.id);
            async move {
                fixture.engine.reassign(&fixture.admin, (ticket.id, None), to, false, fixture.now()).await
            }
        }))
        .await;
    leave.await.unwrap().unwrap();
    for ticket in handed.into_iter().map(Result::unwrap) {
        let TicketState::Held(hold) = fixture.ticket(&ticket).await.state else {
            panic!("taken from the new holder")
        };
        assert_eq!(hold.agent, budi.id);
    }
    oracle::check(&fixture).await;
}

#[tokio::test]
async fn a_ticket_cancelled_before_its_assignment_is_committed_goes_to_nobody() {
    let fixture = Arc::new(Fixture::new(Settings::default()).await);
    let (ani, customer) = (fixture.agent(100, 1, &[]).await, fixture.customer(500).await);
    let held = fixture.open_and_assign(&customer).await;
    let (waiting, next) =
        (fixture.open_and_assign(&customer).await, fixture.open_and_assign(&customer).await);
    fixture.engine.step(ani.id, held.id, Step::Complete, None, fixture.now()).await.unwrap();
    fixture.faults.inject_next("commit", 1, StoreFault::Waits);
    let running = Arc::clone(&fixture);
    let round = tokio::spawn(async move { running.run_rounds().await });
    fixture.faults.call_held().await;
    let drawn_for = Some(waiting.version);
    let cancelled = fixture.engine.cancel(customer.id, waiting.id, drawn_for, fixture.now()).await.unwrap();
    assert_eq!((cancelled.status(), cancelled.holder()), (Status::Cancelled, None));
    fixture.faults.release_calls();
    round.await.unwrap();
    assert_eq!(fixture.ticket(&waiting).await, cancelled);
    assert_eq!(fixture.ticket(&next).await.holder(), Some(ani.id), "the slot goes to the next ticket");
    let events = oracle::events(&fixture);
    let assigned = |event: &&AuditEvent| {
        event.ticket == Some(waiting.id) && matches!(event.what, Action::Assigned { .. })
    };
    assert_eq!(events.iter().find(assigned), None);
    oracle::check(&fixture).await;
}
