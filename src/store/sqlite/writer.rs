//! The one thread that writes. Whatever waits for it goes into one transaction, so that a group of changes costs one
//! wait for the disk; nobody is answered before that transaction is durable.
use super::error::ended_early;
use crate::engine::ports::StoreError;
use crate::store::ttl_cache::{ReferenceData, TtlCache};
use fail::fail_point;
use rusqlite::Connection;
use std::cell::Cell;
use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use tokio::sync::{mpsc, oneshot};

/// How many jobs may wait for the writer before callers do.
const WAITING: usize = 1024;
/// A transaction takes jobs in until it has this many changes: enough to share the disk's wait, few enough that the
/// first in it is not kept long.
const GROUP: usize = 512;

thread_local! {
    /// Whether the transaction under way, on the thread that writes, has changed a department or the settings.
    static DESK_CHANGED: Cell<bool> = const { Cell::new(false) };
}

/// Called by who changes one, on the thread that writes.
pub(super) fn desk_changed() {
    DESK_CHANGED.set(true);
}

/// Tells a caller what became of their job, once the transaction has ended.
type Answer = Box<dyn FnOnce(Result<(), StoreError>) + Send>;
/// Does a job. The error, if there is one, is the transaction's.
type Work = Box<dyn FnOnce(&Connection) -> (Answer, Result<(), StoreError>) + Send>;

enum Order {
    Job { changes: usize, work: Work },
    Close,
}

/// What the writer has done since it started.
#[derive(Debug, Default)]
pub(super) struct Done {
    /// Transactions made durable.
    pub(super) transactions: AtomicU64,
    /// Changes in them.
    pub(super) changes: AtomicU64,
    /// Rows inserted, updated or deleted in them, by triggers too.
    pub(super) rows: AtomicU64,
}

/// The way to the writer's thread.
pub(super) struct Writer {
    orders: mpsc::Sender<Order>,
    thread: Mutex<Option<JoinHandle<()>>>,
    pub(super) done: Arc<Done>,
}

impl Writer {
    /// Starts the thread. It holds `lock` until the connection is closed.
    pub(super) fn start(
        conn: Connection,
        lock: File,
        cache: Arc<TtlCache<ReferenceData>>,
    ) -> Result<Self, StoreError> {
        let (orders, waiting) = mpsc::channel(WAITING);
        let done = Arc::new(Done::default());
        let count = done.clone();
        let thread = std::thread::Builder::new()
            .name("antri-store".to_owned())
            .spawn(move || {
                serve(&conn, waiting, &count, &cache);
                drop(conn);
                drop(lock);
            })
            .map_err(|error| StoreError::Unavailable(format!("no thread to write with: {error}")))?;
        Ok(Self { orders, thread: Mutex::new(Some(thread)), done })
    }

    /// Runs `work` in the next transaction. An error of its own undoes its writes only.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.run_each(1, |conn| Ok(atomically(conn, work))).await?.map_err(StoreError::from)
    }

    /// Runs `work`, which makes so many changes and sees to it that each is whole, in the next transaction. When it can't,
    /// its error undoes the whole transaction, and everybody's work in it.
    pub(super) async fn run_each<T: Send + 'static>(
        &self,
        changes: usize,
        work: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (reply, answer) = oneshot::channel();
        let work: Work = Box::new(move |conn| {
            let (result, broken) = match work(conn) {
                Ok(result) => (Some(result), Ok(())),
                Err(error) => (None, Err(error)),
            };
            let answer = move |ended: Result<(), StoreError>| {
                let result = ended.and_then(|()| result.ok_or_else(|| ended_early().into()));
                // A caller who no longer waits has given up on the answer, not on the work.
                drop(reply.send(result));
            };
            (Box::new(answer), broken)
        });
        let closed = |_| StoreError::Unavailable("the store is closed".to_owned());
        self.orders.send(Order::Job { changes, work }).await.map_err(closed)?;
        answer.await.map_err(|_| StoreError::Unavailable("a write broke off".to_owned()))?
    }

    /// Finishes what waits, writes the log back into the file, and closes it.
    pub(super) async fn close(&self) {
        drop(self.orders.send(Order::Close).await);
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread {
            drop(tokio::task::spawn_blocking(|| thread.join()).await);
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        // Without a sender the thread ends after what waits; whoever opens the file next must find it unlocked.
        self.orders = mpsc::channel(1).0;
        if let Some(thread) = self.thread.get_mut().unwrap_or_else(PoisonError::into_inner).take() {
            drop(thread.join());
        }
    }
}

