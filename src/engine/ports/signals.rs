//! Signals port: messages between the replicas on one store, so that none of them has to poll.
//!
//! A signal is only a hint to read the store. A replica that misses one sees the same change a little later.
use crate::domain::ids::{DepartmentId, ReplicaId};
use crate::engine::events::Event;
use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use tokio::sync::mpsc;

/// A signal from one replica to all others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signal {
    /// The sending replica. A replica ignores its own signals.
    pub sender: ReplicaId,
    /// The committed events, in order.
    pub events: Vec<Event>,
    /// Departments that may have a ticket to assign.
    pub departments: BTreeSet<DepartmentId>,
    /// Whether the inbox has new updates.
    pub updates: bool,
    /// Whether the outbox has new deliveries.
    pub deliveries: bool,
    /// Number of windows in which many heartbeats failed.
    #[serde(default)]
    pub failed_heartbeat_windows: u32,
    /// Whether more happened than the signal contains: receivers reload their caches from the store.
    pub reload_all: bool,
}

impl Signal {
    /// Returns an empty signal.
    #[must_use]
    pub fn new(from: ReplicaId) -> Self {
        Self {
            sender: from,
            events: Vec::new(),
            departments: BTreeSet::new(),
            updates: false,
            deliveries: false,
            failed_heartbeat_windows: 0,
            reload_all: false,
        }
    }
}

/// The channel of signals does not work at present.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("signals are unavailable: {0}")]
pub struct SignalError(pub String);

/// The channel between replicas. A signal reaches the replicas that receive at that moment, at most once and
/// in order of sending.
#[async_trait]
pub trait Signals: Send + Sync + 'static {
    /// Sends a signal to the other replicas.
    async fn send(&self, signal: &Signal) -> Result<(), SignalError>;
    /// Passes received signals on until it fails, and returns the error. Calls `ready` as soon as it
    /// receives.
    async fn receive(&self, heard: mpsc::Sender<Signal>, ready: Box<dyn FnOnce() + Send>) -> SignalError;
}
