//! A transactional outbox for Telegram. The worker claims committed deliveries, composes and sends them
//! within the rate limits and in the order of each chat, and settles them.
//!
//! Telegram has no idempotency keys, so a claim is durable before the send. A delivery that an ended process
//! had claimed may have been sent; it is sent at most once more, and the repeat is counted. After a second
//! unknown outcome it is given up, and the admins are told.
mod action;
mod attachments;
mod copies;
mod document;
mod error_policy;
pub mod rate_limit;
mod relay;
mod sender;
mod status;
mod text;
mod topic_mode;
mod topics;
mod waits;
pub mod webhooks;
mod worker;

pub use action::{Compose, TelegramAction};
pub use document::ComposedDocument;
pub use relay::{RelayAction, RelayCall, ReplyTo};
pub use status::OutboxStatus;
pub use text::is_announced;
pub use topic_mode::TopicMode;
pub use topics::TopicAction;
pub use worker::Outbox;
