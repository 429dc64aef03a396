//! The writer thread, which does group commit. Callers queue jobs; the thread runs all waiting jobs in one
//! transaction and replies to each caller after the commit is durable. So a batch of changes costs one wait
//! for the disk.
use super::error::implicit_rollback;
use super::file::StoreFiles;
use super::tickets::{search, statistics};
use crate::engine::ports::StoreError;
use crate::store::ttl_cache::{ReferenceData, TtlCache};
use fail::fail_point;
use rusqlite::Connection;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use tokio::sync::{mpsc, oneshot};

/// Jobs that can wait in the queue; a further caller waits until there is room.
const QUEUE_CAPACITY: usize = 1024;
/// A transaction takes jobs until it has this many changes. Trades latency of the first job for throughput.
const MAX_BATCH_CHANGES: usize = 512;

thread_local! {
    /// Whether the current transaction of this thread has changed a department or the settings.
    static REFERENCE_DATA_CHANGED: Cell<bool> = const { Cell::new(false) };
}

/// Marks the reference data as changed by the current transaction. Must be called on the writer thread.
pub(super) fn mark_reference_data_changed() {
    REFERENCE_DATA_CHANGED.set(true);
}

/// Sends a job's result to its caller; gets the result of the transaction.
type Reply = Box<dyn FnOnce(Result<(), StoreError>) + Send>;
/// Runs a job and returns its reply. An error aborts the transaction.
type Job = Box<dyn FnOnce(&Connection) -> (Reply, Result<(), StoreError>) + Send>;

enum Command {
    Run { changes: usize, job: Job },
    Close,
}

/// Counts of what the writer has committed since it started.
#[derive(Debug, Default)]
pub(super) struct WriteCounters {
    /// Committed transactions.
    pub(super) transactions: AtomicU64,
    /// Changes in them.
    pub(super) changes: AtomicU64,
    /// Rows that they inserted, updated or deleted, including rows of triggers.
    pub(super) rows: AtomicU64,
}

/// The handle of the writer thread. Dropping it finishes the queued jobs and closes the file.
pub(super) struct Writer {
    queue: mpsc::Sender<Command>,
    thread: Mutex<Option<JoinHandle<()>>>,
    pub(super) counters: Arc<WriteCounters>,
}

impl Writer {
    /// Starts the thread. The thread releases the locks of `files` when it has closed the connection.
    pub(super) fn start(
        conn: Connection,
        files: Arc<StoreFiles>,
        cache: Arc<TtlCache<ReferenceData>>,
    ) -> Result<Self, StoreError> {
        let (queue, commands) = mpsc::channel(QUEUE_CAPACITY);
        let counters = Arc::new(WriteCounters::default());
        let worker = Worker { conn, counters: counters.clone(), cache, files: Arc::clone(&files) };
        let thread = std::thread::Builder::new()
            .name("antri-store".to_owned())
            .spawn(move || {
                worker.run(commands);
                drop(worker);
                files.release();
            })
            .map_err(|error| {
                StoreError::Unavailable(format!("failed to start the writer thread: {error}"))
            })?;
        Ok(Self { queue, thread: Mutex::new(Some(thread)), counters })
    }

    /// Runs `work` in a savepoint of the next transaction. Its error undoes its own writes only.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.run_unguarded(1, |conn| Ok(with_savepoint(conn, work))).await?.map_err(StoreError::from)
    }

    /// Runs `work` in the next transaction without a savepoint. `work` makes this many changes and must leave
    /// each of them whole or unwritten. Its error aborts the transaction, with all jobs in it.
    pub(super) async fn run_unguarded<T: Send + 'static>(
        &self,
        changes: usize,
        work: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (sender, receiver) = oneshot::channel();
        let job: Job = Box::new(move |conn| {
            let (output, result) = match work(conn) {
                Ok(output) => (Some(output), Ok(())),
                Err(error) => (None, Err(error)),
            };
            let reply = move |committed: Result<(), StoreError>| {
                let result = committed.and_then(|()| output.ok_or_else(|| implicit_rollback().into()));
                // The receiver is gone if the caller was cancelled; the work is committed all the same.
                drop(sender.send(result));
            };
            (Box::new(reply), result)
        });
        let closed = |_| StoreError::Unavailable("the store is closed".to_owned());
        self.queue.send(Command::Run { changes, job }).await.map_err(closed)?;
        receiver.await.map_err(|_| StoreError::Unavailable("a write was aborted".to_owned()))?
    }

    /// Finishes the queued jobs, checkpoints the write-ahead log, and closes the file.
    pub(super) async fn close(&self) {
        drop(self.queue.send(Command::Close).await);
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread {
            drop(tokio::task::spawn_blocking(|| thread.join()).await);
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        // Replacing the sender closes the queue. The thread must have released the lock before the file can
        // be opened again.
        self.queue = mpsc::channel(1).0;
        if let Some(thread) = self.thread.get_mut().unwrap_or_else(PoisonError::into_inner).take() {
            drop(thread.join());
        }
    }
}

