//! Presence of agents: the "still online?" question, lost agents, agents set offline, unreachable presence,
//! clock jumps, and agents who come and go.
use super::fixture::{Fixture, TTL, with_offline_behaviour};
use super::oracle;
use crate::support::UnreachablePresence;
use antri::app::embedded;
use antri::domain::Time;
use antri::domain::event::{Action, ReleaseReason};
use antri::domain::notice::Notice;
use antri::domain::person::{Availability, Person, Via};
use antri::domain::policy::{OfflineBehaviour, Settings};
use antri::domain::presence::PresenceRecord;
use antri::engine::ports::DirectoryStore;
use antri::engine::sweep::SweepReport;
use antri::engine::tickets::steps::Step;
use std::sync::Arc;

/// The timeouts of the default settings, in seconds.
pub(super) const IDLE_SECONDS: i64 = 1_800;
pub(super) const GRACE_SECONDS: i64 = 300;
const BEHAVIOURS: [OfflineBehaviour; 3] =
    [OfflineBehaviour::Keep, OfflineBehaviour::ReassignWaiting, OfflineBehaviour::ReassignAll];

pub(super) async fn sweep(fixture: &Fixture) -> SweepReport {
    let result = fixture.engine.sweep(fixture.now()).await.unwrap();
    assert_eq!(result.found, 0);
    if result.asked > 0 {
        deliver_questions(fixture).await;
    }
    result
}

/// Does what the outbox does when it has delivered the questions whether agents are still online.
async fn deliver_questions(fixture: &Fixture) {
    for agent in fixture.store.agents().await.unwrap() {
        fixture.engine.record_question_delivery(agent.id, fixture.now()).await.unwrap();
    }
}

/// Advances the clock, with a sweep every minute; a running desk sweeps every few seconds.
pub(super) async fn pass(fixture: &Fixture, seconds: i64) -> SweepReport {
    let mut total = SweepReport::default();
    for step in (0..seconds).step_by(60) {
        fixture.advance((seconds - step).min(60));
        let result = sweep(fixture).await;
        total.asked += result.asked;
        total.lost += result.lost;
        total.taken_offline += result.taken_offline;
    }
    total
}

pub(super) async fn availability(fixture: &Fixture, agent: &Person) -> Availability {
    fixture.person(agent).await.availability()
}

/// Creates an agent with two tickets, the first of them started; online through a client if `client`.
pub(super) async fn agent_with_tickets(fixture: &Fixture, client: bool) -> Person {
    let agent = fixture.agent(100, 5, &[]).await;
    let customer = fixture.customer(500).await;
    let opened = fixture.open_and_assign(&customer).await;
    fixture.open_and_assign(&customer).await;
    fixture.step(&opened, &agent, Step::Start).await.unwrap();
    if client {
        fixture.rewrite(&agent, |profile| profile.via = Via::Client).await;
        // A change of the agent makes the roster reload them.
        let now = fixture.now();
        fixture.engine.set_auto(agent.id, true, now).await.unwrap();
        heartbeat(fixture, &agent).await;
    }
    agent
}

/// Does what a heartbeat of a client does.
pub(super) async fn heartbeat(fixture: &Fixture, agent: &Person) {
    let person = fixture.person(agent).await;
    fixture.presence.heartbeat(record(&person, fixture.now()), TTL, fixture.now()).await.unwrap();
    fixture.engine.on_activity(&person, fixture.now()).await.unwrap();
}

fn record(person: &Person, now: Time) -> PresenceRecord {
    let profile = person.agent.as_ref().unwrap();
    PresenceRecord {
        agent_id: person.id,
        name: person.name.clone(),
        email: String::new(),
        department_id: profile.departments.first().copied(),
        department: String::new(),
        department_ids: profile.departments.iter().copied().collect(),
        status: profile.availability,
        last_heartbeat: now,
        current_chats: 0,
        max_chats: profile.max_tickets.get(),
    }
}

fn kept_count(behaviour: OfflineBehaviour) -> usize {
    match behaviour {
        OfflineBehaviour::Keep => 2,
        OfflineBehaviour::ReassignWaiting => 1,
        OfflineBehaviour::ReassignAll => 0,
    }
}

fn question_count(fixture: &Fixture) -> usize {
    oracle::notices(fixture).iter().filter(|n| matches!(n, Notice::StillOnline { minutes: 5, .. })).count()
}

