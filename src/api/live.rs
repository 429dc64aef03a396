//! The WebSocket of the side API: a snapshot, then events.
pub(super) mod alerts;
pub(super) mod events;
pub(super) mod snapshot;
pub(super) mod websocket;
