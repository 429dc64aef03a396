//! The dead letters, the retention and the leases of the `Store` port.
use crate::domain::Time;
use crate::domain::ids::{DeadLetterId, ReplicaId};
use crate::engine::ports::{
    Cutoffs, DeadLetter, DeadLetterStore, Lease, LeaseStamp, LeaseStore, RetentionStore, RetryResult,
    StoreError,
};
use crate::store::sqlite::inbox::dead_letters;
use crate::store::sqlite::{Sqlite, cards, inbox, leases, reference_data, tickets};
use async_trait::async_trait;
use rusqlite::Connection;

/// Rows of each table that one transaction prunes, so that other writes can run in between.
const MAX_PRUNE_ROWS: usize = 1_000;

#[async_trait]
impl DeadLetterStore for Sqlite {
    async fn dead_letters(&self, offset: usize, limit: usize) -> Result<Vec<DeadLetter>, StoreError> {
        self.read(move |conn| dead_letters::newest(conn, offset, limit)).await
    }

    async fn count_dead_letters(&self) -> Result<(u64, u64), StoreError> {
        self.read(dead_letters::count).await
    }

    async fn retry_dead_letter(&self, id: DeadLetterId, now: Time) -> Result<RetryResult, StoreError> {
        self.observe_now(now);
        self.write(move |conn| dead_letters::retry(conn, id, now)).await
    }
}

#[async_trait]
impl RetentionStore for Sqlite {
    async fn prune(&self, before: &Cutoffs) -> Result<(), StoreError> {
        let before = *before;
        let prune_some = move |conn: &Connection| {
            Ok(inbox::prune(conn, before.updates, MAX_PRUNE_ROWS)?
                + cards::prune(conn, before.updates, MAX_PRUNE_ROWS)?
                + tickets::webhooks::prune(conn, before.updates, MAX_PRUNE_ROWS)?
                + dead_letters::prune(conn, before.dead_letters, MAX_PRUNE_ROWS)?
                + reference_data::prune_drafts(conn, before.drafts, MAX_PRUNE_ROWS)?
                + reference_data::prune_invites(conn, before.invites, MAX_PRUNE_ROWS)?
                + cards::prune_lists(conn, before.list_cards, MAX_PRUNE_ROWS)?)
        };
        while self.write(prune_some).await? > 0 {}
        Ok(())
    }
}

#[async_trait]
impl LeaseStore for Sqlite {
    async fn acquire_lease(
        &self,
        name: &str,
        holder: ReplicaId,
        stale: Option<LeaseStamp>,
    ) -> Result<Lease, StoreError> {
        let name = name.to_owned();
        self.write(move |conn| leases::acquire(conn, &name, holder, stale)).await
    }

    async fn release_lease(&self, name: &str, holder: ReplicaId) -> Result<(), StoreError> {
        let name = name.to_owned();
        self.write(move |conn| leases::release(conn, &name, holder)).await
    }
}