/// Runs `step` so that an error of it leaves nothing behind.
pub(super) fn atomically<T, E: From<rusqlite::Error>>(
    conn: &Connection,
    step: impl FnOnce(&Connection) -> Result<T, E>,
) -> Result<T, E> {
    if conn.is_autocommit() {
        return Err(ended_early().into());
    }
    conn.prepare_cached("SAVEPOINT step")?.execute([])?;
    let result = step(conn);
    if result.is_err() {
        conn.prepare_cached("ROLLBACK TO step")?.execute([])?;
    }
    conn.prepare_cached("RELEASE step")?.execute([])?;
    result
}

fn serve(
    conn: &Connection,
    mut waiting: mpsc::Receiver<Order>,
    done: &Done,
    cache: &TtlCache<ReferenceData>,
) {
    while let Some(first) = waiting.blocking_recv() {
        let mut group = Vec::new();
        let mut size = 0;
        let mut next = Some(first);
        while let Some(order) = next {
            match order {
                Order::Job { changes, work } => {
                    size += changes.max(1);
                    group.push(work);
                }
                // What was sent before is still received; what comes after is refused.
                Order::Close => waiting.close(),
            }
            next = if size < GROUP { waiting.try_recv().ok() } else { None };
        }
        if !group.is_empty() {
            transact(conn, group, size, done, cache);
        }
    }
    if let Err(error) = conn.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)") {
        tracing::warn!(%error, "the store's log stays beside its file");
    }
}

