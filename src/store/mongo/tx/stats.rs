//! Counters of transactions, commands and documents: round trips are what a transaction costs.
use std::sync::atomic::{AtomicU64, Ordering};

/// Counts of what the write queues have sent to the server since the store was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TxStats {
    /// Committed transactions.
    pub transactions: u64,
    /// Commands in transactions, each a round trip: queries, writes and the commits themselves.
    pub commands: u64,
    /// Documents inserted, updated or deleted, also by transactions that were retried.
    pub documents: u64,
}

/// The counters behind [`TxStats`].
#[derive(Debug, Default)]
pub(crate) struct TxCounters {
    transactions: AtomicU64,
    commands: AtomicU64,
    documents: AtomicU64,
}

impl TxCounters {
    pub(crate) fn count_commit(&self) {
        self.transactions.fetch_add(1, Ordering::Relaxed);
        self.count_command(0);
    }

    /// Counts a command and the documents that it wrote.
    pub(crate) fn count_command(&self, documents: usize) {
        self.commands.fetch_add(1, Ordering::Relaxed);
        self.documents.fetch_add(documents as u64, Ordering::Relaxed);
    }

    pub(crate) fn stats(&self) -> TxStats {
        TxStats {
            transactions: self.transactions.load(Ordering::Relaxed),
            commands: self.commands.load(Ordering::Relaxed),
            documents: self.documents.load(Ordering::Relaxed),
        }
    }
}
