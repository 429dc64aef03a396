//! People as the engine knows them without asking the store: never otherwise than the store has them once a verb was answered.
use super::fixture::{Fixture as Stage, TTL};
use crate::support::StoreFault;
use antri::domain::ids::{PersonId, ReplicaId};
use antri::domain::person::{Availability, Person, Role};
use antri::domain::policy::Settings;
use antri::engine::ports::Presence;
use antri::engine::random::Random;
use antri::engine::{Engine, EngineConfig};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use uuid::Uuid;

async fn cached_person(engine: &Engine, id: PersonId) -> Person {
    engine.person(id).await.unwrap().unwrap()
}

#[tokio::test]
async fn an_agent_is_known_without_the_store_and_as_the_store_has_them() {
    let stage = Stage::new(Settings::default()).await;
    let agent = stage.agent(2, 3, &[]).await;
    let customer = stage.customer(3).await;
    assert_eq!(cached_person(&stage.engine, agent.id).await, stage.person(&agent).await);
    assert_eq!(cached_person(&stage.engine, customer.id).await, customer);
    assert_eq!(stage.engine.person(PersonId(Uuid::nil())).await.unwrap(), None);

    stage.faults.inject(|method| (method == "person").then_some(StoreFault::Unreachable));
    assert_eq!(cached_person(&stage.engine, agent.id).await.id, agent.id, "the store was not asked");
    stage.engine.person(customer.id).await.unwrap_err();
}

#[tokio::test]
async fn who_is_no_agent_any_more_is_none_from_the_answer_on() {
    let stage = Stage::new(Settings::default()).await;
    let agent = stage.agent(2, 3, &[]).await;
    // Somebody asks all the while: whoever has heard that it is done finds it done.
    let done = Arc::new(AtomicBool::new(false));
    let asking = tokio::spawn({
        let (engine, done) = (Arc::clone(&stage.engine), Arc::clone(&done));
        async move {
            loop {
                let heard = done.load(Ordering::SeqCst);
                let role = cached_person(&engine, agent.id).await.role;
                if heard {
                    return role;
                }
                tokio::task::yield_now().await;
            }
        }
    });
    stage.engine.remove_agent(&stage.admin, agent.id, stage.now()).await.unwrap();
    done.store(true, Ordering::SeqCst);
    assert_eq!(cached_person(&stage.engine, agent.id).await.role, Role::Customer);
    assert_eq!(asking.await.unwrap(), Role::Customer);
    stage.agent(2, 3, &[]).await;
    assert_eq!(cached_person(&stage.engine, agent.id).await.role, Role::Agent);
}

/// The removal was committed, and its answer lost: nobody can say so, and nobody is believed to be an agent because of it.
#[tokio::test]
async fn in_doubt_the_store_is_asked() {
    let stage = Stage::new(Settings::default()).await;
    let agent = stage.agent(2, 3, &[]).await;
    stage.run_rounds().await;
    stage.faults.inject_next("commit", 1, StoreFault::AnswerLost);
    stage.engine.remove_agent(&stage.admin, agent.id, stage.now()).await.unwrap_err();
    stage.faults.clear();
    assert_eq!(cached_person(&stage.engine, agent.id).await.role, Role::Customer);

    // The round that clears the doubt has taken it on, and waits: it is a doubt still.
    stage.faults.inject_next("commit", 1, StoreFault::Waits);
    let round = tokio::spawn({
        let (engine, now) = (Arc::clone(&stage.engine), stage.now());
        async move { engine.run_round(now).await }
    });
    stage.faults.call_held().await;
    assert_eq!(cached_person(&stage.engine, agent.id).await.role, Role::Customer);
    stage.faults.release_calls();
    round.await.unwrap().unwrap();
    assert_eq!(cached_person(&stage.engine, agent.id).await.role, Role::Customer);
}

/// Other replicas' changes reach this one later than whoever made them was answered.
#[tokio::test]
async fn among_replicas_the_store_is_asked() {
    let stage = Stage::new(Settings::default()).await;
    let agent = stage.agent(2, 3, &[]).await;
    let config = EngineConfig { presence_ttl: TTL, ..stage.engine.config().clone() };
    let presence: Arc<dyn Presence> = Arc::clone(&stage.presence);
    let other = Engine::new(stage.store.clone(), presence, config, Random::seeded(8));
    let other = other.with_replicas(ReplicaId(Uuid::from_u128(8)));
    other.start().await.unwrap();
    assert_eq!(cached_person(&other, agent.id).await.availability(), Availability::Online);
    stage.engine.remove_agent(&stage.admin, agent.id, stage.now()).await.unwrap();
    assert_eq!(cached_person(&other, agent.id).await.role, Role::Customer, "no signal has come yet");
}
