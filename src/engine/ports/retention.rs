//! Retention of stored records: the deletion of what nobody needs any more.
use super::StoreError;
use crate::domain::Time;
use async_trait::async_trait;

/// The deletion of old records.
#[async_trait]
pub trait RetentionStore: Send + Sync + 'static {
    /// Deletes completed updates and dropped deliveries from before `before`. Also deletes the live cards of
    /// tickets that ended before it, because nothing refreshes those any more. Tickets and their audit events
    /// are kept for ever.
    async fn prune(&self, before: Time) -> Result<(), StoreError>;
}
