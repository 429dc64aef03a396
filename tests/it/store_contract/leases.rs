//! Leases: one holder at a time, and a term that only grows.
use antri::domain::ids::ReplicaId;
use antri::engine::ports::{Lease, LeaseStamp, Store};
use std::sync::Arc;
use uuid::Uuid;

fn replica(n: u64) -> ReplicaId {
    ReplicaId(Uuid::from_u64_pair(n, 9))
}

async fn acquire(store: &dyn Store, n: u64, stale: Option<LeaseStamp>) -> Lease {
    store.acquire_lease("desk", replica(n), stale).await.unwrap()
}

pub(crate) async fn a_lease_is_acquired_only_if_its_holder_did_not_renew_it(store: Arc<dyn Store>) {
    let store = &*store;
    assert_eq!(acquire(store, 1, None).await, Lease::Mine(1));
    let Lease::Others(before) = acquire(store, 2, None).await else { panic!("the first replica holds it") };
    assert_eq!(acquire(store, 2, None).await, Lease::Others(before), "the stamp is the same until a renewal");
    assert_eq!(acquire(store, 1, None).await, Lease::Mine(1), "a renewal keeps the term");
    let Lease::Others(after) = acquire(store, 2, Some(before)).await else { panic!("it was renewed") };
    assert_ne!(after, before);
    assert_eq!(acquire(store, 2, Some(after)).await, Lease::Mine(2), "not renewed since");
    assert!(matches!(acquire(store, 1, None).await, Lease::Others(LeaseStamp { term: 2, .. })), "lost");
    let other = store.acquire_lease("other", replica(1), None).await.unwrap();
    assert_eq!(other, Lease::Mine(1), "names are independent");
}

pub(crate) async fn a_released_lease_can_be_acquired_at_once(store: Arc<dyn Store>) {
    assert_eq!(acquire(&*store, 1, None).await, Lease::Mine(1));
    store.release_lease("desk", replica(2)).await.unwrap();
    assert!(matches!(acquire(&*store, 2, None).await, Lease::Others(_)), "only the holder can release it");
    store.release_lease("desk", replica(1)).await.unwrap();
    assert_eq!(acquire(&*store, 2, None).await, Lease::Mine(2));
    store.release_lease("never taken", replica(1)).await.unwrap();
}

pub(crate) async fn concurrent_acquisitions_of_a_lease_have_one_winner(store: Arc<dyn Store>) {
    let mut stale = None;
    for _ in 0..8 {
        let racers: Vec<_> = (1..=16)
            .map(|n| {
                let store = store.clone();
                tokio::spawn(async move { acquire(&*store, n, stale).await })
            })
            .collect();
        let mut terms = Vec::new();
        for racer in racers {
            if let Lease::Mine(term) = racer.await.unwrap() {
                terms.push(term);
            }
        }
        assert_eq!(terms.len(), 1, "{terms:?}");
        let Lease::Others(stamp) = acquire(&*store, 99, None).await else { panic!("it was taken") };
        stale = Some(stamp);
    }
}