#[tokio::test]
async fn an_answer_to_still_online_keeps_the_agent_online() {
    let fixture = Fixture::new(with_offline_behaviour(OfflineBehaviour::ReassignAll)).await;
    let agent = agent_with_tickets(&fixture, false).await;
    assert_eq!(
        pass(&fixture, IDLE_SECONDS - 1).await,
        SweepReport::default(),
        "within the idle time the bot refreshes their record"
    );
    assert_eq!(pass(&fixture, 1).await.asked, 1);
    assert_eq!(
        pass(&fixture, GRACE_SECONDS - 1).await,
        SweepReport::default(),
        "asked once, and still online"
    );
    assert!(fixture.presence.get(agent.id, fixture.now()).await.unwrap().is_some());
    fixture.engine.on_activity(&fixture.person(&agent).await, fixture.now()).await.unwrap();
    assert_eq!(
        pass(&fixture, IDLE_SECONDS - 1).await,
        SweepReport::default(),
        "from the answer on, the idle time begins anew"
    );
    assert_eq!(pass(&fixture, 1).await.asked, 1);
    assert_eq!((question_count(&fixture), fixture.held_count(agent.id).await), (2, 2));
    oracle::check(&fixture).await;
}

#[tokio::test]
async fn an_agent_who_does_not_answer_still_online_is_set_offline() {
    for behaviour in BEHAVIOURS {
        let fixture = Fixture::new(with_offline_behaviour(behaviour)).await;
        let agent = agent_with_tickets(&fixture, false).await;
        assert_eq!(pass(&fixture, IDLE_SECONDS).await.asked, 1);
        assert_eq!(pass(&fixture, GRACE_SECONDS - 1).await.taken_offline, 0);
        assert_eq!(pass(&fixture, 1).await.taken_offline, 1);
        assert_eq!(availability(&fixture, &agent).await, Availability::Offline);
        assert_eq!(fixture.held_count(agent.id).await, kept_count(behaviour), "{behaviour:?}");
        assert_eq!(fixture.presence.get(agent.id, fixture.now()).await.unwrap(), None);
        // The notice holds the number of tickets that they keep.
        let kept = u16::try_from(kept_count(behaviour)).unwrap();
        assert!(oracle::notices(&fixture).contains(&Notice::TakenOffline { kept }));
        oracle::check(&fixture).await;
        // The agent is online again: waiting tickets are assigned without a sweep.
        fixture.engine.set_availability(agent.id, Availability::Online, fixture.now()).await.unwrap();
        fixture.run_rounds().await;
        assert_eq!(fixture.held_count(agent.id).await, kept_count(behaviour), "not back at once");
        fixture.run_returns().await;
        assert_eq!(fixture.held_count(agent.id).await, 2);
        oracle::check(&fixture).await;
    }
}

#[tokio::test]
async fn an_agent_whose_client_is_silent_is_lost_then_set_offline() {
    for behaviour in BEHAVIOURS {
        let fixture = Fixture::new(with_offline_behaviour(behaviour)).await;
        let agent = agent_with_tickets(&fixture, true).await;
        assert_eq!(pass(&fixture, 299).await.lost, 0);
        assert_eq!(pass(&fixture, 1).await.lost, 1);
        let customer = fixture.customer(501).await;
        let waiting = fixture.open_and_assign(&customer).await;
        assert_eq!(
            (waiting.holder(), fixture.held_count(agent.id).await),
            (None, 2),
            "no new ticket, none released"
        );
        assert_eq!(pass(&fixture, GRACE_SECONDS - 1).await.taken_offline, 0);
        assert_eq!(pass(&fixture, 1).await.taken_offline, 1);
        assert_eq!(fixture.held_count(agent.id).await, kept_count(behaviour), "{behaviour:?}");
        oracle::check(&fixture).await;
        // They come online while marked as lost: the round that this requests must not skip them.
        fixture.engine.set_availability(agent.id, Availability::Online, fixture.now()).await.unwrap();
        fixture.run_rounds().await;
        fixture.run_returns().await;
        assert_eq!((fixture.held_count(agent.id).await, fixture.engine.is_lost(agent.id)), (3, false));
        oracle::check(&fixture).await;
    }
}

#[tokio::test]
async fn a_heartbeat_within_the_grace_period_restores_the_agent() {
    let fixture = Fixture::new(with_offline_behaviour(OfflineBehaviour::ReassignAll)).await;
    let agent = agent_with_tickets(&fixture, true).await;
    assert_eq!(pass(&fixture, 300 + GRACE_SECONDS - 1).await.lost, 1);
    let customer = fixture.customer(501).await;
    assert_eq!(fixture.open_and_assign(&customer).await.holder(), None);
    heartbeat(&fixture, &agent).await;
    fixture.run_rounds().await;
    assert_eq!((fixture.held_count(agent.id).await, fixture.engine.is_lost(agent.id)), (3, false));
    assert_eq!(pass(&fixture, 299).await, SweepReport::default());
    assert_eq!(availability(&fixture, &agent).await, Availability::Online);
    oracle::check(&fixture).await;
}

#[tokio::test]
async fn a_missing_record_does_not_expire_an_agent_online_through_telegram() {
    let fixture = Fixture::new(Settings::default()).await;
    let agent = agent_with_tickets(&fixture, false).await;
    // Presence was restarted empty.
    fixture.presence.leave(agent.id, &[]).await.unwrap();
    fixture.advance(60);
    assert_eq!(sweep(&fixture).await, SweepReport::default());
    assert!(
        fixture.presence.get(agent.id, fixture.now()).await.unwrap().is_some(),
        "the bot refreshes their record"
    );
}

