//! Lease store: named leases, by which replicas elect a leader.
use super::StoreError;
use crate::domain::ids::ReplicaId;
use async_trait::async_trait;

/// The result of an attempt to acquire a lease.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lease {
    /// The caller holds it. The term grows each time another holder takes the lease, and never shrinks.
    Mine(u64),
    /// Another replica holds it.
    Others(LeaseStamp),
}

/// The stamp of a lease: differs after every acquisition and renewal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LeaseStamp {
    /// The term of its holder.
    pub term: u64,
    /// How often this holder has renewed it.
    pub renewals: u64,
}

/// The leases of the replicas on one store.
#[async_trait]
pub trait LeaseStore: Send + Sync + 'static {
    /// Renews the lease called `name` if `holder` has it. Takes it if nobody has it, or if its stamp still
    /// equals `stale`. The store compares no times, because the clocks of several machines differ: a standby
    /// measures with its own monotonic clock how long the stamp has not changed.
    async fn acquire_lease(
        &self,
        name: &str,
        holder: ReplicaId,
        stale: Option<LeaseStamp>,
    ) -> Result<Lease, StoreError>;
    /// Releases a lease if this holder still has it.
    async fn release_lease(&self, name: &str, holder: ReplicaId) -> Result<(), StoreError>;
}
