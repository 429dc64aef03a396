//! A process ends, anywhere, and another begins on the same store: nothing is lost, nobody has to do anything.
use super::oracle;
use super::stage::{Stage, behaving};
use antri::domain::event::{Action, ReleaseReason};
use antri::domain::person::{Availability, Via};
use antri::domain::policy::{OfflineBehaviour, Settings};
use antri::domain::ticket::TicketState;
use antri::engine::ports::TicketStore;
use antri::engine::sweep::Sweep;
use antri::engine::tickets::steps::Step;
use antri::presence::Memory;
use std::sync::Arc;

async fn restart(stage: Stage) -> Stage {
    stage.restart(Arc::new(Memory::default())).await
}

#[tokio::test]
async fn presence_is_restored_and_what_waits_is_assigned() {
    let stage = Stage::new(Settings::default()).await;
    let agent = stage.agent(100, 2, &[]).await;
    let customer = stage.customer(500).await;
    let held = stage.serve(&customer).await;
    // Opened, and the process dies before the round.
    let waiting = stage.open(&customer, 0).await.unwrap();
    stage.open(&customer, 0).await.unwrap();
    stage.wind(60);
    let stage = restart(stage).await;
    assert!(stage.presence.get(agent.id, stage.now()).await.unwrap().is_some());
    assert!(stage.engine.is_round_pending(), "the first round comes by itself");
    assert_eq!(stage.round().await, 1, "one slot was free");
    assert_eq!(stage.ticket(&held).await, held);
    assert_eq!(stage.ticket(&waiting).await.holder(), Some(agent.id));
    oracle::check(&stage).await;
}

#[tokio::test]
async fn turns_go_on_where_they_were() {
    let mut stage = Stage::new(Settings::default()).await;
    let agents = [
        stage.agent(100, 9, &[]).await.id,
        stage.agent(101, 9, &[]).await.id,
        stage.agent(102, 9, &[]).await.id,
    ];
    for n in 0..9 {
        let customer = stage.customer(500 + n).await;
        let ticket = stage.serve(&customer).await;
        assert_eq!(ticket.holder(), Some(agents[usize::try_from(n).unwrap() % 3]));
        stage = restart(stage).await;
    }
    oracle::check(&stage).await;
}

#[tokio::test]
async fn a_client_whose_presence_had_run_out_gets_nothing_after_a_restart_either() {
    let stage = Stage::new(Settings::default()).await;
    let agent = stage.agent(100, 5, &[]).await;
    stage.rewrite(&agent, |profile| profile.via = Via::Client).await;
    let customer = stage.customer(500).await;
    stage.open(&customer, 0).await.unwrap();
    stage.wind(301);
    let stage = restart(stage).await;
    assert_eq!(stage.round().await, 0);
    assert!(stage.engine.is_lost(agent.id));
    oracle::check(&stage).await;
    // Their client comes back.
    let person = stage.person(&agent).await;
    stage.engine.on_activity(&person, stage.now()).await.unwrap();
    assert_eq!(stage.round().await, 1);
    oracle::check(&stage).await;
}

/// Going offline is committed first, with what is still to be done; the process dies before the tickets are released.
#[tokio::test]
async fn a_release_that_a_crash_cut_short_is_made_good_by_the_sweep() {
    for (behaviour, kept) in [(OfflineBehaviour::ReassignWaiting, 1), (OfflineBehaviour::ReassignAll, 0)] {
        let stage = Stage::new(behaving(behaviour)).await;
        let agent = stage.agent(100, 5, &[]).await;
        let customer = stage.customer(500).await;
        let opened = stage.serve(&customer).await;
        stage.serve(&customer).await;
        stage.serve(&customer).await;
        stage.step(&opened, &agent, Step::Start).await.unwrap();
        stage
            .rewrite(&agent, |profile| {
                profile.availability = Availability::Offline;
                profile.release_due = Some(behaviour);
            })
            .await;
        let stage = restart(stage).await;
        let other = stage.agent(101, 5, &[]).await;
        assert_eq!(stage.engine.sweep(stage.now()).await.unwrap(), Sweep::default());
        stage.round().await;
        assert_eq!((stage.held(agent.id).await, stage.held(other.id).await), (kept, 3 - kept));
        assert_eq!(stage.person(&agent).await.agent.unwrap().release_due, None);
        let swept = oracle::events(&stage);
        let from_engine =
            |what: &Action| matches!(what, Action::Released { why: ReleaseReason::Offline, .. });
        assert_eq!(swept.iter().filter(|e| from_engine(&e.what)).count(), 3 - kept);
    }
}

/// The sweep looks at what it knew of the agents when it began; what is due is asked of the store.
#[tokio::test]
async fn nothing_is_taken_from_an_agent_who_is_back() {
    let stage = Stage::new(behaving(OfflineBehaviour::ReassignAll)).await;
    let agent = stage.agent(100, 5, &[]).await;
    stage
        .rewrite(&agent, |profile| {
            profile.availability = Availability::Offline;
            profile.release_due = Some(OfflineBehaviour::ReassignAll);
        })
        .await;
    let stage = restart(stage).await;
    // Another replica hears that they are back, and gives them a ticket.
    stage
        .rewrite(&agent, |profile| {
            profile.availability = Availability::Online;
            profile.release_due = None;
        })
        .await;
    let customer = stage.customer(500).await;
    let ticket = stage.open(&customer, 0).await.unwrap();
    let given =
        stage.engine.reassign(&stage.admin, (ticket.id, None), agent.id, false, stage.now()).await.unwrap();
    stage.engine.sweep(stage.now()).await.unwrap();
    assert_eq!(stage.ticket(&ticket).await.state, given.state);
}

#[tokio::test]
async fn a_removed_agents_tickets_return_even_after_a_crash() {
    let stage = Stage::new(Settings::default()).await;
    let agent = stage.agent(100, 5, &[]).await;
    let customer = stage.customer(500).await;
    let tickets = [stage.serve(&customer).await, stage.serve(&customer).await];
    stage.engine.remove_agent(&stage.admin, agent.id, stage.now()).await.unwrap();
    stage.round().await;
    for ticket in &tickets {
        assert_eq!(stage.ticket(ticket).await.state, TicketState::Queued);
    }
    assert_eq!(stage.presence.get(agent.id, stage.now()).await.unwrap(), None);
    oracle::check(&stage).await;

    // The same, and the process dies after the profile is gone.
    let agent = stage.agent(100, 5, &[]).await;
    stage.round().await;
    assert_eq!(stage.held(agent.id).await, 2);
    let mut person = stage.person(&agent).await;
    person.agent = None;
    let expected = Some(person.version);
    person.version = person.version.next();
    let write = antri::engine::ports::Write::Person { person: Box::new(person), expected };
    stage.store.commit(vec![antri::engine::ports::Change::quiet(write)]).await.remove(0).unwrap();
    let stage = restart(stage).await;
    stage.round().await;
    for ticket in &tickets {
        assert_eq!(stage.ticket(ticket).await.state, TicketState::Queued);
    }
}
