//! Agents who fall silent: asked, lost, taken offline; presence out of reach; a clock that is set.
use super::oracle;
use super::stage::{Stage, TTL, behaving};
use crate::support::UnreachablePresence;
use antri::app::embedded;
use antri::domain::Time;
use antri::domain::notice::Notice;
use antri::domain::person::{Availability, Person, Via};
use antri::domain::policy::{OfflineBehaviour, Settings};
use antri::domain::presence::PresenceRecord;
use antri::engine::sweep::Sweep;
use antri::engine::tickets::steps::Step;
use std::sync::Arc;

/// The time-outs of the default settings, in seconds.
const IDLE: i64 = 1_800;
const GRACE: i64 = 300;
const BEHAVIOURS: [OfflineBehaviour; 3] =
    [OfflineBehaviour::Keep, OfflineBehaviour::ReassignWaiting, OfflineBehaviour::ReassignAll];

async fn sweep(stage: &Stage) -> Sweep {
    let swept = stage.engine.sweep(stage.now()).await.unwrap();
    assert_eq!(swept.found, 0);
    swept
}

/// Time passes, with a sweep every minute as a running desk has them every few seconds.
async fn pass(stage: &Stage, seconds: i64) -> Sweep {
    let mut all = Sweep::default();
    for step in (0..seconds).step_by(60) {
        stage.advance((seconds - step).min(60));
        let swept = sweep(stage).await;
        all.asked += swept.asked;
        all.lost += swept.lost;
        all.taken_offline += swept.taken_offline;
    }
    all
}

async fn availability(stage: &Stage, agent: &Person) -> Availability {
    stage.person(agent).await.availability()
}

/// An agent with two tickets, the first of them opened; through a client when `client`.
async fn working(stage: &Stage, client: bool) -> Person {
    let agent = stage.agent(100, 5, &[]).await;
    let customer = stage.customer(500).await;
    let opened = stage.serve(&customer).await;
    stage.serve(&customer).await;
    stage.step(&opened, &agent, Step::Start).await.unwrap();
    if client {
        stage.rewrite(&agent, |profile| profile.via = Via::Client).await;
        // Any change of the agent makes the roster read them again.
        let now = stage.now();
        stage.engine.set_auto(antri::domain::event::Actor::Engine, agent.id, true, now).await.unwrap();
        heartbeat(stage, &agent).await;
    }
    agent
}

