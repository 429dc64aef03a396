//! Signals by a channel of Redis: whoever listens at that moment hears them.
use crate::engine::ports::{Signal, SignalError, Signals};
use async_trait::async_trait;
use futures::StreamExt;
use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::{Client, RedisError, cmd};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::timeout;

/// How long a server may take to be connected to, and to answer.
const COMMAND_TIMEOUT: Duration = Duration::from_secs(1);

/// One desk's channel.
pub struct RedisSignals {
    client: Client,
    connection: ConnectionManager,
    channel: String,
}

impl RedisSignals {
    /// The channel of the desk called `desk` on the server at `address`, a `redis://` or `rediss://` URL, which need not be
    /// there yet. Called inside the runtime.
    pub fn open(address: &str, desk: &str) -> Result<Self, SignalError> {
        let settings = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(COMMAND_TIMEOUT))
            .set_response_timeout(Some(COMMAND_TIMEOUT))
            .set_number_of_retries(0);
        let client = Client::open(address).map_err(failed)?;
        let connection = ConnectionManager::new_lazy_with_config(client.clone(), settings).map_err(failed)?;
        Ok(Self { client, connection, channel: format!("antri:{desk}:signals") })
    }
}

#[async_trait]
impl Signals for RedisSignals {
    async fn send(&self, signal: &Signal) -> Result<(), SignalError> {
        let text = serde_json::to_string(signal).map_err(|error| SignalError(error.to_string()))?;
        let mut publish = cmd("PUBLISH");
        publish.arg(&self.channel).arg(text);
        publish.query_async(&mut self.connection.clone()).await.map_err(failed)
    }

    async fn receive(&self, heard: mpsc::Sender<Signal>, ready: Box<dyn FnOnce() + Send>) -> SignalError {
        let subscribe = async {
            let mut channel = self.client.get_async_pubsub().await?;
            channel.subscribe(&self.channel).await?;
            Ok::<_, RedisError>(channel)
        };
        let channel = match timeout(COMMAND_TIMEOUT, subscribe).await {
            Ok(Ok(channel)) => channel,
            Ok(Err(error)) => return failed(error),
            Err(_) => return SignalError("no answer in time".into()),
        };
        ready();
        let mut messages = channel.into_on_message();
        while let Some(message) = messages.next().await {
            match serde_json::from_slice(message.get_payload_bytes()) {
                Ok(signal) => {
                    if heard.send(signal).await.is_err() {
                        return SignalError("nobody listens any more".into());
                    }
                }
                // A replica of another version, in the middle of an upgrade.
                Err(error) => tracing::warn!(%error, "a signal that can't be read"),
            }
        }
        SignalError("the connection is gone".into())
    }
}

#[expect(clippy::needless_pass_by_value, reason = "`map_err` hands it over so")]
fn failed(error: RedisError) -> SignalError {
    SignalError(error.to_string())
}
