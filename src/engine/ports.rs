//! Ports of the engine: the traits that stores, presence back ends and signal channels implement.
//!
//! Each back end passes the contract tests of its port (`tests/it/store_contract.rs`,
//! `tests/it/presence_contract.rs`).
mod change;
mod conversation;
mod dead_letters;
mod directory;
mod erasure;
mod error;
mod inbox;
mod leases;
mod outbox;
mod presence;
mod replies;
mod retention;
pub mod search;
mod signals;
mod statistics;
mod tickets;
mod topics;
mod webhooks;

pub use change::{AdminGuard, Change, CommitError, Committed, Guard, UniqueKey, Write};
pub use conversation::ConversationStore;
pub use dead_letters::{DeadLetter, DeadLetterStore, RetryResult};
pub use directory::DirectoryStore;
pub use erasure::ErasureStore;
pub use error::StoreError;
pub use inbox::{InboxRow, InboxStore};
pub use leases::{Lease, LeaseStamp, LeaseStore};
pub use outbox::{ClaimedDelivery, ClockJump, DeliveryCounters, DropReason, OutboxStore, Outcome};
pub use presence::{MAX_CLIENTS, Presence, PresenceError};
pub use replies::ReplyStore;
pub use retention::{Cutoffs, Retention, RetentionStore};
pub use search::{SearchHit, SearchStore};
pub use signals::{Signal, SignalError, Signals};
pub use statistics::StatisticsStore;
pub use tickets::{HeldSlot, OpeningContext, QueueDepths, TicketStore, WaitingTicket};
pub use topics::TopicStore;
pub use webhooks::{
    MESSAGE_CREATED, StoredWebhook, WebhookAttempt, WebhookCounts, WebhookEvent, WebhookState, WebhookStore,
};

/// The durable store: the sum of the store traits. What a call has written survives a `kill -9` once the call
/// has returned.
pub trait Store:
    TicketStore
    + DirectoryStore
    + ReplyStore
    + InboxStore
    + OutboxStore
    + ConversationStore
    + TopicStore
    + SearchStore
    + ErasureStore
    + WebhookStore
    + StatisticsStore
    + DeadLetterStore
    + LeaseStore
    + RetentionStore
{
}

impl<S> Store for S where
    S: TicketStore
        + DirectoryStore
        + ReplyStore
        + InboxStore
        + OutboxStore
        + ConversationStore
        + TopicStore
        + SearchStore
        + ErasureStore
        + WebhookStore
        + StatisticsStore
        + DeadLetterStore
        + LeaseStore
        + RetentionStore
{
}
