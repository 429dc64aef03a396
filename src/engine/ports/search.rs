//! Search store: tickets by the words of their numbers, descriptions, messages and customers' names.
use super::StoreError;
use crate::domain::ids::{DepartmentId, MessageId, TicketId};
use async_trait::async_trait;

/// The most records of each kind (tickets, messages, people) that a search looks at, the newest ones of the departments
/// that it is for.
pub const MAX_MATCHES: usize = 2_000;

/// A ticket that a search has found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SearchHit {
    /// The ticket.
    pub ticket: TicketId,
    /// Its newest message that matches, if one does.
    pub message: Option<MessageId>,
}

/// The full-text index. It is written with the records, by `TicketStore::commit`.
#[async_trait]
pub trait SearchStore: Send + Sync + 'static {
    /// Returns the tickets that match, newest first. A ticket matches if each of the words
    /// ([`crate::domain::text::search`]) is the beginning of a word in one of these records: its number and
    /// description, one of its messages, or its customer's name and username. With `departments` only tickets
    /// of these are returned, and records of others do not count as matches. No words match nothing.
    async fn search(
        &self,
        words: &[String],
        departments: Option<&[DepartmentId]>,
        offset: usize,
        limit: usize,
    ) -> Result<Vec<SearchHit>, StoreError>;
}
