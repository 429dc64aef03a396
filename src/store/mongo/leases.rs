//! Leases: who does what only one may do.
use super::Mongo;
use super::codec::Fields;
use super::schema::LEASES;
use crate::domain::Time;
use crate::domain::ids::ReplicaId;
use crate::engine::ports::StoreError;
use chrono::TimeDelta;
use mongodb::bson::doc;
use mongodb::error::{Error, ErrorKind};
use mongodb::options::ReturnDocument;
use std::time::Duration;

/// What the server says when another one was quicker to insert the same key.
const TAKEN: i32 = 11_000;

/// Keeps the lease, or takes it when it has run out: each of the two is one conditional write.
pub(super) async fn take(
    store: &Mongo,
    name: &str,
    holder: ReplicaId,
    ttl: Duration,
    now: Time,
) -> Result<Option<u64>, StoreError> {
    let until = now + TimeDelta::from_std(ttl).unwrap_or(TimeDelta::MAX);
    let (holder, until) = (holder.to_string(), until.timestamp_micros());
    let leases = store.collection(LEASES);
    let mine = doc! { "_id": name, "holder": &holder };
    let kept = leases
        .find_one_and_update(mine, doc! { "$set": { "until": until } })
        .return_document(ReturnDocument::After)
        .await?;
    if let Some(lease) = kept {
        return Fields(&lease).number("term").map(Some);
    }
    let free = doc! { "_id": name, "until": { "$lte": now.timestamp_micros() } };
    let take = doc! { "$set": { "holder": holder, "until": until }, "$inc": { "term": 1_i64 } };
    // Where it is another's nothing matches, and the insert that then follows finds the key taken.
    let taken =
        leases.find_one_and_update(free, take).upsert(true).return_document(ReturnDocument::After).await;
    match taken {
        Ok(Some(lease)) => Fields(&lease).number("term").map(Some),
        Ok(None) => Ok(None),
        Err(error) if is_taken(&error) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn is_taken(error: &Error) -> bool {
    matches!(&*error.kind, ErrorKind::Command(command) if command.code == TAKEN)
}

pub(super) async fn end(store: &Mongo, name: &str, holder: ReplicaId) -> Result<(), StoreError> {
    let mine = doc! { "_id": name, "holder": holder.to_string() };
    store.collection(LEASES).update_one(mine, doc! { "$set": { "until": 0_i64 } }).await?;
    Ok(())
}
