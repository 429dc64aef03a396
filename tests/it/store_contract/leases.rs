//! Leases: one holder at a time, and a count of holders that only grows.
use antri::domain::ids::ReplicaId;
use antri::engine::ports::{Lease, LeaseStamp, Store};
use std::sync::Arc;
use uuid::Uuid;

fn replica(n: u64) -> ReplicaId {
    ReplicaId(Uuid::from_u64_pair(n, 9))
}

async fn ask(store: &dyn Store, n: u64, stale: Option<LeaseStamp>) -> Lease {
    store.acquire_lease("desk", replica(n), stale).await.unwrap()
}

pub(crate) async fn a_lease_is_taken_only_from_who_has_not_kept_it(store: Arc<dyn Store>) {
    let store = &*store;
    assert_eq!(ask(store, 1, None).await, Lease::Mine(1));
    let Lease::Others(before) = ask(store, 2, None).await else { panic!("it is the first's") };
    assert_eq!(
        ask(store, 2, None).await,
        Lease::Others(before),
        "it looks the same as long as nobody keeps it"
    );
    assert_eq!(ask(store, 1, None).await, Lease::Mine(1), "kept: the same holder");
    let Lease::Others(after) = ask(store, 2, Some(before)).await else { panic!("it was kept") };
    assert_ne!(after, before);
    assert_eq!(ask(store, 2, Some(after)).await, Lease::Mine(2), "not kept since");
    assert!(matches!(ask(store, 1, None).await, Lease::Others(LeaseStamp { term: 2, .. })), "lost");
    let other = store.acquire_lease("other", replica(1), None).await.unwrap();
    assert_eq!(other, Lease::Mine(1), "each name by itself");
}

pub(crate) async fn a_lease_given_back_is_free_at_once(store: Arc<dyn Store>) {
    assert_eq!(ask(&*store, 1, None).await, Lease::Mine(1));
    store.release_lease("desk", replica(2)).await.unwrap();
    assert!(matches!(ask(&*store, 2, None).await, Lease::Others(_)), "it was not theirs to give");
    store.release_lease("desk", replica(1)).await.unwrap();
    assert_eq!(ask(&*store, 2, None).await, Lease::Mine(2));
    store.release_lease("never taken", replica(1)).await.unwrap();
}

pub(crate) async fn one_of_many_gets_a_lease(store: Arc<dyn Store>) {
    let mut stale = None;
    for _ in 0..8 {
        let racers: Vec<_> = (1..=16)
            .map(|n| {
                let store = store.clone();
                tokio::spawn(async move { ask(&*store, n, stale).await })
            })
            .collect();
        let mut terms = Vec::new();
        for racer in racers {
            if let Lease::Mine(term) = racer.await.unwrap() {
                terms.push(term);
            }
        }
        assert_eq!(terms.len(), 1, "{terms:?}");
        let Lease::Others(mark) = ask(&*store, 99, None).await else { panic!("it was taken") };
        stale = Some(mark);
    }
}
