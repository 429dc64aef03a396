//! Antri: the ticket desk that lives in Telegram.
pub mod sandbox;
