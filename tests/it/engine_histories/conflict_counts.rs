//! The counter of lost races: a store that fails is no lost race.
use super::fixture::{Fixture, TTL};
use crate::support::StoreFault;
use antri::domain::ids::ReplicaId;
use antri::domain::policy::Settings;
use antri::engine::ports::Presence;
use antri::engine::random::Random;
use antri::engine::{Engine, EngineConfig};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use uuid::Uuid;

#[tokio::test]
async fn a_store_failure_of_a_round_counts_as_no_conflict() {
    let fixture = Fixture::new(Settings::default()).await;
    let customer = fixture.customer(500).await;
    fixture.open(&customer, 0).await.unwrap();
    fixture.agent(100, 1, &[]).await;
    let presence: Arc<dyn Presence> = Arc::clone(&fixture.presence);
    let config = EngineConfig { presence_ttl: TTL, ..fixture.engine.config().clone() };
    // Only among replicas a round asserts the heads of the queues.
    let other = Engine::new(Arc::clone(fixture.engine.store()), presence, config, Random::seeded(8))
        .with_replicas(ReplicaId(Uuid::from_u128(8)));
    other.start().await.unwrap();
    fixture.faults.inject(|method| (method == "commit").then_some(StoreFault::Unreachable));
    other.run_round(fixture.now()).await.unwrap_err();
    fixture.faults.clear();
    assert_eq!(other.faults.conflicts.load(Ordering::Relaxed), 0);
    assert_eq!(other.run_round(fixture.now()).await.unwrap(), 1);
}
