//! A queue of the signals from other replicas, and the request to reload everything. The request is kept
//! apart from the queue, so that no number of waiting signals can displace it.
use crate::domain::ids::ReplicaId;
use crate::engine::ports::Signal;
use std::sync::Arc;
use tokio::sync::{Notify, mpsc};
use uuid::Uuid;

/// How many received signals may wait to be applied.
const SIGNAL_QUEUE_CAPACITY: usize = 256;

/// The receiving end.
pub(super) struct ReceivedSignals {
    queue: mpsc::Receiver<Signal>,
    reload: ReloadRequest,
}

/// Requests a reload. Clones share one request.
#[derive(Debug, Clone, Default)]
pub(super) struct ReloadRequest(Arc<Notify>);

impl ReloadRequest {
    /// Makes [`ReceivedSignals::next`] return a signal to reload everything.
    pub(super) fn request(&self) {
        self.0.notify_one();
    }
}

impl ReceivedSignals {
    /// Returns the queue, its sender, and the request.
    pub(super) fn new() -> (mpsc::Sender<Signal>, ReloadRequest, Self) {
        let (sender, queue) = mpsc::channel(SIGNAL_QUEUE_CAPACITY);
        let reload = ReloadRequest::default();
        (sender, reload.clone(), Self { queue, reload })
    }

    /// Returns a requested reload, else the next signal; `None` when all senders are gone.
    pub(super) async fn next(&mut self) -> Option<Signal> {
        tokio::select! {
            biased;
            () = self.reload.0.notified() => {
                Some(Signal { reload_all: true, updates: true, ..Signal::new(ReplicaId(Uuid::nil())) })
            }
            signal = self.queue.recv() => signal,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_reload_is_not_lost_when_the_queue_is_full() {
        let (sender, reload, mut received) = ReceivedSignals::new();
        let signal = Signal::new(ReplicaId(Uuid::from_u128(1)));
        while sender.try_send(signal.clone()).is_ok() {}
        reload.request();
        assert!(received.next().await.unwrap().reload_all);
        for _ in 0..SIGNAL_QUEUE_CAPACITY {
            assert_eq!(received.next().await.unwrap(), signal);
        }
        reload.request();
        reload.request();
        assert!(received.next().await.unwrap().reload_all, "requested while nothing waited");
        drop(sender);
        assert_eq!(received.next().await, None);
    }
}
