//! A pool of read-only connections, each with its own thread. Reads wait in one queue, and the next free
//! thread takes them.
//!
//! A thread runs all reads that are waiting in one transaction, because SQLite discards a connection's page
//! cache when a transaction begins after a write by another connection.
use super::schema;
use crate::engine::ports::StoreError;
use rusqlite::Connection;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use tokio::sync::{mpsc, oneshot};

/// Reads that can wait in the queue; a further caller waits until there is room.
const QUEUE_CAPACITY: usize = 1024;
/// Reads that share a transaction. A slow read delays the others of its batch.
const MAX_BATCH_READS: usize = 16;

/// The query of a read. Gets the connection with its open transaction, or why there is none.
type Query = Box<dyn FnOnce(Result<&Connection, &StoreError>) + Send>;

/// A queued read.
struct Read {
    run: Query,
    /// Whether it takes long: no other read waits behind it in its batch.
    is_long: bool,
}

/// The pool. Dropping it finishes the queued reads and closes the connections.
pub(super) struct ReaderPool {
    queue: mpsc::Sender<Read>,
    threads: Vec<JoinHandle<()>>,
}

impl ReaderPool {
    /// Opens `connections` connections to the file. No read runs while `check` returns an error.
    pub(super) fn open(
        file: &Path,
        connections: usize,
        check: impl Fn() -> Result<(), StoreError> + Clone + Send + 'static,
    ) -> Result<Self, StoreError> {
        let (queue, reads) = mpsc::channel(QUEUE_CAPACITY);
        let reads = Arc::new(Mutex::new(reads));
        let start = |n| {
            let (conn, reads, check) = (schema::open_reader(file)?, Arc::clone(&reads), check.clone());
            let thread = std::thread::Builder::new().name(format!("antri-read-{n}"));
            let failed = |error| StoreError::Unavailable(format!("failed to start a reader thread: {error}"));
            thread.spawn(move || run_reads(&conn, &reads, check)).map_err(failed)
        };
        Ok(Self { queue, threads: (0..connections).map(start).collect::<Result<_, _>>()? })
    }

    /// Runs `query` in a read transaction, so that it sees one state of the database.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        query: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.queue(query, false).await
    }

    /// Runs `query` like [`Self::run`], while other threads take the reads that wait behind it.
    pub(super) async fn run_long<T: Send + 'static>(
        &self,
        query: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.queue(query, true).await
    }

    /// Returns the number of threads.
    pub(super) fn threads(&self) -> usize {
        self.threads.len()
    }

    async fn queue<T: Send + 'static>(
        &self,
        query: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
        is_long: bool,
    ) -> Result<T, StoreError> {
        let (reply, result) = oneshot::channel();
        let run = Box::new(move |transaction: Result<&Connection, &StoreError>| {
            let result = match transaction {
                Ok(conn) => query(conn).map_err(StoreError::from),
                Err(error) => Err(error.clone()),
            };
            // The receiver is gone if the caller was cancelled; then nobody needs the result.
            drop(reply.send(result));
        });
        let closed = |_| StoreError::Unavailable("all reader threads have ended".to_owned());
        self.queue.send(Read { run, is_long }).await.map_err(closed)?;
        result.await.map_err(|_| StoreError::Unavailable("a read panicked".to_owned()))?
    }
}

impl Drop for ReaderPool {
    fn drop(&mut self) {
        // Replacing the sender closes the queue. The threads must have closed their connections before the
        // file can be opened again.
        self.queue = mpsc::channel(1).0;
        for thread in self.threads.drain(..) {
            drop(thread.join());
        }
    }
}

/// Runs batches of reads until the queue is closed and empty.
fn run_reads(
    conn: &Connection,
    reads: &Mutex<mpsc::Receiver<Read>>,
    check: impl Fn() -> Result<(), StoreError>,
) {
    while let Some(batch) = next_batch(reads) {
        let begun = check().and_then(|()| {
            let begun = conn.prepare_cached("BEGIN").and_then(|mut begin| begin.execute([]));
            begun.map(|_| conn).map_err(|error| StoreError::Unavailable(error.to_string()))
        });
        for read in batch {
            let transaction = begun.as_ref().copied();
            // A panic drops the reply channel of this read, so its caller gets an error. The other reads
            // still run.
            drop(catch_unwind(AssertUnwindSafe(|| (read.run)(transaction))));
        }
        if !conn.is_autocommit()
            && let Err(error) = conn.execute_batch("ROLLBACK")
        {
            tracing::error!(%error, "failed to end a read transaction");
        }
    }
}

/// Waits for a read and returns it with the reads that are waiting behind it, up to a long one; `None` once the
/// queue is closed and empty.
fn next_batch(reads: &Mutex<mpsc::Receiver<Read>>) -> Option<Vec<Read>> {
    let mut reads = reads.lock().unwrap_or_else(PoisonError::into_inner);
    let mut batch = vec![reads.blocking_recv()?];
    while batch.len() < MAX_BATCH_READS
        && batch.last().is_some_and(|read| !read.is_long)
        && let Ok(read) = reads.try_recv()
    {
        batch.push(read);
    }
    Some(batch)
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::future::join_all;
    use std::sync::Barrier;
    use std::time::Duration;
    use tempfile::TempDir;

    #[tokio::test]
    async fn a_panicking_read_fails_alone() {
        let dir = TempDir::new().unwrap();
        let file = dir.path().join("r.db");
        drop(schema::open_writer(&file, None).unwrap());
        let pool = ReaderPool::open(&file, 2, || Ok(())).unwrap();
        let query = |n: i64| {
            move |conn: &Connection| {
                assert_ne!(n % 3, 1, "on purpose");
                conn.query_row("SELECT ?1", [n], |row| row.get::<_, i64>(0))
            }
        };
        let results = join_all((0..40).map(|n| pool.run(query(n)))).await;
        for (n, result) in (0..).zip(results) {
            assert_eq!(result.ok(), (n % 3 != 1).then_some(n));
        }
    }

    #[tokio::test]
    async fn no_read_waits_behind_a_long_one() {
        let dir = TempDir::new().unwrap();
        let file = dir.path().join("r.db");
        drop(schema::open_writer(&file, None).unwrap());
        let pool = ReaderPool::open(&file, 2, || Ok(())).unwrap();
        // Both threads are busy until the long read and the one behind it are queued.
        let busy = Arc::new(Barrier::new(3));
        let block = || {
            let busy = Arc::clone(&busy);
            pool.run_long(move |_| {
                busy.wait();
                busy.wait();
                Ok(())
            })
        };
        let (done, behind) = std::sync::mpsc::channel();
        let long = pool.run_long(move |_| Ok(behind.recv_timeout(Duration::from_secs(10)).is_ok()));
        let short = pool.run(move |_| {
            done.send(()).unwrap();
            Ok(())
        });
        // It is polled last, when the others have queued their reads.
        let release = async {
            busy.wait();
            busy.wait();
        };
        let (_, _, long, short, ()) = futures::join!(block(), block(), long, short, release);
        assert_eq!((long, short), (Ok(true), Ok(())), "the short read ran beside the long one");
    }
}
