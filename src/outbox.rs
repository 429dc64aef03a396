//! The outbox: what was committed to be told is told. Claims deliveries, has them put into words, sends them at Telegram's
//! pace in the order of each chat, and says what became of them. The one place that knows Telegram's errors.
//!
//! A message has no idempotency key at Telegram. So a claim is durable before the send: what an ended process had claimed
//! may have been sent, is sent once more at most, and the repeat is counted.
mod action;
mod error_policy;
pub mod rate_limit;
mod worker;

pub use action::{Compose, TelegramAction};
pub use worker::Outbox;
