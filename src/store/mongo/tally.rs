//! How much the store has asked of the server: round trips are what a transaction costs.
use std::sync::atomic::{AtomicU64, Ordering};

/// What the lanes have done since the store was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Writes {
    /// Transactions committed.
    pub transactions: u64,
    /// Commands of transactions, each a round trip: questions, writes and the commits themselves.
    pub commands: u64,
    /// Documents that were inserted, updated or deleted, those of transactions that were overtaken included.
    pub documents: u64,
}

/// The counts as they grow.
#[derive(Debug, Default)]
pub(super) struct Tally {
    transactions: AtomicU64,
    commands: AtomicU64,
    documents: AtomicU64,
}

impl Tally {
    pub(super) fn committed(&self) {
        self.transactions.fetch_add(1, Ordering::Relaxed);
        self.asked(0);
    }

    /// A command, and how many documents it wrote.
    pub(super) fn asked(&self, documents: usize) {
        self.commands.fetch_add(1, Ordering::Relaxed);
        self.documents.fetch_add(documents as u64, Ordering::Relaxed);
    }

    pub(super) fn read(&self) -> Writes {
        Writes {
            transactions: self.transactions.load(Ordering::Relaxed),
            commands: self.commands.load(Ordering::Relaxed),
            documents: self.documents.load(Ordering::Relaxed),
        }
    }
}
