//! Signals between several engines on one store: the buffer of those to send, and the handling of received
//! ones.
use super::assignment::pending_work::PendingWork;
use super::events::Event;
use super::ports::{Signal, StoreError};
use super::{Engine, lock};
use crate::domain::ids::{DepartmentId, ReplicaId};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use tokio::sync::Notify;

/// Maximum number of events in one signal. Above that the receivers reload everything.
const MAX_SIGNAL_EVENTS: usize = 1_024;

/// A buffer of what this replica has not sent yet. Clones share it.
#[derive(Debug, Clone)]
pub struct SignalBuffer {
    replica: ReplicaId,
    pending: Arc<Mutex<Signal>>,
    notify: Arc<Notify>,
}

impl SignalBuffer {
    pub(super) fn new(replica: ReplicaId) -> Self {
        Self { replica, pending: Arc::new(Mutex::new(Signal::new(replica))), notify: Arc::default() }
    }

    fn update(&self, update: impl FnOnce(&mut Signal)) {
        update(&mut lock(&self.pending));
        self.notify.notify_one();
    }

    pub(super) fn event(&self, event: Event) {
        self.update(|signal| {
            if signal.events.len() < MAX_SIGNAL_EVENTS {
                signal.events.push(event);
            } else {
                signal.reload_all = true;
            }
        });
    }

    pub(super) fn rounds_requested(&self, departments: &[DepartmentId]) {
        self.update(|signal| signal.departments.extend(departments));
    }

    /// Signals that the result of a commit is unknown here: the other replicas reload everything.
    pub(super) fn uncertain(&self, work: &PendingWork) {
        self.update(|signal| {
            signal.departments.extend(&work.departments);
            signal.reload_all |= work.has_reloads();
        });
    }

    pub(super) fn deliveries_pending(&self) {
        self.update(|signal| signal.deliveries = true);
    }

    /// Signals that many heartbeats failed here.
    pub(super) fn heartbeats_failing(&self) {
        self.update(|signal| signal.failed_heartbeat_windows += 1);
    }

    /// Signals that the inbox has new updates.
    pub fn updates(&self) {
        self.update(|signal| signal.updates = true);
    }

    /// Waits for something to send and takes all of it.
    pub async fn next(&self) -> Signal {
        self.notify.notified().await;
        std::mem::replace(&mut *lock(&self.pending), Signal::new(self.replica))
    }
}

impl Engine {
    /// Returns the same engine as one of several on its store: it signals its changes to the others.
    #[must_use]
    pub fn with_replicas(mut self, replica: ReplicaId) -> Self {
        self.signal_buffer = Some(SignalBuffer::new(replica));
        self
    }

    /// Returns the buffer of signals for the other replicas; `None` if there are none.
    #[must_use]
    pub fn signal_buffer(&self) -> Option<&SignalBuffer> {
        self.signal_buffer.as_ref()
    }

    /// Applies another replica's signal: reloads the affected agents, and wakes rounds and the outbox worker.
    pub async fn apply_signal(&self, signal: Signal) -> Result<(), StoreError> {
        if signal.reload_all {
            self.start().await?;
        } else {
            let agents: BTreeSet<_> = signal.events.iter().flat_map(Event::agents).collect();
            let _no_round = self.round.lock().await;
            // A standby runs no rounds that would do it.
            self.reload_uncertain_only().await?;
            for agent in agents {
                self.reload_agent(agent).await?;
            }
        }
        for event in signal.events {
            self.publish_local(event);
        }
        if !signal.departments.is_empty() {
            lock(&self.pending_work).departments.extend(signal.departments);
            self.wake.notify_one();
        }
        if signal.failed_heartbeat_windows > 0 {
            lock(&self.heartbeat_window).record_remote_failure();
        }
        if signal.deliveries {
            self.deliveries.notify_one();
            self.webhook_signal.notify_one();
        }
        Ok(())
    }
}