/// Runs `work` in a savepoint, so that its error leaves none of its writes.
fn with_savepoint<T, E: From<rusqlite::Error>>(
    conn: &Connection,
    work: impl FnOnce(&Connection) -> Result<T, E>,
) -> Result<T, E> {
    if conn.is_autocommit() {
        return Err(implicit_rollback().into());
    }
    conn.prepare_cached("SAVEPOINT job")?.execute([])?;
    let result = work(conn);
    if result.is_err() {
        conn.prepare_cached("ROLLBACK TO job")?.execute([])?;
    }
    conn.prepare_cached("RELEASE job")?.execute([])?;
    result
}

/// The state of the writer thread.
struct Worker {
    conn: Connection,
    counters: Arc<WriteCounters>,
    cache: Arc<TtlCache<ReferenceData>>,
    files: Arc<StoreFiles>,
}

impl Worker {
    /// Runs batches of jobs until the queue is closed and empty.
    fn run(&self, mut commands: mpsc::Receiver<Command>) {
        while let Some(first) = commands.blocking_recv() {
            let mut batch = Vec::new();
            let mut batch_changes = 0;
            let mut next = Some(first);
            while let Some(command) = next {
                match command {
                    Command::Run { changes, job } => {
                        batch_changes += changes.max(1);
                        batch.push(job);
                    }
                    // A closed queue still yields the commands that are in it, and takes no new ones.
                    Command::Close => commands.close(),
                }
                next = if batch_changes < MAX_BATCH_CHANGES { commands.try_recv().ok() } else { None };
            }
            if !batch.is_empty() {
                self.commit_batch(batch, batch_changes);
            }
        }
        if let Err(error) = self.conn.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)") {
            tracing::warn!(%error, "failed to checkpoint the write-ahead log");
        }
    }

    /// Runs a batch in one transaction and replies to each caller.
    fn commit_batch(&self, batch: Vec<Job>, batch_changes: usize) {
        let Self { conn, counters, cache, files } = self;
        let mut replies = Vec::with_capacity(batch.len());
        let rows_before = conn.total_changes();
        let committed = catch_unwind(AssertUnwindSafe(|| -> Result<(), StoreError> {
            files.check()?;
            conn.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
            for job in batch {
                let (reply, result) = job(conn);
                replies.push(reply);
                result?;
                // After an implicit rollback each further statement would commit by itself.
                if conn.is_autocommit() {
                    return Err(implicit_rollback().into());
                }
            }
            statistics::flush(conn)?;
            search::flush(conn)?;
            fail_point!("store-before-commit");
            conn.prepare_cached("COMMIT")?.execute([])?;
            fail_point!("store-after-commit");
            // A file that was moved since the first check has taken the commit along: nobody may rely on it.
            files.check()
        }));
        let committed =
            committed.unwrap_or_else(|_| Err(StoreError::Unavailable("a write panicked".to_owned())));
        match &committed {
            Ok(()) => {
                counters.transactions.fetch_add(1, Ordering::Relaxed);
                counters.changes.fetch_add(batch_changes as u64, Ordering::Relaxed);
                counters.rows.fetch_add(conn.total_changes().saturating_sub(rows_before), Ordering::Relaxed);
            }
            Err(error) => {
                tracing::error!(%error, changes = batch_changes, "failed to commit a batch of changes");
                statistics::discard();
                if !conn.is_autocommit()
                    && let Err(error) = conn.execute_batch("ROLLBACK")
                {
                    tracing::error!(%error, "failed to roll back a transaction");
                }
            }
        }
        // The cache is invalidated before any caller gets its reply. After a failed commit this costs one
        // read too many.
        if REFERENCE_DATA_CHANGED.replace(false) {
            cache.invalidate();
        }
        for reply in replies {
            reply(committed.clone());
        }
    }
}

#[cfg(test)]
mod tests;
