//! Antri: the ticket desk that lives in Telegram.
pub mod bot;
pub mod config;
pub mod domain;
pub mod engine;
pub mod sandbox;
pub mod telemetry;
pub mod token;
