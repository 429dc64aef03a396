//! Gaps in which the desk misses signs of activity: it is stopped or frozen, presence is unreachable, or comes
//! back empty. Nobody is expired because of a gap, and timeouts count from its end.
use super::fixture::{Fixture, TTL, with_offline_behaviour};
use super::oracle;
use super::presence::{
    GRACE_SECONDS, IDLE_SECONDS, agent_with_tickets, availability, heartbeat, pass, sweep,
};
use crate::support::UnreachablePresence;
use antri::app::embedded;
use antri::domain::person::{Availability, Person};
use antri::domain::policy::OfflineBehaviour;
use antri::engine::sweep::SweepReport;
use antri::presence::Memory;
use std::sync::Arc;

const TTL_SECONDS: i64 = TTL.as_secs().cast_signed();
/// Longer than every timeout.
const GAP_SECONDS: i64 = 4 * 3_600;

async fn fixture() -> Fixture {
    Fixture::new(with_offline_behaviour(OfflineBehaviour::ReassignAll)).await
}

/// Checks that a client's agent is lost when the TTL is over from now on, and offline after the grace period.
async fn check_full_timeouts(fixture: &Fixture, agent: &Person) {
    assert_eq!(sweep(fixture).await, SweepReport::default());
    assert_eq!(availability(fixture, agent).await, Availability::Online);
    assert!(!fixture.engine.is_lost(agent.id));
    assert_eq!(pass(fixture, TTL_SECONDS - 1).await, SweepReport::default());
    assert!(fixture.presence.get(agent.id, fixture.now()).await.unwrap().is_some(), "shown as online");
    assert_eq!(fixture.held_count(agent.id).await, 2);
    assert_eq!(pass(fixture, 1).await.lost, 1);
    assert_eq!(pass(fixture, GRACE_SECONDS - 1).await.taken_offline, 0);
    assert_eq!(pass(fixture, 1).await.taken_offline, 1);
    assert_eq!(fixture.held_count(agent.id).await, 0);
    oracle::check(fixture).await;
}

#[tokio::test]
async fn a_stopped_desk_expires_no_client_at_its_start() {
    let fixture = fixture().await;
    let agent = agent_with_tickets(&fixture, true).await;
    fixture.advance(GAP_SECONDS);
    let fixture = fixture.restart(Arc::new(Memory::default())).await;
    let customer = fixture.customer(501).await;
    assert_eq!(fixture.open_and_assign(&customer).await.holder(), Some(agent.id), "nobody knows them gone");
    let fixture = fixture.restart(Arc::new(Memory::default())).await;
    assert_eq!(fixture.held_count(agent.id).await, 3);
    assert_eq!(pass(&fixture, TTL_SECONDS - 1).await, SweepReport::default());
    heartbeat(&fixture, &agent).await;
    assert_eq!(pass(&fixture, TTL_SECONDS - 1).await, SweepReport::default());
    assert_eq!(fixture.held_count(agent.id).await, 3, "as if nothing had been");
    oracle::check(&fixture).await;
}

#[tokio::test]
async fn timeouts_count_from_the_start() {
    let fixture = fixture().await;
    let agent = agent_with_tickets(&fixture, true).await;
    fixture.advance(GAP_SECONDS);
    // Presence that outlives the process has lost the records in the meantime, too.
    let fixture = fixture.restart(Arc::new(Memory::default())).await;
    check_full_timeouts(&fixture, &agent).await;
}

#[tokio::test]
async fn a_stopped_desk_asks_no_telegram_agent_at_its_start() {
    let fixture = fixture().await;
    agent_with_tickets(&fixture, false).await;
    fixture.advance(GAP_SECONDS);
    let fixture = fixture.restart(Arc::new(Memory::default())).await;
    assert_eq!(pass(&fixture, IDLE_SECONDS - 1).await, SweepReport::default());
    assert_eq!(pass(&fixture, 1).await.asked, 1);
    // The desk stops before they answer; an answer would arrive after the start.
    fixture.advance(GAP_SECONDS);
    let fixture = fixture.restart(Arc::new(Memory::default())).await;
    assert_eq!(pass(&fixture, GRACE_SECONDS - 1).await, SweepReport::default());
    assert_eq!(pass(&fixture, 1).await.taken_offline, 1);
    oracle::check(&fixture).await;
}

#[tokio::test]
async fn a_frozen_desk_expires_nobody_after_it() {
    let fixture = fixture().await;
    let agent = agent_with_tickets(&fixture, true).await;
    fixture.advance(GAP_SECONDS);
    // What the freeze detector does.
    fixture.engine.restart_observation(fixture.now());
    check_full_timeouts(&fixture, &agent).await;
}

#[tokio::test]
async fn lost_updates_expire_only_nobody_who_is_online_through_telegram() {
    let fixture = fixture().await;
    let agent = agent_with_tickets(&fixture, false).await;
    let client = fixture.agent(101, 1, &[]).await;
    fixture.rewrite(&client, |profile| profile.via = antri::domain::person::Via::Client).await;
    fixture.engine.start().await.unwrap();
    assert_eq!(pass(&fixture, IDLE_SECONDS).await.taken_offline, 1, "the client");
    assert!(fixture.person(&agent).await.agent.unwrap().asked_at.is_some());
    for _ in 0..10 {
        // What the sweep task does while polls fail.
        fixture.engine.restart_telegram_observation(fixture.now());
        assert_eq!(pass(&fixture, 60).await, SweepReport::default());
    }
    assert_eq!(pass(&fixture, GRACE_SECONDS - 60).await.taken_offline, 1);
    oracle::check(&fixture).await;
}

#[tokio::test]
async fn timeouts_count_from_the_return_of_presence() {
    let dir = tempfile::tempdir().unwrap();
    let store = embedded(dir.path()).unwrap().store;
    let presence = Arc::new(UnreachablePresence::default());
    let settings = with_offline_behaviour(OfflineBehaviour::ReassignAll);
    let fixture = Fixture::with_back_ends(settings, dir, store, presence.clone()).await;
    let agent = agent_with_tickets(&fixture, true).await;
    presence.cut_off(true);
    assert_eq!(pass(&fixture, GAP_SECONDS).await, SweepReport::default());
    presence.cut_off(false);
    check_full_timeouts(&fixture, &agent).await;
}

#[tokio::test]
async fn timeouts_count_from_the_sweep_that_finds_presence_emptied() {
    let fixture = fixture().await;
    let agent = agent_with_tickets(&fixture, true).await;
    assert_eq!(pass(&fixture, TTL_SECONDS - 60).await, SweepReport::default());
    fixture.presence.leave(agent.id, &[]).await.unwrap();
    check_full_timeouts(&fixture, &agent).await;
}

#[tokio::test]
async fn an_agent_who_leaves_is_no_emptied_presence() {
    let fixture = fixture().await;
    let agent = agent_with_tickets(&fixture, true).await;
    let other = fixture.agent(101, 1, &[]).await;
    assert_eq!(pass(&fixture, TTL_SECONDS - 60).await, SweepReport::default());
    assert_eq!(pass(&fixture, 60).await.lost, 1);
    // The only record that is left goes.
    fixture.engine.set_availability(other.id, Availability::Offline, fixture.now()).await.unwrap();
    assert_eq!(pass(&fixture, GRACE_SECONDS - 1).await, SweepReport::default());
    assert_eq!(pass(&fixture, 1).await.taken_offline, 1);
    assert_eq!(availability(&fixture, &agent).await, Availability::Offline);
}
