//! Leases: who does what only one may do.
use super::codec::{Fields, int};
use super::db::Db;
use super::schema::LEASES;
use crate::domain::ids::ReplicaId;
use crate::engine::ports::{Lease, LeaseStamp, StoreError};
use mongodb::bson::{Bson, Document, doc};
use mongodb::error::{Error, ErrorKind};
use mongodb::options::ReturnDocument;

/// What the server says when another one was quicker to insert the same key.
const TAKEN: i32 = 11_000;

/// Keeps the lease, or takes it when it may be taken: each of the two is one conditional write.
pub(super) async fn take(
    db: &Db,
    name: &str,
    asker: ReplicaId,
    stale: Option<LeaseStamp>,
) -> Result<Lease, StoreError> {
    let leases = db.collection(LEASES);
    let mine = doc! { "_id": name, "holder": asker.to_string() };
    let kept = leases
        .find_one_and_update(mine, doc! { "$inc": { "renewals": 1_i64 } })
        .return_document(ReturnDocument::After)
        .await?;
    if let Some(lease) = kept {
        return Ok(Lease::Mine(mark(&lease)?.term));
    }
    let mut free = vec![doc! { "holder": Bson::Null }];
    free.extend(stale.map(|mark| doc! { "term": int(mark.term), "renewals": int(mark.renewals) }));
    let free = doc! { "_id": name, "$or": free };
    let holder = doc! { "holder": asker.to_string(), "renewals": 0_i64 };
    let take = doc! { "$set": holder, "$inc": { "term": 1_i64 } };
    // Where it is another's nothing matches, and the insert that then follows finds the key taken.
    let taken =
        leases.find_one_and_update(free, take).upsert(true).return_document(ReturnDocument::After).await;
    match taken {
        Ok(Some(lease)) => Ok(Lease::Mine(mark(&lease)?.term)),
        Ok(None) => look(db, name).await,
        Err(error) if is_taken(&error) => look(db, name).await,
        Err(error) => Err(error.into()),
    }
}

async fn look(db: &Db, name: &str) -> Result<Lease, StoreError> {
    let found = db.collection(LEASES).find_one(doc! { "_id": name }).await?;
    let gone = || StoreError::Unavailable(format!("the lease {name} has gone"));
    Ok(Lease::Others(mark(&found.ok_or_else(gone)?)?))
}

fn mark(lease: &Document) -> Result<LeaseStamp, StoreError> {
    let f = Fields(lease);
    Ok(LeaseStamp { term: f.number("term")?, renewals: f.number("renewals")? })
}

fn is_taken(error: &Error) -> bool {
    matches!(&*error.kind, ErrorKind::Command(command) if command.code == TAKEN)
}

pub(super) async fn end(db: &Db, name: &str, holder: ReplicaId) -> Result<(), StoreError> {
    let mine = doc! { "_id": name, "holder": holder.to_string() };
    db.collection(LEASES).update_one(mine, doc! { "$set": { "holder": Bson::Null } }).await?;
    Ok(())
}
