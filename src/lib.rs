//! Antri: the ticket desk that lives in Telegram.
pub mod app;
pub mod bot;
pub mod clock;
pub mod config;
pub mod domain;
pub mod engine;
pub mod i18n;
pub mod inbox;
pub mod outbox;
pub mod presence;
pub mod sandbox;
pub mod store;
pub mod telegram;
pub mod telemetry;
pub mod token;
