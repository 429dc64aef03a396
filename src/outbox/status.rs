//! Status of the outbox: what `/readyz` says about it.
use crate::clock::StallDetector;
use crate::inbox::status::SharedState;

/// The status of the outbox of this process.
#[derive(Debug, Default)]
pub struct OutboxStatus {
    /// The worker: failing while the outbox cannot be read or Telegram does not respond.
    pub worker: SharedState,
    /// The calls of the store and the deliveries in flight.
    pub working: StallDetector,
}
