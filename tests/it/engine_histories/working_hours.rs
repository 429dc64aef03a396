//! Working hours: the engine sets an agent online and offline at each edge once, and a choice holds in between.
use super::fixture::Fixture;
use super::oracle;
use antri::domain::Time;
use antri::domain::event::{Action, Actor};
use antri::domain::notice::Notice;
use antri::domain::notice::availability::AvailabilityNotice;
use antri::domain::person::{Availability, Person};
use antri::domain::policy::{OfflineBehaviour, Settings};
use antri::domain::schedule::grammar::parse_plan;
use antri::engine::error::EngineError;
use chrono::TimeDelta;
use std::sync::Arc;

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;

/// Returns an agent with these working hours. It is Thursday, 13.52.53.
async fn desk(settings: Settings, plan: &str) -> (Fixture, Person) {
    let fixture = Fixture::new(settings).await;
    let agent = fixture.agent(100, 5, &[]).await;
    let agent = set(&fixture, &agent, Some(plan)).await;
    (fixture, agent)
}

async fn set(fixture: &Fixture, agent: &Person, plan: Option<&str>) -> Person {
    let plan = plan.map(|plan| parse_plan(plan).unwrap());
    fixture.engine.set_working_hours(&fixture.admin, agent.id, plan.as_ref(), fixture.now()).await.unwrap()
}

async fn follow(fixture: &Fixture, seconds: i64) -> Option<Time> {
    fixture.advance(seconds);
    fixture.engine.follow_working_hours(fixture.now()).await.unwrap()
}

async fn availability(fixture: &Fixture, agent: &Person) -> Availability {
    fixture.person(agent).await.availability()
}

fn notices(fixture: &Fixture) -> Vec<AvailabilityNotice> {
    let edge = |notice: Notice| match notice {
        Notice::Availability(notice) if !matches!(notice, AvailabilityNotice::WorkingHours { .. }) => {
            Some(notice)
        }
        _ => None,
    };
    oracle::notices(fixture).into_iter().filter_map(edge).collect()
}

#[tokio::test]
async fn an_agent_goes_online_and_offline_by_their_plan() {
    let settings = Settings { offline_behaviour: OfflineBehaviour::ReassignWaiting, ..Settings::default() };
    let (fixture, agent) = desk(settings, "kam 15-16, jum 8-9").await;
    assert_eq!(availability(&fixture, &agent).await, Availability::Online, "until the next edge");
    fixture.engine.set_availability(agent.id, Availability::Offline, fixture.now()).await.unwrap();
    let start = follow(&fixture, HOUR).await.unwrap();
    assert_eq!(start - fixture.now(), TimeDelta::seconds(7 * MINUTE + 7) - TimeDelta::zero());
    assert_eq!(availability(&fixture, &agent).await, Availability::Offline);
    let end = follow(&fixture, 7 * MINUTE + 7).await.unwrap();
    assert_eq!(availability(&fixture, &agent).await, Availability::Online);
    assert_eq!(end - fixture.now(), TimeDelta::hours(1));
    let customer = fixture.customer(500).await;
    let ticket = fixture.open_and_assign(&customer).await;
    assert_eq!(ticket.holder(), Some(agent.id));
    let next = follow(&fixture, HOUR).await.unwrap();
    assert_eq!(availability(&fixture, &agent).await, Availability::Offline);
    assert_eq!(next - fixture.now(), TimeDelta::hours(16));
    assert_eq!(fixture.ticket(&ticket).await.holder(), None, "the desk's offline behaviour applies");
    assert_eq!(notices(&fixture), [AvailabilityNotice::WorkBegins, AvailabilityNotice::WorkEnds { kept: 0 }]);
    oracle::check(&fixture).await;
}

#[tokio::test]
async fn a_choice_in_between_holds_until_the_next_edge() {
    let (fixture, agent) = desk(Settings::default(), "kam 14-16").await;
    follow(&fixture, HOUR).await;
    assert_eq!(availability(&fixture, &agent).await, Availability::Online);
    for to in [Availability::Busy, Availability::Offline] {
        fixture.engine.set_availability(agent.id, to, fixture.now()).await.unwrap();
        follow(&fixture, MINUTE).await;
        assert_eq!(availability(&fixture, &agent).await, to);
    }
    follow(&fixture, 2 * HOUR).await;
    assert_eq!(availability(&fixture, &agent).await, Availability::Offline);
    fixture.engine.set_availability(agent.id, Availability::Online, fixture.now()).await.unwrap();
    follow(&fixture, HOUR).await;
    assert_eq!(availability(&fixture, &agent).await, Availability::Online, "overtime");
    assert_eq!(
        notices(&fixture),
        [] as [AvailabilityNotice; 0],
        "nobody needs to hear what they chose themselves"
    );
}

