//! What replicas on one store tell each other, so that nobody has to look again and again.
//!
//! A signal only says that something is worth a look: whoever misses one finds the same in the store a little later.
use crate::domain::ids::{DepartmentId, ReplicaId};
use crate::engine::events::Event;
use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use tokio::sync::mpsc;

/// What one replica tells all others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signal {
    /// Who tells it. A replica passes over its own.
    pub sender: ReplicaId,
    /// What was committed, in this order.
    pub events: Vec<Event>,
    /// Departments in which there may be something to assign.
    pub departments: BTreeSet<DepartmentId>,
    /// Whether there are updates in the inbox.
    pub updates: bool,
    /// Whether there is something in the outbox.
    pub deliveries: bool,
    /// In how many windows of time many heartbeats have failed.
    #[serde(default)]
    pub failed_heartbeat_windows: u32,
    /// Whether more happened than is told here: whoever keeps a picture of the desk reads the store afresh.
    pub reload_all: bool,
}

impl Signal {
    /// Nothing to tell yet.
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

/// Signals can't be sent or heard right now.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the other replicas are out of reach: {0}")]
pub struct SignalError(pub String);

/// The way from replica to replica. Each signal reaches those who listen at that moment, at most once, in order of sending.
#[async_trait]
pub trait Signals: Send + Sync + 'static {
    /// Tells the others.
    async fn send(&self, signal: &Signal) -> Result<(), SignalError>;
    /// Passes on what is heard until it can't any more: then the reason. `ready` is told once it listens.
    async fn receive(&self, heard: mpsc::Sender<Signal>, ready: Box<dyn FnOnce() + Send>) -> SignalError;
}
