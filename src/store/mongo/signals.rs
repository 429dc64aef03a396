//! Signals by a change stream, for replicas that share a database and no Redis.
//!
//! A signal is a document of its own that is forgotten by the server a little later. Whoever listens has the insert streamed
//! to them, also one of the moment in which the connection was away: the driver takes the stream up where it broke off.
use super::Mongo;
use super::schema::SIGNALS;
use crate::engine::ports::{Signal, SignalError, Signals};
use async_trait::async_trait;
use futures::StreamExt;
use mongodb::Collection;
use mongodb::bson::{DateTime, Document, doc};
use mongodb::change_stream::event::ChangeStreamEvent;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::timeout;

/// How long the server may take to answer.
const PATIENCE: Duration = Duration::from_secs(1);

/// The signals of all who use one database.
pub struct MongoSignals(Collection<Document>);

impl Mongo {
    /// The way to the other replicas on this database.
    #[must_use]
    pub fn signals(&self) -> MongoSignals {
        MongoSignals(self.db.collection(SIGNALS))
    }
}

#[async_trait]
impl Signals for MongoSignals {
    async fn send(&self, signal: &Signal) -> Result<(), SignalError> {
        let text = serde_json::to_string(signal).map_err(|error| SignalError(error.to_string()))?;
        // The server's clock alone decides when it is forgotten; by this process's it would be a little off.
        let insert = self.0.insert_one(doc! { "at": DateTime::now(), "signal": text }).into_future();
        match timeout(PATIENCE, insert).await {
            Ok(sent) => sent.map(drop).map_err(|error| SignalError(error.kind.to_string())),
            Err(_) => Err(SignalError("no answer in time".into())),
        }
    }

    async fn receive(&self, heard: mpsc::Sender<Signal>, ready: Box<dyn FnOnce() + Send>) -> SignalError {
        let inserts = [doc! { "$match": { "operationType": "insert" } }];
        let watch = self.0.watch().pipeline(inserts).into_future();
        let mut stream = match timeout(PATIENCE, watch).await {
            Ok(Ok(stream)) => stream,
            Ok(Err(error)) => return SignalError(error.kind.to_string()),
            Err(_) => return SignalError("no answer in time".into()),
        };
        ready();
        loop {
            let event = match stream.next().await {
                Some(Ok(event)) => event,
                Some(Err(error)) => return SignalError(error.kind.to_string()),
                None => return SignalError("the stream has ended".into()),
            };
            if let Some(signal) = understood(&event)
                && heard.send(signal).await.is_err()
            {
                return SignalError("nobody listens any more".into());
            }
        }
    }
}

fn understood(event: &ChangeStreamEvent<Document>) -> Option<Signal> {
    let text = event.full_document.as_ref()?.get_str("signal").ok()?;
    // One that can't be read is a replica's of another version, in the middle of an upgrade.
    serde_json::from_str(text).inspect_err(|error| tracing::warn!(%error, "a signal that can't be read")).ok()
}