fn transact(conn: &Connection, group: Vec<Work>, size: usize, done: &Done, cache: &TtlCache<ReferenceData>) {
    let mut answers = Vec::with_capacity(group.len());
    let rows = conn.total_changes();
    let ended = catch_unwind(AssertUnwindSafe(|| -> Result<(), StoreError> {
        conn.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
        for work in group {
            let (answer, broken) = work(conn);
            answers.push(answer);
            broken?;
            // Without a transaction each further statement would be one of its own.
            if conn.is_autocommit() {
                return Err(ended_early().into());
            }
        }
        fail_point!("store-before-commit");
        conn.prepare_cached("COMMIT")?.execute([])?;
        fail_point!("store-after-commit");
        Ok(())
    }));
    let ended = match ended {
        Ok(result) => result,
        Err(_) => Err(StoreError::Unavailable("a write panicked".to_owned())),
    };
    match &ended {
        Ok(()) => {
            done.transactions.fetch_add(1, Ordering::Relaxed);
            done.changes.fetch_add(size as u64, Ordering::Relaxed);
            done.rows.fetch_add(conn.total_changes().saturating_sub(rows), Ordering::Relaxed);
        }
        Err(error) => {
            tracing::error!(%error, changes = size, "a group of changes was not committed");
            if !conn.is_autocommit()
                && let Err(error) = conn.execute_batch("ROLLBACK")
            {
                tracing::error!(%error, "a transaction could not be rolled back");
            }
        }
    }
    // Before anybody is told, and however it has ended: to read once too often costs nothing.
    if DESK_CHANGED.replace(false) {
        cache.invalidate();
    }
    for answer in answers {
        answer(ended.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::super::schema;
    use super::*;
    use futures::future::join_all;
    use std::time::Duration;
    use tempfile::TempDir;

    const COUNT: &str = "INSERT INTO counters VALUES (?1, 1)";

    fn start() -> (Writer, TempDir) {
        let dir = TempDir::new().unwrap();
        let conn = schema::writer(&dir.path().join("w.db"), None).unwrap();
        let lock = File::create(dir.path().join("lock")).unwrap();
        (Writer::start(conn, lock, Arc::new(TtlCache::new(Duration::MAX))).unwrap(), dir)
    }

    async fn names(writer: &Writer) -> Vec<String> {
        let read = |conn: &Connection| {
            conn.prepare("SELECT name FROM counters ORDER BY name")?
                .query_map([], |row| row.get(0))?
                .collect()
        };
        writer.run(read).await.unwrap()
    }

    /// Runs these jobs in one transaction: the writer is kept busy until all of them wait.
    async fn together<T: Send + 'static>(
        writer: &Writer,
        jobs: Vec<impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static>,
    ) -> Vec<Result<T, StoreError>> {
        let (go, wait) = std::sync::mpsc::channel::<()>();
        let (busy, is_busy) = oneshot::channel();
        let first = writer.run_each(GROUP, move |_| {
            busy.send(()).unwrap();
            wait.recv().unwrap();
            Ok(())
        });
        let others = async {
            is_busy.await.unwrap();
            let all = join_all(jobs.into_iter().map(|job| writer.run(job)));
            let go = async { go.send(()).unwrap() };
            tokio::join!(all, go).0
        };
        tokio::join!(first, others).1
    }

    #[tokio::test]
    async fn what_waits_shares_a_transaction_and_each_has_its_own_fate() {
        let (writer, _dir) = start();
        let before = writer.done.transactions.load(Ordering::Relaxed);
        let jobs = (0..9).map(|n| move |conn: &Connection| conn.execute(COUNT, [n % 8]).map(drop)).collect();
        let answers = together(&writer, jobs).await;
        assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 8);
        assert!(answers[8].is_err(), "the same name twice");
        assert_eq!(names(&writer).await.len(), 8);
        assert_eq!(writer.done.transactions.load(Ordering::Relaxed) - before, 3, "first, all, the reading");
    }

    #[tokio::test]
    async fn a_failed_commit_fails_all_of_its_group_and_nothing_else() {
        let (writer, _dir) = start();
        let orphan =
            "PRAGMA defer_foreign_keys = ON; INSERT INTO agents VALUES (x'00', 1, '', 1, 1, 1, 0, 0)";
        let job = move |n: i32| {
            move |conn: &Connection| {
                conn.execute(COUNT, [n])?;
                if n == 3 { conn.execute_batch(orphan) } else { Ok(()) }
            }
        };
        let answers = together(&writer, (0..6).map(job).collect()).await;
        assert!(answers.iter().all(Result::is_err), "{answers:?}");
        assert_eq!(names(&writer).await, [""; 0]);
        writer.run(|conn| conn.execute(COUNT, ["after"])).await.unwrap();
        assert_eq!(names(&writer).await, ["after"]);
    }

    #[tokio::test]
    async fn work_that_breaks_leaves_nothing_of_its_transaction() {
        let (writer, _dir) = start();
        let half = |conn: &Connection| {
            conn.execute(COUNT, ["half"])?;
            conn.execute("INSERT INTO nowhere VALUES (1)", []).map_err(StoreError::from)
        };
        assert!(matches!(writer.run_each(1, half).await, Err(StoreError::Unavailable(_))));
        assert_eq!(names(&writer).await, [""; 0]);
        writer.run(|conn| conn.execute(COUNT, ["after"])).await.unwrap();
        assert_eq!(names(&writer).await, ["after"]);
    }

    #[tokio::test]
    async fn a_panic_is_answered_and_the_writer_goes_on() {
        let (writer, _dir) = start();
        let job = |n: i32| {
            move |conn: &Connection| {
                conn.execute(COUNT, [n])?;
                assert_ne!(n, 1, "on purpose");
                Ok(())
            }
        };
        let answers = together(&writer, (0..3).map(job).collect()).await;
        assert!(answers.iter().all(|a| matches!(a, Err(StoreError::Unavailable(_)))), "{answers:?}");
        writer.run(|conn| conn.execute(COUNT, ["after"])).await.unwrap();
        assert_eq!(names(&writer).await, ["after"]);
    }

    #[tokio::test]
    async fn a_transaction_that_ended_by_itself_is_not_gone_on_with() {
        let (writer, _dir) = start();
        let job = |n: i32| {
            move |conn: &Connection| {
                conn.execute(COUNT, [n])?;
                if n == 1 { conn.execute_batch("ROLLBACK") } else { Ok(()) }
            }
        };
        let answers = together(&writer, (0..4).map(job).collect()).await;
        assert!(answers.iter().all(Result::is_err), "{answers:?}");
        assert_eq!(names(&writer).await, [""; 0]);
    }
}
