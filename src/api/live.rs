//! The WebSocket of the side API, which sends a snapshot and then events.
pub(super) mod alerts;
pub(super) mod events;
pub(super) mod snapshot;
pub(super) mod websocket;
