//! Leases: one holder at a time, and a count of holders that only grows.
use super::fixture::*;
use antri::domain::ids::ReplicaId;
use antri::engine::ports::Store;
use std::sync::Arc;
use std::time::Duration;
use uuid::Uuid;

const TTL: Duration = Duration::from_secs(4);

fn replica(n: u64) -> ReplicaId {
    ReplicaId(Uuid::from_u64_pair(n, 9))
}

pub(crate) async fn a_lease_has_one_holder_until_it_runs_out(store: Arc<dyn Store>) {
    let take = async |n: u64, seconds| store.lease("desk", replica(n), TTL, at(seconds)).await.unwrap();
    assert_eq!(take(1, 0).await, Some(1));
    assert_eq!(take(2, 3).await, None);
    assert_eq!(take(1, 3).await, Some(1), "kept: the same holder");
    assert_eq!(take(2, 6).await, None, "it runs from when it was last kept");
    assert_eq!(take(2, 7).await, Some(2));
    assert_eq!(take(1, 7).await, None);
    assert_eq!(store.lease("other", replica(1), TTL, at(7)).await.unwrap(), Some(1), "each name by itself");
}

pub(crate) async fn a_lease_given_back_is_free_at_once(store: Arc<dyn Store>) {
    assert_eq!(store.lease("desk", replica(1), TTL, at(0)).await.unwrap(), Some(1));
    store.end_lease("desk", replica(2)).await.unwrap();
    assert_eq!(store.lease("desk", replica(2), TTL, at(0)).await.unwrap(), None, "it was not theirs to give");
    store.end_lease("desk", replica(1)).await.unwrap();
    assert_eq!(store.lease("desk", replica(2), TTL, at(0)).await.unwrap(), Some(2));
    store.end_lease("never taken", replica(1)).await.unwrap();
}

pub(crate) async fn one_of_many_gets_a_lease(store: Arc<dyn Store>) {
    for round in 0..8 {
        let racers: Vec<_> = (1..=16)
            .map(|n| {
                let store = store.clone();
                tokio::spawn(
                    async move { store.lease("desk", replica(n), TTL, at(round * 10)).await.unwrap() },
                )
            })
            .collect();
        let mut terms = Vec::new();
        for racer in racers {
            terms.extend(racer.await.unwrap());
        }
        assert_eq!(terms.len(), 1, "{terms:?}");
    }
}
