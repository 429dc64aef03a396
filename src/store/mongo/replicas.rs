//! Coordination of replicas: leases, and signals over a change stream for replicas that have no Redis.
//!
//! A signal is a document that the server deletes a minute later. Listeners receive the insert over a change
//! stream. After a lost connection the driver resumes the stream where it ended.
use super::Mongo;
use super::codec::{Fields, int};
use super::schema::LEASES;
use super::tx::error::{DUPLICATE_KEY, code_of};
use crate::domain::ids::ReplicaId;
use crate::engine::ports::{Lease, LeaseStamp, LeaseStore, Signal, SignalError, Signals, StoreError};
use async_trait::async_trait;
use futures::StreamExt;
use mongodb::Collection;
use mongodb::bson::{Bson, DateTime, Document, doc};
use mongodb::options::ReturnDocument;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::timeout;

#[async_trait]
impl LeaseStore for Mongo {
    /// Renews the lease, or takes it if it is free or still has the `stale` stamp. Each of the two is one
    /// conditional write.
    async fn acquire_lease(
        &self,
        name: &str,
        holder: ReplicaId,
        stale: Option<LeaseStamp>,
    ) -> Result<Lease, StoreError> {
        let leases = self.db.collection(LEASES);
        let mine = doc! { "_id": name, "holder": holder.to_string() };
        let renewed = leases
            .find_one_and_update(mine, doc! { "$inc": { "renewals": 1_i64 } })
            .return_document(ReturnDocument::After)
            .await?;
        if let Some(lease) = renewed {
            return Ok(Lease::Mine(stamp(&lease)?.term));
        }
        let mut free = vec![doc! { "holder": Bson::Null }];
        free.extend(stale.map(|stamp| doc! { "term": int(stamp.term), "renewals": int(stamp.renewals) }));
        let free = doc! { "_id": name, "$or": free };
        let holder = doc! { "holder": holder.to_string(), "renewals": 0_i64 };
        let take = doc! { "$set": holder, "$inc": { "term": 1_i64 } };
        // If another replica holds it, nothing matches, and the upsert fails with a duplicate key.
        let taken =
            leases.find_one_and_update(free, take).upsert(true).return_document(ReturnDocument::After).await;
        match taken {
            Ok(Some(lease)) => return Ok(Lease::Mine(stamp(&lease)?.term)),
            Ok(None) => {}
            Err(error) if code_of(&error) == Some(DUPLICATE_KEY) => {}
            Err(error) => return Err(error.into()),
        }
        let deleted = || StoreError::Unavailable(format!("the lease {name} was deleted"));
        Ok(Lease::Others(stamp(&self.db.get(LEASES, name).await?.ok_or_else(deleted)?)?))
    }

    async fn release_lease(&self, name: &str, holder: ReplicaId) -> Result<(), StoreError> {
        let mine = doc! { "_id": name, "holder": holder.to_string() };
        let free = doc! { "$set": { "holder": Bson::Null } };
        self.db.collection(LEASES).update_one(mine, free).await?;
        Ok(())
    }
}

fn stamp(lease: &Document) -> Result<LeaseStamp, StoreError> {
    let f = Fields(lease);
    Ok(LeaseStamp { term: f.number("term")?, renewals: f.number("renewals")? })
}

/// How long a call to the server may take.
const SIGNAL_TIMEOUT: Duration = Duration::from_secs(1);

/// The signals of all replicas on one database.
pub struct MongoSignals(Collection<Document>);

impl MongoSignals {
    pub(super) fn new(signals: Collection<Document>) -> Self {
        Self(signals)
    }
}

#[async_trait]
impl Signals for MongoSignals {
    async fn send(&self, signal: &Signal) -> Result<(), SignalError> {
        let text = serde_json::to_string(signal).map_err(|error| SignalError(error.to_string()))?;
        // The TTL counts from this clock, so a clock that is off deletes signals a little earlier or later.
        let insert = self.0.insert_one(doc! { "at": DateTime::now(), "signal": text }).into_future();
        match timeout(SIGNAL_TIMEOUT, insert).await {
            Ok(sent) => sent.map(drop).map_err(|error| SignalError(error.kind.to_string())),
            Err(_) => Err(SignalError("no answer within a second".into())),
        }
    }

    async fn receive(&self, heard: mpsc::Sender<Signal>, ready: Box<dyn FnOnce() + Send>) -> SignalError {
        let inserts = [doc! { "$match": { "operationType": "insert" } }];
        let watch = self.0.watch().pipeline(inserts).into_future();
        let mut stream = match timeout(SIGNAL_TIMEOUT, watch).await {
            // The driver's own type of events costs 1 % of what the compiler generates; one field is needed here.
            Ok(Ok(stream)) => stream.with_type::<Document>(),
            Ok(Err(error)) => return SignalError(error.kind.to_string()),
            Err(_) => return SignalError("no answer within a second".into()),
        };
        ready();
        loop {
            let event = match stream.next().await {
                Some(Ok(event)) => event,
                Some(Err(error)) => return SignalError(error.kind.to_string()),
                None => return SignalError("the change stream has ended".into()),
            };
            if let Some(signal) = decode(&event)
                && heard.send(signal).await.is_err()
            {
                return SignalError("the receiver was dropped".into());
            }
        }
    }
}

fn decode(event: &Document) -> Option<Signal> {
    let text = event.get_document("fullDocument").ok()?.get_str("signal").ok()?;
    // A replica of another version may send other signals during an upgrade.
    serde_json::from_str(text)
        .inspect_err(|error| tracing::warn!(%error, "failed to decode signal from replica"))
        .ok()
}
