//! Absences with an end: the agent is online once when it has come, unless they chose otherwise.
use super::fixture::{Fixture, TTL};
use super::oracle;
use antri::domain::event::{Action, Actor};
use antri::domain::notice::Notice;
use antri::domain::person::{Availability, Person};
use antri::domain::policy::Settings;
use antri::engine::sweep::SweepReport;
use chrono::TimeDelta;
use std::sync::Arc;

const MINUTE: i64 = 60;

/// Creates an agent who is away for an hour.
async fn away_for_an_hour() -> (Fixture, Person) {
    let fixture = Fixture::new(Settings::default()).await;
    let agent = fixture.agent(100, 5, &[]).await;
    let until = fixture.now() + TimeDelta::hours(1);
    let agent = fixture.engine.set_away_until(agent.id, until, None, fixture.now()).await.unwrap();
    assert_eq!(agent.agent.as_ref().unwrap().away_until, Some(until));
    (fixture, agent)
}

async fn availability(fixture: &Fixture, agent: &Person) -> Availability {
    fixture.person(agent).await.availability()
}

fn notices(fixture: &Fixture) -> usize {
    oracle::notices(fixture).iter().filter(|notice| matches!(notice, Notice::Availability(_))).count()
}

#[tokio::test]
async fn an_agent_is_online_when_the_time_has_come_and_not_before() {
    let (fixture, agent) = away_for_an_hour().await;
    let customer = fixture.customer(500).await;
    let ticket = fixture.open_and_assign(&customer).await;
    fixture.advance(59 * MINUTE);
    let due = fixture.engine.end_absences(fixture.now()).await.unwrap();
    assert_eq!(due, agent.agent.as_ref().unwrap().away_until);
    assert_eq!(availability(&fixture, &agent).await, Availability::Away);
    fixture.advance(MINUTE);
    assert_eq!(fixture.engine.end_absences(fixture.now()).await.unwrap(), None);
    assert_eq!(fixture.engine.end_absences(fixture.now()).await.unwrap(), None);
    let back = fixture.person(&agent).await.agent.unwrap();
    assert_eq!((back.availability, back.away_until), (Availability::Online, None));
    assert_eq!(notices(&fixture), 1);
    fixture.run_rounds().await;
    assert_eq!(fixture.ticket(&ticket).await.holder(), Some(agent.id));
    oracle::check(&fixture).await;
}

#[tokio::test]
async fn an_agent_who_is_back_before_stays_as_they_chose() {
    for to in [Availability::Online, Availability::Busy, Availability::Offline, Availability::Away] {
        let (fixture, agent) = away_for_an_hour().await;
        let chosen = fixture.engine.set_availability(agent.id, to, fixture.now()).await.unwrap();
        assert_eq!(chosen.agent.unwrap().away_until, None, "{to:?}");
        fixture.advance(61 * MINUTE);
        assert_eq!(fixture.engine.end_absences(fixture.now()).await.unwrap(), None);
        assert_eq!(availability(&fixture, &agent).await, to);
        assert_eq!(notices(&fixture), 0);
    }
}

/// The roster of a replica may be behind the store.
#[tokio::test]
async fn a_choice_that_the_engine_has_not_seen_is_not_undone() {
    let (fixture, agent) = away_for_an_hour().await;
    let later = fixture.now() + TimeDelta::hours(5);
    fixture.rewrite(&agent, |profile| profile.away_until = Some(later)).await;
    fixture.advance(61 * MINUTE);
    fixture.engine.end_absences(fixture.now()).await.unwrap();
    assert_eq!(fixture.person(&agent).await.agent.unwrap().away_until, Some(later));
    assert_eq!(notices(&fixture), 0);
    // Now it has read the agent.
    assert_eq!(fixture.engine.end_absences(fixture.now()).await.unwrap(), Some(later));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_engines_end_an_absence_once() {
    let (fixture, agent) = away_for_an_hour().await;
    let (one, other) = (Arc::clone(&fixture.engine), fixture.second_engine());
    other.start().await.unwrap();
    fixture.advance(60 * MINUTE);
    let now = fixture.now();
    let work = [one, other].map(|engine| tokio::spawn(async move { engine.end_absences(now).await }));
    for done in futures::future::join_all(work).await {
        done.unwrap().unwrap();
    }
    assert_eq!(notices(&fixture), 1);
    let events = oracle::events(&fixture);
    let is_return = |actor: Actor, what: &Action| {
        actor == Actor::Engine && matches!(what, Action::Availability { to: Availability::Online, .. })
    };
    assert_eq!(events.iter().filter(|event| is_return(event.actor, &event.what)).count(), 1);
    assert_eq!(availability(&fixture, &agent).await, Availability::Online);
}

#[tokio::test]
async fn an_absence_that_ended_while_no_process_ran_ends_at_the_start() {
    let (fixture, agent) = away_for_an_hour().await;
    let presence = fixture.presence.clone();
    fixture.advance(3 * 60 * MINUTE);
    let fixture = fixture.restart(presence).await;
    fixture.engine.end_absences(fixture.now()).await.unwrap();
    assert_eq!(availability(&fixture, &agent).await, Availability::Online);
    assert_eq!(notices(&fixture), 1);
    // Their silence was announced, so that they are not asked at once whether they are online.
    assert_eq!(fixture.engine.sweep(fixture.now()).await.unwrap(), SweepReport::default());
}

#[tokio::test]
async fn an_absent_agent_is_neither_asked_nor_set_offline() {
    let fixture = Fixture::new(Settings::default()).await;
    let agent = fixture.agent(100, 5, &[]).await;
    let until = fixture.now() + TimeDelta::days(2);
    fixture.engine.set_away_until(agent.id, until, None, fixture.now()).await.unwrap();
    for _ in 0..47 {
        fixture.advance(60 * MINUTE);
        assert_eq!(fixture.engine.sweep(fixture.now()).await.unwrap(), SweepReport::default());
    }
    let records = fixture.presence.all(fixture.now()).await.unwrap();
    assert_eq!(records.iter().map(|record| record.status).collect::<Vec<_>>(), [Availability::Away]);
    assert!(TTL.as_secs() < 3_600);
    assert_eq!(availability(&fixture, &agent).await, Availability::Away);
}

#[tokio::test]
async fn a_press_on_a_card_that_showed_another_end_changes_nothing() {
    let (fixture, agent) = away_for_an_hour().await;
    let shown = fixture.person(&agent).await.agent.unwrap().away_until;
    let later = fixture.now() + TimeDelta::hours(9);
    let press = |shown| fixture.engine.set_away_until(agent.id, later, Some(shown), fixture.now());
    assert_eq!(press(None).await.unwrap().agent.unwrap().away_until, shown);
    assert_eq!(press(shown).await.unwrap().agent.unwrap().away_until, Some(later));
    assert_eq!(press(shown).await.unwrap().agent.unwrap().away_until, Some(later));
}
