//! Signals within one process, for tests with several replicas.
use antri::engine::ports::{Signal, SignalError, Signals};
use async_trait::async_trait;
use tokio::sync::{broadcast, mpsc};

/// A channel on which every replica receives every signal, its own included.
pub(crate) struct Wire(broadcast::Sender<Signal>);

impl Default for Wire {
    fn default() -> Self {
        Self(broadcast::channel(1_024).0)
    }
}

#[async_trait]
impl Signals for Wire {
    async fn send(&self, signal: &Signal) -> Result<(), SignalError> {
        // There may be no receiver yet.
        let _ = self.0.send(signal.clone());
        Ok(())
    }

    async fn receive(&self, heard: mpsc::Sender<Signal>, ready: Box<dyn FnOnce() + Send>) -> SignalError {
        let mut receiver = self.0.subscribe();
        ready();
        while let Ok(signal) = receiver.recv().await {
            if heard.send(signal).await.is_err() {
                break;
            }
        }
        SignalError("the channel is closed".into())
    }
}
