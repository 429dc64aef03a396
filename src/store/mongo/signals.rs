//! Signals over a change stream, for replicas that share a database and no Redis.
//!
//! A signal is a document that the server deletes a minute later. Listeners receive the insert over a change
//! stream. After a lost connection the driver resumes the stream where it ended.
use crate::engine::ports::{Signal, SignalError, Signals};
use async_trait::async_trait;
use futures::StreamExt;
use mongodb::Collection;
use mongodb::bson::{DateTime, Document, doc};
use mongodb::change_stream::event::ChangeStreamEvent;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::timeout;

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
            Ok(Ok(stream)) => stream,
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

fn decode(event: &ChangeStreamEvent<Document>) -> Option<Signal> {
    let text = event.full_document.as_ref()?.get_str("signal").ok()?;
    // A replica of another version may send other signals during an upgrade.
    serde_json::from_str(text)
        .inspect_err(|error| tracing::warn!(%error, "failed to decode signal from replica"))
        .ok()
}
