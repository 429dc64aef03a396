//! Antri: the ticket desk that lives in Telegram.
pub mod bot;
pub mod clock;
pub mod domain;
pub mod engine;
pub mod outbox;
pub mod i18n;
pub mod sandbox;
pub mod telegram;
pub mod presence;
pub mod sandbox;
pub mod store;