#[tokio::test]
async fn of_edges_that_were_missed_only_the_last_one_counts() {
    let (fixture, agent) = desk(Settings::default(), "kam 14-15 16-17 18-19").await;
    fixture.engine.set_availability(agent.id, Availability::Offline, fixture.now()).await.unwrap();
    let presence = fixture.presence.clone();
    // 18.22.
    fixture.advance(4 * HOUR + 30 * MINUTE);
    let fixture = fixture.restart(presence).await;
    follow(&fixture, 0).await;
    assert_eq!(availability(&fixture, &agent).await, Availability::Online);
    assert_eq!(notices(&fixture), [AvailabilityNotice::WorkBegins]);
    follow(&fixture, 0).await;
    assert_eq!(notices(&fixture).len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_engines_apply_an_edge_once() {
    let (fixture, agent) = desk(Settings::default(), "kam 14-16").await;
    fixture.engine.set_availability(agent.id, Availability::Offline, fixture.now()).await.unwrap();
    let (one, other) = (Arc::clone(&fixture.engine), fixture.second_engine());
    other.start().await.unwrap();
    fixture.advance(HOUR);
    let now = fixture.now();
    let work = [one, other].map(|engine| tokio::spawn(async move { engine.follow_working_hours(now).await }));
    for done in futures::future::join_all(work).await {
        done.unwrap().unwrap();
    }
    assert_eq!(notices(&fixture), [AvailabilityNotice::WorkBegins]);
    assert_eq!(availability(&fixture, &agent).await, Availability::Online);
}

#[tokio::test]
async fn an_absence_with_an_end_holds_over_the_edges_in_it() {
    let (fixture, agent) = desk(Settings::default(), "daily 14-15 16-17").await;
    let away = |until| fixture.engine.set_away_until(agent.id, until, None, fixture.now());
    away(fixture.now() + TimeDelta::minutes(150)).await.unwrap();
    for _ in 0..8 {
        follow(&fixture, 15 * MINUTE).await;
        fixture.engine.end_absences(fixture.now()).await.unwrap();
        assert_eq!(availability(&fixture, &agent).await, Availability::Away);
    }
    // 16.22: back within working hours.
    fixture.advance(30 * MINUTE);
    fixture.engine.end_absences(fixture.now()).await.unwrap();
    assert_eq!(availability(&fixture, &agent).await, Availability::Online);
    // 16.52, until 17.22: the working hours are over then.
    fixture.advance(30 * MINUTE);
    away(fixture.now() + TimeDelta::minutes(30)).await.unwrap();
    follow(&fixture, 30 * MINUTE).await;
    fixture.engine.end_absences(fixture.now()).await.unwrap();
    assert_eq!(availability(&fixture, &agent).await, Availability::Offline);
    assert_eq!(
        notices(&fixture),
        [AvailabilityNotice::AbsenceOver, AvailabilityNotice::WorkEnds { kept: 0 }]
    );
    // The next morning begins as always.
    follow(&fixture, 21 * HOUR).await;
    assert_eq!(availability(&fixture, &agent).await, Availability::Online);
}

/// The roster of a replica may be behind the store.
#[tokio::test]
async fn a_plan_that_the_engine_has_not_seen_is_not_broken() {
    let (fixture, agent) = desk(Settings::default(), "kam 14-16").await;
    fixture.engine.set_availability(agent.id, Availability::Offline, fixture.now()).await.unwrap();
    fixture.rewrite(&agent, |profile| profile.working_hours = None).await;
    follow(&fixture, HOUR).await;
    assert_eq!(availability(&fixture, &agent).await, Availability::Offline);
    assert_eq!(notices(&fixture), [] as [AvailabilityNotice; 0]);
}

#[tokio::test]
async fn agents_set_their_own_hours_and_admins_those_of_all() {
    let (fixture, agent) = desk(Settings::default(), "kam 14-16").await;
    let other = fixture.agent(101, 5, &[]).await;
    let plan = parse_plan("sen 8-9").unwrap();
    let by = |by: &Person, of: &Person| {
        let (by, of) = (by.clone(), of.id);
        let (engine, plan, now) = (&fixture.engine, &plan, fixture.now());
        async move { engine.set_working_hours(&by, of, Some(plan), now).await.map(drop) }
    };
    assert_eq!(by(&other, &agent).await, Err(EngineError::Forbidden));
    assert_eq!(by(&agent, &agent).await, Ok(()));
    let customer = fixture.customer(500).await;
    assert_eq!(by(&customer, &customer).await, Err(EngineError::NotFound));
    let told = |set| {
        let is = |notice: &Notice| *notice == Notice::Availability(AvailabilityNotice::WorkingHours { set });
        oracle::notices(&fixture).iter().filter(|notice| is(notice)).count()
    };
    assert_eq!((told(true), told(false)), (1, 0), "by the admin");
    set(&fixture, &agent, None).await;
    set(&fixture, &agent, None).await;
    assert_eq!((told(true), told(false)), (1, 1), "once");
    assert_eq!(fixture.person(&agent).await.agent.unwrap().working_hours, None);
    let audited = |event: &antri::domain::event::AuditEvent| match &event.what {
        Action::Membership { change, .. } => {
            change.starts_with("working_hours=") && event.actor != Actor::Engine
        }
        _ => false,
    };
    assert_eq!(oracle::events(&fixture).iter().filter(|event| audited(event)).count(), 3);
}
