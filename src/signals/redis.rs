//! Signals over a Redis pub/sub channel. Only replicas that are subscribed at the time receive a signal.
use crate::engine::ports::{Signal, SignalError, Signals};
use async_trait::async_trait;
use futures::StreamExt;
use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::{Client, RedisError, cmd};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::timeout;

/// How long connecting and each response of the server may take.
const COMMAND_TIMEOUT: Duration = Duration::from_secs(1);

/// The signal channel of one desk.
pub struct RedisSignals {
    client: Client,
    connection: ConnectionManager,
    channel: String,
}

impl RedisSignals {
    /// Returns the channel of the desk `desk_name` on the server at `address`, a `redis://` or `rediss://`
    /// URL, which need not be reachable yet. Must be called inside the runtime.
    pub fn open(address: &str, desk_name: &str) -> Result<Self, SignalError> {
        let settings = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(COMMAND_TIMEOUT))
            .set_response_timeout(Some(COMMAND_TIMEOUT))
            .set_number_of_retries(0);
        let client = Client::open(address).map_err(signal_error)?;
        let connection =
            ConnectionManager::new_lazy_with_config(client.clone(), settings).map_err(signal_error)?;
        Ok(Self { client, connection, channel: format!("antri:{desk_name}:signals") })
    }
}

#[async_trait]
impl Signals for RedisSignals {
    async fn send(&self, signal: &Signal) -> Result<(), SignalError> {
        let text = serde_json::to_string(signal).map_err(|error| SignalError(error.to_string()))?;
        let mut publish = cmd("PUBLISH");
        publish.arg(&self.channel).arg(text);
        publish.query_async(&mut self.connection.clone()).await.map_err(signal_error)
    }

    async fn receive(&self, received: mpsc::Sender<Signal>, ready: Box<dyn FnOnce() + Send>) -> SignalError {
        let subscribe = async {
            let mut channel = self.client.get_async_pubsub().await?;
            channel.subscribe(&self.channel).await?;
            Ok::<_, RedisError>(channel)
        };
        let channel = match timeout(COMMAND_TIMEOUT, subscribe).await {
            Ok(Ok(channel)) => channel,
            Ok(Err(error)) => return signal_error(error),
            Err(_) => return SignalError("subscribing timed out".into()),
        };
        ready();
        let mut messages = channel.into_on_message();
        while let Some(message) = messages.next().await {
            match serde_json::from_slice(message.get_payload_bytes()) {
                Ok(signal) => {
                    if received.send(signal).await.is_err() {
                        return SignalError("the receiver was dropped".into());
                    }
                }
                // During an upgrade, a replica of another version may send unknown signals.
                Err(error) => tracing::warn!(%error, "failed to parse signal"),
            }
        }
        SignalError("the connection was closed".into())
    }
}

#[expect(clippy::needless_pass_by_value, reason = "the signature that `map_err` needs")]
fn signal_error(error: RedisError) -> SignalError {
    SignalError(error.to_string())
}
