//! Antri: the ticket desk that lives in Telegram.
pub mod domain;
pub mod engine;
pub mod presence;
pub mod sandbox;
pub mod store;
