//! Restarts: a process ends at any point and another starts on the same store. Nothing is lost, and nobody
//! has to act.
use super::fixture::{Fixture, with_offline_behaviour};
use super::oracle;
use antri::domain::event::{Action, ReleaseReason};
use antri::domain::person::{Availability, Via};
use antri::domain::policy::{OfflineBehaviour, Settings};
use antri::domain::ticket::TicketState;
use antri::engine::ports::TicketStore;
use antri::engine::sweep::SweepReport;
use antri::engine::tickets::steps::Step;
use antri::presence::Memory;
use std::sync::Arc;

async fn restart(fixture: Fixture) -> Fixture {
    fixture.restart(Arc::new(Memory::default())).await
}

#[tokio::test]
async fn a_restart_restores_presence_and_assigns_waiting_tickets() {
    let fixture = Fixture::new(Settings::default()).await;
    let agent = fixture.agent(100, 2, &[]).await;
    let customer = fixture.customer(500).await;
    let held = fixture.open_and_assign(&customer).await;
    // The process ends before the round that would assign this ticket.
    let waiting = fixture.open(&customer, 0).await.unwrap();
    fixture.open(&customer, 0).await.unwrap();
    fixture.advance(60);
    let fixture = restart(fixture).await;
    assert!(fixture.presence.get(agent.id, fixture.now()).await.unwrap().is_some());
    assert!(fixture.engine.is_round_pending(), "a restart requests a round");
    assert_eq!(fixture.run_rounds().await, 1, "one slot was free");
    assert_eq!(fixture.ticket(&held).await, held);
    assert_eq!(fixture.ticket(&waiting).await.holder(), Some(agent.id));
    oracle::check(&fixture).await;
}

#[tokio::test]
async fn round_robin_continues_after_a_restart() {
    let mut fixture = Fixture::new(Settings::default()).await;
    let agents = [
        fixture.agent(100, 9, &[]).await.id,
        fixture.agent(101, 9, &[]).await.id,
        fixture.agent(102, 9, &[]).await.id,
    ];
    for n in 0..9 {
        let customer = fixture.customer(500 + n).await;
        let ticket = fixture.open_and_assign(&customer).await;
        assert_eq!(ticket.holder(), Some(agents[usize::try_from(n).unwrap() % 3]));
        fixture = restart(fixture).await;
    }
    oracle::check(&fixture).await;
}

#[tokio::test]
async fn an_agent_whose_presence_expires_after_a_restart_gets_no_ticket() {
    let fixture = Fixture::new(Settings::default()).await;
    let agent = fixture.agent(100, 5, &[]).await;
    fixture.rewrite(&agent, |profile| profile.via = Via::Client).await;
    fixture.advance(301);
    let fixture = restart(fixture).await;
    fixture.advance(300);
    assert_eq!(fixture.engine.sweep(fixture.now()).await.unwrap().lost, 1);
    let customer = fixture.customer(500).await;
    fixture.open(&customer, 0).await.unwrap();
    assert_eq!(fixture.run_rounds().await, 0);
    assert!(fixture.engine.is_lost(agent.id));
    oracle::check(&fixture).await;
    // The client sends a heartbeat again.
    let person = fixture.person(&agent).await;
    fixture.engine.on_activity(&person, fixture.now()).await.unwrap();
    assert_eq!(fixture.run_rounds().await, 1);
    oracle::check(&fixture).await;
}

