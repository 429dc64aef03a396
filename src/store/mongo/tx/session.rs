//! The session registry: one session per write queue, recorded in `tx_sessions` so that other processes can
//! kill it; and the counters of what the sessions sent.
//!
//! A process that is killed inside a transaction leaves it open. The server then holds its write locks until
//! the transaction is a minute old. A process that conflicts for more than a second kills the recorded
//! sessions of all other processes; a living one sees one more conflict and retries.
use super::error::TxError;
use crate::engine::ports::StoreError;
use crate::store::mongo::schema::TX_SESSIONS;
use futures::TryStreamExt;
use mongodb::bson::{Bson, DateTime, Document, doc};
use mongodb::{ClientSession, Database};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::time::Instant;

/// How long a session is used: well below the 30 minutes after which a server expires one, and below the time
/// for which it stays recorded (`schema::SESSION_RECORD_TTL`).
const MAX_SESSION_AGE: Duration = Duration::from_secs(600);

/// The session of one write queue.
pub(crate) struct Session {
    db: Database,
    /// The id of this process.
    pub(super) process: String,
    /// The name of the write queue.
    queue: &'static str,
    /// The most documents or statements in one command.
    pub(crate) max_batch: usize,
    pub(crate) counters: Arc<TxCounters>,
    open: Option<(ClientSession, Instant)>,
}

impl Session {
    pub(crate) fn new(
        db: Database,
        process: String,
        (queue, max_batch): (&'static str, usize),
        counters: Arc<TxCounters>,
    ) -> Self {
        Self { db, process, queue, max_batch, counters, open: None }
    }

    /// Returns the `_id` of the session's record.
    fn record_id(&self) -> String {
        format!("{} {}", self.process, self.queue)
    }

    pub(crate) fn db(&self) -> &Database {
        &self.db
    }

    /// Returns the driver's session, which is recorded before its first use.
    pub(crate) async fn get(&mut self) -> Result<&mut ClientSession, TxError> {
        if self.open.as_ref().is_none_or(|(_, since)| since.elapsed() > MAX_SESSION_AGE) {
            let session = self.db.client().start_session().await?;
            let record = doc! { "session": session.id().clone(), "at": DateTime::now() };
            let records = self.db.collection::<Document>(TX_SESSIONS);
            records.replace_one(doc! { "_id": self.record_id() }, record).upsert(true).await?;
            self.open = Some((session, Instant::now()));
        }
        match &mut self.open {
            Some((session, _)) => Ok(session),
            None => Err(StoreError::Unavailable("there is no session".to_owned()).into()),
        }
    }

    /// Discards the driver's session; the next transaction starts a new one.
    pub(crate) fn renew(&mut self) {
        self.open = None;
    }

    /// Kills the sessions of all other processes, which aborts their open transactions.
    pub(crate) async fn kill_others(&self) -> Result<(), StoreError> {
        // Record ids start with the process id and a blank; '!' is the character after the blank.
        let process = &self.process;
        let (first, last) = (format!("{process} "), format!("{process}!"));
        let others = doc! { "$or": [{ "_id": { "$lt": first } }, { "_id": { "$gte": last } }] };
        let records: Vec<Document> =
            self.db.collection::<Document>(TX_SESSIONS).find(others).await?.try_collect().await?;
        let sessions: Vec<Bson> = records.into_iter().filter_map(|mut doc| doc.remove("session")).collect();
        // An empty list would kill every session of this user, also those of other programs.
        if !sessions.is_empty() {
            tracing::info!(sessions = sessions.len(), "killing database sessions of other processes");
            self.db.run_command(doc! { "killSessions": sessions }).await?;
        }
        Ok(())
    }

    /// Deletes the session's record.
    pub(crate) async fn close(self) {
        let records = self.db.collection::<Document>(TX_SESSIONS);
        // If this fails, the record expires.
        drop(records.delete_one(doc! { "_id": self.record_id() }).await);
    }
}

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
