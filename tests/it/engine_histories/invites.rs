//! Claims and invites, and the limit of open tickets: the first admin's claim, invites of agents, and
//! idempotency keys.
use super::fixture::{Fixture, profile};
use super::oracle;
use antri::app::embedded;
use antri::domain::event::{Action, Actor};
use antri::domain::ids::DepartmentId;
use antri::domain::person::invite::Grant;
use antri::domain::person::{Locale, Person, Role};
use antri::domain::policy::Settings;
use antri::domain::ticket::RETURN_DELAY;
use antri::engine::departments::DepartmentEdit;
use antri::engine::error::EngineError;
use antri::engine::random::Random;
use antri::engine::tickets::open::MAX_OPEN_TICKETS;
use antri::engine::tickets::steps::Step;
use antri::engine::{Engine, EngineConfig};
use futures::future::join_all;
use std::sync::Arc;

/// The lifetime of an invite link, in seconds.
const INVITE_LIFETIME_SECONDS: i64 = 86_400;

/// Returns an engine without `ADMIN_IDS`.
async fn engine_without_admin(fixture: &Fixture) -> (Arc<Engine>, tempfile::TempDir) {
    let dir = tempfile::tempdir().unwrap();
    let back_ends = embedded(dir.path()).unwrap();
    let config = EngineConfig {
        zone: chrono_tz::Asia::Jakarta,
        default_locale: Locale::Id,
        admin_ids: Vec::new(),
        presence_ttl: fixture.engine.config().presence_ttl,
        return_delay: RETURN_DELAY,
    };
    let engine = Engine::new(back_ends.store, back_ends.presence, config, Random::seeded(3));
    engine.ensure_department("Umum", "Umum", fixture.now()).await.unwrap();
    engine.start().await.unwrap();
    (Arc::new(engine), dir)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn concurrent_claims_make_one_admin() {
    let fixture = Fixture::new(Settings::default()).await;
    let (engine, _dir) = engine_without_admin(&fixture).await;
    let now = fixture.now();
    let older = engine.claim_code(now).await.unwrap().expect("there is no admin yet");
    let claim = engine.claim_code(now).await.unwrap().unwrap();
    let mut people = Vec::new();
    for n in 0..8 {
        people.push(engine.register_person(&profile(200 + n), now).await.unwrap());
    }
    let results = join_all(people.iter().map(|person| engine.redeem(person, &claim.code, now))).await;
    let winners: Vec<Person> = results.iter().filter_map(|answer| answer.clone().ok()).collect();
    assert_eq!(winners.len(), 1);
    assert!(results.iter().all(|answer| matches!(answer, Ok(_) | Err(EngineError::BadInvite))));
    assert!(winners[0].is_admin());
    assert_eq!(engine.claim_code(now).await.unwrap(), None, "no second claim");
    let late = people.iter().find(|person| person.id != winners[0].id).unwrap();
    assert_eq!(engine.redeem(late, &older.code, now).await, Err(EngineError::BadInvite));
    assert_eq!(engine.store().admins().await.unwrap().len(), 1);
}

#[tokio::test]
async fn an_invite_works_once_within_a_day_and_is_idempotent_for_its_user() {
    let fixture = Fixture::new(Settings::default()).await;
    let teknik = fixture.department("Teknik").await.id;
    let (ani, budi) = (fixture.customer(100).await, fixture.customer(101).await);
    let redeem = async |person: &Person, code: &str| fixture.engine.redeem(person, code, fixture.now()).await;
    let invite =
        fixture.engine.invite(Actor::Engine, Grant::Agent(vec![teknik]), fixture.now()).await.unwrap();

    let agent = redeem(&ani, &invite.code).await.unwrap();
    assert_eq!(agent.role, Role::Agent);
    assert_eq!(
        agent.agent.as_ref().unwrap().departments.iter().copied().collect::<Vec<DepartmentId>>(),
        [teknik]
    );
    let (events, notices) = (oracle::events(&fixture).len(), oracle::notices(&fixture).len());
    assert_eq!(redeem(&agent, &invite.code).await.unwrap(), agent, "redeemed twice: nothing changes");
    assert_eq!((oracle::events(&fixture).len(), oracle::notices(&fixture).len()), (events, notices));
    assert_eq!(redeem(&budi, &invite.code).await, Err(EngineError::BadInvite));
    assert_eq!(redeem(&budi, "no such code").await, Err(EngineError::BadInvite));

    let second = fixture.engine.invite(Actor::Engine, Grant::Agent(Vec::new()), fixture.now()).await.unwrap();
    fixture.advance(INVITE_LIFETIME_SECONDS);
    assert!(redeem(&budi, &second.code).await.is_ok(), "up to the last moment");
    let third = fixture.engine.invite(Actor::Engine, Grant::Agent(Vec::new()), fixture.now()).await.unwrap();
    fixture.advance(INVITE_LIFETIME_SECONDS + 1);
    let citra = fixture.customer(102).await;
    assert_eq!(redeem(&citra, &third.code).await, Err(EngineError::BadInvite));
    assert_eq!(
        redeem(&agent, &invite.code).await,
        Err(EngineError::BadInvite),
        "an expired invite does not work for its user either"
    );
}

#[tokio::test]
async fn a_customer_can_have_ten_open_tickets() {
    let fixture = Fixture::new(Settings::default()).await;
    let agent = fixture.agent(100, 20, &[]).await;
    let (eager, other) = (fixture.customer(500).await, fixture.customer(501).await);
    let mut first = None;
    for _ in 0..MAX_OPEN_TICKETS {
        first.get_or_insert(fixture.open_and_assign(&eager).await);
    }
    assert_eq!(fixture.open(&eager, 0).await, Err(EngineError::TooManyOpen(10)));
    assert!(fixture.open(&other, 0).await.is_ok(), "the limit is per customer");
    fixture.step(&first.unwrap(), &agent, Step::Complete).await.unwrap();
    assert!(fixture.open(&eager, 0).await.is_ok());
    assert_eq!(fixture.open(&eager, 0).await, Err(EngineError::TooManyOpen(10)));
    fixture.run_rounds().await;
    oracle::check(&fixture).await;
}

#[tokio::test]
async fn opening_with_a_used_key_returns_its_ticket_after_any_change() {
    let fixture = Fixture::new(Settings::default()).await;
    let agent = fixture.agent(100, 20, &[]).await;
    let customer = fixture.customer(500).await;
    let again = async || fixture.open_with("the key".into(), &customer, 0).await;
    let ticket = again().await.unwrap();
    assert_eq!(again().await.unwrap().id, ticket.id);
    for _ in 1..MAX_OPEN_TICKETS {
        fixture.open(&customer, 0).await.unwrap();
    }
    assert_eq!(again().await.unwrap().id, ticket.id, "at the limit");
    fixture.run_rounds().await;
    fixture.step(&ticket, &agent, Step::Complete).await.unwrap();
    assert_eq!(again().await.unwrap().id, ticket.id, "after it ended");
    let umum = fixture.departments().await.remove(0);
    fixture.department("Zona").await;
    fixture
        .engine
        .edit_department(&fixture.admin, umum.id, &DepartmentEdit::SetRetired(true), fixture.now())
        .await
        .unwrap();
    assert_eq!(again().await.unwrap().id, ticket.id, "after its department was retired");
    let opened = oracle::events(&fixture);
    assert_eq!(
        opened
            .iter()
            .filter(|e| e.ticket == Some(ticket.id) && e.what == antri::domain::event::Action::Opened)
            .count(),
        1
    );
    assert_eq!(
        fixture.open(&customer, 0).await,
        Err(EngineError::NotFound),
        "no new ticket in a retired department"
    );
    oracle::check(&fixture).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn claims_with_several_codes_at_once_make_one_admin() {
    let fixture = Fixture::new(Settings::default()).await;
    let (engine, _dir) = engine_without_admin(&fixture).await;
    let now = fixture.now();
    // Codes of several starts, as two replicas create them at the same moment.
    let mut claims = Vec::new();
    for n in 0..8 {
        let code = engine.invite(Actor::Engine, Grant::Admin, now).await.unwrap().code;
        claims.push((engine.register_person(&profile(200 + n), now).await.unwrap(), code));
    }
    let results = join_all(claims.iter().map(|(person, code)| engine.redeem(person, code, now))).await;
    assert_eq!(results.iter().filter(|answer| answer.is_ok()).count(), 1, "{results:?}");
    assert!(results.iter().all(|answer| matches!(answer, Ok(_) | Err(EngineError::BadInvite))));
    assert_eq!(engine.store().admins().await.unwrap().len(), 1);
}

#[tokio::test]
async fn every_change_of_an_admins_role_is_audited() {
    let fixture = Fixture::new(Settings::default()).await;
    let (admin, ani) = (fixture.admin.clone(), fixture.customer(100).await);
    let (engine, now) = (&fixture.engine, fixture.now());
    engine.add_admin(&admin, ani.id, now).await.unwrap();
    assert_eq!(engine.add_admin(&ani, admin.id, now).await, Err(EngineError::Forbidden));
    assert_eq!(engine.remove_admin(&ani, admin.id, now).await, Err(EngineError::Forbidden));
    engine.remove_admin(&admin, ani.id, now).await.unwrap();
    engine.remove_admin(&admin, ani.id, now).await.unwrap();
    let changes: Vec<_> = oracle::events(&fixture)
        .into_iter()
        .filter_map(|event| match event.what {
            Action::Membership { person, change } if person == ani.id => Some((event.actor, change)),
            _ => None,
        })
        .collect();
    let by = Actor::Person(admin.id);
    assert_eq!(changes, [(by, "role=admin".to_owned()), (by, "admin=none".to_owned())]);
}
