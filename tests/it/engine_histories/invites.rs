//! Who may become what: the first admin's claim, invitations, and how much one customer may have open.
use super::oracle;
use super::stage::{Stage, profile};
use antri::app::embedded;
use antri::domain::ids::DepartmentId;
use antri::domain::invite::Grant;
use antri::domain::person::{Locale, Person, Role};
use antri::domain::policy::Settings;
use antri::engine::departments::DepartmentEdit;
use antri::engine::error::EngineError;
use antri::engine::random::Random;
use antri::engine::tickets::open::MAX_OPEN_TICKETS;
use antri::engine::tickets::steps::Step;
use antri::engine::{Engine, Rules};
use futures::future::join_all;
use std::sync::Arc;

/// A link lives a day.
const DAY: i64 = 86_400;

/// A desk that names nobody in `ADMIN_IDS`.
async fn without_admin(stage: &Stage) -> (Arc<Engine>, tempfile::TempDir) {
    let dir = tempfile::tempdir().unwrap();
    let back = embedded(dir.path()).unwrap();
    let rules = Rules {
        zone: chrono_tz::Asia::Jakarta,
        default_locale: Locale::Id,
        admin_ids: Vec::new(),
        presence_ttl: stage.engine.rules().presence_ttl,
    };
    let engine = Engine::new(back.store, back.presence, rules, Random::seeded(3));
    engine.ensure_department("Umum", "Umum").await.unwrap();
    engine.start().await.unwrap();
    (Arc::new(engine), dir)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_claim_makes_one_admin() {
    let stage = Stage::new(Settings::default()).await;
    let (engine, _dir) = without_admin(&stage).await;
    let now = stage.now();
    let claim = engine.claim_code(now).await.unwrap().expect("there is no admin yet");
    let spare = engine.claim_code(now).await.unwrap().unwrap();
    let mut people = Vec::new();
    for n in 0..8 {
        people.push(engine.meet(&profile(200 + n), now).await.unwrap());
    }
    let tried = join_all(people.iter().map(|person| engine.redeem(person, &claim.code, now))).await;
    let won: Vec<Person> = tried.iter().filter_map(|answer| answer.clone().ok()).collect();
    assert_eq!(won.len(), 1);
    assert!(tried.iter().all(|answer| matches!(answer, Ok(_) | Err(EngineError::BadInvite))));
    assert!(won[0].is_admin());
    assert_eq!(engine.claim_code(now).await.unwrap(), None, "no second claim");
    let late = people.iter().find(|person| person.id != won[0].id).unwrap();
    assert_eq!(engine.redeem(late, &spare.code, now).await, Err(EngineError::BadInvite));
    assert_eq!(engine.store().admins().await.unwrap().len(), 1);
}

#[tokio::test]
async fn an_invitation_works_once_for_a_day_and_again_only_for_who_used_it() {
    let stage = Stage::new(Settings::default()).await;
    let teknik = stage.department("Teknik").await.id;
    let (ani, budi) = (stage.customer(100).await, stage.customer(101).await);
    let redeem = async |person: &Person, code: &str| stage.engine.redeem(person, code, stage.now()).await;
    let invite = stage.engine.invite(Grant::Agent(vec![teknik]), stage.now()).await.unwrap();

    let agent = redeem(&ani, &invite.code).await.unwrap();
    assert_eq!(agent.role, Role::Agent);
    assert_eq!(
        agent.agent.as_ref().unwrap().departments.iter().copied().collect::<Vec<DepartmentId>>(),
        [teknik]
    );
    let (events, told) = (oracle::events(&stage).len(), oracle::told(&stage).len());
    assert_eq!(redeem(&agent, &invite.code).await.unwrap(), agent, "pressed twice: nothing changes");
    assert_eq!((oracle::events(&stage).len(), oracle::told(&stage).len()), (events, told));
    assert_eq!(redeem(&budi, &invite.code).await, Err(EngineError::BadInvite));
    assert_eq!(redeem(&budi, "no such code").await, Err(EngineError::BadInvite));

    let second = stage.engine.invite(Grant::Agent(Vec::new()), stage.now()).await.unwrap();
    stage.advance(DAY);
    assert!(redeem(&budi, &second.code).await.is_ok(), "up to the last moment");
    let third = stage.engine.invite(Grant::Agent(Vec::new()), stage.now()).await.unwrap();
    stage.advance(DAY + 1);
    let citra = stage.customer(102).await;
    assert_eq!(redeem(&citra, &third.code).await, Err(EngineError::BadInvite));
    assert_eq!(redeem(&agent, &invite.code).await, Err(EngineError::BadInvite), "for nobody after its time");
}

#[tokio::test]
async fn a_customer_has_ten_open_tickets_at_most() {
    let stage = Stage::new(Settings::default()).await;
    let agent = stage.agent(100, 20, &[]).await;
    let (eager, other) = (stage.customer(500).await, stage.customer(501).await);
    let mut first = None;
    for _ in 0..MAX_OPEN_TICKETS {
        first.get_or_insert(stage.serve(&eager).await);
    }
    assert_eq!(stage.open(&eager, 0).await, Err(EngineError::TooManyOpen(10)));
    assert!(stage.open(&other, 0).await.is_ok(), "others are not held up");
    stage.step(&first.unwrap(), &agent, Step::Complete).await.unwrap();
    assert!(stage.open(&eager, 0).await.is_ok());
    assert_eq!(stage.open(&eager, 0).await, Err(EngineError::TooManyOpen(10)));
    stage.round().await;
    oracle::check(&stage).await;
}

#[tokio::test]
async fn opening_with_the_same_key_again_gives_the_same_ticket_whatever_has_changed() {
    let stage = Stage::new(Settings::default()).await;
    let agent = stage.agent(100, 20, &[]).await;
    let customer = stage.customer(500).await;
    let again = async || stage.open_with("the key".into(), &customer, 0).await;
    let ticket = again().await.unwrap();
    assert_eq!(again().await.unwrap().id, ticket.id);
    for _ in 1..MAX_OPEN_TICKETS {
        stage.open(&customer, 0).await.unwrap();
    }
    assert_eq!(again().await.unwrap().id, ticket.id, "at the quota");
    stage.round().await;
    stage.step(&ticket, &agent, Step::Complete).await.unwrap();
    assert_eq!(again().await.unwrap().id, ticket.id, "after its end");
    let umum = stage.departments().await.remove(0);
    stage.department("Zona").await;
    stage.engine.edit_department(&stage.admin, umum.id, &DepartmentEdit::SetRetired(true)).await.unwrap();
    assert_eq!(again().await.unwrap().id, ticket.id, "after its department was retired");
    let opened = oracle::events(&stage);
    assert_eq!(
        opened
            .iter()
            .filter(|e| e.ticket == Some(ticket.id) && e.what == antri::domain::event::Action::Opened)
            .count(),
        1
    );
    assert_eq!(stage.open(&customer, 0).await, Err(EngineError::NotFound), "nothing new there");
    oracle::check(&stage).await;
}