/// Going offline is committed first, with the pending release; the process ends before the tickets are
/// released.
#[tokio::test]
async fn sweep_completes_a_release_that_a_crash_interrupted() {
    for (behaviour, kept) in [(OfflineBehaviour::ReassignWaiting, 1), (OfflineBehaviour::ReassignAll, 0)] {
        let fixture = Fixture::new(with_offline_behaviour(behaviour)).await;
        let agent = fixture.agent(100, 5, &[]).await;
        let customer = fixture.customer(500).await;
        let opened = fixture.open_and_assign(&customer).await;
        fixture.open_and_assign(&customer).await;
        fixture.open_and_assign(&customer).await;
        fixture.step(&opened, &agent, Step::Start).await.unwrap();
        fixture
            .rewrite(&agent, |profile| {
                profile.availability = Availability::Offline;
                profile.release_due = Some(behaviour);
            })
            .await;
        let fixture = restart(fixture).await;
        let other = fixture.agent(101, 5, &[]).await;
        assert_eq!(fixture.engine.sweep(fixture.now()).await.unwrap(), SweepReport::default());
        fixture.run_rounds().await;
        assert_eq!(
            (fixture.held_count(agent.id).await, fixture.held_count(other.id).await),
            (kept, 3 - kept)
        );
        assert_eq!(fixture.person(&agent).await.agent.unwrap().release_due, None);
        let events = oracle::events(&fixture);
        let from_engine =
            |what: &Action| matches!(what, Action::Released { why: ReleaseReason::Offline, .. });
        assert_eq!(events.iter().filter(|e| from_engine(&e.what)).count(), 3 - kept);
    }
}

/// The sweep starts from the roster as it was, but reads the pending release from the store.
#[tokio::test]
async fn sweep_keeps_the_tickets_of_an_agent_who_is_online_again() {
    let fixture = Fixture::new(with_offline_behaviour(OfflineBehaviour::ReassignAll)).await;
    let agent = fixture.agent(100, 5, &[]).await;
    fixture
        .rewrite(&agent, |profile| {
            profile.availability = Availability::Offline;
            profile.release_due = Some(OfflineBehaviour::ReassignAll);
        })
        .await;
    let fixture = restart(fixture).await;
    // Another replica brings the agent back online and assigns them a ticket.
    fixture
        .rewrite(&agent, |profile| {
            profile.availability = Availability::Online;
            profile.release_due = None;
        })
        .await;
    let customer = fixture.customer(500).await;
    let ticket = fixture.open(&customer, 0).await.unwrap();
    let assigned = fixture
        .engine
        .reassign(&fixture.admin, (ticket.id, None), agent.id, false, fixture.now())
        .await
        .unwrap();
    fixture.engine.sweep(fixture.now()).await.unwrap();
    assert_eq!(fixture.ticket(&ticket).await.state, assigned.state);
}

#[tokio::test]
async fn tickets_of_a_removed_agent_are_released_even_after_a_crash() {
    let fixture = Fixture::new(Settings::default()).await;
    let agent = fixture.agent(100, 5, &[]).await;
    let customer = fixture.customer(500).await;
    let tickets = [fixture.open_and_assign(&customer).await, fixture.open_and_assign(&customer).await];
    fixture.engine.remove_agent(&fixture.admin, agent.id, fixture.now()).await.unwrap();
    fixture.run_rounds().await;
    for ticket in &tickets {
        assert_eq!(fixture.ticket(ticket).await.state, TicketState::Queued);
    }
    assert_eq!(fixture.presence.get(agent.id, fixture.now()).await.unwrap(), None);
    oracle::check(&fixture).await;

    // The process ends right after the profile is removed.
    let agent = fixture.agent(100, 5, &[]).await;
    fixture.run_rounds().await;
    fixture.run_returns().await;
    assert_eq!(fixture.held_count(agent.id).await, 2);
    let mut person = fixture.person(&agent).await;
    person.agent = None;
    let expected = Some(person.version);
    person.version = person.version.next();
    let write = antri::engine::ports::Write::Person { person: Box::new(person), expected };
    fixture.store.commit(vec![antri::engine::ports::Change::quiet(write)]).await.remove(0).unwrap();
    let fixture = restart(fixture).await;
    fixture.run_rounds().await;
    for ticket in &tickets {
        assert_eq!(fixture.ticket(ticket).await.state, TicketState::Queued);
    }
}
