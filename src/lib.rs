//! Antri: the ticket desk that lives in Telegram.
pub mod bot;
pub mod domain;
pub mod engine;
pub mod i18n;
pub mod sandbox;
