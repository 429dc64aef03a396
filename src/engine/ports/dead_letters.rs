//! Dead letter store: updates and deliveries that were given up, kept until they are retried or pruned.
use super::StoreError;
use crate::domain::Time;
use crate::domain::ids::{ChatId, DeadLetterId};
use async_trait::async_trait;

/// An update or a delivery that was given up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetter {
    /// Its id.
    pub id: DeadLetterId,
    /// When it was given up.
    pub at: Time,
    /// Why, in words for operators. For a delivery it begins with the name of the
    /// [`DropReason`](super::DropReason) and a colon.
    pub reason: String,
    /// The chat that was to get a delivery.
    pub chat: Option<ChatId>,
}

/// The result of a retry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RetryResult {
    /// It is pending again.
    Retried,
    /// It is no dead letter (any more).
    Gone,
    /// This build can't read the delivery, which stays a dead letter.
    Unreadable,
}

/// The dead letters.
#[async_trait]
pub trait DeadLetterStore: Send + Sync + 'static {
    /// Returns dead letters, those that were given up last at the front, from the one after `offset` on, at
    /// most `limit`.
    async fn dead_letters(&self, offset: usize, limit: usize) -> Result<Vec<DeadLetter>, StoreError>;
    /// Returns how many updates and how many deliveries are dead letters.
    async fn count_dead_letters(&self) -> Result<(u64, u64), StoreError>;
    /// Makes a dead letter pending again, as the newest update or as the newest delivery of its chat, without
    /// its earlier failures. Of several retries at once, one succeeds.
    async fn retry_dead_letter(&self, id: DeadLetterId, now: Time) -> Result<RetryResult, StoreError>;
}