/// What a client's heartbeat does.
async fn heartbeat(stage: &Stage, agent: &Person) {
    let person = stage.person(agent).await;
    stage.presence.heartbeat(record(&person, stage.now()), TTL, stage.now()).await.unwrap();
    stage.engine.on_activity(&person, stage.now()).await.unwrap();
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

fn kept(behaviour: OfflineBehaviour) -> usize {
    match behaviour {
        OfflineBehaviour::Keep => 2,
        OfflineBehaviour::ReassignWaiting => 1,
        OfflineBehaviour::ReassignAll => 0,
    }
}

fn questions(stage: &Stage) -> usize {
    oracle::told(stage).iter().filter(|n| matches!(n, Notice::StillOnline { minutes: 5, .. })).count()
}

#[tokio::test]
async fn an_answer_to_are_you_still_there_keeps_the_agent_online() {
    let stage = Stage::new(behaving(OfflineBehaviour::ReassignAll)).await;
    let agent = working(&stage, false).await;
    assert_eq!(
        pass(&stage, IDLE - 1).await,
        Sweep::default(),
        "within the idle time the bot answers for them"
    );
    assert_eq!(pass(&stage, 1).await.asked, 1);
    assert_eq!(pass(&stage, GRACE - 1).await, Sweep::default(), "asked once, and still there");
    assert!(stage.presence.get(agent.id, stage.now()).await.unwrap().is_some());
    stage.engine.on_activity(&stage.person(&agent).await, stage.now()).await.unwrap();
    assert_eq!(
        pass(&stage, IDLE - 1).await,
        Sweep::default(),
        "from the answer on, the idle time begins anew"
    );
    assert_eq!(pass(&stage, 1).await.asked, 1);
    assert_eq!((questions(&stage), stage.held(agent.id).await), (2, 2));
    oracle::check(&stage).await;
}

#[tokio::test]
async fn silence_after_the_question_is_being_offline() {
    for behaviour in BEHAVIOURS {
        let stage = Stage::new(behaving(behaviour)).await;
        let agent = working(&stage, false).await;
        assert_eq!(pass(&stage, IDLE).await.asked, 1);
        assert_eq!(pass(&stage, GRACE - 1).await.taken_offline, 0);
        assert_eq!(pass(&stage, 1).await.taken_offline, 1);
        assert_eq!(availability(&stage, &agent).await, Availability::Offline);
        assert_eq!(stage.held(agent.id).await, kept(behaviour), "{behaviour:?}");
        assert_eq!(stage.presence.get(agent.id, stage.now()).await.unwrap(), None);
        // They are told of the same number as they are left with.
        let kept = u16::try_from(kept(behaviour)).unwrap();
        assert!(oracle::told(&stage).contains(&Notice::TakenOffline { kept }));
        oracle::check(&stage).await;
        // Back again: what waits comes, without a sweep.
        stage.engine.set_availability(agent.id, Availability::Online, stage.now()).await.unwrap();
        stage.round().await;
        assert_eq!(stage.held(agent.id).await, 2);
        oracle::check(&stage).await;
    }
}

#[tokio::test]
async fn a_client_that_falls_silent_gets_nothing_new_then_goes_offline() {
    for behaviour in BEHAVIOURS {
        let stage = Stage::new(behaving(behaviour)).await;
        let agent = working(&stage, true).await;
        assert_eq!(pass(&stage, 299).await.lost, 0);
        assert_eq!(pass(&stage, 1).await.lost, 1);
        let customer = stage.customer(501).await;
        let waiting = stage.serve(&customer).await;
        assert_eq!((waiting.holder(), stage.held(agent.id).await), (None, 2), "nothing new, nothing taken");
        assert_eq!(pass(&stage, GRACE - 1).await.taken_offline, 0);
        assert_eq!(pass(&stage, 1).await.taken_offline, 1);
        assert_eq!(stage.held(agent.id).await, kept(behaviour), "{behaviour:?}");
        oracle::check(&stage).await;
        // They come online while still marked as lost: the round that this causes must not pass them over.
        stage.engine.set_availability(agent.id, Availability::Online, stage.now()).await.unwrap();
        stage.round().await;
        assert_eq!((stage.held(agent.id).await, stage.engine.is_lost(agent.id)), (3, false));
        oracle::check(&stage).await;
    }
}

#[tokio::test]
async fn a_heartbeat_within_the_grace_restores_as_if_nothing_had_been() {
    let stage = Stage::new(behaving(OfflineBehaviour::ReassignAll)).await;
    let agent = working(&stage, true).await;
    assert_eq!(pass(&stage, 300 + GRACE - 1).await.lost, 1);
    let customer = stage.customer(501).await;
    assert_eq!(stage.serve(&customer).await.holder(), None);
    heartbeat(&stage, &agent).await;
    stage.round().await;
    assert_eq!((stage.held(agent.id).await, stage.engine.is_lost(agent.id)), (3, false));
    assert_eq!(pass(&stage, 299).await, Sweep::default());
    assert_eq!(availability(&stage, &agent).await, Availability::Online);
    oracle::check(&stage).await;
}

#[tokio::test]
async fn an_agent_online_through_telegram_is_never_expired_by_a_missing_record() {
    let stage = Stage::new(Settings::default()).await;
    let agent = working(&stage, false).await;
    // As if presence had been restarted empty.
    stage.presence.leave(agent.id, &[]).await.unwrap();
    stage.advance(60);
    assert_eq!(sweep(&stage).await, Sweep::default());
    assert!(stage.presence.get(agent.id, stage.now()).await.unwrap().is_some(), "the bot answers for them");
}

#[tokio::test]
async fn presence_out_of_reach_expires_nobody_and_the_desk_goes_on() {
    for client in [false, true] {
        let dir = tempfile::tempdir().unwrap();
        let store = embedded(dir.path()).unwrap().store;
        let presence = Arc::new(UnreachablePresence::default());
        let stage = Stage::over(behaving(OfflineBehaviour::ReassignAll), dir, store, presence.clone()).await;
        let agent = working(&stage, client).await;
        presence.cut_off(true);
        assert_eq!(pass(&stage, 3 * 3_600).await, Sweep::default(), "unknown is not absent");
        assert_eq!(
            (availability(&stage, &agent).await, stage.held(agent.id).await),
            (Availability::Online, 2)
        );
        let customer = stage.customer(501).await;
        assert_eq!(stage.serve(&customer).await.holder(), Some(agent.id), "assigning needs no presence");
        // The next sign of life heals.
        presence.cut_off(false);
        heartbeat(&stage, &agent).await;
        assert_eq!(sweep(&stage).await, Sweep::default());
        assert_eq!(availability(&stage, &agent).await, Availability::Online);
        oracle::check(&stage).await;
    }
}

#[tokio::test]
async fn a_clock_that_is_set_expires_nobody() {
    for jump in [3_600, -3_600] {
        for client in [false, true] {
            let stage = Stage::new(behaving(OfflineBehaviour::ReassignAll)).await;
            let agent = working(&stage, client).await;
            let other = stage.agent(101, 5, &[]).await;
            stage.advance(jump);
            // The desk compares with a steady clock and says so before it sweeps.
            stage.engine.reset_idle_timers(stage.now()).await.unwrap();
            assert_eq!(sweep(&stage).await, Sweep::default(), "{jump} s, client: {client}");
            for agent in [&agent, &other] {
                assert_eq!(availability(&stage, agent).await, Availability::Online);
                assert!(stage.presence.get(agent.id, stage.now()).await.unwrap().is_some());
            }
            assert_eq!(stage.held(agent.id).await, 2);
            // Life goes on at the new time, in turns.
            let customer = stage.customer(501).await;
            let (one, two) = (stage.serve(&customer).await, stage.serve(&customer).await);
            assert_ne!(one.holder(), two.holder());
            oracle::check(&stage).await;
        }
    }
}
