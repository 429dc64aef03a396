//! Leases: named locks for tasks that only one replica may run.
use super::Mongo;
use super::client::Db;
use super::codec::{Fields, int};
use super::schema::LEASES;
use super::tx::error::{DUPLICATE_KEY, code_of};
use crate::domain::ids::ReplicaId;
use crate::engine::ports::{Lease, LeaseStamp, LeaseStore, StoreError};
use async_trait::async_trait;
use mongodb::bson::{Bson, Document, doc};
use mongodb::options::ReturnDocument;

/// Renews the lease, or takes it if it is free or still has the `stale` mark. Each of the two is one
/// conditional write.
async fn acquire(
    db: &Db,
    name: &str,
    replica: ReplicaId,
    stale: Option<LeaseStamp>,
) -> Result<Lease, StoreError> {
    let leases = db.collection(LEASES);
    let mine = doc! { "_id": name, "holder": replica.to_string() };
    let renewed = leases
        .find_one_and_update(mine, doc! { "$inc": { "renewals": 1_i64 } })
        .return_document(ReturnDocument::After)
        .await?;
    if let Some(lease) = renewed {
        return Ok(Lease::Mine(mark(&lease)?.term));
    }
    let mut free = vec![doc! { "holder": Bson::Null }];
    free.extend(stale.map(|mark| doc! { "term": int(mark.term), "renewals": int(mark.renewals) }));
    let free = doc! { "_id": name, "$or": free };
    let holder = doc! { "holder": replica.to_string(), "renewals": 0_i64 };
    let take = doc! { "$set": holder, "$inc": { "term": 1_i64 } };
    // If another replica holds it, nothing matches, and the upsert fails with a duplicate key.
    let taken =
        leases.find_one_and_update(free, take).upsert(true).return_document(ReturnDocument::After).await;
    match taken {
        Ok(Some(lease)) => Ok(Lease::Mine(mark(&lease)?.term)),
        Ok(None) => read(db, name).await,
        Err(error) if code_of(&error) == Some(DUPLICATE_KEY) => read(db, name).await,
        Err(error) => Err(error.into()),
    }
}

async fn read(db: &Db, name: &str) -> Result<Lease, StoreError> {
    let found = db.collection(LEASES).find_one(doc! { "_id": name }).await?;
    let gone = || StoreError::Unavailable(format!("the lease {name} was deleted"));
    Ok(Lease::Others(mark(&found.ok_or_else(gone)?)?))
}

fn mark(lease: &Document) -> Result<LeaseStamp, StoreError> {
    let f = Fields(lease);
    Ok(LeaseStamp { term: f.number("term")?, renewals: f.number("renewals")? })
}

/// Releases the lease if this replica holds it.
async fn release(db: &Db, name: &str, replica: ReplicaId) -> Result<(), StoreError> {
    let mine = doc! { "_id": name, "holder": replica.to_string() };
    db.collection(LEASES).update_one(mine, doc! { "$set": { "holder": Bson::Null } }).await?;
    Ok(())
}

#[async_trait]
impl LeaseStore for Mongo {
    async fn acquire_lease(
        &self,
        name: &str,
        holder: ReplicaId,
        stale: Option<LeaseStamp>,
    ) -> Result<Lease, StoreError> {
        acquire(&self.db, name, holder, stale).await
    }

    async fn release_lease(&self, name: &str, holder: ReplicaId) -> Result<(), StoreError> {
        release(&self.db, name, holder).await
    }
}
