//! Erasure of a customer's personal data.
use super::StoreError;
use crate::domain::ids::PersonId;
use async_trait::async_trait;

/// Erases what a customer wrote and sent. The person's own record is written by
/// [`super::TicketStore::commit`].
#[async_trait]
pub trait ErasureStore: Send + Sync + 'static {
    /// Empties the descriptions and comments of a customer's ended tickets, the contents of all messages of these tickets
    /// and of those that have no ticket, and their entries in the search index; deletes the draft, the webhooks with
    /// these messages, and the dead letters from and to the customer. Ids, numbers, times and states stay. Open tickets
    /// stay as they are. Returns the number of ended tickets. A repeated call has the same effect.
    async fn erase_customer(&self, customer: PersonId) -> Result<u64, StoreError>;
}