#[tokio::test]
async fn unreachable_presence_expires_no_agent_and_assignment_continues() {
    for client in [false, true] {
        let dir = tempfile::tempdir().unwrap();
        let store = embedded(dir.path()).unwrap().store;
        let presence = Arc::new(UnreachablePresence::default());
        let fixture = Fixture::with_back_ends(
            with_offline_behaviour(OfflineBehaviour::ReassignAll),
            dir,
            store,
            presence.clone(),
        )
        .await;
        let agent = agent_with_tickets(&fixture, client).await;
        presence.cut_off(true);
        assert_eq!(
            pass(&fixture, 3 * 3_600).await,
            SweepReport::default(),
            "unreachable presence is not absence"
        );
        assert_eq!(
            (availability(&fixture, &agent).await, fixture.held_count(agent.id).await),
            (Availability::Online, 2)
        );
        let customer = fixture.customer(501).await;
        assert_eq!(
            fixture.open_and_assign(&customer).await.holder(),
            Some(agent.id),
            "assignment works without presence"
        );
        // The next heartbeat restores the record.
        presence.cut_off(false);
        heartbeat(&fixture, &agent).await;
        assert_eq!(sweep(&fixture).await, SweepReport::default());
        assert_eq!(availability(&fixture, &agent).await, Availability::Online);
        oracle::check(&fixture).await;
    }
}

#[tokio::test]
async fn a_clock_jump_expires_no_agent() {
    for jump in [3_600, -3_600] {
        for client in [false, true] {
            let fixture = Fixture::new(with_offline_behaviour(OfflineBehaviour::ReassignAll)).await;
            let agent = agent_with_tickets(&fixture, client).await;
            let other = fixture.agent(101, 5, &[]).await;
            fixture.advance(jump);
            // The desk compares the wall clock with a steady clock, and resets the idle timers before it
            // sweeps.
            fixture.engine.reset_idle_timers(fixture.now()).await.unwrap();
            assert_eq!(sweep(&fixture).await, SweepReport::default(), "{jump} s, client: {client}");
            for agent in [&agent, &other] {
                assert_eq!(availability(&fixture, agent).await, Availability::Online);
                assert!(fixture.presence.get(agent.id, fixture.now()).await.unwrap().is_some());
            }
            assert_eq!(fixture.held_count(agent.id).await, 2);
            // Rotation continues at the new time.
            let customer = fixture.customer(501).await;
            let (one, two) =
                (fixture.open_and_assign(&customer).await, fixture.open_and_assign(&customer).await);
            assert_ne!(one.holder(), two.holder());
            oracle::check(&fixture).await;
        }
    }
}

/// Returns how often tickets were released, and how many messages customers got about that.
fn releases(fixture: &Fixture) -> (usize, usize) {
    let is_release = |what: &Action| matches!(what, Action::Released { why: ReleaseReason::Offline, .. });
    let events = oracle::events(fixture).iter().filter(|event| is_release(&event.what)).count();
    let notices = oracle::notices(fixture);
    (events, notices.iter().filter(|notice| matches!(notice, Notice::Requeued { .. })).count())
}

/// The replica that sets the agent offline and sweeps does not see them come online at the other one.
#[tokio::test]
async fn an_agent_who_flaps_between_replicas_releases_their_ticket_when_that_has_settled() {
    let fixture = Fixture::new(with_offline_behaviour(OfflineBehaviour::ReassignAll)).await;
    let agent = fixture.agent(100, 5, &[]).await;
    let ticket = fixture.open_and_assign(&fixture.customer(500).await).await;
    let replica = fixture.second_engine();
    replica.start().await.unwrap();
    for _ in 0..10 {
        fixture.engine.set_availability(agent.id, Availability::Offline, fixture.now()).await.unwrap();
        fixture.engine.sweep(fixture.now()).await.unwrap();
        fixture.advance(1);
        replica.set_availability(agent.id, Availability::Online, fixture.now()).await.unwrap();
        if fixture.held_count(agent.id).await == 0 {
            let (admin, now) = (&fixture.admin, fixture.now());
            replica.reassign(admin, (ticket.id, None), agent.id, false, now).await.unwrap();
        }
    }
    let (events, notices) = releases(&fixture);
    assert!((1..=2).contains(&events) && events == notices, "while they come and go: {events}, {notices}");
    fixture.engine.set_availability(agent.id, Availability::Offline, fixture.now()).await.unwrap();
    fixture.advance(8);
    fixture.engine.sweep(fixture.now()).await.unwrap();
    assert_eq!(releases(&fixture), (events, notices), "not settled yet");
    fixture.advance(2);
    fixture.engine.sweep(fixture.now()).await.unwrap();
    assert_eq!(releases(&fixture), (events + 1, notices + 1));
    assert_eq!(fixture.held_count(agent.id).await, 0);
}
