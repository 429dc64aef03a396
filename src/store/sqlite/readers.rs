//! A few connections that only read, each with a thread of its own. Whoever waits is served by the next thread that is free;
//! under load none of them sleeps in between, so that a read costs no more than its query.
use super::schema;
use crate::engine::ports::StoreError;
use rusqlite::Connection;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use tokio::sync::{mpsc, oneshot};

/// How many reads may wait before callers do.
const WAITING: usize = 1024;

type Read = Box<dyn FnOnce(&Connection) + Send>;

/// The threads.
pub(super) struct Readers {
    reads: mpsc::Sender<Read>,
    threads: Vec<JoinHandle<()>>,
}

impl Readers {
    /// Opens `connections` of them.
    pub(super) fn open(file: &Path, connections: usize) -> Result<Self, StoreError> {
        let (reads, waiting) = mpsc::channel(WAITING);
        let waiting = Arc::new(Mutex::new(waiting));
        let start = |n| {
            let (conn, waiting) = (schema::reader(file)?, Arc::clone(&waiting));
            let thread = std::thread::Builder::new().name(format!("antri-read-{n}"));
            let failed = |error| StoreError::Unavailable(format!("no thread to read with: {error}"));
            thread.spawn(move || serve(&conn, &waiting)).map_err(failed)
        };
        Ok(Self { reads, threads: (0..connections).map(start).collect::<Result<_, _>>()? })
    }

    /// Runs `query` in a read transaction, so that all it reads is of one moment.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        query: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (reply, answer) = oneshot::channel();
        let read: Read = Box::new(move |conn| {
            // A caller who no longer waits needs no answer.
            drop(reply.send(conn.unchecked_transaction().and_then(|tx| query(&tx))));
        });
        let gone = |_| StoreError::Unavailable("no connection is left to read with".to_owned());
        self.reads.send(read).await.map_err(gone)?;
        Ok(answer.await.map_err(|_| StoreError::Unavailable("a read broke off".to_owned()))??)
    }
}

impl Drop for Readers {
    fn drop(&mut self) {
        // Without a sender the threads end after what waits; whoever opens the file next finds nobody at it.
        self.reads = mpsc::channel(1).0;
        for thread in self.threads.drain(..) {
            drop(thread.join());
        }
    }
}

/// Serves what waits until nobody can ask any more.
fn serve(conn: &Connection, waiting: &Mutex<mpsc::Receiver<Read>>) {
    let next = || waiting.lock().unwrap_or_else(PoisonError::into_inner).blocking_recv();
    while let Some(read) = next() {
        // The caller of a query that panics is told by the answer that never comes; the thread is there for the next one.
        drop(catch_unwind(AssertUnwindSafe(|| read(conn))));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::future::join_all;
    use tempfile::TempDir;

    #[tokio::test]
    async fn a_panic_is_answered_and_all_of_them_read_on() {
        let dir = TempDir::new().unwrap();
        let file = dir.path().join("r.db");
        drop(schema::writer(&file, None).unwrap());
        let readers = Readers::open(&file, 2).unwrap();
        let query = |n: i64| {
            move |conn: &Connection| {
                assert_ne!(n % 3, 1, "on purpose");
                conn.query_row("SELECT ?1", [n], |row| row.get::<_, i64>(0))
            }
        };
        let answers = join_all((0..12).map(|n| readers.run(query(n)))).await;
        for (n, answer) in (0..).zip(answers) {
            assert_eq!(answer.ok(), (n % 3 != 1).then_some(n));
        }
    }
}
