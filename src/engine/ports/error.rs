//! Store errors: the one error type of every store trait.

/// The store cannot do its work. Committed data stays committed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// The store is unreachable, full or shutting down. The caller may retry later.
    #[error("the store is unavailable: {0}")]
    Unavailable(String),
    /// A stored record cannot be decoded. An operator has to repair it.
    #[error("the store holds an unreadable record: {0}")]
    Corrupt(String),
}
