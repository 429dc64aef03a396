//! Signals within one process.
use antri::engine::ports::{Signal, SignalError, Signals};
use async_trait::async_trait;
use tokio::sync::{broadcast, mpsc};

/// A wire on which everybody hears everybody.
pub(crate) struct Wire(broadcast::Sender<Signal>);

impl Default for Wire {
    fn default() -> Self {
        Self(broadcast::channel(1_024).0)
    }
}

#[async_trait]
impl Signals for Wire {
    async fn send(&self, signal: &Signal) -> Result<(), SignalError> {
        // Nobody may be listening yet.
        let _ = self.0.send(signal.clone());
        Ok(())
    }

    async fn receive(&self, heard: mpsc::Sender<Signal>, ready: Box<dyn FnOnce() + Send>) -> SignalError {
        let mut wire = self.0.subscribe();
        ready();
        while let Ok(signal) = wire.recv().await {
            if heard.send(signal).await.is_err() {
                break;
            }
        }
        SignalError("the wire is cut".into())
    }
}
